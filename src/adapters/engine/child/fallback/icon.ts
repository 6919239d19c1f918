/** Icons and cursors hold the same picture in several sizes: the largest is the image. */
import { DomainError } from '../../../../core/errors.ts'

const directoryBytes = 6
const entryBytes = 16
const maxEntries = 256

/**
 * The file with its largest picture only: more colours win between equal sizes.
 * @throws DomainError no_image, damaged_image
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
  return Buffer.concat([head, bytes.subarray(offset, offset + size)])
}
