/** SHA-256 of files, read again only when a file has changed. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

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

export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
