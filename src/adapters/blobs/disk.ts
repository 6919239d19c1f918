/**
 * Blobs as files: `<root>/blobs/<project>/<2 hex>/<2 hex>/<32 hex>`. A blob is written to the work folder, synced,
 * renamed into place and its folder synced; only then is it acknowledged, so no reader ever sees half of one. One that may
 * be lost is written where it belongs: nobody knows its key yet.
 */
import { constants, mkdirSync } from 'node:fs'
import { access, type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import type { BlobFacts } from '../../core/blobs/records.ts'
import { DomainError } from '../../core/errors.ts'
import type { BlobStore } from '../../core/ports.ts'
import { readDisk } from './disk-read.ts'
import { cancelled, drain, quiet } from './drain.ts'
import { createDurableFolders, syncFolder } from './durable-folders.ts'
import { checkPrefix, parseKey } from './keys.ts'
import { diskError, hasCode, noBlob } from './store-errors.ts'
import { openWorkFolder } from './work-folder.ts'

/** How long a blob that was there is taken to be there still, and how many are remembered. */
const seenMs = 1000
const mostSeen = 1000
/** Writing in batches of this size by `writev` pays for the hashing. */
const batchBytes = 512 * 1024

/** @param options.root the data folder; made when absent. Throws `unavailable` when it cannot be used. */
export function createDiskBlobs(options: { root: string }): BlobStore {
  const root = resolve(options.root, 'blobs')
  const work = prepare(root, resolve(options.root, 'work'))
  const folders = createDurableFolders(root)
  /** Blobs that were there a moment ago. */
  const seen = new Set<string>()

  const place = (key: string): string => {
    const { project, name } = parseKey(key)
    return join(root, project, name.slice(0, 2), name.slice(2, 4), name)
  }

  /** Moves a synced file to its place, durably. */
  async function publish(file: string, target: string): Promise<void> {
    await inFolder(target, () => rename(file, target))
    const folder = dirname(target)
    await syncFolder(folder)
    await folders.settle(folder)
  }

  /** Runs what puts the target into its folder. */
  async function inFolder<T>(target: string, work: () => Promise<T>): Promise<T> {
    const folder = dirname(target)
    await folders.ensure(folder)
    try {
      return await work()
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error
      // Somebody tidied up empty folders.
      folders.forget(folder)
      await folders.ensure(folder)
      return work()
    }
  }

  return {
    encryption: null,

    async put(key, source, { maxBytes, signal, durable = true } = {}) {
      quiet(source)
      const target = place(key)
      const file = durable ? work.file() : target
      const create = () => open(file, 'wx', 0o600)
      try {
        const handle = await (durable ? create() : inFolder(target, create))
        const facts = await write(handle, source, { maxBytes, signal, durable })
        if (signal?.aborted) throw cancelled(signal)
        if (durable) await publish(file, target)
        return facts
      } catch (error) {
        // A blob that is there already is none of ours.
        if (!hasCode(error, 'EEXIST')) await rm(file, { force: true }).catch(() => {})
        throw diskError(error)
      }
    },

    async get(key, { range, signal } = {}) {
      if (signal?.aborted) throw cancelled(signal)
      return await readDisk(place(key), range, signal)
    },

    async stat(key) {
      try {
        return { size: (await stat(place(key))).size }
      } catch (error) {
        if (hasCode(error, 'ENOENT')) return undefined
        throw diskError(error)
      }
    },

    async delete(key) {
      seen.delete(key)
      try {
        await rm(place(key), { force: true })
      } catch (error) {
        throw diskError(error)
      }
    },

    list: (prefix) => list(root, prefix),

    async localFile(key, signal) {
      if (signal?.aborted) throw cancelled(signal)
      const path = place(key)
      if (!seen.has(key)) {
        await access(path, constants.R_OK).catch((error: unknown) => {
          throw hasCode(error, 'ENOENT') ? noBlob(error) : diskError(error)
        })
        if (seen.size >= mostSeen) seen.clear()
        if (seen.size === 0) setTimeout(() => seen.clear(), seenMs).unref()
        seen.add(key)
      }
      return { path, release() {} }
    },

    workFile: () => work.file(),

    async adopt(path, key, facts) {
      const target = place(key)
      work.check(path)
      try {
        await syncFile(path, facts.size)
        await publish(path, target)
      } catch (error) {
        await rm(path, { force: true }).catch(() => {})
        throw diskError(error)
      }
    },

    async ping() {
      await access(root, constants.R_OK | constants.W_OK | constants.X_OK).catch((error: unknown) => {
        throw diskError(error)
      })
    },

    close: () => work.swept,
  }
}

function prepare(root: string, work: string) {
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 })
    return openWorkFolder(work)
  } catch (error) {
    throw diskError(error)
  }
}

interface WriteOptions {
  maxBytes: number | undefined
  signal: AbortSignal | undefined
  durable: boolean
}

async function write(handle: FileHandle, source: Readable, options: WriteOptions): Promise<BlobFacts> {
  const { maxBytes, signal, durable } = options
  try {
    const write = (batch: Buffer[], bytes: number) => writeAll(handle, batch, bytes)
    const facts = await drain(source, { batchBytes, maxBytes, signal, write })
    if (durable) await handle.datasync()
    return facts
  } finally {
    await handle.close()
  }
}

/** A full disk shows as a short write first; the rest then fails with ENOSPC. */
async function writeAll(handle: FileHandle, batch: Buffer[], bytes: number): Promise<void> {
  const { bytesWritten } = await handle.writev(batch)
  if (bytesWritten === bytes) return
  const whole = Buffer.concat(batch)
  for (let offset = bytesWritten; offset < bytes; ) {
    offset += (await handle.write(whole, offset)).bytesWritten
  }
}

/** Syncs a file that an engine child wrote. It is no link: a child gone bad must not make us adopt a foreign file. */
async function syncFile(path: string, size: number): Promise<void> {
  const handle = await open(path, constants.O_RDWR | constants.O_NOFOLLOW)
  try {
    const facts = await handle.stat()
    if (!facts.isFile() || facts.size !== size) {
      throw new DomainError('internal', `A work file has ${facts.size} bytes instead of ${size}.`)
    }
    await handle.chmod(0o600)
    await handle.datasync()
  } finally {
    await handle.close()
  }
}

/** In key order, one folder in memory at a time. What vanishes meanwhile is skipped. */
async function* list(root: string, prefix: string): AsyncGenerator<{ key: string; size: number; modified: number }> {
  checkPrefix(prefix)
  // With its slash appended a project sorts as its keys do: "a-b/" before "a/".
  for (const project of (await entries(root)).map((name) => `${name}/`).sort()) {
    if (!overlaps(project, prefix)) continue
    for (const first of (await entries(join(root, project))).sort()) {
      if (!overlaps(project + first, prefix)) continue
      for (const second of (await entries(join(root, project, first))).sort()) {
        if (!overlaps(project + first + second, prefix)) continue
        const folder = join(root, project, first, second)
        for (const name of (await entries(folder)).sort()) {
          const key = project + name
          if (!key.startsWith(prefix)) continue
          const facts = await stat(join(folder, name)).catch(() => undefined)
          if (facts?.isFile()) yield { key, size: facts.size, modified: Math.floor(facts.mtimeMs) }
        }
      }
    }
  }
}

const overlaps = (path: string, prefix: string) => path.startsWith(prefix) || prefix.startsWith(path)

async function entries(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return []
    throw diskError(error)
  }
}
