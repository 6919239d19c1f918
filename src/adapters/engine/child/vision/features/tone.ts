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

export function toneOf(view: View): Tone {
  // Shares and means need no more than every second row of a large view.
  const apart = view.height >= 2 * fewestRows ? 2 : 1
  const pixels = view.width * Math.ceil(view.height / apart)
  const [histogram, peaks, lows] = [new Uint32Array(256), new Uint32Array(256), new Uint32Array(256)]
  count(view, apart, { histogram, peaks, lows })
  const { redGreen, redGreen2, yellowBlue, yellowBlue2, colour } = spreads(view, apart)
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
      white: tail(lows, highlight) / pixels,
      black: (pixels - tail(peaks, shadow + 1)) / pixels,
      entropy: entropy(histogram, pixels),
      colourfulness: spread + 0.3 * centre,
      coloured: colour / pixels,
    },
  }
}

interface Counts {
  histogram: Uint32Array
  /** Of the largest channel, and of the smallest. */
  peaks: Uint32Array
  lows: Uint32Array
}

function count({ data, width, height }: View, apart: number, { histogram, peaks, lows }: Counts): void {
  for (let y = 0; y < height; y += apart) {
    const end = (y + 1) * width * 3
    for (let at = y * width * 3; at < end; at += 3) {
      const red = data[at] ?? 0
      const green = data[at + 1] ?? 0
      const blue = data[at + 2] ?? 0
      const luma = (77 * red + 150 * green + 29 * blue) >> 8
      const most = red > green ? (red > blue ? red : blue) : green > blue ? green : blue
      const least = red < green ? (red < blue ? red : blue) : green < blue ? green : blue
      histogram[luma] = (histogram[luma] ?? 0) + 1
      peaks[most] = (peaks[most] ?? 0) + 1
      lows[least] = (lows[least] ?? 0) + 1
    }
  }
}

/** Sums and sums of squares of the opponent colours; a loop of its own, which the compiler keeps in registers. */
function spreads({ data, width, height }: View, apart: number) {
  let redGreen = 0
  let redGreen2 = 0
  let yellowBlue = 0
  let yellowBlue2 = 0
  let colour = 0
  for (let y = 0; y < height; y += apart) {
    // Sums of one row are whole numbers of 32 bits.
    let rg = 0
    let rg2 = 0
    let yb = 0
    let yb2 = 0
    const end = (y + 1) * width * 3
    for (let at = y * width * 3; at < end; at += 3) {
      const red = data[at] ?? 0
      const green = data[at + 1] ?? 0
      const blue = data[at + 2] ?? 0
      const one = red - green
      const other = red + green - 2 * blue
      rg += one
      rg2 += one * one
      yb += other
      yb2 += other * other
      if (one >= coloured || one <= -coloured || other >= 2 * coloured || other <= -2 * coloured) colour++
    }
    redGreen += rg
    redGreen2 += rg2
    yellowBlue += yb / 2
    yellowBlue2 += yb2 / 4
  }
  return { redGreen, redGreen2, yellowBlue, yellowBlue2, colour }
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
