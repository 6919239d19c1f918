/**
 * Enlarging by 2 or 4 with an exact Lanczos filter of three lobes. libvips enlarges with a bicubic one that also stands
 * half a pixel off: 2 to 3 dB further from the original on photographs (docs/upscale.md).
 */

/** Interleaved samples of 8 bits, rows without padding. */
export interface Raster {
  data: Buffer
  width: number
  height: number
  channels: number
}

const lobes = 3
const taps = 2 * lobes

/** Rows are enlarged once, kept while they are needed, and joined: no second picture is held. */
export function enlarge(from: Raster, factor: number): Raster {
  const { width, height, channels } = from
  const phases = phasesOf(factor)
  const row = width * factor * channels
  const data = Buffer.allocUnsafe(row * height * factor)
  const kept = new Map<number, Float32Array>()
  const wide = (y: number) => {
    const at = Math.min(height - 1, Math.max(0, y))
    const known = kept.get(at)
    if (known !== undefined) return known
    const made = widen(from, at, phases)
    kept.set(at, made)
    return made
  }
  for (let y = 0; y < height; y++) {
    kept.delete(y - lobes - 1)
    for (const [phase, { start, weights }] of phases.entries()) {
      const rows = weights.map((_, tap) => wide(y + start + tap))
      joinRows(rows, weights, data, (y * factor + phase) * row)
    }
  }
  return { data, width: width * factor, height: height * factor, channels }
}

interface Phase {
  /** The first tap's place, counted from the old pixel. */
  start: number
  weights: readonly number[]
}

/** Where each of the new pixels of an old one lies between its neighbours. */
function phasesOf(factor: number): Phase[] {
  return Array.from({ length: factor }, (_, phase) => {
    const centre = (phase + 0.5) / factor - 0.5
    const start = Math.floor(centre) - lobes + 1
    const weights = Array.from({ length: taps }, (_, tap) => lanczos(centre - start - tap))
    const sum = weights.reduce((total, weight) => total + weight, 0)
    return { start, weights: weights.map((weight) => weight / sum) }
  })
}

function lanczos(x: number): number {
  if (x === 0) return 1
  if (Math.abs(x) >= lobes) return 0
  return (lobes * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / lobes)) / (Math.PI * x) ** 2
}

function widen({ data, width, channels }: Raster, y: number, phases: readonly Phase[]): Float32Array {
  const wide = new Float32Array(width * phases.length * channels)
  const from = y * width * channels
  // The row with its end pixels repeated, so that the loop below asks nothing.
  const padded = new Float32Array((width + taps) * channels)
  for (let x = -lobes; x < width + lobes; x++) {
    const at = from + Math.min(width - 1, Math.max(0, x)) * channels
    for (let band = 0; band < channels; band++) padded[(x + lobes) * channels + band] = data[at + band] ?? 0
  }
  for (const [phase, { start, weights }] of phases.entries()) {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = weights
    for (let x = 0; x < width; x++) {
      for (let band = 0; band < channels; band++) {
        const at = (x + start + lobes) * channels + band
        wide[(x * phases.length + phase) * channels + band] =
          a * (padded[at] ?? 0) +
          b * (padded[at + channels] ?? 0) +
          c * (padded[at + 2 * channels] ?? 0) +
          d * (padded[at + 3 * channels] ?? 0) +
          e * (padded[at + 4 * channels] ?? 0) +
          f * (padded[at + 5 * channels] ?? 0)
      }
    }
  }
  return wide
}

const none = new Float32Array(0)

function joinRows(rows: readonly Float32Array[], weights: readonly number[], data: Buffer, to: number): void {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = weights
  const [one = none, two = none, three = none, four = none, five = none, six = none] = rows
  for (let at = 0; at < one.length; at++) {
    const value =
      a * (one[at] ?? 0) +
      b * (two[at] ?? 0) +
      c * (three[at] ?? 0) +
      d * (four[at] ?? 0) +
      e * (five[at] ?? 0) +
      f * (six[at] ?? 0)
    data[to + at] = value < 0 ? 0 : value > 255 ? 255 : value + 0.5
  }
}
