/** Light and colour, from one pass over the pixels: exposure, contrast, clipping, colourfulness. */
import type { Features } from '../../../../../core/processing/sight.ts'
import type { View } from '../raster.ts'

const fewestRows = 200
const highlight = 252
const shadow = 3
/** A channel counts as coloured when it is this far from grey. */
const coloured = 24

export interface Tone {
  features: Features
  /** How often each luma, 0..255. */
  histogram: Uint32Array
}

export function toneOf({ data, width, height }: View): Tone {
  // Shares and means need no more than every second row of a large view.
  const apart = height >= 2 * fewestRows ? 2 : 1
  const pixels = width * Math.ceil(height / apart)
  const histogram = new Uint32Array(256)
  const peaks = new Uint32Array(256)
  let [white, black, colour] = [0, 0, 0]
  let [redGreen, redGreen2, yellowBlue, yellowBlue2] = [0, 0, 0, 0]
  const row = width * 3
  for (let at = 0; at < data.length; at += at % row === row - 3 ? 3 + (apart - 1) * row : 3) {
    const red = data[at] ?? 0
    const green = data[at + 1] ?? 0
    const blue = data[at + 2] ?? 0
    const luma = (77 * red + 150 * green + 29 * blue) >> 8
    histogram[luma] = (histogram[luma] ?? 0) + 1
    const most = red > green ? (red > blue ? red : blue) : green > blue ? green : blue
    const least = red < green ? (red < blue ? red : blue) : green < blue ? green : blue
    peaks[most] = (peaks[most] ?? 0) + 1
    if (least >= highlight) white++
    if (most <= shadow) black++
    if (most - least >= coloured) colour++
    const rg = red - green
    const yb = (red + green) / 2 - blue
    redGreen += rg
    redGreen2 += rg * rg
    yellowBlue += yb
    yellowBlue2 += yb * yb
  }
  const variance = (sum: number, squares: number) => Math.max(0, squares / pixels - (sum / pixels) ** 2)
  const spread = Math.sqrt(variance(redGreen, redGreen2) + variance(yellowBlue, yellowBlue2))
  const centre = Math.hypot(redGreen / pixels, yellowBlue / pixels)
  const at = (share: number) => percentile(histogram, pixels * share)
  return {
    histogram,
    features: {
      brightness: mean(histogram, pixels) / 255,
      darkest: at(0.02),
      shadows: at(0.1),
      middle: at(0.5),
      lights: at(0.9),
      lightest: at(0.98),
      top: at(0.995),
      range: at(0.98) - at(0.02),
      deviation: deviation(histogram, pixels) / 255,
      burnt: tail(peaks, highlight) / pixels,
      plateau: plateau(peaks, pixels),
      white: white / pixels,
      black: black / pixels,
      entropy: entropy(histogram, pixels),
      colourfulness: spread + 0.3 * centre,
      coloured: colour / pixels,
    },
  }
}

function mean(histogram: Uint32Array, pixels: number): number {
  let sum = 0
  for (const [luma, count] of histogram.entries()) sum += luma * count
  return sum / pixels
}

function deviation(histogram: Uint32Array, pixels: number): number {
  const middle = mean(histogram, pixels)
  let sum = 0
  for (const [luma, count] of histogram.entries()) sum += (luma - middle) ** 2 * count
  return Math.sqrt(sum / pixels)
}

/** Luma, 0..1, that so many pixels are darker than; within a luma in proportion, so that it moves smoothly. */
function percentile(histogram: Uint32Array, pixels: number): number {
  let below = 0
  for (const [luma, count] of histogram.entries()) {
    if (below + count >= pixels && count > 0) return (luma + (pixels - below) / count) / 256
    below += count
  }
  return 1
}

function tail(histogram: Uint32Array, from: number): number {
  let sum = 0
  for (let level = from; level < histogram.length; level++) sum += histogram[level] ?? 0
  return sum
}

/** Share of pixels that end together at the light end: clipped highlights, also when they were darkened afterwards. */
function plateau(peaks: Uint32Array, pixels: number): number {
  let level = peaks.length - 1
  while (level > 0 && tail(peaks, level) < pixels * 0.002) level--
  return tail(peaks, Math.max(0, level - 2)) / pixels
}

/** Bits, 0..8. */
function entropy(histogram: Uint32Array, pixels: number): number {
  let sum = 0
  for (const count of histogram) if (count > 0) sum -= (count / pixels) * Math.log2(count / pixels)
  return sum
}
