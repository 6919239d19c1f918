/** The work folder: temporary files of uploads in progress and of engine children. What a crash left goes after a day. */
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { DomainError } from '../../core/errors.ts'

const staleMs = 24 * 60 * 60 * 1000

export interface WorkFolder {
  /** A fresh path; nothing is created. */
  file(): string
  /** Refuses paths that did not come from `file()`. */
  check(path: string): void
  /** Resolves when what was stale at creation is gone. */
  readonly swept: Promise<void>
}

export function openWorkFolder(folder: string): WorkFolder {
  const path = resolve(folder)
  mkdirSync(path, { recursive: true, mode: 0o700 })
  return {
    file: () => join(path, randomBytes(16).toString('hex')),
    check(file) {
      if (dirname(resolve(file)) !== path) throw new DomainError('internal', 'The file is not in the work folder.')
    },
    swept: sweepStale(path),
  }
}

/** Removes entries that nothing has changed for a day. Another process may do the same: what is gone is gone. */
export async function sweepStale(folder: string): Promise<void> {
  const oldest = Date.now() - staleMs
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name)
    const facts = await stat(path).catch(() => undefined)
    if (facts !== undefined && facts.mtimeMs < oldest) await rm(path, { recursive: true, force: true }).catch(() => {})
  }
}
