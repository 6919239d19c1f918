/** Cuts the coded data of a scan at its restart markers, which may be missing, misnumbered or counted wrongly. */
import type { ScanData } from './bits.ts'
import type { Walker } from './sequence.ts'

/** Coded data between two known places. */
export interface Span {
  fromBit: number
  toBit: number
  mcuFrom: number
  /** MCUs that it should hold end here. */
  mcuTo: number
  /** The end is known to be the end of the last MCU. */
  anchored: boolean
}

export interface Spans {
  spans: Span[]
  /** In MCUs; 0: none. */
  interval: number
  findings: string[]
}

/** `declared`: the restart interval of the header; `ended`: the scan ended at a marker, not with the file. */
export function cutSpans(data: ScanData, walker: Walker, declared: number, mcus: number, ended: boolean): Spans {
  const findings: string[] = []
  const marks = data.restarts.filter(({ at }) => at > 0 && at < data.length)
  const whole: Span = { fromBit: 0, toBit: data.length * 8, mcuFrom: 0, mcuTo: mcus, anchored: ended }
  if (marks.length === 0) {
    if (declared > 0 && declared * 2 < mcus) findings.push('The restart interval was wrong.')
    return { spans: [whole], interval: 0, findings }
  }
  const interval = trueInterval(data, walker, declared, mcus)
  if (interval === 0) return { spans: [whole], interval, findings: ['A false restart marker was left out.'] }
  if (interval !== declared) findings.push('The restart interval was wrong.')
  const last = Math.ceil(mcus / interval)
  const usual = (data.length * interval) / mcus
  const spans: Span[] = []
  let from = 0
  let index = 0
  let odd = false
  for (const { at, number } of [...marks, { at: data.length, number: -1 }]) {
    if (index >= last) break
    let next = index + 1
    if (number < 0) next = ended ? last : next
    else if (number !== index % 8) {
      odd = true
      // Lost markers, or a number that was damaged: the bytes tell.
      const lost = (number - (index % 8) + 8) % 8
      const bytes = at - from
      if (Math.abs(bytes / usual - 1 - lost) < Math.abs(bytes / usual - 1)) next = index + 1 + lost
    }
    next = Math.min(next, last)
    const anchored = number >= 0 || ended
    spans.push({
      fromBit: from * 8,
      toBit: at * 8,
      mcuFrom: index * interval,
      mcuTo: Math.min(mcus, next * interval),
      anchored,
    })
    index = next
    from = at
  }
  if (odd) findings.push('Restart markers were missing or wrong.')
  return { spans, interval, findings }
}

/** The interval that most of the first pieces have; 0 when the markers are no more than damage. */
function trueInterval(data: ScanData, walker: Walker, declared: number, mcus: number): number {
  const votes = new Map<number, number>()
  let from = 0
  for (const { at } of data.restarts.slice(0, 24)) {
    const before = walker.sequence.length
    const { count, ended } = walker.walk(from * 8, at * 8, mcus)
    walker.sequence.length = before
    if (ended && count > 0) votes.set(count, (votes.get(count) ?? 0) + 1)
    from = at
  }
  const [best] = [...votes].sort((a, b) => b[1] - a[1])
  if (best === undefined) return declared
  const [interval, agreeing] = best
  if (declared > 0 && (votes.get(declared) ?? 0) >= agreeing) return declared
  const tried = Math.min(24, data.restarts.length)
  if (agreeing * 2 > tried || (declared > 0 && agreeing > 1)) return interval
  return declared
}
