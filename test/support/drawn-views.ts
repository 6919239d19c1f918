/** A building site drawn as a camera sees it: the same view in other light and weather, changed, moved, spoilt. */
import sharp from 'sharp'

export interface View {
  width?: number
  height?: number
  /** Where the camera looks: shares of the sides, degrees, factor. */
  dx?: number
  dy?: number
  degrees?: number
  zoom?: number
  /** Brightness; 1 is noon. */
  light?: number
  /** Of the sun: shadows fall to the other side. */
  sun?: 'left' | 'right' | 'none'
  /** 0..1 */
  fog?: number
  snow?: boolean
  lamps?: boolean
  /** A storey more, where none was. */
  tower?: boolean
  /** Cars, people and noise of this moment. */
  moment?: number
  /** Something near in front of the lens. */
  covered?: boolean
  /** Gaussian. */
  blur?: number
  /** JPEG. */
  quality?: number
}

/** JPEG. */
export async function drawView(view: View = {}): Promise<Buffer> {
  const { width = 960, height = 720, light = 1, blur = 0, quality = 85, moment = 1 } = view
  const drawn = sharp(Buffer.from(svgOf(view, width, height))).removeAlpha()
  const soft = blur > 0 ? drawn.blur(blur) : drawn
  const lit = await soft.linear(light, 0).raw().toBuffer()
  const next = randomOf(moment)
  for (let at = 0; at < lit.length; at++) lit[at] = Math.max(0, Math.min(255, (lit[at] ?? 0) + next(5) - 2))
  return sharp(lit, { raw: { width, height, channels: 3 } })
    .jpeg({ quality })
    .toBuffer()
}

export function randomOf(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761) >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state / 2 ** 32) * below
  }
}

/** Drawn on 1200 by 900 of a world that goes on at all sides. */
function svgOf(view: View, width: number, height: number): string {
  const { dx = 0, dy = 0, degrees = 0, zoom = 1, fog = 0, covered } = view
  const ratio = width / height
  // A wider format cuts off top and bottom.
  const [w, h] = ratio >= 4 / 3 ? [1200 / zoom, 1200 / ratio / zoom] : [(900 * ratio) / zoom, 900 / zoom]
  const [left, top] = [600 + dx * 1200 - w / 2, 450 + dy * 900 - h / 2]
  const veil = `<rect x="-600" y="-500" width="2400" height="1900" fill="#cfd3d8" opacity="${fog}"/>`
  const near = `<ellipse cx="${left + w * 0.28}" cy="${top + h * 0.72}" rx="${w * 0.32}" ry="${h * 0.42}" fill="#4a3a2c"/>`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${left} ${top} ${w} ${h}" preserveAspectRatio="none">
    <g transform="rotate(${degrees} 600 450)">${world(view)}${fog > 0 ? veil : ''}</g>${covered ? near : ''}</svg>`
}

function world({ sun = 'left', snow, lamps, tower, moment = 1 }: View): string {
  const random = randomOf(7)
  const lamp = randomOf(11)
  const now = randomOf(moment * 31 + 5)
  const pieces: string[] = []
  const rect = (x: number, y: number, w: number, h: number, fill: string, opacity = 1) =>
    pieces.push(`<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="${fill}" opacity="${opacity}"/>`)
  rect(-600, -500, 2400, 1000, '#a9c4de')
  for (let at = 0; at < 3; at++) {
    pieces.push(
      `<ellipse cx="${now(1800) - 300}" cy="${40 + now(200)}" rx="${80 + now(140)}" ry="${18 + now(30)}" fill="#fff" opacity="0.6"/>`,
    )
  }
  rect(-600, 480, 2400, 900, snow ? '#eef1f4' : '#8d8a78')
  // The buildings that were always there.
  for (let at = 0; at < 14; at++) {
    const [x, w, h] = [-560 + at * 165 + random(50), 90 + random(70), 120 + random(260)]
    const tone = 90 + Math.floor(random(110))
    rect(x, 500 - h, w, h, `rgb(${tone},${tone - 8},${tone - 20})`)
    if (snow) rect(x, 500 - h - 10, w, 14, '#f7f9fb')
    for (let row = 0; row < Math.floor(h / 34); row++) {
      for (let column = 0; column < Math.floor(w / 26); column++) {
        const lit = lamps === true && lamp(1) < 0.5
        rect(x + 6 + column * 26, 512 - h + row * 34, 13, 18, lit ? '#ffe9a0' : '#35404c')
      }
    }
    const shadow = 40 + random(60)
    if (sun !== 'none') rect(sun === 'left' ? x + w : x - 70, 500, 70, shadow, '#000', 0.35)
  }
  // Fence, containers, a crane.
  for (let at = 0; at < 60; at++) rect(-590 + at * 40, 560, 5, 60, '#5c5146')
  rect(-600, 575, 2400, 5, '#5c5146')
  for (let at = 0; at < 9; at++) {
    const hue = Math.floor(random(360))
    pieces.push(
      `<rect x="${-560 + at * 260 + random(80)}" y="${660 + random(120)}" width="150" height="70" fill="hsl(${hue},45%,42%)" stroke="#222" stroke-width="4"/>`,
    )
  }
  pieces.push('<path d="M800 520 L800 60 L520 90 M800 60 L960 85" stroke="#d8a020" stroke-width="12" fill="none"/>')
  if (tower) {
    rect(180, 130, 300, 380, '#6f5a4c')
    for (let row = 0; row < 8; row++) {
      for (let column = 0; column < 7; column++) rect(196 + column * 40, 150 + row * 44, 22, 26, '#20262d')
    }
  }
  for (let at = 0; at < 4; at++) {
    const tone = Math.floor(now(200))
    rect(
      now(1500) - 150,
      620 + now(220),
      30 + now(50),
      16 + now(16),
      `rgb(${tone},${255 - tone},${Math.floor(now(255))})`,
    )
  }
  return pieces.join('')
}
