/** Reads a ZIP of stored entries, checking what the server claims about them. */
import { crc32 } from 'node:zlib'

/** @throws when an entry is not stored, or its CRC-32 is wrong */
export function unzip(archive: Buffer): { name: string; bytes: Buffer }[] {
  const entries: { name: string; bytes: Buffer }[] = []
  for (let at = 0; archive.readUInt32LE(at) === 0x04034b50; ) {
    const method = archive.readUInt16LE(at + 8)
    const expected = archive.readUInt32LE(at + 14)
    const size = archive.readUInt32LE(at + 18)
    const nameEnd = at + 30 + archive.readUInt16LE(at + 26)
    const dataStart = nameEnd + archive.readUInt16LE(at + 28)
    const name = archive.toString('utf8', at + 30, nameEnd)
    const bytes = archive.subarray(dataStart, dataStart + size)
    if (method !== 0) throw new Error(`${name} is compressed`)
    if (crc32(bytes) !== expected) throw new Error(`${name} has the wrong CRC-32`)
    entries.push({ name, bytes })
    at = dataStart + size
  }
  return entries
}
