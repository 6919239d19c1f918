/**
 * Draws a building site over a week, puts the photos into a server of its own, has it make a film through the API, and lays
 * frames of the finished film out on a sheet to look at: `npx tsx bench/film-sheet.ts [SHEET] [FILM]`. Needs ffmpeg.
 */
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { framesOf } from '../test/support/films.ts'
import { addPhoto } from '../test/support/site-photos.ts'
import { addInstallation, sitesClient } from '../test/support/sites-client.ts'
import { startServer } from '../test/support/stack.ts'

const [sheet = 'docs/images/film-sheet.jpg', film] = process.argv.slice(2)
const days = 7
const hours = Array.from({ length: 17 }, (_, index) => 4.5 + index)
const photo = { width: 1600, height: 900 }
const size = { width: 960, height: 540 }
const columns = 5
const rows = 5
const zone = 10

/** The same numbers for the same seed. */
function random(seed: number): number {
  const value = Math.sin(seed * 127.1 + 311.7) * 43_758.5453
  return value - Math.floor(value)
}

const mix = (from: readonly number[], to: readonly number[], share: number) =>
  `rgb(${from.map((value, index) => Math.round(value + ((to[index] ?? 0) - value) * share)).join(',')})`

/** The site at this hour of this day, as a camera on a mast sees it. */
function scene(day: number, hour: number): string {
  const progress = (day + hour / 24) / days
  // 0 night, 1 day; and how low the sun is.
  const light = Math.max(0, Math.min(1, Math.sin(((hour - 5.2) / 13.6) * Math.PI) * 1.6))
  const dusk = light > 0 && light < 0.75 ? 1 - light : 0
  const cloudy = random(day * 3 + 1)
  const top = mix([8, 12, 34], [70 + 70 * cloudy, 130 + 30 * cloudy, 205], light)
  const bottom = mix([24, 26, 52], dusk > 0 ? [250, 170, 110] : [200, 222, 240], Math.max(light, dusk * 0.7))
  const shade = (red: number, green: number, blue: number) =>
    mix([red * 0.14, green * 0.15, blue * 0.22], [red, green, blue], 0.12 + 0.88 * light)
  const sun = { x: 120 + ((hour - 5) / 13.5) * 1360, y: 620 - Math.sin(((hour - 5) / 13.5) * Math.PI) * 520 }
  const parts: string[] = []
  if (light > 0)
    parts.push(`<circle cx="${sun.x}" cy="${sun.y}" r="44" fill="rgb(255,244,200)" opacity="${0.95 - cloudy * 0.5}"/>`)
  else {
    for (let star = 0; star < 60; star++) {
      parts.push(
        `<circle cx="${random(star) * 1600}" cy="${random(star + 90) * 480}" r="${0.8 + random(star + 7)}" fill="#fff" opacity=".7"/>`,
      )
    }
    parts.push('<circle cx="1240" cy="150" r="34" fill="rgb(235,238,225)"/>')
  }
  for (let cloud = 0; cloud < 4 + cloudy * 7; cloud++) {
    const x = ((random(cloud + day) * 2000 + hour * 46) % 2000) - 200
    const y = 70 + random(cloud * 5 + 2) * 240
    for (let puff = 0; puff < 5; puff++) {
      parts.push(
        `<ellipse cx="${x + puff * 46}" cy="${y + random(puff + cloud) * 26}" rx="62" ry="30" fill="${shade(240, 243, 247)}" opacity=".75"/>`,
      )
    }
  }
  // Hills, the ground, a road.
  parts.push(`<path d="M0 640 Q300 520 620 610 T1200 580 T1600 620 V900 H0Z" fill="${shade(96, 128, 104)}"/>`)
  parts.push(`<rect y="690" width="1600" height="210" fill="${shade(170, 148, 116)}"/>`)
  parts.push(`<path d="M0 860 L1600 780 V830 L0 900Z" fill="${shade(110, 108, 106)}"/>`)
  // The building: a floor every few hours, its slab first, then columns, then glass.
  const floors = progress * 11
  const ground = 712
  for (let floor = 0; floor < Math.ceil(floors); floor++) {
    const done = Math.min(1, floors - floor)
    const y = ground - floor * 46
    parts.push(
      `<rect x="560" y="${y - 8}" width="${460 * Math.min(1, done * 3)}" height="8" fill="${shade(188, 186, 182)}"/>`,
    )
    if (done > 0.35) {
      for (let column = 0; column < 8; column++) {
        parts.push(
          `<rect x="${564 + column * 63}" y="${y - 46}" width="9" height="40" fill="${shade(160, 158, 154)}"/>`,
        )
      }
    }
    if (floors - floor > 3) {
      for (let pane = 0; pane < 7; pane++) {
        const lit = light < 0.2 && random(pane * 11 + floor * 3 + day) > 0.45
        const glass = lit ? 'rgb(255,214,120)' : shade(128, 168, 190)
        parts.push(`<rect x="${576 + pane * 63}" y="${y - 44}" width="48" height="34" fill="${glass}"/>`)
      }
    }
  }
  // The crane turns; a load hangs from it.
  const mast = 118
  parts.push(`<rect x="1128" y="${mast}" width="20" height="${712 - mast}" fill="${shade(224, 170, 40)}"/>`)
  for (let brace = 0; brace < 12; brace++) {
    const y = mast + brace * 49
    parts.push(`<path d="M1128 ${y} l20 49 M1148 ${y} l-20 49" stroke="${shade(150, 110, 20)}" stroke-width="3"/>`)
  }
  const turn = Math.cos(hour * 0.9 + day * 2)
  const reach = turn * 470
  parts.push(
    `<path d="M1138 ${mast - 44} L${1138 - reach} ${mast + 8} M1138 ${mast - 44} L${1138 + reach * 0.36} ${mast + 8}" stroke="${shade(90, 90, 90)}" stroke-width="3"/>`,
  )
  parts.push(
    `<path d="M${1138 + reach * 0.38} ${mast + 10} L${1138 - reach} ${mast + 10}" stroke="${shade(224, 170, 40)}" stroke-width="15"/>`,
  )
  const hook = 1138 - reach * 0.72
  const drop = 190 + 150 * random(Math.floor(hour) + day * 31)
  parts.push(`<path d="M${hook} ${mast + 16} V${drop}" stroke="${shade(60, 60, 60)}" stroke-width="3"/>`)
  parts.push(`<rect x="${hook - 26}" y="${drop}" width="52" height="24" fill="${shade(150, 80, 50)}"/>`)
  if (light < 0.2) parts.push(`<circle cx="1138" cy="${mast - 48}" r="8" fill="rgb(255,60,50)"/>`)
  // Huts, a lorry on its way, a fence.
  for (let hut = 0; hut < 3; hut++) {
    parts.push(
      `<rect x="${150 + hut * 116}" y="716" width="104" height="54" fill="${shade(70, 110 + hut * 30, 170)}"/>`,
    )
    parts.push(
      `<rect x="${166 + hut * 116}" y="728" width="26" height="20" fill="${light < 0.2 ? 'rgb(255,224,150)' : shade(210, 222, 230)}"/>`,
    )
  }
  const lorry = ((hour * 331 + day * 90) % 1900) - 200
  parts.push(
    `<g transform="translate(${lorry} ${862 - (lorry / 1600) * 80})"><rect width="96" height="34" y="-34" fill="${shade(196, 64, 48)}"/><rect x="98" width="32" height="28" y="-28" fill="${shade(230, 230, 226)}"/></g>`,
  )
  for (let post = 0; post < 54; post++)
    parts.push(
      `<rect x="${post * 30}" y="${832 + post * 0.2}" width="4" height="68" fill="${shade(120, 120, 118)}" opacity=".6"/>`,
    )
  const sky = `<linearGradient id="sky" x2="0" y2="1"><stop stop-color="${top}"/><stop offset=".8" stop-color="${bottom}"/></linearGradient>`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="1600" height="900"><defs>${sky}</defs><rect width="1600" height="900" fill="url(#sky)"/>${parts.join('')}</svg>`
}

/** As a camera takes it: its exposure is never quite the same, and there is noise. */
async function taken(day: number, hour: number): Promise<Buffer> {
  const exposure = 0.87 + random(day * 41 + hour * 17) * 0.26
  const noise = {
    width: photo.width,
    height: photo.height,
    channels: 3 as const,
    noise: { type: 'gaussian' as const, mean: 128, sigma: 7 },
  }
  const grain = await sharp({ create: { ...noise, background: '#808080' } })
    .png({ compressionLevel: 1 })
    .toBuffer()
  const drawn = await sharp(Buffer.from(scene(day, hour)))
    .removeAlpha()
    .linear(exposure)
    .composite([{ input: grain, blend: 'soft-light' }])
    .removeAlpha()
    .toBuffer()
  return sharp(drawn).jpeg({ quality: 90 }).toBuffer()
}

const folder = await mkdtemp(join(tmpdir(), 'imagestead-film-sheet-'))
const server = await startServer({})
try {
  const client = await sitesClient(server)
  const installation = await addInstallation(client, {
    name: 'North tower',
    timezone: 'Australia/Brisbane',
    watermark: {
      text: 'NORTH TOWER',
      gravity: 'northeast',
      opacity: 0.8,
      scale: 0.2,
      margin: 0.025,
      date_stamp: false,
    },
  })
  const midnight = Date.UTC(2021, 5, 1) - zone * 3_600_000
  for (let day = 0; day < days; day++) {
    for (const hour of hours) {
      const bytes = await taken(day, hour)
      // One was cut off on its way.
      const whole = day === 2 && hour === 9.5 ? bytes.subarray(0, 900) : bytes
      await addPhoto(server, installation, whole, { taken: midnight + (day * 24 + hour) * 3_600_000 })
    }
    process.stderr.write(`day ${day + 1} of ${days}\n`)
  }
  const began = performance.now()
  const wishes = { ...size, fps: 12, date_stamp: true, watermark: true, deflicker: true, hold_last_ms: 1500 }
  const asked = await client.call('POST', `/v1/installations/${installation}/timelapses`, { json: wishes })
  const { id } = asked.json.timelapse
  let made = asked.json.timelapse
  while (['queued', 'running'].includes(made.status)) {
    await new Promise((resolve) => setTimeout(resolve, 200))
    made = (await client.call('GET', `/v1/timelapses/${id}`)).json.timelapse
  }
  process.stderr.write(`${JSON.stringify(made, undefined, 2)}\n${Math.round(performance.now() - began)} ms\n`)
  const answer = await fetch(made.video_url, { headers: { authorization: `apiKey ${client.key}` } })
  const path = join(folder, 'film.mp4')
  await writeFile(path, Buffer.from(await answer.arrayBuffer()))
  if (film !== undefined) await copyFile(path, film)
  const frames = framesOf(path, size)
  const cell = { width: 384, height: 216 }
  const gap = 6
  const cells = await Promise.all(
    Array.from({ length: columns * rows }, async (_, index) => {
      const frame = frames[Math.round((index * (frames.length - 1)) / (columns * rows - 1))] ?? Buffer.alloc(0)
      const input = await sharp(frame, { raw: { ...size, channels: 3 } })
        .resize(cell)
        .png()
        .toBuffer()
      const [column, row] = [index % columns, Math.floor(index / columns)]
      return { input, left: gap + column * (cell.width + gap), top: gap + row * (cell.height + gap) }
    }),
  )
  await sharp({
    create: {
      width: columns * (cell.width + gap) + gap,
      height: rows * (cell.height + gap) + gap,
      channels: 3,
      background: '#222',
    },
  })
    .composite(cells)
    .jpeg({ quality: 80 })
    .toFile(sheet)
} finally {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}
