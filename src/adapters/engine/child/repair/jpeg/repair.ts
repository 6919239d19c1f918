/**
 * Mends a JPEG: first by putting its sound parts together again (the coded bytes stay as they are), then by reading its
 * coefficients as far as they go and writing a clean stream of them. Nothing is quantised again either way.
 */
import { decodeStrictly, redraw } from '../codec.ts'
import { isAllowed, type Repaired, type RepairLimits } from '../found.ts'
import { unstuff } from './bits.ts'
import { completeTables, reassemble } from './complete.ts'
import { concealMcus } from './conceal.ts'
import { estimateBare, findSides, type State, scanLayout, stateOf } from './count.ts'
import { coefficientBytes, createPlanes, type FrameSpec, mcuSides, type Planes } from './frame.ts'
import { type ParsedJpeg, parseJpeg } from './parse.ts'
import { readProgressive } from './progressive.ts'
import { recoverScan } from './recover.ts'
import { readSequential } from './sequence.ts'
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

/** Recovered sides end at whole MCUs; scans of one component tell which of them end within one. */
function sidesNear(frame: FrameSpec, { scans }: ParsedJpeg): FrameSpec[] {
  if (scans.every(({ parts }) => parts.length === frame.components.length)) return [frame]
  const [mcuWidth, mcuHeight] = mcuSides(frame)
  const near = (side: number, mcu: number) => (mcu > 8 && side % mcu === 0 ? [side, side - 8] : [side])
  return near(frame.width, mcuWidth).flatMap((width) =>
    near(frame.height, mcuHeight).map((height) => ({ ...frame, width, height })),
  )
}
