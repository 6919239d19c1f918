/**
 * Local copies of remote blobs, for whoever needs a path. Each blob is downloaded once however many ask at a time, is
 * kept while in use, and afterwards until the least recently used have to go to keep the cap.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { LocalFile } from '../../core/ports.ts'
import { cancelled } from './drain.ts'

export interface LocalCopies {
  take(key: string, signal?: AbortSignal): Promise<LocalFile>
  /** Forgets the key's copy; a copy in use goes when it is released. */
  drop(key: string): void
  /** Stops downloads and removes all copies. */
  close(): Promise<void>
}

export interface LocalCopiesOptions {
  /** Owned by this process alone. */
  folder: string
  /** Copies in use may exceed it. */
  capBytes: number
  /** Writes the whole blob to `path` and returns its size; leaves nothing behind when it fails. */
  download(key: string, path: string, signal: AbortSignal): Promise<number>
}

interface Copy {
  path: string
  users: number
  /** Undefined while downloading. */
  size: number | undefined
  /** Nobody can find it any more. */
  dropped: boolean
  ready: Promise<void>
  stop: AbortController
}

export function createLocalCopies({ folder, capBytes, download }: LocalCopiesOptions): LocalCopies {
  // In order of use: the least recently used come first.
  const copies = new Map<string, Copy>()
  const downloads = new Set<Promise<void>>()
  let total = 0

  function start(key: string): Copy {
    const stop = new AbortController()
    // A path of its own each time: a dropped copy of the same key may still be in use.
    const path = join(folder, randomBytes(16).toString('hex'))
    const copy: Copy = { path, users: 0, size: undefined, dropped: false, ready: fetchInto(), stop }
    async function fetchInto() {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const size = await download(key, path, stop.signal)
      copy.size = size
      total += size
      if (copy.users === 0) discard(key, copy)
      else evict()
    }
    downloads.add(copy.ready)
    copy.ready.catch(() => forget(key, copy)).finally(() => downloads.delete(copy.ready))
    return copy
  }
  function forget(key: string, copy: Copy): void {
    copy.dropped = true
    if (copies.get(key) === copy) copies.delete(key)
  }
  /** Removes a copy that nobody uses. */
  function discard(key: string, copy: Copy): void {
    forget(key, copy)
    if (copy.size === undefined) {
      copy.stop.abort()
      return
    }
    total -= copy.size
    copy.size = 0
    rm(copy.path, { force: true }).catch(() => {})
  }
  function evict(): void {
    for (const [key, copy] of copies) {
      if (total <= capBytes) return
      if (copy.users === 0 && copy.size !== undefined) discard(key, copy)
    }
  }
  function leave(key: string, copy: Copy): void {
    copy.users -= 1
    if (copy.users > 0) return
    if (copy.dropped || copy.size === undefined) discard(key, copy)
    else evict()
  }
  function find(key: string): Copy {
    const copy = copies.get(key) ?? start(key)
    copies.delete(key)
    copies.set(key, copy)
    copy.users += 1
    return copy
  }

  return {
    async take(key, signal) {
      for (;;) {
        if (signal?.aborted) throw cancelled(signal)
        const copy = find(key)
        try {
          await untilAborted(copy.ready, signal)
          if (await intact(copy)) return { path: copy.path, release: once(() => leave(key, copy)) }
        } catch (error) {
          leave(key, copy)
          throw error
        }
        // Somebody has tidied up the folder: download it again.
        forget(key, copy)
        leave(key, copy)
      }
    },
    drop(key) {
      const copy = copies.get(key)
      if (copy === undefined) return
      if (copy.users === 0) discard(key, copy)
      else forget(key, copy)
    },
    async close() {
      for (const copy of copies.values()) if (copy.size === undefined) copy.stop.abort()
      await Promise.allSettled(downloads)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function intact(copy: Copy): Promise<boolean> {
  const facts = await stat(copy.path).catch(() => undefined)
  return facts?.size === copy.size
}

function once(run: () => void): () => void {
  let ran = false
  return () => {
    if (!ran) run()
    ran = true
  }
}

/** The shared promise, or `cancelled` when this caller gives up. */
async function untilAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return await promise
  let onAbort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(cancelled(signal))
  })
  signal.addEventListener('abort', onAbort)
  try {
    await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
