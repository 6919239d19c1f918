/**
 * Fits a piece of decoded MCUs into the picture: after a damaged spot neither its place nor its brightness is known.
 * Both are found by the row above: the right place is where edges meet edges up to one constant per component.
 */
import type { Sequence } from './sequence.ts'

/** MCUs from `from` to `to` of the sequence belong at their index + `shift`; `offsets` are added to their levels. */
export interface Segment {
  from: number
  to: number
  shift: number
  offsets: number[]
}

/** What is known of the lower edges of the picture's MCUs so far, by component; NaN: nothing. */
export type Edges = Float32Array[]

/** Beyond this many levels an edge is simply wrong. */
const worst = 40

export const createEdges = (parts: number, mcus: number): Edges =>
  Array.from({ length: parts }, () => new Float32Array(mcus).fill(Number.NaN))

/** Enters the lower edges of a segment. */
export function enter(edges: Edges, sequence: Sequence, { from, to, shift, offsets }: Segment): void {
  for (const [part, lane] of edges.entries()) {
    const bottom = sequence.parts[part]?.bottom
    for (let index = from; index < to; index += 1) {
      const target = index + shift
      if (target >= 0 && target < lane.length) lane[target] = (bottom?.[index] ?? 0) + (offsets[part] ?? 0)
    }
  }
}

export interface Fit {
  offsets: number[]
  /** Mean mismatch in levels per MCU and component after the offsets; infinite without a row above. */
  error: number
}

/** How well the MCUs `from` to `to` stand below the row above when shifted. */
export function fitAt(
  sequence: Sequence,
  edges: Edges,
  wide: number,
  { from, to, shift }: Omit<Segment, 'offsets'>,
): Fit {
  let error = 0
  let seen = 0
  const offsets = edges.map((lane, part) => {
    const top = sequence.parts[part]?.top
    const differences: number[] = []
    for (let index = from; index < to; index += 1) {
      const above = lane[index + shift - wide]
      if (above !== undefined && !Number.isNaN(above)) differences.push(above - (top?.[index] ?? 0))
    }
    const offset = median(differences)
    for (const difference of differences) error += Math.min(worst, Math.abs(difference - offset))
    seen += differences.length
    return offset
  })
  return { offsets, error: seen < 4 * edges.length ? Number.POSITIVE_INFINITY : error / seen }
}

/** Mean mismatch when the offsets are given. */
export function errorAt(sequence: Sequence, edges: Edges, wide: number, segment: Segment): number {
  let error = 0
  let seen = 0
  for (const [part, lane] of edges.entries()) {
    const top = sequence.parts[part]?.top
    for (let index = segment.from; index < segment.to; index += 1) {
      const above = lane[index + segment.shift - wide]
      if (above === undefined || Number.isNaN(above)) continue
      error += Math.min(worst, Math.abs(above - (top?.[index] ?? 0) - (segment.offsets[part] ?? 0)))
      seen += 1
    }
  }
  return seen === 0 ? Number.POSITIVE_INFINITY : error / seen
}

/** The shift within `least..most` with the smallest mismatch over one row; ties go to the `preferred` one. */
export function bestShift(
  sequence: Sequence,
  edges: Edges,
  wide: number,
  piece: { from: number; to: number },
  range: { least: number; most: number; preferred: number },
): { shift: number; fit: Fit } {
  const to = Math.min(piece.to, piece.from + wide)
  const at = (shift: number) => fitAt(sequence, edges, wide, { from: piece.from, to, shift })
  let shift = range.preferred
  let fit = at(shift)
  const bar = fit.error * 0.8
  for (let candidate = range.least; candidate <= range.most; candidate += 1) {
    const other = at(candidate)
    if (other.error < Math.min(bar, fit.error)) [shift, fit] = [candidate, other]
  }
  return { shift, fit }
}

export interface Split {
  at: number
  /** Of what stands behind it. */
  shift: number
  offsets: number[]
  /** Levels per MCU and component by which the second placing is better over the row behind the split. */
  gain: number
  error: number
}

/**
 * Where within a segment its rest should be placed by `shift` and with other offsets instead: a damaged spot that the
 * decoder ran over without noticing. `edges` must hold the segment as it is placed now.
 */
export function findSplit(
  sequence: Sequence,
  edges: Edges,
  wide: number,
  segment: Segment,
  shift: number,
): Split | undefined {
  let best: Split | undefined
  const consider = (at: number) => {
    const to = Math.min(segment.to, at + wide + Math.min(0, segment.shift - shift))
    if (at < segment.from || to - at < Math.min(8, wide)) return
    const now = errorAt(sequence, edges, wide, { ...segment, from: at, to })
    const other = fitAt(sequence, edges, wide, { from: at, to, shift })
    const gain = (now - other.error) * Math.min(1, (to - at) / wide)
    if (Number.isFinite(gain) && (best === undefined || gain > best.gain))
      best = { at, shift, offsets: other.offsets, gain, error: other.error }
  }
  const coarse = Math.max(1, wide >> 3)
  for (let at = segment.from; at < segment.to; at += coarse) consider(at)
  const middle = best?.at ?? segment.from
  for (let at = middle - coarse; at <= middle + coarse; at += 1) consider(at)
  return best
}

/**
 * The likeliest place within a segment behind which everything stands elsewhere or in another brightness: where the row
 * fits worst below the one above, and another placing fits much better.
 */
export function findBreak(
  sequence: Sequence,
  edges: Edges,
  wide: number,
  segment: Segment,
  reach: number,
): Split | undefined {
  const least = Math.min(8, wide)
  const coarse = Math.max(1, wide >> 3)
  const places: { at: number; now: number }[] = []
  for (let at = segment.from; at + least <= segment.to; at += coarse) {
    const to = Math.min(segment.to, at + wide)
    const now = errorAt(sequence, edges, wide, { ...segment, from: at, to }) * Math.min(1, (to - at) / wide)
    if (Number.isFinite(now)) places.push({ at, now })
  }
  places.sort((a, b) => b.now - a.now)
  let best: Split | undefined
  const consider = (at: number, nearest: number, farthest: number) => {
    const to = Math.min(segment.to, at + wide)
    if (at < segment.from || to - at < least) return
    const now = errorAt(sequence, edges, wide, { ...segment, from: at, to })
    for (let shift = segment.shift + nearest; shift <= segment.shift + farthest; shift += 1) {
      const { offsets, error } = fitAt(sequence, edges, wide, { from: at, to, shift })
      // To stay in place needs less proof.
      const gain = (now - error) * Math.min(1, (to - at) / wide) * (shift === segment.shift ? 1 : 0.95)
      if (Number.isFinite(gain) && (best === undefined || gain > best.gain)) best = { at, shift, offsets, gain, error }
    }
  }
  for (const { at } of places.slice(0, 12)) consider(at, -reach, reach)
  const middle = best?.at ?? segment.from
  const found = (best?.shift ?? segment.shift) - segment.shift
  for (let at = middle - coarse; at <= middle + coarse; at += 1) consider(at, found, found)
  return best
}

/** Whether a break is more than an edge of the picture, given that something is wrong with it. */
export const isBreak = ({ gain, error }: Split): boolean => gain > 4 && error < gain * 0.6

function median(values: number[]): number {
  if (values.length === 0) return 0
  values.sort((a, b) => a - b)
  return values[values.length >> 1] ?? 0
}
