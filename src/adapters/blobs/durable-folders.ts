/** Folders whose entries survive a power cut: made level by level, each parent synced before anything relies on it. */
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Remembered folders; forgetting costs only a repeated sync. */
const maxKnown = 20_000

export interface DurableFolders {
  /** Makes the folder and those above it, down from the root, and syncs every parent once in this process' life. */
  ensure(folder: string): Promise<void>
  /** Call when a folder turns out to be gone. */
  forget(folder: string): void
}

export function createDurableFolders(root: string): DurableFolders {
  // Promises, not flags: a second writer must not rely on a folder that the first is still syncing. A folder found on
  // disk is synced too, since the process that made it may have been killed before it did.
  const known = new Map<string, Promise<void>>()

  async function make(folder: string): Promise<void> {
    await ensure(dirname(folder))
    await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
    await syncFolder(dirname(folder))
  }
  function ensure(folder: string): Promise<void> {
    if (folder === root) return Promise.resolve()
    let made = known.get(folder)
    if (made === undefined) {
      if (known.size >= maxKnown) known.clear()
      made = make(folder)
      known.set(folder, made)
      made.catch(() => known.delete(folder))
    }
    return made
  }
  return {
    ensure,
    forget(folder) {
      for (let path = folder; path.length > root.length; path = dirname(path)) known.delete(path)
    },
  }
}

/** Makes renames and new names in the folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
