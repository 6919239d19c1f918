/** SHA-256 of files, read again only when a file has changed. */
import { createHash } from 'node:crypto'
import { open, stat } from 'node:fs/promises'

const pieceBytes = 256 * 1024

export interface FileFacts {
  path: string
  bytes: number
  sha256: string
}

export interface Hashes {
  /** undefined: there is no such file. */
  of(path: string): Promise<FileFacts | undefined>
}

export function createHashes(): Hashes {
  const known = new Map<string, { key: string; facts: Promise<FileFacts> }>()
  return {
    async of(path) {
      const found = await stat(path).catch(() => undefined)
      if (found === undefined || !found.isFile()) {
        known.delete(path)
        return undefined
      }
      const key = `${found.ino} ${found.size} ${found.mtimeMs}`
      const before = known.get(path)
      if (before?.key === key) return await before.facts
      const facts = hashFile(path).then((sha256) => ({ path, bytes: found.size, sha256 }))
      known.set(path, { key, facts })
      // Read again next time; meanwhile it is as if it were not there.
      return await facts.catch(() => {
        known.delete(path)
        return undefined
      })
    },
  }
}

/** Through one buffer: pieces of a stream would stay in the server's memory for long. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  const file = await open(path)
  try {
    const piece = Buffer.allocUnsafe(pieceBytes)
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, pieceBytes, null)
      if (bytesRead === 0) return hash.digest('hex')
      hash.update(piece.subarray(0, bytesRead))
    }
  } finally {
    await file.close()
  }
}
