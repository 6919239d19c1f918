/**
 * Saves what can be saved of a damaged picture. Every repair that applies hands in whole bytes of the same format; the
 * one with the most of the picture wins. The tolerant decoder competes, so that the result is never worse than its.
 */
import sharp from 'sharp'
import type { ImageFormat } from '../../../../core/processing/operations.ts'
import { findStarts, type Start } from './carve.ts'
import { decodeStrictly, redraw, shownRows } from './codec.ts'
import type { Repaired, RepairLimits } from './found.ts'
import { parseGif } from './gif/parse.ts'
import { repairGif } from './gif/repair.ts'
import { parseJpeg, readSides } from './jpeg/parse.ts'
import { repairJpeg } from './jpeg/repair.ts'
import { parsePng } from './png/chunks.ts'
import { repairPng } from './png/repair.ts'
import { repairTiff } from './tiff/repair.ts'
import { repairWebp } from './webp/repair.ts'

type Repair = (bytes: Buffer, start: number, limits: RepairLimits) => Promise<Repaired | undefined>

const repairs: Partial<Record<ImageFormat, Repair>> = {
  jpg: repairJpeg,
  png: repairPng,
  gif: repairGif,
  webp: repairWebp,
  tiff: repairTiff,
}
/** Pictures of one file that are tried. */
const mostTried = 4

/** Undefined when nothing of a picture can be read. `bytes` did not decode as it is. */
export async function repairPicture(bytes: Buffer, limits: RepairLimits): Promise<Repaired | undefined> {
  const [first, ...others] = findStarts(bytes)
  if (first === undefined) return undefined
  const own = await repairAt(bytes, first, limits)
  if (own !== undefined && first.at > 0) own.findings.unshift(`${first.at} bytes stood before the picture.`)
  let best = own
  let area = await savedArea(own)
  for (const { start } of await largerThan(bytes, others, area)) {
    const other = await repairAt(bytes, start, limits)
    const size = await savedArea(other)
    if (other === undefined || size <= area) continue
    area = size
    best = other
  }
  if (best === undefined || best === own) return own
  if (own === undefined) return await asPreview(best, first, limits)
  best.findings.unshift('The file held several pictures; the largest was kept.')
  return best
}

const savedArea = async (repaired: Repaired | undefined): Promise<number> =>
  repaired === undefined ? 0 : (await areaOf(repaired.bytes, { format: repaired.format, at: 0 })) * repaired.savedRows

/** The last resort: a thumbnail or preview, in the format of the file that it was in. */
async function asPreview(inner: Repaired, { format, at }: Start, limits: RepairLimits): Promise<Repaired> {
  const findings = ['Only a picture inside of the file (a preview or thumbnail) could be read.', ...inner.findings]
  // Behind junk nothing tells which format the file had.
  const written = inner.format === format || at > 0 ? undefined : await redraw(inner.bytes, format, limits)
  return written === undefined ? { ...inner, findings } : { ...inner, bytes: written, format, findings }
}

/** A larger whole picture behind a sound one: files that were joined. */
export async function largerPicture(bytes: Buffer, area: number, limits: RepairLimits): Promise<Repaired | undefined> {
  const [first, ...others] = findStarts(bytes)
  if (first === undefined || first.at > 0) return undefined
  const end = endOf(bytes, first.format, limits)
  // Previews that a file holds of itself are JPEGs; another beginning like its own is another file, of which the first,
  // when it was cut, may seem to be a part.
  const behind = others.filter(({ at, format }) => at >= end || (format === first.format && format !== 'jpg'))
  for (const { start } of await largerThan(bytes, behind, area)) {
    const cut = bytes.subarray(start.at)
    if ((await decodeStrictly(cut, limits)) === undefined) continue
    const findings = ['The file held several pictures; the largest was kept.']
    return { bytes: cut, format: start.format, findings, savedRows: 1 }
  }
  return undefined
}

/** Where the picture that begins the file ends; the end of all where that is not known. */
function endOf(bytes: Buffer, format: ImageFormat, limits: RepairLimits): number {
  switch (format) {
    case 'jpg':
      return parseJpeg(bytes, 0).end
    case 'png':
      return parsePng(bytes, 0).end
    case 'gif':
      return parseGif(bytes, 0, limits.frames)?.end ?? bytes.length
    case 'webp':
      return bytes.readUInt32LE(4) + 8
    default:
      return bytes.length
  }
}

/** Those whose header promises more than `area` pixels, largest first. */
async function largerThan(bytes: Buffer, starts: readonly Start[], area: number) {
  const sized = []
  for (const start of starts) sized.push({ start, area: await areaOf(bytes, start) })
  return sized
    .filter((other) => other.area > area)
    .sort((a, b) => b.area - a.area)
    .slice(0, mostTried)
}

async function areaOf(bytes: Buffer, { format, at }: Start): Promise<number> {
  if (format === 'jpg') {
    const sides = readSides(bytes, at)
    return sides === undefined ? 0 : sides.width * sides.height
  }
  const options = { failOn: 'none', limitInputPixels: false } as const
  const { width, height, pageHeight } = await sharp(bytes.subarray(at), options)
    .metadata()
    .catch(() => ({ width: 0, height: 0, pageHeight: undefined }))
  return width * (pageHeight ?? height)
}

async function repairAt(bytes: Buffer, start: Start, limits: RepairLimits): Promise<Repaired | undefined> {
  const repaired = await repairs[start.format]?.(bytes, start.at, limits)
  if (repaired !== undefined) return repaired
  const drawn = await redraw(bytes.subarray(start.at), start.format, limits)
  if (drawn === undefined || (await decodeStrictly(drawn, limits)) === undefined) return undefined
  const findings = ['The file was damaged; what the decoder read was kept.']
  return { bytes: drawn, format: start.format, findings, savedRows: await shownRows(drawn, limits) }
}
