/**
 * What stands out from the picture's border: per pixel the smallest change of colour that a way from the border must
 * pass (minimum barrier distance), and how unlike the colours of the four sides it is. No model is needed.
 */
import type { Size } from './planes.ts'

/** @param border 1 where the background surely is */
export function standOut(lab: Float32Array, size: Size, border: Uint8Array): Float32Array {
  const barrier = new Float32Array(size.width * size.height)
  // A box that fills the picture: nothing is known to be background.
  if (!border.includes(1)) return barrier.fill(0.5)
  for (let band = 0; band < 3; band++) {
    const channel = new Float32Array(barrier.length)
    for (let at = 0; at < channel.length; at++) channel[at] = lab[at * 3 + band] ?? 0
    const distance = barrierDistance(channel, size, border)
    for (let at = 0; at < barrier.length; at++) barrier[at] = (barrier[at] ?? 0) + (distance[at] ?? 0)
  }
  const unlike = unlikeSides(lab, size, border)
  const [farBarrier, farUnlike] = [nearlyMost(barrier), nearlyMost(unlike)]
  return barrier.map((value, at) => {
    const both = Math.min(1, value / farBarrier) * 0.55 + Math.min(1, (unlike[at] ?? 0) / farUnlike) * 0.45
    return 1 / (1 + Math.exp(-10 * (both - 0.42)))
  })
}

/** Of ways from the border the one whose lightest and darkest pixel are least apart; four scans come near enough. */
function barrierDistance(channel: Float32Array, { width, height }: Size, border: Uint8Array): Float32Array {
  const distance = new Float32Array(channel.length).fill(Number.POSITIVE_INFINITY)
  const most = Float32Array.from(channel)
  const least = Float32Array.from(channel)
  for (let at = 0; at < border.length; at++) if (border[at] === 1) distance[at] = 0
  const reach = (at: number, from: number) => {
    const known = distance[from] ?? 0
    if (known >= (distance[at] ?? 0)) return
    const own = channel[at] ?? 0
    const high = Math.max(most[from] ?? 0, own)
    const low = Math.min(least[from] ?? 0, own)
    if (high - low >= (distance[at] ?? 0)) return
    distance[at] = high - low
    most[at] = high
    least[at] = low
  }
  for (let pass = 0; pass < 2; pass++) {
    for (let at = 0; at < channel.length; at++) {
      if (at % width > 0) reach(at, at - 1)
      if (at >= width) reach(at, at - width)
    }
    for (let at = channel.length - 1; at >= 0; at--) {
      if (at % width < width - 1) reach(at, at + 1)
      if (at < width * (height - 1)) reach(at, at + width)
    }
  }
  return distance
}

/** Distance to the colours of each side; the side that is farthest off may hold the subject, and does not count. */
function unlikeSides(lab: Float32Array, size: Size, border: Uint8Array): Float32Array {
  const maps = sideColours(lab, size, border).flatMap((colours) =>
    colours === undefined ? [] : [distances(lab, colours)],
  )
  const sum = new Float32Array(border.length)
  for (let at = 0; at < sum.length; at++) {
    let [total, most] = [0, 0]
    for (const map of maps) {
      const value = map[at] ?? 0
      total += value
      most = Math.max(most, value)
    }
    sum[at] = maps.length > 2 ? total - most : total
  }
  return sum
}

/** Farther than this from the colours of every other side, a pixel of the border may be the subject's. */
const doubtful = 2.6
/** A whole side that is different is a floor or a sky. */
const wholeSide = 0.85

/** Where the subject may reach the border: those of its pixels become 2, "on the edge, but not surely background". */
export function doubtBorder(lab: Float32Array, size: Size, border: Uint8Array): void {
  const colours = sideColours(lab, size, border)
  const far = colours.map((side) => side && distances(lab, side))
  for (const [index, inside] of sidesOf(size, 1).entries()) {
    const others = far.filter((map, side): map is Float32Array => side !== index && map !== undefined)
    const line: number[] = []
    for (let at = 0; at < border.length; at++) {
      if (border[at] === 1 && inside(at % size.width, Math.floor(at / size.width))) line.push(at)
    }
    const unlike = line.filter((at) => others.length > 0 && others.every((map) => (map[at] ?? 0) > doubtful))
    if (unlike.length > line.length * 0.05 && unlike.length < line.length * wholeSide) {
      for (const at of unlike) border[at] = 2
    }
  }
}

type Inside = (x: number, y: number) => boolean

function sidesOf({ width, height }: Size, deep: number): Inside[] {
  return [(x) => x < deep, (x) => x >= width - deep, (_x, y) => y < deep, (_x, y) => y >= height - deep]
}

function sideColours(lab: Float32Array, size: Size, border: Uint8Array) {
  const { width, height } = size
  const deep = Math.max(2, Math.round(Math.min(width, height) * 0.04))
  return sidesOf(size, deep).map((inside) =>
    spreadOf(lab, (at) => inside(at % width, Math.floor(at / width)) && border[at] !== 2),
  )
}

/** Mean and standard deviation of each band; undefined: too few pixels. */
function spreadOf(lab: Float32Array, counts: (at: number) => boolean) {
  const sums = [0, 0, 0]
  const squares = [0, 0, 0]
  let count = 0
  for (let at = 0; at < lab.length / 3; at++) {
    if (!counts(at)) continue
    count += 1
    for (let band = 0; band < 3; band++) {
      const value = lab[at * 3 + band] ?? 0
      sums[band] = (sums[band] ?? 0) + value
      squares[band] = (squares[band] ?? 0) + value * value
    }
  }
  if (count < 20) return undefined
  const mean = sums.map((sum) => sum / count)
  const deviation = squares.map((sum, band) => Math.sqrt(Math.max(9, sum / count - (mean[band] ?? 0) ** 2)))
  return { mean, deviation }
}

function distances(lab: Float32Array, { mean, deviation }: { mean: number[]; deviation: number[] }): Float32Array {
  const [meanL = 0, meanA = 0, meanB = 0] = mean
  const [devL = 1, devA = 1, devB = 1] = deviation
  const far = new Float32Array(lab.length / 3)
  for (let at = 0; at < far.length; at++) {
    const l = ((lab[at * 3] ?? 0) - meanL) / devL
    const a = ((lab[at * 3 + 1] ?? 0) - meanA) / devA
    const b = ((lab[at * 3 + 2] ?? 0) - meanB) / devB
    far[at] = Math.min(8, Math.sqrt(l * l + a * a + b * b))
  }
  return far
}

/** The value below which 98 of 100 lie: one glaring pixel does not set the scale. */
function nearlyMost(plane: Float32Array): number {
  const sorted = Float32Array.from(plane).sort()
  return Math.max(1e-3, sorted[Math.floor(sorted.length * 0.98)] ?? 1)
}
