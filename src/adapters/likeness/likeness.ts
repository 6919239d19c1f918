/**
 * Likeness in memory: each project's vectors as codes in a thread of their own, read from the database when somebody asks
 * first, and what came since then at each question. A node that starts, or a project that was dropped for others, is read
 * anew: nothing here is kept anywhere else. Codes say which pictures are near; callers check and rank them.
 */
import { DomainError } from '../../core/errors.ts'
import type { Clock, LikenessIndex, MetadataStore } from '../../core/ports.ts'
import type { LikenessBasis } from '../../core/vision/likeness.ts'
import type { VectorPage, VectorPosition } from '../../core/vision/records.ts'
import { bytesOfRows, idBytes, type Rows } from './codes.ts'
import { startThread } from './thread.ts'

export interface LikenessOptions {
  store: Pick<MetadataStore, 'read'>
  clock: Clock
  /** Of all tables; the least recently used project goes first, then the oldest pictures of the one in use. */
  memoryBytes: number
}

interface Table {
  name: string
  project: string
  space: string
  dimensions: number
  basis: LikenessBasis | undefined
  rows: number
  /** Rows when it began: with twice as many it begins anew, which drops what was replaced and moves the basis. */
  grownFrom: number
  after: VectorPosition | null
  /** Those near the end: what is read there again is not added again. */
  recent: Map<string, number>
  /** When the end was last read again. */
  reread: number
  /** One reader at a time; the others wait for it. */
  reading: Promise<void> | undefined
}

type Vectors = Omit<VectorPage, 'next'>

/** So many at once: a few milliseconds for the event loop. */
const pageRows = 1000
/** The basis is taken from the first pages. */
const samplePages = 4
/** Writers' clocks, and the order of their commits, may differ by this. */
const overlapMs = 30_000
const rereadMs = 5000

export function createLikenessIndex({ store, clock, memoryBytes }: LikenessOptions): LikenessIndex {
  /** Least recently used first. */
  const tables = new Map<string, Table>()
  const thread = startThread(clock, () => tables.clear())

  const bytesOf = ({ rows, dimensions }: Table) => bytesOfRows(rows, dimensions)

  function tableOf(project: string, space: string, dimensions: number): Table {
    const name = `${project} ${space}`
    const known = tables.get(name)
    const table = known ?? {
      name,
      project,
      space,
      dimensions,
      basis: undefined,
      rows: 0,
      grownFrom: 0,
      after: null,
      recent: new Map<string, number>(),
      reread: 0,
      reading: undefined,
    }
    tables.delete(name)
    tables.set(name, table)
    return table
  }

  /** Brings the table up to what is committed. */
  async function read(table: Table): Promise<void> {
    if (table.rows > 2 * table.grownFrom + 64) reset(table)
    const begins = table.basis === undefined
    if (begins && !(await begin(table))) return
    const now = clock.now()
    if (table.after !== null && now - table.reread > rereadMs) {
      table.reread = now
      for (const [asset, made] of table.recent) if (made < table.after.made - overlapMs) table.recent.delete(asset)
      await follow(table, { made: table.after.made - overlapMs, asset: '' })
    } else await follow(table, table.after)
    if (begins) table.grownFrom = table.rows
    await keepTo(table)
  }

  function reset(table: Table): void {
    Object.assign(table, { basis: undefined, rows: 0, after: null, recent: new Map() })
  }

  /** False: there is nothing yet. */
  async function begin(table: Table): Promise<boolean> {
    const first: VectorPage[] = []
    for (let after: VectorPosition | null | undefined = null; after !== undefined && first.length < samplePages; ) {
      const page: VectorPage = await store.read.vectors.page(table.project, table.space, after, pageRows)
      first.push(page)
      after = page.next
    }
    const pages = joined(first)
    if (pages.assets.length === 0) return false
    const { name, dimensions } = table
    const { rows, basis } = await thread.ask({ kind: 'begin', table: name, dimensions, rows: pack(pages, dimensions) })
    Object.assign(table, { rows, basis, reread: clock.now() })
    note(table, pages)
    return true
  }

  async function follow(table: Table, from: VectorPosition | null): Promise<void> {
    for (let after: VectorPosition | null | undefined = from; after !== undefined; ) {
      const page: VectorPage = await store.read.vectors.page(table.project, table.space, after, pageRows)
      const fresh = without(page, table.recent, table.dimensions)
      if (fresh.assets.length > 0) {
        const rows = pack(fresh, table.dimensions)
        table.rows = (await thread.ask({ kind: 'add', table: table.name, rows })).rows
        note(table, fresh)
        if (bytesOf(table) > memoryBytes) await keepTo(table)
      }
      after = page.next
    }
  }

  function note(table: Table, { assets, made }: Pick<VectorPage, 'assets' | 'made'>): void {
    for (const [at, asset] of assets.entries()) {
      const position = { made: made[at] ?? 0, asset }
      if (table.after === null || isBehind(position, table.after)) table.after = position
    }
    const from = (table.after?.made ?? 0) - overlapMs
    if (table.recent.size > 10 * pageRows) {
      for (const [asset, time] of table.recent) if (time < from) table.recent.delete(asset)
    }
    for (const [at, asset] of assets.entries()) if ((made[at] ?? 0) >= from) table.recent.set(asset, made[at] ?? 0)
  }

  /** Keeps to the memory. */
  async function keepTo(table: Table): Promise<void> {
    const total = () => [...tables.values()].reduce((sum, each) => sum + bytesOf(each), 0)
    for (const other of [...tables.values()]) {
      if (total() <= memoryBytes) return
      if (other === table || other.reading !== undefined) continue
      tables.delete(other.name)
      if (other.basis !== undefined) await thread.ask({ kind: 'drop', table: other.name })
    }
    if (bytesOf(table) <= memoryBytes) return
    const most = Math.floor(memoryBytes / bytesOfRows(1, table.dimensions))
    table.rows = (await thread.ask({ kind: 'trim', table: table.name, most })).rows
  }

  return {
    async nearest(project, { space, scale, bytes }, count, longestMs) {
      const table = tableOf(project, space, bytes.length)
      table.reading ??= read(table).finally(() => {
        table.reading = undefined
      })
      await inTime(table.reading, longestMs, clock)
      if (table.basis === undefined) return { assets: [], basis: undefined, all: true }
      const vector = new Int8Array(bytes)
      const answer = await thread.ask({ kind: 'nearest', table: table.name, vector, scale, count })
      return { assets: answer.assets ?? [], basis: table.basis, all: answer.rows <= count }
    },

    stats: () => ({
      projects: new Set([...tables.values()].map(({ project }) => project)).size,
      pictures: [...tables.values()].reduce((sum, { rows }) => sum + rows, 0),
      bytes: [...tables.values()].reduce((sum, table) => sum + bytesOf(table), 0),
    }),

    close: () => thread.close(),
  }
}

const isBehind = (one: VectorPosition, other: VectorPosition) =>
  one.made > other.made || (one.made === other.made && one.asset > other.asset)

function joined(pages: readonly VectorPage[]): Vectors {
  return {
    assets: pages.flatMap(({ assets }) => assets),
    made: pages.flatMap(({ made }) => made),
    scales: pages.flatMap(({ scales }) => scales),
    bytes: Buffer.concat(pages.map(({ bytes }) => bytes)),
  }
}

/** Those of a page that are not known yet. */
function without(page: VectorPage, known: ReadonlyMap<string, number>, dimensions: number): Vectors {
  const fresh = [...page.assets.keys()].filter((at) => known.get(page.assets[at] ?? '') !== page.made[at])
  if (fresh.length === page.assets.length) return page
  const each = <T>(values: readonly T[]) => fresh.flatMap((at) => values[at] ?? [])
  const { assets, made, scales, bytes } = page
  const parts = fresh.map((at) => bytes.subarray(at * dimensions, (at + 1) * dimensions))
  return { assets: each(assets), made: each(made), scales: each(scales), bytes: Buffer.concat(parts) }
}

function pack({ assets, scales, bytes }: Vectors, dimensions: number): Rows {
  const count = assets.length
  // Buffers of their own: they are handed over to the thread.
  const vectors = new Int8Array(count * dimensions)
  vectors.set(new Int8Array(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, vectors.length)))
  const ids = new Uint8Array(count * idBytes)
  ids.set(Buffer.from(assets.join(''), 'hex').subarray(0, ids.length))
  return { count, vectors, scales: Float64Array.from(scales), ids }
}

/** A large library takes some seconds to read: whoever asks meanwhile is told to come back. */
async function inTime(work: Promise<void>, longestMs: number, clock: Clock): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const message = 'The index of like pictures is being read from the database; try again in a few seconds.'
      reject(new DomainError('overloaded', message, { retryAt: clock.now() + 3000 }))
    }, longestMs)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    // It goes on; a failure of it is told to who asks next.
    work.catch(() => undefined)
  }
}
