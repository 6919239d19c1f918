/** One scene as a camera sees it over a day and a year, and as it goes wrong: what docs/photo-flags.md is measured on. */
import sharp, { type OverlayOptions, type Sharp } from 'sharp'

/** Of the photos made. The scene is larger, so that what comes in at the border of a moved view is real. */
export const photo = { width: 1280, height: 960 }
const margin = 0.3
const wide = { width: Math.round(photo.width * (1 + 2 * margin)), height: Math.round(photo.height * (1 + 2 * margin)) }

export interface Scene {
  name: string
  /** PNG or raw pixels of `wide`. */
  bytes: Buffer
}

export async function sceneOf(name: string, picture: string | Buffer): Promise<Scene> {
  const bytes = await sharp(picture, { limitInputPixels: false })
    .resize(wide.width, wide.height, { fit: 'cover' })
    .flatten({ background: '#888' })
    .toColourspace('srgb')
    .png({ compressionLevel: 1 })
    .toBuffer()
  return { name, bytes }
}

/** Where the camera looks: shares of the photo's sides, degrees, factor. */
export interface Aim {
  dx?: number
  dy?: number
  degrees?: number
  zoom?: number
}

/** What the camera sees, without weather. */
export async function look({ bytes }: Scene, { dx = 0, dy = 0, degrees = 0, zoom = 1 }: Aim = {}): Promise<Sharp> {
  const turned =
    degrees === 0
      ? bytes
      : await sharp(bytes).rotate(degrees, { background: '#777' }).png({ compressionLevel: 1 }).toBuffer()
  const { width = 0, height = 0 } = await sharp(turned).metadata()
  const [w, h] = [Math.round(photo.width / zoom), Math.round(photo.height / zoom)]
  const left = Math.round((width - w) / 2 + dx * photo.width)
  const top = Math.round((height - h) / 2 + dy * photo.height)
  const cut = await sharp(turned)
    .extract({
      left: Math.max(0, Math.min(width - w, left)),
      top: Math.max(0, Math.min(height - h, top)),
      width: w,
      height: h,
    })
    .png({ compressionLevel: 1 })
    .toBuffer()
  const raw = await sharp(cut)
    .resize(photo.width, photo.height, { fit: 'fill' })
    .png({ compressionLevel: 1 })
    .toBuffer()
  return sharp(raw)
}

export type Random = (below: number) => number

export function randomOf(seed: number): Random {
  let state = (seed * 2_654_435_761) >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state / 2 ** 32) * below
  }
}

const svg = (content: string) =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${photo.width}" height="${photo.height}">${content}</svg>`,
  )
const over = (content: string, more: Partial<OverlayOptions> = {}): OverlayOptions => ({ input: svg(content), ...more })
const render = (image: Sharp) => image.png({ compressionLevel: 1 }).toBuffer()
const { width, height } = photo
const rect = (fill: string, more = '') => `<rect width="${width}" height="${height}" fill="${fill}" ${more}/>`

/** The sun from one side, clouds' shadows, cars and people: what changes all day. */
function everyday(random: Random): OverlayOptions[] {
  const side = random(1) < 0.5
  const strength = 0.1 + random(0.3)
  const sun = `<defs><linearGradient id="s" x1="${side ? 0 : 1}" x2="${side ? 1 : 0}"><stop offset="0" stop-color="#fff" stop-opacity="${strength * 0.5}"/><stop offset="1" stop-color="#000" stop-opacity="${strength}"/></linearGradient></defs>`
  const shadows = Array.from({ length: 1 + Math.floor(random(3)) }, () => {
    const [x, y, w, h] = [random(width), height * 0.3 + random(height * 0.6), 80 + random(300), 60 + random(160)]
    return `<polygon points="${x},${y} ${x + w},${y + random(40)} ${x + w * 0.7},${y + h} ${x - w * 0.3},${y + h}" fill="#000" opacity="${0.2 + random(0.35)}"/>`
  })
  const things = Array.from({ length: Math.floor(random(5)) }, () => {
    const tone = Math.floor(random(255))
    return `<rect x="${random(width)}" y="${height * 0.5 + random(height * 0.45)}" width="${20 + random(90)}" height="${15 + random(60)}" rx="8" fill="rgb(${tone},${Math.floor(random(255))},${255 - tone})"/>`
  })
  return [over(`${sun}${rect('url(#s)')}${shadows.join('')}${things.join('')}`)]
}

export type Variant = (image: Sharp, random: Random) => Promise<Buffer>

const jpeg = (quality: number) => (image: Sharp) => image.jpeg({ quality }).toBuffer()
const composed = async (image: Sharp, layers: OverlayOptions[]) => sharp(await render(image.composite(layers)))

async function grain(image: Sharp, sigma: number, random: Random): Promise<Sharp> {
  const { data, info } = await image.removeAlpha().raw().toBuffer({ resolveWithObject: true })
  for (let at = 0; at < data.length; at++) {
    const noise = (random(1) + random(1) + random(1) - 1.5) * 2 * sigma
    data[at] = Math.max(0, Math.min(255, (data[at] ?? 0) + noise))
  }
  return sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } })
}

const fog = (near: number, far: number, tone = 205) =>
  over(
    `<defs><linearGradient id="f" x1="0" x2="0" y1="0" y2="1"><stop offset="0" stop-color="rgb(${tone},${tone},${tone + 5})" stop-opacity="${far}"/><stop offset="0.35" stop-color="rgb(${tone},${tone},${tone + 5})" stop-opacity="${far * 0.9 + near * 0.1}"/><stop offset="1" stop-color="rgb(${tone},${tone},${tone + 5})" stop-opacity="${near}"/></linearGradient></defs>${rect('url(#f)')}`,
  )

const lights = (random: Random) =>
  over(
    Array.from(
      { length: 14 },
      () =>
        `<circle cx="${random(width)}" cy="${height * 0.2 + random(height * 0.7)}" r="${3 + random(14)}" fill="#fe9" opacity="${0.6 + random(0.4)}"/>`,
    ).join(''),
  )

/** Photos that nobody would flag. */
export const good: Record<string, Variant> = {
  usual: async (image, random) => jpeg(85)(await composed(image, everyday(random))),
  bright: async (image, random) => jpeg(85)((await composed(image, everyday(random))).linear(1.25, 12)),
  dim: async (image, random) => jpeg(85)((await composed(image, everyday(random))).linear(0.55, 0)),
  overcast: async (image) => jpeg(85)(image.linear(0.7, 40)),
  dusk: async (image, random) =>
    jpeg(85)(await grain((await composed(image, everyday(random))).linear(0.3, 0), 4, random)),
  evening: async (image) =>
    jpeg(85)(image.modulate({ hue: 12, saturation: 1.3 }).linear([1.05, 0.85, 0.65], [8, 0, 0])),
  rain: async (image, random) => {
    const streaks = Array.from({ length: 500 }, () => {
      const [x, y] = [random(width), random(height)]
      return `<line x1="${x}" y1="${y}" x2="${x - 6}" y2="${y + 30 + random(20)}" stroke="#ccd" stroke-width="1.5" opacity="0.35"/>`
    })
    return jpeg(85)((await composed(image, [fog(0.1, 0.35, 170), over(streaks.join(''))])).linear(0.8, 0))
  },
  lightFog: async (image) => jpeg(85)(await composed(image, [fog(0.15, 0.6)])),
  fog: async (image) => jpeg(85)(await composed(image, [fog(0.35, 0.88)])),
  snowfall: async (image, random) => {
    const flakes = Array.from(
      { length: 700 },
      () => `<circle cx="${random(width)}" cy="${random(height)}" r="${1 + random(4)}" fill="#fff" opacity="0.8"/>`,
    )
    return jpeg(85)(await composed(image, [fog(0.2, 0.55, 215), over(flakes.join(''))]))
  },
  snowCover: async (image, random) => {
    const patches = Array.from(
      { length: 22 },
      () =>
        `<ellipse cx="${random(width)}" cy="${height * 0.45 + random(height * 0.55)}" rx="${60 + random(220)}" ry="${15 + random(50)}" fill="#f4f6fa" opacity="0.85"/>`,
    )
    return jpeg(85)((await composed(image, [over(patches.join(''))])).linear(1.1, 15))
  },
  nightLit: async (image, random) => {
    // Rendered between: in one pipeline the lamps would be dimmed with the scene.
    const dark = sharp(await render((await composed(image, everyday(random))).linear(0.2, 0)))
    return jpeg(85)(await grain(await composed(dark, [lights(random)]), 5, random))
  },
  q30: async (image, random) => jpeg(30)(await composed(image, everyday(random))),
}

/** Shaken by the wind: not moved. */
export const shaken: Record<string, Aim> = { shift0_5: { dx: 0.005, dy: -0.003 }, turn0_3: { degrees: 0.3 } }

export const moved: Record<string, Aim> = {
  shift2: { dx: 0.02, dy: 0.01 },
  shift5: { dx: -0.05, dy: 0.02 },
  shift10: { dx: 0.1, dy: -0.04 },
  shift30: { dx: -0.28, dy: 0.05 },
  tilt8: { dy: 0.08 },
  turn1: { degrees: 1 },
  turn3: { degrees: 3 },
  turn10: { degrees: -10 },
  zoom1_05: { zoom: 1.05 },
  zoom1_2: { zoom: 1.2 },
}

const blurred =
  (sigma: number): Variant =>
  async (image, random) =>
    jpeg(85)((await composed(image, everyday(random))).blur(sigma))

export const blurs: Record<string, Variant> = {
  blur1: blurred(1),
  blur2: blurred(2),
  blur3: blurred(3),
  blur4: blurred(4),
  blur6: blurred(6),
  blur8: blurred(8),
  /** Shaken sideways while the shutter was open: 3 in 100 of the width. */
  motion: async (image, random) => {
    const steps = 13
    const still = await render((await composed(image, everyday(random))).removeAlpha())
    const cut = (left: number) =>
      sharp(still)
        .extract({ left, top: 0, width: width - 3 * (steps - 1), height })
        .resize(width, height, { fit: 'fill' })
    const layers = await Promise.all(
      Array.from({ length: steps - 1 }, async (_, step) => ({
        input: await render(cut(3 * (step + 1)).ensureAlpha(1 / (step + 2))),
      })),
    )
    return jpeg(85)(sharp(await render(cut(0))).composite(layers))
  },
  drops: async (image, random) => {
    const [sharpOne, soft] = [await render(image.clone()), await render(image.clone().blur(9))]
    const mask = svg(
      `<defs><filter id="b"><feGaussianBlur stdDeviation="6"/></filter></defs>${Array.from({ length: 26 }, () => `<ellipse cx="${random(width)}" cy="${random(height)}" rx="${60 + random(110)}" ry="${60 + random(110)}" fill="#fff" filter="url(#b)"/>`).join('')}`,
    )
    const drops = await sharp(soft)
      .ensureAlpha()
      .composite([{ input: mask, blend: 'dest-in' }])
      .png({ compressionLevel: 1 })
      .toBuffer()
    return jpeg(85)(sharp(sharpOne).composite([{ input: drops }]))
  },
}

/** Room around the photo: what stands before a lens does not fade at the border, as a blur of the bare photo would have it. */
const room = 100

const covered =
  (shape: string, fill: string): Variant =>
  async (image, random) => {
    const [w, h] = [width + 2 * room, height + 2 * room]
    const wider = `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="${-room} ${-room} ${w} ${h}"><defs><filter id="b" x="-30%" y="-30%" width="160%" height="160%"><feGaussianBlur stdDeviation="18"/></filter></defs><g fill="${fill}" filter="url(#b)">${shape}</g></svg>`
    const input = await render(sharp(Buffer.from(wider)).extract({ left: room, top: room, width, height }))
    return jpeg(85)(await composed(image, [...everyday(random), { input }]))
  }

export const obstructions: Record<string, Variant> = {
  quarter: covered(`<rect x="${-room}" y="${height / 2}" width="${width / 2 + room}" height="${height}"/>`, '#2a241c'),
  leftHalf: covered(
    `<rect x="${-room}" y="${-room}" width="${width / 2 + room}" height="${height + 2 * room}"/>`,
    '#8d8577',
  ),
  leaf: covered(
    `<ellipse cx="${width * 0.7}" cy="${height * 0.55}" rx="330" ry="420" transform="rotate(25 ${width * 0.7} ${height * 0.55})"/>`,
    '#3f6b2a',
  ),
  tarp: covered(
    `<polygon points="${-room},${height * 0.35} ${width + room},${height * 0.6} ${width + room},${height + room} ${-room},${height + room}"/>`,
    '#5b7fa8',
  ),
  finger: covered(`<ellipse cx="${width * 0.95}" cy="${height * 0.8}" rx="520" ry="480"/>`, '#b98368'),
}

const plain =
  (fill: string, defs = ''): Variant =>
  async () =>
    jpeg(85)(sharp(svg(`${defs}${rect(fill)}`)).flatten({ background: '#000' }))

export const blanks: Record<string, Variant> = {
  white: plain('#fefefe'),
  grey: plain('#7f8285'),
  denseFog: plain(
    'url(#f)',
    '<defs><linearGradient id="f" x1="0" x2="0" y1="0" y2="1"><stop offset="0" stop-color="#d8dade"/><stop offset="1" stop-color="#b4b6ba"/></linearGradient></defs>',
  ),
  whiteOut: async (image) => jpeg(85)(image.linear(0.1, 245)),
  lensCap: async (_image, random) =>
    jpeg(85)(await grain(sharp({ create: { ...photo, channels: 3, background: '#030303' } }), 1.5, random)),
}

export const darks: Record<string, Variant> = {
  night: async (image, random) => jpeg(85)(await grain(image.linear(0.05, 0), 3, random)),
  covered: async (_image, random) =>
    jpeg(85)(await grain(sharp({ create: { ...photo, channels: 3, background: '#0a0908' } }), 3, random)),
  moonless: async (image, random) => jpeg(85)(await grain(image.linear(0.09, 0), 4, random)),
}
