/**
 * Reads the scans of a progressive JPEG into coefficients. A damaged scan of detail is used up to the damage (per restart
 * interval), and what later scans would have refined there stays coarse; damage to the DC is mended like that of
 * sequential pictures.
 */
import { extend, peek, type ScanData, unstuff } from './bits.ts'
import { layoutOf, type Plane, type Planes } from './frame.ts'
import { type HuffmanLookup, lookupOf } from './huffman.ts'
import type { ScanSpec } from './parse.ts'
import { recoverScan } from './recover.ts'
import { readFirstDc } from './sequence.ts'

export interface ProgressiveResult {
  findings: Set<string>
  /** MCUs whose DC was read, in the order of the picture; undefined: no DC scan at all. */
  known: Uint8Array | undefined
  damaged: boolean
}

interface AcScan {
  plane: Plane
  table: HuffmanLookup
  first: number
  last: number
  low: number
  refines: boolean
  /** Blocks whose earlier scans are not known: refinements cannot be read there. */
  unknown: Uint8Array
}

const damagedDetail = 'Some of the detail in the coded data was damaged.'

export function readProgressive(bytes: Uint8Array, scans: readonly ScanSpec[], planes: Planes): ProgressiveResult {
  const result: ProgressiveResult = { findings: new Set(), known: undefined, damaged: false }
  const unknown = planes.planes.map((plane) => new Uint8Array(plane.ownWide * plane.ownHigh))
  for (const scan of scans) {
    const data = unstuff(bytes, scan.dataFrom, scan.dataTo)
    const ended = scan.dataTo < bytes.length
    if (data.torn) result.damaged = true
    if (scan.spectralFrom === 0) readDc(scan, data, planes, ended, result)
    else {
      const [part] = scan.parts
      const plane = planes.planes[part?.component ?? -1]
      const table = scan.acTables[part?.ac ?? -1]
      const lookup = table === undefined ? undefined : lookupOf(table)
      const flags = unknown[part?.component ?? -1]
      if (plane === undefined || flags === undefined || scan.spectralTo > 63 || scan.spectralTo < scan.spectralFrom)
        continue
      if (lookup === undefined) {
        flags.fill(1)
        result.findings.add(damagedDetail)
        continue
      }
      const sound = readAc(data, scan.restart, {
        plane,
        table: lookup,
        first: scan.spectralFrom,
        last: scan.spectralTo,
        low: Math.min(13, scan.approxLow),
        refines: scan.approxHigh > 0,
        unknown: flags,
      })
      if (!sound && ended) {
        result.findings.add(damagedDetail)
        result.damaged = true
      }
    }
  }
  return result
}

function readDc(scan: ScanSpec, data: ScanData, planes: Planes, ended: boolean, result: ProgressiveResult): void {
  const none = new Uint16Array(65_536)
  const parts = scan.parts.flatMap(({ component, dc }) => {
    const plane = planes.planes[component]
    const spec = scan.dcTables[dc]
    const lookup = scan.approxHigh > 0 ? none : spec === undefined ? undefined : lookupOf(spec)
    return plane === undefined || lookup === undefined ? [] : [{ plane, dc: lookup, ac: none }]
  })
  if (parts.length !== scan.parts.length || parts.length === 0) return
  const layout = layoutOf(planes, parts)
  const low = Math.min(13, scan.approxLow)
  if (scan.approxHigh === 0) {
    const read = readFirstDc(low)
    const { known, findings, damaged } = recoverScan(data, layout, read, {
      restart: scan.restart,
      ended,
      suspect: false,
    })
    for (const finding of findings) result.findings.add(finding)
    result.damaged ||= damaged
    if (layout.parts === planes.planes.length || result.known === undefined) {
      result.known = layout.wide === planes.mcusWide && layout.high === planes.mcusHigh ? known : result.known
    }
    return
  }
  // One bit per block, in the order of the scan; intervals begin at whole bytes.
  const mcus = layout.wide * layout.high
  let bit = 0
  for (let mcu = 0; mcu < mcus; mcu += 1) {
    if (scan.restart > 0 && mcu > 0 && mcu % scan.restart === 0) bit = (bit + 7) & ~7
    for (const block of layout.blocks) {
      if (bit >= data.length * 8) return
      const { plane, dx, dy } = block
      const single = layout.blocks.length === 1
      const x = (mcu % layout.wide) * (single ? 1 : plane.h) + dx
      const y = Math.floor(mcu / layout.wide) * (single ? 1 : plane.v) + dy
      const at = (y * plane.blocksWide + x) * 64
      if (peek(data.bytes, bit) >>> 15 === 1) plane.coefficients[at] = (plane.coefficients[at] ?? 0) | (1 << low)
      bit += 1
    }
  }
}

/** False when not every block could be read. */
function readAc(data: ScanData, restart: number, scan: AcScan): boolean {
  const { plane } = scan
  const total = plane.ownWide * plane.ownHigh
  if (restart === 0) return readInterval(data, 0, data.length * 8, 0, total, scan)
  let sound = true
  let index = 0
  let from = 0
  for (const { at, number } of [...data.restarts, { at: data.length, number: -1 }]) {
    const begin = index * restart
    if (begin >= total) break
    sound = readInterval(data, from * 8, at * 8, begin, Math.min(total, begin + restart), scan) && sound
    from = at
    const next = index + 1
    // A number one or two ahead: markers were lost with what stood between.
    const lost = number < 0 ? 0 : (number - (index % 8) + 8) % 8
    for (let gone = 0; gone < (lost <= 2 ? lost : 0); gone += 1)
      scan.unknown.fill(1, (next + gone) * restart, (next + gone + 1) * restart)
    index = next + (lost <= 2 ? lost : 0)
  }
  return sound
}

function readInterval(data: ScanData, from: number, to: number, begin: number, end: number, scan: AcScan): boolean {
  const { plane, unknown } = scan
  const state = { bit: from, run: 0 }
  for (let index = begin; index < end; index += 1) {
    const row = Math.floor(index / plane.ownWide)
    const at = (row * plane.blocksWide + index - row * plane.ownWide) * 64
    const read =
      scan.refines && unknown[index] === 1
        ? false
        : scan.refines
          ? refineBlock(data.bytes, state, scan, at)
          : firstBlock(data.bytes, state, scan, at)
    if (read && state.bit <= to) continue
    // The damage began a little earlier.
    if (!scan.refines) {
      for (let back = Math.max(begin, index - 3); back <= index; back += 1) {
        const backRow = Math.floor(back / plane.ownWide)
        const place = (backRow * plane.blocksWide + back - backRow * plane.ownWide) * 64
        plane.coefficients.fill(0, place + scan.first, place + scan.last + 1)
      }
    }
    unknown.fill(1, Math.max(begin, index - 3), end)
    return false
  }
  return true
}

function firstBlock(bytes: Uint8Array, state: { bit: number; run: number }, scan: AcScan, at: number): boolean {
  if (state.run > 0) {
    state.run -= 1
    return true
  }
  const { coefficients } = scan.plane
  for (let k = scan.first; k <= scan.last; k += 1) {
    const found = scan.table[peek(bytes, state.bit)] ?? 0
    if (found === 0) return false
    state.bit += found >>> 8
    const run = (found >>> 4) & 15
    const size = found & 15
    if (size === 0) {
      if (run < 15) {
        state.run = (1 << run) - 1
        if (run > 0) state.run += peek(bytes, state.bit) >>> (16 - run)
        state.bit += run
        return true
      }
      k += 15
      continue
    }
    k += run
    if (k > scan.last) return false
    coefficients[at + k] = extend(peek(bytes, state.bit) >>> (16 - size), size) << scan.low
    state.bit += size
  }
  return true
}

function refineBlock(bytes: Uint8Array, state: { bit: number; run: number }, scan: AcScan, at: number): boolean {
  const { coefficients } = scan.plane
  const step = 1 << scan.low
  const correct = (k: number) => {
    const value = coefficients[at + k] ?? 0
    if (peek(bytes, state.bit) >>> 15 === 1 && (Math.abs(value) & step) === 0)
      coefficients[at + k] = value + (value < 0 ? -step : step)
    state.bit += 1
  }
  let k = scan.first
  if (state.run === 0) {
    for (; k <= scan.last; k += 1) {
      const found = scan.table[peek(bytes, state.bit)] ?? 0
      if (found === 0) return false
      state.bit += found >>> 8
      let run = (found >>> 4) & 15
      const size = found & 15
      let value = 0
      if (size === 0) {
        if (run < 15) {
          state.run = 1 << run
          if (run > 0) state.run += peek(bytes, state.bit) >>> (16 - run)
          state.bit += run
          break
        }
      } else {
        if (size !== 1) return false
        value = peek(bytes, state.bit) >>> 15 === 1 ? step : -step
        state.bit += 1
      }
      for (; k <= scan.last; k += 1) {
        if ((coefficients[at + k] ?? 0) !== 0) correct(k)
        else {
          if (run === 0) break
          run -= 1
        }
      }
      if (value !== 0) {
        if (k > scan.last) return false
        coefficients[at + k] = value
      }
    }
  }
  if (state.run > 0) {
    for (; k <= scan.last; k += 1) if ((coefficients[at + k] ?? 0) !== 0) correct(k)
    state.run -= 1
  }
  return true
}
