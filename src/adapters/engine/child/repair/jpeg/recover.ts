/**
 * Decodes a damaged scan as far as its data goes. Where bits cannot be read it looks for the next place that reads on,
 * finds out which MCUs those are (from the end of the data, or by the row above) and what their brightness was, and
 * leaves only what truly is lost.
 */
import type { ScanData } from './bits.ts'
import {
  bestShift,
  createEdges,
  type Edges,
  enter,
  errorAt,
  findBreak,
  findSplit,
  isBreak,
  type Segment,
} from './fit.ts'
import { blockOffset, type ScanLayout } from './frame.ts'
import { createWalker, type ReadBlock, type Walker } from './sequence.ts'
import { cutSpans, type Span } from './spans.ts'

export interface Recovered {
  /** Which MCUs of the scan were read. */
  known: Uint8Array
  findings: string[]
  /** Not every MCU was where it should be. */
  damaged: boolean
}

interface Job {
  walker: Walker
  layout: ScanLayout
  edges: Edges
  mcus: number
  segments: Segment[]
  /** Resynchronisations left: hostile data could ask for endless ones. */
  patience: number
}

/** Reads the scan into the coefficients of its planes. `suspect`: something is wrong with the file, maybe here. */
export function recoverScan(
  data: ScanData,
  layout: ScanLayout,
  read: ReadBlock,
  options: { restart: number; ended: boolean; suspect: boolean },
): Recovered {
  const mcus = layout.wide * layout.high
  const capacity = mcus + (mcus >> 2) + 256
  const walker = createWalker(data, layout, read, capacity, !options.ended)
  const { spans, findings } = cutSpans(data, walker, options.restart, mcus, options.ended)
  const edges = createEdges(layout.parts, mcus)
  const job: Job = { walker, layout, edges, mcus, segments: [], patience: 200 }
  let damaged = findings.length > 0 || data.torn
  for (const span of spans) damaged = recoverSpan(job, span) || damaged
  // Pieces between restart markers cannot harm each other.
  if (spans.length === 1 && (damaged || options.suspect)) damaged = mendBreaks(job) || damaged
  return { known: place(data, layout, read, job), findings, damaged }
}

/** True when the span was damaged. */
function recoverSpan(job: Job, span: Span): boolean {
  const { walker, edges } = job
  const { sequence } = walker
  const count = span.mcuTo - span.mcuFrom
  const start = sequence.length
  const first = walker.walk(span.fromBit, span.toBit, count)
  const whole = first.count === count && span.toBit - first.bit < 16
  const segment = { from: start, to: sequence.length, shift: span.mcuFrom - start, offsets: edges.map(() => 0) }
  if (whole || (first.ended && first.count <= count && !span.anchored)) {
    add(job, segment)
    return !whole && span.anchored
  }
  // Too many MCUs: the decoder ran over damage without noticing, and goes on.
  const surplus = first.count === count ? walker.walk(first.bit, span.toBit, count >> 2, true) : undefined
  recoverPieces(job, span, start, surplus ?? first)
  return true
}

function recoverPieces(job: Job, span: Span, start: number, first: { bit: number; ended: boolean }): void {
  const { walker, layout, edges } = job
  const { sequence } = walker
  const breaks = [start]
  let stop = first
  const gaps = [0]
  while (!stop.ended && job.patience > 0 && sequence.length - start < (span.mcuTo - span.mcuFrom) * 1.2) {
    job.patience -= 1
    const usual = Math.max(24, (stop.bit - span.fromBit) / Math.max(1, sequence.length - start))
    const next = resync(walker, stop.bit, span.toBit, usual)
    if (next < 0) break
    const at = sequence.length
    const walked = walker.walk(next, span.toBit, span.mcuTo - span.mcuFrom)
    if (walked.count === 0) break
    breaks.push(at)
    gaps.push((next - stop.bit) / usual)
    stop = walked
  }
  const clean = stop.ended && span.toBit - stop.bit < 16
  let shift = span.mcuFrom - start
  let last: Segment | undefined
  for (const [index, from] of breaks.entries()) {
    const to = breaks[index + 1] ?? sequence.length
    const end = index === breaks.length - 1 && clean && span.anchored ? span.mcuTo - sequence.length : undefined
    if (index === 0) last = { from, to, shift, offsets: edges.map(() => 0) }
    else {
      if (last !== undefined) trim(job, last)
      const guess = shift + Math.round(gaps[index] ?? 0)
      const most = guess + Math.round((gaps[index] ?? 0) * 2) + 48
      const range = { least: Math.max(span.mcuFrom - from, shift - 24), most, preferred: end ?? guess }
      const found = bestShift(sequence, edges, layout.wide, { from, to }, range)
      const known = Number.isFinite(found.fit.error)
      shift = known ? found.shift : range.preferred
      last = { from, to, shift, offsets: known ? found.fit.offsets : carried(job, from, breaks[index - 1] ?? from) }
    }
    shift = last.shift
    add(job, last)
    if (end !== undefined && end !== shift) resettle(job, last, end)
  }
  // It ended within damage.
  if (!clean && last !== undefined) trim(job, last)
}

/** A piece ends where it should not: somewhere in it the decoder ran over damage without noticing. */
function resettle(job: Job, segment: Segment, shift: number): void {
  const { walker, edges, layout } = job
  const split = findSplit(walker.sequence, edges, layout.wide, segment, shift)
  if (split === undefined) return
  const rest = { from: split.at, to: segment.to, shift, offsets: split.offsets }
  segment.to = split.at
  // What stood at its old place.
  for (const lane of edges) lane.fill(Number.NaN, Math.max(0, split.at + segment.shift))
  trim(job, segment)
  add(job, rest)
}

/** Without a row above: the brightness of the last MCU before goes on. */
function carried({ walker }: Job, from: number, previous: number): number[] {
  return walker.sequence.parts.map(({ bottom, top }) =>
    from > previous ? (bottom[from - 1] ?? 0) - (top[from] ?? 0) : 0,
  )
}

function add(job: Job, segment: Segment): void {
  job.segments.push(segment)
  enter(job.edges, job.walker.sequence, segment)
}

/** Takes back the garbled MCUs at the end of a segment: those that do not fit below the row above. */
function trim({ walker, edges, layout }: Job, segment: Segment): void {
  let sum = 0
  let best = 0
  let cut = segment.to
  for (let index = segment.to - 1; index >= Math.max(segment.from, segment.to - 64); index -= 1) {
    const error = errorAt(walker.sequence, edges, layout.wide, { ...segment, from: index, to: index + 1 })
    sum += Number.isFinite(error) ? error - 14 : -4
    if (sum > best) [best, cut] = [sum, index]
  }
  for (const lane of edges) lane.fill(Number.NaN, Math.max(0, cut + segment.shift), segment.to + segment.shift)
  segment.to = cut
}

/** Places that the decoder ran over without noticing: a row that does not fit below the one above, and all behind it. */
function mendBreaks(job: Job): boolean {
  const { walker, edges, layout, segments } = job
  const { wide } = layout
  let mended = false
  for (let index = 0, found = 0; index < segments.length && found < 24; index += 1) {
    const segment = segments[index]
    if (segment === undefined || segment.to - segment.from < wide) continue
    const split = findBreak(walker.sequence, edges, wide, segment, 24)
    if (split === undefined || !isBreak(split)) continue
    found += 1
    const rest = { from: split.at, to: segment.to, shift: split.shift, offsets: split.offsets }
    for (const lane of edges) lane.fill(Number.NaN, Math.max(0, split.at + segment.shift), segment.to + segment.shift)
    segment.to = split.at
    segments.splice(index + 1, 0, rest)
    for (const later of segments.slice(index + 1)) enter(edges, walker.sequence, later)
    mended = true
  }
  return mended
}

/**
 * Whether a scan that reads cleanly shows damage all the same: levels that no encoder writes, behind a seam. The seam
 * alone would be no proof, a drawing may have one. `steps`: of the DC of each component.
 */
export function isTorn({ sequence }: Walker, wide: number, steps: readonly number[]): boolean {
  const impossible = sequence.parts.some(({ before }, part) => {
    const step = steps[part] ?? 1
    return before.subarray(0, sequence.length).some((dc) => Math.abs(dc * step) > 1024 + step + 16)
  })
  if (!impossible) return false
  const edges = createEdges(sequence.parts.length, sequence.length)
  const segment = { from: 0, to: sequence.length, shift: 0, offsets: sequence.parts.map(() => 0) }
  enter(edges, sequence, segment)
  const split = findBreak(sequence, edges, wide, segment, 0)
  return split !== undefined && isBreak(split)
}

/** The first place behind `from` from where the data reads on smoothly; -1 for none. */
function resync({ probe }: Walker, from: number, to: number, usual: number): number {
  for (let reach = 2048 + usual * 8; reach <= 65_536; reach *= 4) {
    let least = Number.POSITIVE_INFINITY
    const found: { bit: number; rough: number }[] = []
    for (let bit = from + 1; bit < Math.min(to - 16, from + reach); bit += 1) {
      const rough = probe(bit, to, 24)
      if (rough === Number.POSITIVE_INFINITY) continue
      found.push({ bit, rough })
      least = Math.min(least, rough)
    }
    const chosen = found.find(({ rough }) => rough <= least * 1.3 + 1)
    if (chosen !== undefined && least < 60) return chosen.bit
    if (from + reach >= to) break
  }
  return -1
}

/** Reads every segment once more, into its place. */
function place(data: ScanData, layout: ScanLayout, read: ReadBlock, job: Job): Uint8Array {
  const { sequence } = job.walker
  const known = new Uint8Array(job.mcus)
  for (const { from, to, shift, offsets } of job.segments) {
    const predictors = sequence.parts.map(({ before }, part) => {
      const step = layout.blocks.find((block) => block.part === part)?.plane.quantisation[0] ?? 1
      return (before[from] ?? 0) + Math.round(((offsets[part] ?? 0) * 8) / step)
    })
    let bit = sequence.bits[from] ?? 0
    for (let index = from; index < to; index += 1) {
      const mcu = index + shift
      const inside = mcu >= 0 && mcu < job.mcus
      for (const block of layout.blocks) {
        const at = inside ? blockOffset(block, layout, mcu) : 0
        const target = inside ? block.plane.coefficients : new Int16Array(64)
        target.fill(0, at, at + 64)
        bit = read(data.bytes, bit, block, target, at)
        const dc = (predictors[block.part] ?? 0) + (target[at] ?? 0)
        predictors[block.part] = dc
        target[at] = Math.max(-2047, Math.min(2047, dc))
      }
      if (inside) known[mcu] = 1
    }
  }
  return known
}
