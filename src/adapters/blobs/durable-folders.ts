/** Folders whose entries survive a power cut: every parent is synced before anything in them is acknowledged. */
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Remembered folders; forgetting costs only a repeated sync. */
const maxKnown = 20_000

export interface DurableFolders {
  /** Makes the folder and those above it, down from the root. */
  ensure(folder: string): Promise<void>
  /**
   * Syncs every folder above it up to the root, once in this process' life. After the folder's own sync: on a journalling
   * file system that one commit holds them all, and these find nothing left to do.
   */
  settle(folder: string): Promise<void>
  /** Call when a folder turns out to be gone. */
  forget(folder: string): void
}

export function createDurableFolders(root: string): DurableFolders {
  // Promises, not flags: a second writer must not rely on a folder that the first is still making or syncing. A folder
  // found on disk is synced too, since the process that made it may have been killed before it did.
  const made = new Map<string, Promise<void>>()
  const synced = new Map<string, Promise<void>>()

  async function make(folder: string): Promise<void> {
    await ensure(dirname(folder))
    await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
  async function sync(folder: string): Promise<void> {
    await syncFolder(dirname(folder))
    await settle(dirname(folder))
  }
  const ensure = (folder: string) => once(made, folder, make)
  const settle = (folder: string) => once(synced, folder, sync)

  function once(known: Map<string, Promise<void>>, folder: string, work: (folder: string) => Promise<void>) {
    if (folder === root) return Promise.resolve()
    const before = known.get(folder)
    if (before !== undefined) return before
    if (known.size >= maxKnown) known.clear()
    const working = work(folder)
    known.set(folder, working)
    working.catch(() => known.delete(folder))
    return working
  }
  return {
    ensure,
    settle,
    forget(folder) {
      for (let path = folder; path.length > root.length; path = dirname(path)) {
        made.delete(path)
        synced.delete(path)
      }
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
