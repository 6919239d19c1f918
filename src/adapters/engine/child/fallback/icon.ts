/** Icons and cursors hold the same picture in several sizes: the largest is the image. */
import { DomainError } from '../../../../core/errors.ts'

const directoryBytes = 6
const entryBytes = 16
const maxEntries = 256
/** Icons end at 256; some programs write larger ones. A PNG inside is decoded whole before its sides are known. */
const maxSide = 4096

/**
 * The file with its largest picture only: more colours win between equal sizes.
 * @throws DomainError no_image, damaged_image, out_of_range
 */
export function largestIcon(bytes: Buffer): Buffer {
  const count = bytes.length < directoryBytes ? 0 : bytes.readUInt16LE(4)
  if (count === 0) throw new DomainError('no_image', 'The icon has no pictures.')
  let best: { at: number; pixels: number; bits: number } | undefined
  for (let index = 0; index < Math.min(count, maxEntries); index += 1) {
    const at = directoryBytes + index * entryBytes
    if (at + entryBytes > bytes.length) break
    // 0 stands for 256.
    const pixels = (bytes.readUInt8(at) || 256) * (bytes.readUInt8(at + 1) || 256)
    const bits = bytes.readUInt16LE(at + 6)
    const [size, offset] = [bytes.readUInt32LE(at + 8), bytes.readUInt32LE(at + 12)]
    if (size === 0 || offset + size > bytes.length) continue
    if (best === undefined || pixels > best.pixels || (pixels === best.pixels && bits > best.bits)) {
      best = { at, pixels, bits }
    }
  }
  if (best === undefined)
    throw new DomainError('damaged_image', 'The icon is incomplete: none of its pictures is there.')
  return single(bytes, best.at)
}

function single(bytes: Buffer, at: number): Buffer {
  const [size, offset] = [bytes.readUInt32LE(at + 8), bytes.readUInt32LE(at + 12)]
  const head = Buffer.alloc(directoryBytes + entryBytes)
  bytes.copy(head, 0, 0, directoryBytes)
  head.writeUInt16LE(1, 4)
  bytes.copy(head, directoryBytes, at, at + entryBytes)
  head.writeUInt32LE(head.length, directoryBytes + 12)
  const picture = bytes.subarray(offset, offset + size)
  checkPng(picture)
  return Buffer.concat([head, picture])
}

function checkPng(picture: Buffer): void {
  if (picture.length < 24 || picture.toString('latin1', 1, 4) !== 'PNG') return
  const side = Math.max(picture.readUInt32BE(16), picture.readUInt32BE(20))
  if (side > maxSide) {
    throw new DomainError('out_of_range', `The icon has a side of ${side} pixels; the longest allowed is ${maxSide}.`)
  }
}
