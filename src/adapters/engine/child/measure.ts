/** Size, SHA-256 and CRC-32 of a file or of bytes in memory. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { crc32 } from 'node:zlib'
import type { EngineResult } from '../../../core/ports.ts'
import type { Input } from './picture.ts'

const pieceBytes = 256 * 1024

export async function measure(input: Input): Promise<Pick<EngineResult, 'size' | 'sha256' | 'crc32'>> {
  const hash = createHash('sha256')
  let size = 0
  let crc = 0
  const pieces = typeof input === 'string' ? createReadStream(input, { highWaterMark: pieceBytes }) : [input]
  for await (const piece of pieces) {
    hash.update(piece)
    crc = crc32(piece, crc)
    size += piece.length
  }
  return { size, sha256: hash.digest('hex'), crc32: crc }
}
