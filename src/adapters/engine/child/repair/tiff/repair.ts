/**
 * Mends a TIFF: the place of its directory and the lengths of its strips in place where that is enough (all pages stay),
 * else its first page is read strip by strip as far as the data goes and written anew.
 */
import sharp, { type Sharp } from 'sharp'
import { decodeStrictly } from '../codec.ts'
import { isAllowed, type Repaired, type RepairLimits } from '../found.ts'
import { parseJpeg } from '../jpeg/parse.ts'
import { decodePart } from './decode.ts'
import { type Directory, findDirectory, single } from './directory.ts'
import { layoutOf, partRow, type TiffLayout } from './layout.ts'

const truncated = 'The end of the file was missing.'
const wrongLengths = 'Lengths of pieces of the picture data were wrong.'

/** The picture whose header is at `start`; undefined when nothing of it can be read. */
export async function repairTiff(whole: Buffer, start: number, limits: RepairLimits): Promise<Repaired | undefined> {
  const bytes = whole.subarray(start)
  const directory = findDirectory(bytes)
  if (directory === undefined) return undefined
  const findings = new Set<string>()
  if (!directory.found) findings.add('The place of the directory was wrong.')
  const layout = layoutOf(bytes, directory)
  const height = layout === undefined ? undefined : await trueHeight(bytes, directory, layout, limits)
  if (layout !== undefined && height !== undefined && height !== layout.height) {
    findings.add(
      `The size in the header was wrong (${layout.width} x ${layout.height}); by its data the picture is ${layout.width} x ${height}.`,
    )
    layout.height = height
  }
  const patched = patch(bytes, directory, layout, findings)
  const decoded = await decodeStrictly(patched, limits)
  if (decoded !== undefined) return { bytes: patched, format: 'tiff', findings: [...findings], savedRows: 1 }
  if (layout === undefined || !isAllowed(layout.width, layout.height, limits)) return undefined
  return await redrawn(bytes, directory, layout, findings, limits)
}

/** What a decoder does not complain of: more rows than the header tells. `bytes` decodes strictly. */
export async function isSoundTiff(bytes: Buffer, limits: RepairLimits): Promise<boolean> {
  const directory = findDirectory(bytes)
  const layout = directory === undefined ? undefined : layoutOf(bytes, directory)
  if (directory === undefined || layout === undefined) return true
  const height = await trueHeight(bytes, directory, layout, limits)
  return height === undefined || height === layout.height
}

/** The height that strips and their data give; undefined where they do not tell. */
async function trueHeight(
  bytes: Buffer,
  { entries, little }: Directory,
  layout: TiffLayout,
  limits: RepairLimits,
): Promise<number | undefined> {
  const rows = single(entries, 278)
  const { parts } = layout
  const last = parts.at(-1)
  if (entries.has(324) || rows === undefined || last === undefined || last.from >= bytes.length) return undefined
  const full = parts.length - 1
  // One strip for everything tells its rows alone; what an encoder calls "all" may be any large number.
  const most = full === 0 ? Math.min(limits.side, Math.floor((limits.pixels * 4) / partRow(layout))) : rows
  if (most < 1) return undefined
  const found = await rowsOf(bytes, layout, most, little, limits)
  if (found === 0) return undefined
  const height = full * rows + found
  if (Math.ceil(layout.height / rows) !== parts.length) return height
  // As many strips as the header asks for: a cut file lacks some of the last one, and encoders may fill it up. But rows
  // between the two, or a single strip of an odd number of them, were made for the picture.
  const asked = layout.height - full * rows
  const own = found < rows || (full === 0 && found === rows && rows % 8 !== 0)
  return found > asked && own ? height : undefined
}

/** Rows that the last strip holds; 0 where that cannot be told. */
async function rowsOf(
  bytes: Buffer,
  layout: TiffLayout,
  most: number,
  little: boolean,
  limits: RepairLimits,
): Promise<number> {
  const last = layout.parts.at(-1)
  if (last === undefined) return 0
  // Each piece is a JPEG with sides of its own.
  if (layout.compression === 7) return parseJpeg(bytes.subarray(last.from, last.to), 0).frame?.height ?? 0
  const end = layout.compression === 1 && last.declared > 0 ? Math.min(last.to, last.from + last.declared) : last.to
  const data = await decodePart(bytes, layout, { from: last.from, to: end }, most, little, limits)
  return data === undefined ? 0 : Math.floor(data.length / partRow(layout))
}

/** A copy with the directory's place, the height and impossible lengths written right. */
function patch(bytes: Buffer, directory: Directory, layout: TiffLayout | undefined, findings: Set<string>): Buffer {
  const copy = Buffer.from(bytes)
  const { little, entries, at } = directory
  const write = (value: number, place: number, size: number) =>
    little ? copy.writeUIntLE(value, place, size) : copy.writeUIntBE(value, place, size)
  write(at, 4, 4)
  if (layout === undefined) return copy
  const height = entries.get(257)
  if (height !== undefined && height.values[0] !== layout.height) {
    const size = height.type === 3 ? 2 : 4
    if (size === 4 || layout.height < 65_536) write(layout.height, height.at, size)
  }
  const counts = entries.get(325) ?? entries.get(279)
  if (counts === undefined || (counts.type !== 3 && counts.type !== 4)) return copy
  const size = counts.type === 3 ? 2 : 4
  for (const [index, { from, to, declared }] of layout.parts.entries()) {
    const room = Math.min(to, bytes.length) - from
    if (from >= bytes.length || (declared <= room && declared * 4 >= room)) continue
    findings.add(wrongLengths)
    write(Math.min(room, size === 2 ? 65_535 : room), counts.at + index * size, size)
  }
  return copy
}

/** The first page from its pieces, written anew without loss. */
async function redrawn(
  bytes: Buffer,
  { little, entries }: Directory,
  layout: TiffLayout,
  findings: Set<string>,
  limits: RepairLimits,
): Promise<Repaired | undefined> {
  const { width, height, samples, depth, partHeight, across, parts } = layout
  const row = (width * samples * depth) / 8
  const from = partRow(layout)
  const pixels = Buffer.alloc(row * height, 0xff)
  const known = new Uint8Array(height)
  for (const [index, part] of parts.entries()) {
    const top = Math.floor(index / across) * partHeight
    if (top >= height) break
    const rows = entries.has(324) ? partHeight : Math.min(partHeight, height - top)
    const data = await decodePart(bytes, layout, part, rows, little, limits)
    if (data === undefined) return undefined
    const left = (index % across) * from
    const shown = Math.min(from, row - left)
    for (let y = 0; y < Math.min(Math.floor(data.length / from), height - top); y += 1) {
      data.copy(pixels, (top + y) * row + left, y * from, y * from + shown)
      known[top + y] = (known[top + y] ?? 0) + 1
    }
  }
  const saved = known.reduce((sum, count) => sum + (count >= across ? 1 : 0), 0)
  const image = saved === 0 ? undefined : fromRaw(pixels, layout)
  if (image === undefined) return undefined
  const cut = parts.some(({ from: place, declared }) => place >= bytes.length || place + declared > bytes.length)
  findings.add(cut && saved < height ? truncated : 'The compressed picture data was damaged.')
  const written = await image.tiff({ compression: 'lzw', predictor: 'horizontal' }).toBuffer()
  return { bytes: written, format: 'tiff', findings: [...findings], savedRows: saved / height }
}

function fromRaw(pixels: Buffer, layout: TiffLayout): Sharp | undefined {
  const { width, height, samples, depth, photometric, palette, compression } = layout
  if (photometric === 3 && depth === 8 && palette.length >= 768) {
    const colours = Buffer.allocUnsafe(width * height * 3)
    for (let at = 0; at < width * height; at += 1) {
      const index = pixels[at] ?? 0
      for (let band = 0; band < 3; band += 1) colours[at * 3 + band] = (palette[band * 256 + index] ?? 0) >> 8
    }
    return sharp(colours, { raw: { width, height, channels: 3 }, limitInputPixels: false })
  }
  // CMYK and the like need their own colours; JPEG parts have been made RGB.
  const plain = photometric === 1 || photometric === 2 || photometric === 0 || (photometric === 6 && compression === 7)
  if (!plain || samples > 4) return undefined
  if (photometric === 0) for (let at = 0; at < pixels.length; at += 1) pixels[at] = 255 - (pixels[at] ?? 0)
  const channels = samples as 1 | 2 | 3 | 4
  const raw = { width, height, channels }
  if (depth === 8) return sharp(pixels, { raw, limitInputPixels: false })
  const aligned = new Uint16Array(pixels.buffer.slice(pixels.byteOffset, pixels.byteOffset + pixels.length))
  return sharp(aligned, { raw, limitInputPixels: false }).toColourspace(samples < 3 ? 'grey16' : 'rgb16')
}
