/**
 * Is it paper or a screen rather than a photo, and of which kind: what the rules for `plan`, `map` and `cert` go by.
 * All are shares, 0..1.
 */
import type { Features } from '../../../../../core/processing/sight.ts'
import type { View } from '../raster.ts'
import type { Plane } from './planes.ts'

/** Luma below which a pixel is ink. */
const darkest = 120

/** `luma`: the view's. */
export function measureDocument(view: View, luma: Plane): Features {
  return { ...measureTints(view), ...measureLines(luma), ...measureLadder(view) }
}

/**
 * `flat`: like the neighbours to the right and below, which noise prevents in photos. `paleGreen`, `paleBlue`,
 * `paleYellow`: light tints, as maps have them.
 */
function measureTints({ data, width, height }: View): Features {
  let flat = 0
  let green = 0
  let blue = 0
  let yellow = 0
  let seen = 0
  const step = Math.max(1, Math.round(Math.max(width, height) / 512))
  for (let y = 0; y < height - 1; y += step) {
    for (let x = 0; x < width - 1; x += step) {
      const at = (y * width + x) * 3
      const red = data[at] ?? 0
      const leaf = data[at + 1] ?? 0
      const sky = data[at + 2] ?? 0
      const highest = Math.max(red, leaf, sky)
      const lowest = Math.min(red, leaf, sky)
      seen += 1
      if (isLike(data, at, at + 3) && isLike(data, at, at + width * 3)) flat += 1
      if (highest < 150 || highest - lowest < 12) continue
      if (leaf === highest && leaf - sky >= 10 && leaf - red >= 8) green += 1
      else if (sky === highest && sky - red >= 12) blue += 1
      else if (sky === lowest && red - sky >= 25 && leaf - sky >= 12) yellow += 1
    }
  }
  const share = (count: number) => count / Math.max(1, seen)
  return { flat: share(flat), paleGreen: share(green), paleBlue: share(blue), paleYellow: share(yellow) }
}

/**
 * `ink`: dark pixels. `ruled`: of them, those in level or upright strokes of at least a thirtieth of the picture: walls
 * of a plan, and hardly any of a text. `strokes`: edges between light and dark.
 */
function measureLines({ data, width, height }: Plane): Features {
  const long = Math.max(12, Math.round(Math.max(width, height) / 30))
  const marks = new Uint8Array(width * height)
  /** Dark pixels in a row above the place, for each column. */
  const above = new Int32Array(width)
  let ink = 0
  let strokes = 0
  let ruled = 0

  /** A stroke of `length` ended before `end`; what another one crosses counts once. */
  function stroke(end: number, length: number, step: number): void {
    strokes++
    if (length < long) return
    for (let at = end - step, left = length; left > 0; at -= step, left--) {
      if (marks[at] === 0) ruled++
      marks[at] = 1
    }
  }

  for (let y = 0; y < height; y++) {
    let run = 0
    for (let x = 0, at = y * width; x < width; x++, at++) {
      const column = above[x] ?? 0
      if ((data[at] ?? 0) < darkest) {
        run++
        above[x] = column + 1
        continue
      }
      if (run > 0) {
        stroke(at, run, 1)
        ink += run
        run = 0
      }
      if (column > 0) {
        stroke(at, column, width)
        above[x] = 0
      }
    }
    if (run > 0) stroke((y + 1) * width, run, 1)
    ink += run
  }
  for (let x = 0; x < width; x++) {
    const column = above[x] ?? 0
    if (column > 0) stroke(height * width + x, column, width)
  }
  const pixels = Math.max(1, width * height)
  return { ink: ink / pixels, ruled: ruled / Math.max(1, ink), strokes: strokes / pixels }
}

/**
 * `ladder`: the bars of an energy label, green above yellow above orange above red. Share of the six steps of hue that
 * stand in this order with at least a five-hundredth of the picture each; 0 when fewer than four do.
 */
function measureLadder({ data, width, height }: View): Features {
  const counts = new Float64Array(6)
  const rows = new Float64Array(6)
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      const at = (y * width + x) * 3
      const step = ladderStep(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0)
      if (step === undefined) continue
      counts[step] = (counts[step] ?? 0) + 1
      rows[step] = (rows[step] ?? 0) + y / height
    }
  }
  const seen = Math.max(1, Math.ceil(width / 2) * Math.ceil(height / 2))
  const found = [...counts.keys()].filter((step) => (counts[step] ?? 0) / seen >= 1 / 500)
  const middles = found.map((step) => (rows[step] ?? 0) / (counts[step] ?? 1))
  const ordered = middles.every((middle, at) => at === 0 || middle > (middles[at - 1] ?? 0) + 0.015)
  return { ladder: ordered && found.length >= 4 ? found.length / 6 : 0 }
}

/** Strong colours by hue, from green (0) to red (5). */
function ladderStep(red: number, green: number, blue: number): number | undefined {
  const highest = Math.max(red, green, blue)
  const lowest = Math.min(red, green, blue)
  if (highest < 110 || highest - lowest < 0.5 * highest || highest === blue) return undefined
  const hue = hueOf(red, green, blue, highest, lowest)
  if (hue >= 112) return hue <= 165 ? 0 : undefined
  if (hue >= 82) return 1
  if (hue >= 58) return 2
  if (hue >= 44) return 3
  if (hue >= 26) return 4
  return hue >= -20 ? 5 : undefined
}

/** Degrees from -60 to 180: red 0, yellow 60, green 120. Not for colours that are mostly blue. */
function hueOf(red: number, green: number, blue: number, highest: number, lowest: number): number {
  const span = highest - lowest
  return highest === red ? (60 * (green - blue)) / span : 120 + (60 * (blue - red)) / span
}

/** Differs by no more than what JPEG leaves of a flat area. */
function isLike(data: Buffer, one: number, other: number): boolean {
  return (
    Math.abs((data[one] ?? 0) - (data[other] ?? 0)) <= 2 &&
    Math.abs((data[one + 1] ?? 0) - (data[other + 1] ?? 0)) <= 2 &&
    Math.abs((data[one + 2] ?? 0) - (data[other + 2] ?? 0)) <= 2
  )
}
