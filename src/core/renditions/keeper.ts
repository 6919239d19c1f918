/**
 * Keeps renditions in the BlobStore under a cap. Nobody waits for it: bytes and rows are written behind, a few at a time,
 * and under pressure not at all; how lately each was used is written at most once a minute; what was used longest ago
 * goes when the cap is reached. A rendition that is lost or damaged is made again.
 */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { discardBytes } from '../blobs/stored.ts'
import { blobKey, blobKeyBeginning } from '../ids.ts'
import { forEachAtOnce } from '../jobs/at-once.ts'
import type { BlobStore, Clock, MetadataStore } from '../ports.ts'
import { createAbsence } from './absence.ts'
import type { RenditionRow } from './records.ts'
import type { Rendition } from './renditions.ts'

export interface Keeper {
  /** Also what is still to be written. Undefined: not there, or not what was written. */
  find(order: Pick<Rendition, 'project' | 'source' | 'key'>): Promise<Rendition | undefined>
  keep(rendition: Rendition): void
  /** It was used just now. */
  used(key: string): void
  /** Deletes what was made from these blobs, bounded steps at a time; returns how many. */
  dropOf(sources: readonly string[]): Promise<number>
  /** Gives up what waits to be written of the project. */
  forget(project: string): void
  stats(): { waiting: number; waitingBytes: number; dropped: number; evicted: number; damaged: number }
  /** Resolves when all that was given so far is written; for tests. */
  settled(): Promise<void>
  /** Writes what waits, or gives it up after `graceMs`. */
  close(graceMs: number): Promise<void>
}

export interface KeeperOptions {
  store: MetadataStore
  blobs: BlobStore
  clock: Clock
  /** 0: nothing is kept. */
  capBytes: number
  log: { warn(fields: object, message: string): void }
}

/** What may wait to be written. */
const most = { entries: 512, bytes: 48 * 1024 * 1024 }
/** Written together: one commit for all of them. */
const together = 64
/** So many are not held back to wait for more. */
const enough = { entries: together, bytes: 4 * 1024 * 1024 }
/** Until what was made is written: a transaction is half a dozen journeys, for one rendition or for many. */
const pauseMs = 1000
/** `used` is written once in this time. */
const usedMs = 60_000
const known = 20_000
/** Rows deleted in one transaction. */
const atOnce = 200
/** Below the cap, so that not every write has to make room. */
const headroom = 0.98

export function createKeeper({ store, blobs, clock, capBytes, log }: KeeperOptions): Keeper {
  const waiting = new Map<string, Rendition>()
  /** When the last use was noted, by key. */
  const noted = new Map<string, number>()
  const touched = new Set<string>()
  const absence = createAbsence(store.read.renditions, clock)
  let waitingBytes = 0
  let dropped = 0
  let evicted = 0
  let damaged = 0
  let writing: Promise<void> | undefined
  /** Ends the pause before the next write. */
  let hurry = () => {}
  let closed = false

  const areEnough = () => waiting.size >= enough.entries || waitingBytes >= enough.bytes

  async function rest(): Promise<void> {
    if (areEnough()) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pauseMs).unref()
      hurry = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  function wake(): void {
    writing ??= rest()
      .then(write)
      .catch((err: unknown) => log.warn({ err }, 'renditions could not be kept'))
      .finally(() => {
        writing = undefined
        if (!closed && (waiting.size > 0 || touched.size > 0)) wake()
      })
  }

  async function write(): Promise<void> {
    const batch = [...waiting.values()].slice(0, together)
    const beginning = blobKeyBeginning()
    const used = [...touched]
    touched.clear()
    try {
      const rows: RenditionRow[] = []
      await forEachAtOnce(batch, 4, async (rendition) => {
        const row = await writeBytes(rendition, beginning).catch((err: unknown) => {
          log.warn({ err }, 'a rendition could not be kept')
        })
        if (row !== undefined) rows.push(row)
      })
      // In the table before they cease to wait.
      for (const { source, key } of rows) absence.ends(source, key)
      const refused = await store
        .tx(async (tx) => {
          await tx.renditions.touch(used, clock.now())
          return tx.renditions.insert(rows)
        })
        .catch(async (error: unknown) => {
          for (const { blob } of rows) await discardBytes(blobs, { key: blob })
          throw error
        })
      // Another node was faster, or the source is gone.
      for (const { blob } of refused) await discardBytes(blobs, { key: blob })
      if (rows.length > 0) await makeRoom()
    } finally {
      for (const { key, bytes } of batch) if (waiting.delete(key)) waitingBytes -= bytes.length
    }
  }

  async function writeBytes(rendition: Rendition, beginning: string): Promise<RenditionRow> {
    const { bytes, ...facts } = rendition
    const blob = blobKey(rendition.project, beginning)
    const { size, sha256 } = await blobs.put(blob, Readable.from([bytes], { objectMode: false }), { durable: false })
    const now = clock.now()
    return { ...facts, blob, size, sha256, created: now, used: now }
  }

  async function makeRoom(): Promise<void> {
    for (;;) {
      const over = (await store.read.renditions.total()) - capBytes
      if (over <= 0) return
      const gone = await store.tx((tx) => tx.renditions.evict(over + capBytes * (1 - headroom), atOnce))
      if (gone.length === 0) return
      evicted += gone.length
      await discard(gone)
    }
  }

  /** Rows are gone already: what is left over by a crash is found by reconciliation. */
  async function discard(rows: readonly RenditionRow[]): Promise<void> {
    for (const { key } of rows) noted.delete(key)
    await forEachAtOnce(rows, 4, ({ blob }) => discardBytes(blobs, { key: blob }))
  }

  async function read(row: RenditionRow): Promise<Rendition | undefined> {
    const bytes = await blobs
      .get(row.blob)
      .then(buffer)
      .catch(() => undefined)
    const whole = bytes?.length === row.size && createHash('sha256').update(bytes).digest('hex') === row.sha256
    if (bytes !== undefined && whole) {
      const { key, project, source, format, width, height } = row
      return { key, project, source, format, width, height, bytes }
    }
    damaged += 1
    log.warn({ rendition: row.key, blob: row.blob }, 'a rendition is lost or damaged and is made again')
    if (await store.tx((tx) => tx.renditions.drop(row))) await discardBytes(blobs, { key: row.blob })
    return undefined
  }

  const keeper: Keeper = {
    async find({ project, source, key }) {
      const pending = waiting.get(key)
      if (pending !== undefined || capBytes === 0 || absence.knows(source, key)) return pending
      // Both in one journey.
      const [row] = await Promise.all([store.read.renditions.find(project, key), absence.learn(source)])
      if (row === undefined) return undefined
      if (!noted.has(key)) noted.set(key, row.used)
      return read(row)
    },

    keep(rendition) {
      const { key, bytes } = rendition
      if (closed || capBytes === 0 || bytes.length > capBytes || waiting.has(key)) return
      if (waiting.size >= most.entries || waitingBytes + bytes.length > most.bytes) {
        dropped += 1
        return
      }
      waiting.set(key, rendition)
      waitingBytes += bytes.length
      noted.set(key, clock.now())
      wake()
      if (areEnough()) hurry()
    },

    used(key) {
      const now = clock.now()
      const last = noted.get(key)
      if (closed || capBytes === 0 || (last !== undefined && now - last < usedMs)) return
      if (noted.size >= known) noted.clear()
      noted.set(key, now)
      touched.add(key)
      wake()
    },

    async dropOf(sources) {
      const wanted = new Set(sources)
      for (const [key, { source, bytes }] of waiting) {
        if (wanted.has(source) && waiting.delete(key)) waitingBytes -= bytes.length
      }
      // What is being written at this moment is in the table then.
      hurry()
      await writing
      return dropRenditions({ store, blobs }, sources)
    },

    forget(project) {
      for (const [key, one] of waiting) {
        if (one.project === project && waiting.delete(key)) waitingBytes -= one.bytes.length
      }
    },

    stats: () => ({ waiting: waiting.size, waitingBytes, dropped, evicted, damaged }),

    async settled() {
      while (writing !== undefined) {
        hurry()
        await writing
      }
    },

    async close(graceMs) {
      await Promise.race([keeper.settled(), pause(graceMs)])
      closed = true
      await writing
    },
  }
  return keeper
}

/** Deletes the renditions made from these blobs, rows before bytes; returns how many. */
export async function dropRenditions(
  { store, blobs }: { store: MetadataStore; blobs: BlobStore },
  sources: readonly string[],
): Promise<number> {
  let count = 0
  for (let start = 0; start < sources.length; start += atOnce) {
    const some = sources.slice(start, start + atOnce)
    for (let more = true; more; ) {
      const gone = await store.tx((tx) => tx.renditions.dropOf(some, atOnce))
      for (const { blob } of gone) await discardBytes(blobs, { key: blob })
      count += gone.length
      more = gone.length === atOnce
    }
  }
  return count
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })
}
