/** Which format bytes are, by their first bytes alone: names and declared types are not believed. */
import { DomainError } from '../../../core/errors.ts'
import { type InputFormat, inputFormats } from '../../../core/processing/operations.ts'
import { isTga } from './sniff-tga.ts'
import { rawFormatOf } from './sniff-tiff.ts'

/** How many bytes from the start `sniff` wants to see. */
export const sniffBytes = 4100

/**
 * The format of an image from its first bytes.
 * @throws DomainError unsupported_format for another known type, damaged_image for nothing known
 */
export async function sniff(head: Buffer): Promise<InputFormat> {
  const format = formatOf(head)
  if (format !== undefined) return format
  if (head.length === 0) throw new DomainError('damaged_image', 'The file is empty.')
  throw await refusal(head)
}

/** Formats with fixed first bytes. */
const magics: readonly (readonly [format: InputFormat, bytes: string])[] = [
  ['jpg', 'ffd8ff'],
  ['png', '89504e470d0a1a0a'],
  ['gif', hex('GIF87a')],
  ['gif', hex('GIF89a')],
  ['psd', `${hex('8BPS')}0001`],
  ['psd', `${hex('8BPS')}0002`],
  ['qoi', hex('qoif')],
  ['exr', '762f3101'],
  ['jp2', `0000000c${hex('jP  ')}0d0a870a`],
  ['j2k', 'ff4fff51'],
  ['jxl', 'ff0a'],
  ['jxl', `0000000c${hex('JXL ')}0d0a870a`],
  ['raf', hex('FUJIFILMCCD-RAW')],
  ['orf', hex('IIRO')],
  ['orf', hex('IIRS')],
  ['orf', hex('MMOR')],
  ['rw2', `${hex('IIU')}00`],
]
const tiffs = ['49492a00', '4d4d002a', '49492b00', '4d4d002b']

function hex(text: string): string {
  return Buffer.from(text, 'latin1').toString('hex')
}

/** The format the bytes announce; undefined for none that is read here. */
export function formatOf(head: Buffer): InputFormat | undefined {
  const start = head.toString('hex', 0, 16)
  const magic = magics.find(([, bytes]) => start.startsWith(bytes))
  if (magic !== undefined) return magic[0]
  if (tiffs.some((bytes) => start.startsWith(bytes))) return rawFormatOf(head) ?? 'tiff'
  const text = (from: number, to: number) => head.toString('latin1', from, to)
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'webp'
  if (text(4, 8) === 'ftyp') return isoMedia(head)
  if (text(0, 2) === 'BM' && isBmp(head)) return 'bmp'
  return (
    netpbm(text(0, 3)) ?? icon(head) ?? (isSvg(head) ? 'svg' : isPdf(head) ? 'pdf' : isTga(head) ? 'tga' : undefined)
  )
}

/** ISO media files, by their brands: AV1 and HEVC images share the container, and Canon's RAW uses it. */
function isoMedia(head: Buffer): InputFormat | undefined {
  const end = Math.min(head.readUInt32BE(0), head.length)
  const brands = new Set<string>()
  for (let at = 8; at + 4 <= end; at += 4) if (at !== 12) brands.add(head.toString('latin1', at, at + 4))
  const has = (...names: string[]) => names.some((name) => brands.has(name))
  if (has('avif', 'avis')) return 'avif'
  if (has('heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1')) return 'heic'
  return has('crx ') ? 'cr3' : undefined
}

/** One of the known lengths of the second header, and one colour plane. */
function isBmp(head: Buffer): boolean {
  if (head.length < 26) return false
  const length = head.readUInt32LE(14)
  const planes = head.readUInt16LE(length === 12 ? 22 : 26)
  return [12, 40, 52, 56, 64, 108, 124].includes(length) && planes === 1
}

/** Bit, grey and colour maps, as text or as bytes. */
function netpbm(start: string): InputFormat | undefined {
  const kind = /^P([1-6])[\s#]$/.exec(start)?.[1]
  return kind === undefined ? undefined : (['pbm', 'pgm', 'ppm'] as const)[(Number(kind) - 1) % 3]
}

/** The first entry's data must lie behind the directory: a TGA may begin with the same bytes. */
function icon(head: Buffer): InputFormat | undefined {
  if (head.length < 6 || head.readUInt16LE(0) !== 0) return undefined
  const format = { 1: 'ico', 2: 'cur' }[head.readUInt16LE(2)] as 'ico' | 'cur' | undefined
  const count = head.readUInt16LE(4)
  if (count === 0) return head.length === 6 ? format : undefined
  return head.length >= 22 && head[9] === 0 && head.readUInt32LE(18) >= 6 + count * 16 ? format : undefined
}

/** Readers allow some bytes before the header. */
function isPdf(head: Buffer): boolean {
  return head.subarray(0, 1024).includes('%PDF-')
}

/** XML whose first element is `svg`, after a declaration, comments and a document type. */
function isSvg(head: Buffer): boolean {
  const utf16 = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0x3c && head[1] === 0)
  const prologue = head
    .toString(utf16 ? 'utf16le' : 'utf8')
    .replace(/^\uFEFF/, '')
    .replace(/<!--[\s\S]*?-->/g, '')
  return /^\s*(<\?[^>]*>\s*)*(<!DOCTYPE\s+svg[\s\S]*?)?<([\w-]+:)?svg[\s>/]/.test(prologue)
}

async function refusal(head: Buffer): Promise<DomainError> {
  const { fileTypeFromBuffer } = await import('file-type')
  const found = await fileTypeFromBuffer(head).catch(() => undefined)
  if (found === undefined) return new DomainError('damaged_image', 'The file is no image, or one too damaged to tell.')
  const known = inputFormats.join(', ')
  // Its first bytes are those of a format that is read here, and what follows them makes no sense.
  if (inputFormats.some((format) => format === found.ext)) {
    return new DomainError('damaged_image', `The file begins like ${found.ext}, and is damaged from there on.`)
  }
  return new DomainError(
    'unsupported_format',
    `The file is ${found.ext} (${found.mime}), which is not supported here. Supported: ${known}.`,
  )
}
