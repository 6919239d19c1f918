/**
 * What the coded data of a JPEG tells about its header: how many MCUs there are, and by that which sides; whether the levels
 * are possible; which quantisation they ask for.
 */
import { isAllowed, type RepairLimits } from '../found.ts'
import { unstuff } from './bits.ts'
import { completeTables } from './complete.ts'
import { createPlanes, type FrameSpec, layoutOf, mcuSides, type Planes, type ScanLayout } from './frame.ts'
import { lookupOf } from './huffman.ts'
import { exifSides } from './metadata.ts'
import { expectedMcus, type ParsedJpeg, parseJpeg, type ScanSpec } from './parse.ts'
import { isTorn } from './recover.ts'
import { createWalker, readFirstDc, readSequential } from './sequence.ts'
import { recoverSize } from './size.ts'
import { standardQuantisation } from './tables.ts'

/** How a scan runs over the planes; undefined where a table is missing or impossible. */
export function scanLayout(scan: ScanSpec, planes: Planes): ScanLayout | undefined {
  const parts = scan.parts.flatMap(({ component, dc, ac }) => {
    const plane = planes.planes[component]
    const specs = [scan.dcTables[dc], scan.acTables[ac]] as const
    const dcLookup = specs[0] === undefined ? undefined : lookupOf(specs[0])
    const acLookup = specs[1] === undefined ? undefined : lookupOf(specs[1])
    if (plane === undefined || dcLookup === undefined || (acLookup === undefined && scan.spectralTo > 0)) return []
    return [{ plane, dc: dcLookup, ac: acLookup ?? new Uint16Array(65_536) }]
  })
  return parts.length === scan.parts.length ? layoutOf(planes, parts) : undefined
}

export type State = 'sound' | 'miscounted' | 'torn'

/**
 * What decoders do not complain of, because they stop when the rows are full: data for more or fewer MCUs, and levels
 * that no encoder writes behind a seam.
 */
export function stateOf(bytes: Buffer, parsed: ParsedJpeg, frame: FrameSpec, limits: RepairLimits): State {
  const [scan] = parsed.scans
  if (scan === undefined || scan.parts.length !== frame.components.length) return 'sound'
  const counted = countMcus(bytes, scan, frame, parsed, limits)
  if (counted === undefined) return 'sound'
  const wide = Math.ceil(frame.width / mcuSides(frame)[0])
  const surplus = counted.mcus - expectedMcus(frame)
  // Some encoders fill up the last row of MCUs, or append bytes: that is no damage.
  if (surplus > 2 * wide || (counted.clean && surplus % wide !== 0)) return 'miscounted'
  if (scan.restart > 0) return 'sound'
  const steps = scan.parts.map(
    ({ component }) => parsed.quantisation[frame.components[component]?.table ?? 0]?.[0] ?? 1,
  )
  return isTorn(counted, wide, steps) ? 'torn' : 'sound'
}

/** What a decoder does not complain of: more or fewer MCUs than the picture should have. `bytes` decodes strictly. */
export function isSoundJpeg(bytes: Buffer, limits: RepairLimits): boolean {
  const parsed = parseJpeg(bytes, 0)
  const { frame } = parsed
  if (frame === undefined || parsed.scans.length === 0) return true
  return stateOf(bytes, parsed, frame, limits) === 'sound'
}

/** Other sides than the header's, when the first scan reads cleanly to its end with another number of MCUs. */
export function findSides(bytes: Buffer, parsed: ParsedJpeg, frame: FrameSpec, limits: RepairLimits) {
  const [scan] = parsed.scans
  if (scan === undefined || scan.parts.length !== frame.components.length || scan.dataTo >= bytes.length)
    return undefined
  const counted = countMcus(bytes, scan, frame, parsed, limits)
  if (counted?.clean !== true || counted.mcus === expectedMcus(frame)) return undefined
  const [mcuWidth, mcuHeight] = mcuSides(frame)
  return recoverSize({
    width: frame.width,
    height: frame.height,
    mcuWidth,
    mcuHeight,
    mcus: counted.mcus,
    hint: exifSides(parsed.metadata),
    lost: !isAllowed(frame.width, frame.height, limits),
    sequence: counted.sequence,
    allowed: (width, height) => isAllowed(width, height, limits),
  })
}

/** MCUs of a scan as far as it reads without a fault; `clean`: to its end. Undefined where tables are missing. */
function countMcus(bytes: Buffer, scan: ScanSpec, frame: FrameSpec, parsed: ParsedJpeg, limits: RepairLimits) {
  // A frame of one MCU: the planes' sides do not matter for reading on and on.
  const planes = createPlanes({ ...frame, width: 8, height: 8 }, parsed.quantisation)
  const layout = scanLayout(scan, planes)
  if (layout === undefined) return undefined
  const data = unstuff(bytes, scan.dataFrom, scan.dataTo)
  // A block takes two bits at least, one where there is its DC alone.
  const least = layout.blocks.length * (frame.kind === 0xc2 ? 1 : 2)
  const capacity = Math.min(Math.ceil((data.length * 8) / least) + 1, (limits.pixels >> 6) + 1)
  const read = frame.kind === 0xc2 ? readFirstDc(Math.min(13, scan.approxLow)) : readSequential
  const walker = createWalker(data, layout, read, capacity)
  let from = 0
  let interval: number | undefined
  for (const at of [...data.restarts.map((mark) => mark.at), data.length]) {
    if (at === from) continue
    const { bit, ended, count } = walker.walk(from * 8, at * 8, capacity)
    if (!ended || at * 8 - bit >= 16) return { ...walker, mcus: walker.sequence.length, clean: false }
    interval ??= count
    // Only the last may be shorter; anything else is damage that the decoder ran over.
    if (at < data.length ? count !== interval : count > interval)
      return { ...walker, mcus: walker.sequence.length, clean: false }
    from = at
  }
  return { ...walker, mcus: walker.sequence.length, clean: true }
}

/** The quality under whose standard table the brightest and darkest blocks come near white and black. */
export function estimateBare(bytes: Buffer, parsed: ParsedJpeg, frame: FrameSpec): number {
  const copy: ParsedJpeg = { ...parsed, quantisation: [], scans: parsed.scans.map((scan) => ({ ...scan })) }
  completeTables(copy, frame, 50)
  const step = copy.quantisation[frame.components[0]?.table ?? 0]?.[0] ?? 16
  const [scan] = copy.scans
  const counted =
    scan === undefined
      ? undefined
      : countMcus(bytes, scan, frame, copy, { pixels: 2 ** 26, frames: 1, framePixels: 2 ** 26, side: 65_535 })
  if (counted?.clean !== true) return 75
  const tops = Array.from(counted.sequence.parts[0]?.top.subarray(0, counted.mcus) ?? [], Math.abs).sort(
    (a, b) => a - b,
  )
  const bright = tops[Math.floor(tops.length * 0.995)] ?? 0
  if (bright === 0) return 75
  const wanted = (step * 124) / bright
  let best = 75
  for (let quality = 20; quality <= 98; quality += 1) {
    const off = (value: number) => Math.abs((standardQuantisation('luminance', value)[0] ?? 1) - wanted)
    if (off(quality) < off(best)) best = quality
  }
  return best
}
