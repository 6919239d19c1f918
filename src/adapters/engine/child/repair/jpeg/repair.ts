/**
 * Mends a JPEG: first by putting its sound parts together again (the coded bytes stay as they are), then by reading its
 * coefficients as far as they go and writing a clean stream of them. Nothing is quantised again either way.
 */
import { decodeStrictly, redraw } from '../codec.ts'
import { isAllowed, type Repaired, type RepairLimits } from '../found.ts'
import { unstuff } from './bits.ts'
import { completeTables, reassemble } from './complete.ts'
import { concealMcus } from './conceal.ts'
import { coefficientBytes, createPlanes, type FrameSpec, layoutOf, mcuSides, type Planes } from './frame.ts'
import { lookupOf } from './huffman.ts'
import { exifSides } from './metadata.ts'
import { expectedMcus, type ParsedJpeg, parseJpeg, type ScanSpec } from './parse.ts'
import { readProgressive } from './progressive.ts'
import { isTorn, recoverScan } from './recover.ts'
import { createWalker, readFirstDc, readSequential } from './sequence.ts'
import { recoverSize } from './size.ts'
import { standardQuantisation } from './tables.ts'
import { writeJpeg } from './write.ts'

/** Coefficients beyond this are not held; the tolerant decoder, which reads in strips, has such pictures. */
const mostBytes = 1024 * 1024 * 1024
const truncated = 'The end of the file was missing.'
const noEnd = 'The end marker was missing.'
const damagedData = 'The coded picture data was damaged.'

/** The picture that begins at `start`; undefined when nothing of it can be read. */
export async function repairJpeg(bytes: Buffer, start: number, limits: RepairLimits): Promise<Repaired | undefined> {
  const parsed = parseJpeg(bytes, start)
  const through = bytes.length - parsed.end > 1024 ? parseJpeg(bytes, start, { throughEnds: true }) : undefined
  const first = await repairParsed(bytes, parsed, limits)
  if (first?.savedRows === 1 || through === undefined) return first
  const second = await repairParsed(bytes, through, limits)
  return (second?.savedRows ?? 0) > (first?.savedRows ?? 0) + 0.02 ? second : first
}

async function repairParsed(bytes: Buffer, parsed: ParsedJpeg, limits: RepairLimits): Promise<Repaired | undefined> {
  const { findings } = parsed
  if (parsed.frame === undefined || parsed.scans.length === 0) return undefined
  let frame = parsed.frame
  const bare = frame.components.every(({ table }) => parsed.quantisation[table] === undefined)
  const quality = bare ? estimateBare(bytes, parsed, frame) : 75
  completeTables(parsed, frame, quality)
  const sides = findSides(bytes, parsed, frame, limits)
  if (sides !== undefined) {
    findings.add(
      `The size in the header was wrong (${frame.width} x ${frame.height}); by its data the picture is ${sides.width} x ${sides.height}.`,
    )
    frame = { ...frame, ...sides }
  }
  if (!isAllowed(frame.width, frame.height, limits)) return undefined
  let whole = reassemble(bytes, parsed, frame)
  let state: State = 'sound'
  for (const candidate of sides === undefined ? [frame] : sidesNear(frame, parsed)) {
    whole = reassemble(bytes, parsed, candidate)
    if ((await decodeStrictly(whole, limits)) === undefined) continue
    state = stateOf(bytes, parsed, candidate, limits)
    if (state !== 'sound') continue
    if (!parsed.ended) findings.add(noEnd)
    return { bytes: whole, format: 'jpg', findings: [...findings], savedRows: 1 }
  }
  if (coefficientBytes(frame) > mostBytes) return undefined
  return frame.kind === 0xc2
    ? await progressive(bytes, parsed, frame, whole, limits)
    : await sequential(bytes, parsed, frame, state === 'torn', limits)
}

async function sequential(
  bytes: Buffer,
  parsed: ParsedJpeg,
  frame: FrameSpec,
  suspect: boolean,
  limits: RepairLimits,
): Promise<Repaired | undefined> {
  const { findings } = parsed
  const planes = createPlanes(frame, parsed.quantisation)
  let known: Uint8Array | undefined
  let damaged = false
  for (const scan of parsed.scans) {
    const layout = scanLayout(scan, planes)
    if (layout === undefined) continue
    const data = unstuff(bytes, scan.dataFrom, scan.dataTo)
    const ended = scan.dataTo < bytes.length
    const result = recoverScan(data, layout, readSequential, { restart: scan.restart, ended, suspect })
    for (const finding of result.findings) findings.add(finding)
    damaged ||= result.damaged && ended
    const shared = layout.wide === planes.mcusWide && layout.high === planes.mcusHigh
    if (shared) known = known === undefined ? result.known : known.map((flag, mcu) => flag & (result.known[mcu] ?? 0))
  }
  known ??= new Uint8Array(planes.mcusWide * planes.mcusHigh).fill(1)
  return await finish(planes, parsed, known, damaged, limits)
}

async function progressive(
  bytes: Buffer,
  parsed: ParsedJpeg,
  frame: FrameSpec,
  whole: Buffer,
  limits: RepairLimits,
): Promise<Repaired | undefined> {
  const planes = createPlanes(frame, parsed.quantisation)
  const { findings, known, damaged } = readProgressive(bytes, parsed.scans, planes)
  if (known === undefined) return undefined
  for (const finding of findings) parsed.findings.add(finding)
  if (!damaged && !parsed.ended) {
    // Only detail is missing: the decoder smooths what a stream of coefficients would show as blocks.
    const drawn = await redraw(whole, 'jpg', limits)
    const savedRows = concealMcus(planes, known)
    const found = [...parsed.findings, truncated, 'Fine detail is missing.']
    if (drawn !== undefined && savedRows > 0) return { bytes: drawn, format: 'jpg', findings: found, savedRows }
  }
  return await finish(planes, parsed, known, damaged, limits)
}

async function finish(
  planes: Planes,
  parsed: ParsedJpeg,
  known: Uint8Array,
  damaged: boolean,
  limits: RepairLimits,
): Promise<Repaired | undefined> {
  const savedRows = concealMcus(planes, known)
  if (savedRows === 0) return undefined
  if (damaged) parsed.findings.add(damagedData)
  if (!parsed.ended) parsed.findings.add(savedRows < 1 ? truncated : noEnd)
  if (parsed.findings.size === 0) parsed.findings.add(damagedData)
  const written = writeJpeg(planes, parsed.quantisation, parsed.metadata)
  if ((await decodeStrictly(written, limits)) === undefined) return undefined
  return { bytes: written, format: 'jpg', findings: [...parsed.findings], savedRows }
}

function scanLayout(scan: ScanSpec, planes: Planes) {
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

/** Recovered sides end at whole MCUs; scans of one component tell which of them end within one. */
function sidesNear(frame: FrameSpec, { scans }: ParsedJpeg): FrameSpec[] {
  if (scans.every(({ parts }) => parts.length === frame.components.length)) return [frame]
  const [mcuWidth, mcuHeight] = mcuSides(frame)
  const near = (side: number, mcu: number) => (mcu > 8 && side % mcu === 0 ? [side, side - 8] : [side])
  return near(frame.width, mcuWidth).flatMap((width) =>
    near(frame.height, mcuHeight).map((height) => ({ ...frame, width, height })),
  )
}

type State = 'sound' | 'miscounted' | 'torn'

/**
 * What decoders do not complain of, because they stop when the rows are full: data for more or fewer MCUs, and levels
 * that no encoder writes behind a seam.
 */
function stateOf(bytes: Buffer, parsed: ParsedJpeg, frame: FrameSpec, limits: RepairLimits): State {
  const [scan] = parsed.scans
  if (scan === undefined || scan.parts.length !== frame.components.length) return 'sound'
  const counted = countMcus(bytes, scan, frame, parsed, limits)
  if (counted === undefined || counted.mcus !== expectedMcus(frame)) return 'miscounted'
  if (scan.restart > 0) return 'sound'
  const steps = scan.parts.map(
    ({ component }) => parsed.quantisation[frame.components[component]?.table ?? 0]?.[0] ?? 1,
  )
  return isTorn(counted, Math.ceil(frame.width / mcuSides(frame)[0]), steps) ? 'torn' : 'sound'
}

/** What a decoder does not complain of: more or fewer MCUs than the picture should have. `bytes` decodes strictly. */
export function isSoundJpeg(bytes: Buffer, limits: RepairLimits): boolean {
  const parsed = parseJpeg(bytes, 0)
  const { frame } = parsed
  if (frame === undefined || parsed.scans.length === 0) return true
  return stateOf(bytes, parsed, frame, limits) === 'sound'
}

/** Other sides than the header's, when the first scan reads cleanly to its end with another number of MCUs. */
function findSides(bytes: Buffer, parsed: ParsedJpeg, frame: FrameSpec, limits: RepairLimits) {
  const [scan] = parsed.scans
  if (scan === undefined || scan.parts.length !== frame.components.length || scan.dataTo >= bytes.length)
    return undefined
  const counted = countMcus(bytes, scan, frame, parsed, limits)
  if (counted === undefined || counted.mcus === expectedMcus(frame)) return undefined
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

/** MCUs of a scan that reads without a fault to its end; undefined otherwise. */
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
    if (!ended || at * 8 - bit >= 16) return undefined
    interval ??= count
    // Only the last may be shorter; anything else is damage that the decoder ran over.
    if (at < data.length ? count !== interval : count > interval) return undefined
    from = at
  }
  return { ...walker, mcus: walker.sequence.length }
}

/** The quality under whose standard table the brightest and darkest blocks come near white and black. */
function estimateBare(bytes: Buffer, parsed: ParsedJpeg, frame: FrameSpec): number {
  const copy: ParsedJpeg = { ...parsed, quantisation: [], scans: parsed.scans.map((scan) => ({ ...scan })) }
  completeTables(copy, frame, 50)
  const step = copy.quantisation[frame.components[0]?.table ?? 0]?.[0] ?? 16
  const [scan] = copy.scans
  const counted =
    scan === undefined
      ? undefined
      : countMcus(bytes, scan, frame, copy, { pixels: 2 ** 26, frames: 1, framePixels: 2 ** 26, side: 65_535 })
  if (counted === undefined) return 75
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
