/** Finds pictures anywhere in bytes by how they begin: behind junk, joined one after the other, or inside of others. */
import type { ImageFormat } from '../../../../core/processing/operations.ts'

export interface Start {
  format: ImageFormat
  at: number
}

/** Hostile bytes may begin a picture at every place. */
const mostStarts = 100

const signatures: readonly {
  format: ImageFormat
  bytes: Buffer
  offset?: number
  check?(bytes: Buffer, at: number): boolean
}[] = [
  { format: 'jpg', bytes: Buffer.from([0xff, 0xd8, 0xff]), check: (bytes, at) => (bytes[at + 3] ?? 0) >= 0xc0 },
  { format: 'png', bytes: Buffer.from([0x89, 0x50, 0x4e, 0x47]) },
  { format: 'gif', bytes: Buffer.from('GIF8') },
  { format: 'webp', bytes: Buffer.from('WEBP'), offset: 8 },
  { format: 'tiff', bytes: Buffer.from([0x49, 0x49, 0x2a, 0]) },
  { format: 'tiff', bytes: Buffer.from([0x4d, 0x4d, 0, 0x2a]) },
]

/** Beginnings of pictures in the order in which they stand. */
export function findStarts(bytes: Buffer): Start[] {
  const starts: Start[] = []
  for (const { format, bytes: signature, offset = 0, check } of signatures) {
    let found = 0
    for (let at = bytes.indexOf(signature); at >= 0 && found < mostStarts; at = bytes.indexOf(signature, at + 1)) {
      if (at < offset || check?.(bytes, at) === false) continue
      starts.push({ format, at: at - offset })
      found += 1
    }
  }
  return starts.sort((a, b) => a.at - b.at)
}
