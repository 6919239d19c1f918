/** Reads a ZIP of stored entries by its central directory, checking sizes and CRCs on the way. */
import { crc32 } from 'node:zlib'
import { expect } from 'vitest'

export interface Entry {
  name: string
  data: Buffer
}

export function readZip(zip: Buffer): Entry[] {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  expect(end, 'no end of a ZIP').toBeGreaterThanOrEqual(0)
  let at = zip.readUInt32LE(end + 16)
  return Array.from({ length: zip.readUInt16LE(end + 10) }, () => {
    expect(zip.readUInt32LE(at)).toBe(0x02014b50)
    const nameLength = zip.readUInt16LE(at + 28)
    const name = zip.subarray(at + 46, at + 46 + nameLength).toString('utf8')
    expect(zip.readUInt16LE(at + 8) & 0x0800, 'the name is flagged as UTF-8').toBe(0x0800)
    expect(zip.readUInt16LE(at + 10), 'stored, not compressed').toBe(0)
    const local = zip.readUInt32LE(at + 42)
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    const data = zip.subarray(start, start + zip.readUInt32LE(at + 24))
    expect(crc32(data)).toBe(zip.readUInt32LE(at + 16))
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
    return { name, data }
  })
}
