/** Decodes strips and tiles of a TIFF, each as far as its data goes. */
import sharp from 'sharp'
import type { RepairLimits } from '../found.ts'
import { inflateFrom } from '../inflate.ts'
import { repairJpeg } from '../jpeg/repair.ts'
import { partRow, type TiffLayout } from './layout.ts'
import { readPackBits, readTiffLzw } from './lzw.ts'

/** The bytes of a part, at most `rows` rows, the predictor undone; shorter where data is missing. Undefined: cannot be read here. */
export async function decodePart(
  bytes: Buffer,
  layout: TiffLayout,
  part: { from: number; to: number },
  rows: number,
  little: boolean,
  limits: RepairLimits,
): Promise<Buffer | undefined> {
  if (part.from >= bytes.length || part.from < 8) return Buffer.alloc(0)
  const most = partRow(layout) * rows
  const coded = bytes.subarray(part.from, Math.min(part.to, bytes.length))
  switch (layout.compression) {
    case 1:
      return unpredict(Buffer.from(coded.subarray(0, most)), layout, little)
    case 5:
      return unpredict(readTiffLzw(coded, most), layout, little)
    case 8:
    case 32_946:
      return unpredict(inflateFrom(coded, 2, most).bytes, layout, little)
    case 32_773:
      return unpredict(readPackBits(coded, most), layout, little)
    case 7:
      return await decodeJpeg(coded, layout, rows, limits)
    default:
      return undefined
  }
}

/** Horizontal differences become values; 16-bit samples become the machine's own order. */
function unpredict(data: Buffer, layout: TiffLayout, little: boolean): Buffer {
  const row = partRow(layout)
  const { samples, depth } = layout
  if (depth === 16) {
    if (!little) data.subarray(0, data.length & ~1).swap16()
    if (layout.predictor === 2) {
      for (let at = 0; at + row <= data.length; at += row)
        for (let n = at + samples * 2; n < at + row; n += 2)
          data.writeUInt16LE((data.readUInt16LE(n) + data.readUInt16LE(n - samples * 2)) & 0xffff, n)
    }
    return data
  }
  if (layout.predictor !== 2) return data
  for (let at = 0; at < data.length; at += row)
    for (let n = at + samples; n < Math.min(data.length, at + row); n += 1)
      data[n] = ((data[n] ?? 0) + (data[n - samples] ?? 0)) & 255
  return data
}

/** A part is a JPEG whose tables stand in the directory. */
async function decodeJpeg(
  coded: Buffer,
  layout: TiffLayout,
  rows: number,
  limits: RepairLimits,
): Promise<Buffer | undefined> {
  const tables = layout.tables === undefined ? Buffer.alloc(0) : layout.tables.subarray(2, layout.tables.length - 2)
  // Without the mark a decoder would take RGB for YCbCr.
  const rgb = layout.photometric === 2
  const mark = rgb ? Buffer.from([0xff, 0xee, 0, 14, ...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, 0]) : Buffer.alloc(0)
  const whole = Buffer.concat([Buffer.from([0xff, 0xd8]), mark, tables, coded.subarray(2)])
  const repaired = await repairJpeg(whole, 0, limits)
  if (repaired === undefined) return Buffer.alloc(0)
  const decoded = await sharp(repaired.bytes, { failOn: 'none', limitInputPixels: limits.pixels })
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch(() => undefined)
  if (decoded === undefined || decoded.info.channels !== layout.samples || decoded.info.width !== layout.partWidth)
    return undefined
  const row = partRow(layout)
  return decoded.data.subarray(0, Math.floor(decoded.info.height * repaired.savedRows) * row).subarray(0, rows * row)
}
