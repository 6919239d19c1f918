/** Colours as numbers: how light one is, how far apart two are to the eye, which ones a picture is made of. */
import type { Pixels } from '../pixels.ts'

export type Rgb = readonly [red: number, green: number, blue: number]
/** CIELAB under daylight: lightness 0..100, green to red, blue to yellow. */
export type Lab = readonly [lightness: number, a: number, b: number]

/** How light an sRGB colour looks, 0..255 (the weights of ITU-R BT.709, as CSS's grayscale). */
export function luma(red: number, green: number, blue: number): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

const linear = (value: number) => {
  const share = value / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}
const cubic = (value: number) => (value > 216 / 24389 ? Math.cbrt(value) : (841 / 108) * value + 4 / 29)

export function labOf(red: number, green: number, blue: number): Lab {
  const [r, g, b] = [linear(red), linear(green), linear(blue)]
  const x = cubic((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505)
  const y = cubic(0.2126 * r + 0.7152 * g + 0.0722 * b)
  const z = cubic((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089)
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

/** CIE76: about 2 is just seen, black and white are 100 apart. */
export function labDistance(one: Lab, other: Lab): number {
  return Math.sqrt((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2)
}

/** Enough to know a picture's colours. */
const samples = 200_000
/** Two colours nearer than this are one to the eye of `dominantColors`. */
const apart = 20

/** Up to `count` colours that fill most of the picture and differ from each other, the most frequent first; a picture that cannot be seen is black. */
export function dominantColors({ data }: Pixels, count: number): Rgb[] {
  // 16 levels a channel: sums of red, green, blue, and how much of it there is.
  const bins = new Float64Array(4096 * 4)
  const step = 4 * Math.max(1, Math.floor(data.length / 4 / samples))
  for (let at = 0; at < data.length; at += step) {
    const alpha = data[at + 3] ?? 0
    const bin = ((((data[at] ?? 0) >> 4) << 8) | (((data[at + 1] ?? 0) >> 4) << 4) | ((data[at + 2] ?? 0) >> 4)) * 4
    for (let band = 0; band < 3; band++) bins[bin + band] = (bins[bin + band] ?? 0) + (data[at + band] ?? 0) * alpha
    bins[bin + 3] = (bins[bin + 3] ?? 0) + alpha
  }
  const order = Array.from({ length: 4096 }, (_, index) => index * 4)
    .filter((bin) => (bins[bin + 3] ?? 0) > 0)
    .sort((one, other) => (bins[other + 3] ?? 0) - (bins[one + 3] ?? 0))
  const found: { color: Rgb; lab: Lab }[] = []
  for (const bin of order) {
    if (found.length === count) break
    const [red = 0, green = 0, blue = 0, weight = 1] = bins.subarray(bin, bin + 4)
    const color = [red, green, blue].map((sum) => Math.round(sum / weight)) as [number, number, number]
    const lab = labOf(...color)
    if (found.every((other) => labDistance(other.lab, lab) > apart)) found.push({ color, lab })
  }
  return found.length === 0 ? [[0, 0, 0]] : found.map(({ color }) => color)
}
