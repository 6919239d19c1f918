/**
 * The job that makes an export: photo after photo gets its line and its place in the archive, a page at a time, so that
 * another node goes on where one died. Originals stay where they are and are only held; other variants are made and kept
 * with the export. The archive itself is put together when it is fetched: its length is known before.
 */
import { Readable, Transform } from 'node:stream'
import { crc32 } from 'node:zlib'
import { discardBytes, type StoredBytes, storeBytes } from '../../blobs/stored.ts'
import { DomainError, toDomainError } from '../../errors.ts'
import { forEachAtOnce } from '../../jobs/at-once.ts'
import type { Job } from '../../jobs/records.ts'
import { isPassing } from '../../scorings/judge-asset.ts'
import { layoutZip } from '../../zip.ts'
import type { SiteDeps } from '../deps.ts'
import type { Installation, JudgedCapture } from '../records.ts'
import { openVariant } from '../variants.ts'
import { enqueueEnd, mayHave } from './begin.ts'
import { entriesOf } from './files.ts'
import { manifestHead, manifestLine, pathOf } from './manifest.ts'
import type { ExportFile, SiteExport } from './records.ts'

const pageSize = 50
const madeAtOnce = 2

/** @throws DomainError when another try may go better; `fenced` */
export async function runExport(deps: SiteDeps, job: Job, signal: AbortSignal): Promise<void> {
  const found = await deps.store.read.siteExports.find(job.project ?? '', job.subject)
  if (found === undefined || (found.status !== 'queued' && found.status !== 'running')) {
    await deps.store.tx((tx) => tx.jobs.complete(job))
    return
  }
  await change(deps, job, found, { status: 'running' })
  let { photos, size } = found
  const places = new Set(found.installations)
  for await (const page of pagesOf(deps, found)) {
    signal.throwIfAborted()
    const made = await makePage(deps, found, page, photos, signal)
    try {
      for (const { file } of made) {
        places.add(file.installation)
        size += file.size
      }
      photos += made.length
      await keep(deps, job, found, made, { photos, size, installations: [...places] })
    } catch (error) {
      for (const { stored } of made) if (stored !== undefined) await discardBytes(deps.blobs, stored)
      throw error
    }
  }
  await finish(deps, job, { ...found, photos, size }, signal)
}

/** What comes after the last photo that is in it. */
async function* pagesOf({ store }: SiteDeps, { id, project, chosen }: SiteExport): AsyncGenerator<JudgedCapture[]> {
  const last = await store.read.siteExports.lastFile(id)
  if ('ids' in chosen) {
    const { ids } = chosen
    for (let at = last === undefined ? 0 : ids.indexOf(last.photo) + 1; at < ids.length; at += pageSize) {
      const asked = ids.slice(at, at + pageSize)
      const found = new Map((await store.read.captures.findMany(project, asked)).map((one) => [one.id, one]))
      yield asked.flatMap((photo) => found.get(photo) ?? [])
    }
    return
  }
  let after = last === undefined ? undefined : { taken: last.taken, id: last.photo }
  for (let more = true; more; ) {
    const page = { order: 'asc', limit: pageSize, ...(after === undefined ? {} : { after }) } as const
    const { filter, every } = chosen
    const found = await (every === undefined
      ? store.read.captures.page(filter, page)
      : store.read.captures.thinned(filter, every, page))
    yield found
    const end = found.at(-1)
    if (end !== undefined) after = { taken: end.taken, id: end.id }
    more = found.length === pageSize
  }
}

interface Made {
  file: ExportFile
  /** A rendition, kept with the export; undefined: the original's own blob. */
  stored: StoredBytes | undefined
}

/** In order; without those that the user may not have any more, and those that cannot be made. */
async function makePage(
  deps: SiteDeps,
  one: SiteExport,
  page: readonly JudgedCapture[],
  from: number,
  signal: AbortSignal,
): Promise<Made[]> {
  const { store } = deps
  const user = await store.read.users.find(one.user)
  if (user?.status !== 'active') throw new DomainError('forbidden', 'The user who asked for it is gone.')
  const access = await store.read.groups.accessOf(user)
  const ids = [...new Set(page.map(({ installation }) => installation))]
  const places = new Map((await store.read.installations.findMany(one.project, ids)).map((place) => [place.id, place]))
  const slots: (Made | undefined)[] = page.map(() => undefined)
  await forEachAtOnce([...page.entries()], madeAtOnce, async ([index, capture]) => {
    const place = places.get(capture.installation)
    if (place === undefined || !mayHave(access, place, one.variant)) return
    slots[index] = await make(deps, one, capture, place, signal)
  })
  const made = slots.flatMap((slot) => slot ?? [])
  for (const [index, { file }] of made.entries()) file.position = from + index
  return made
}

/** Undefined: it cannot be made. */
async function make(
  deps: SiteDeps,
  one: SiteExport,
  capture: JudgedCapture,
  place: Installation,
  signal: AbortSignal,
): Promise<Made | undefined> {
  const isOriginal = one.variant === 'original'
  const name = pathOf(capture, place, isOriginal)
  const file = (bytes: { blob: string; size: number; crc32: number }): ExportFile => ({
    export: one.id,
    position: 0,
    photo: capture.id,
    installation: capture.installation,
    taken: capture.taken,
    name,
    ...bytes,
    line: manifestLine(capture, place, { name, size: bytes.size }),
  })
  try {
    if (isOriginal) {
      const { blob, size } = capture
      return { file: file({ blob, size, crc32: await crcOf(deps, blob, signal) }), stored: undefined }
    }
    const { body } = await openVariant(deps, capture, place, one.variant, { lane: 'batch', signal })
    if (!('bytes' in body)) throw new DomainError('internal', 'A rendition without bytes.')
    const stored = await storeBytes(deps.blobs, one.project, Readable.from([body.bytes], { objectMode: false }), {
      maxBytes: 0,
      signal,
    })
    return { file: file({ blob: stored.key, size: body.bytes.length, crc32: crc32(body.bytes) }), stored }
  } catch (thrown) {
    const error = toDomainError(thrown)
    if (signal.aborted || isPassing(error) || error.code === 'internal') throw error
    return undefined
  }
}

/** Uploads come without one. @throws DomainError `not_found`: the bytes are gone */
async function crcOf({ store, blobs }: SiteDeps, key: string, signal: AbortSignal): Promise<number> {
  const known = (await store.read.blobs.find(key))?.crc32
  if (typeof known === 'number') return known
  let crc = 0
  for await (const chunk of await blobs.get(key, { signal })) crc = crc32(chunk as Buffer, crc)
  return crc
}

/** A page of files, with the references that hold their bytes. */
async function keep(
  { store, clock }: SiteDeps,
  job: Job,
  one: SiteExport,
  made: readonly Made[],
  patch: Pick<SiteExport, 'photos' | 'size' | 'installations'>,
): Promise<void> {
  await store.tx(async (tx) => {
    if (!(await tx.jobs.holds(job))) throw new DomainError('fenced', 'The export was deleted or taken over.')
    for (const { stored } of made) {
      if (stored === undefined) continue
      const { key, size, sha256, crc32: crc } = stored
      const type = 'image/jpeg'
      const row = { key, project: one.project, size, sha256, crc32: crc, type, encryption: null, refs: 1 }
      await tx.blobs.insert({ ...row, created: clock.now() })
    }
    const held = made.filter(({ stored }) => stored === undefined).map(({ file }) => file.blob)
    if (!(await tx.blobs.retainAll(held))) {
      throw new DomainError('unavailable', 'A photo was deleted at this moment; the page is made again.')
    }
    await tx.siteExports.addFiles(made.map(({ file }) => file))
    await tx.siteExports.update(one.id, patch)
  })
}

async function change({ store }: SiteDeps, job: Job, { id }: SiteExport, patch: Partial<SiteExport>): Promise<void> {
  await store.tx(async (tx) => {
    if (!(await tx.jobs.holds(job))) throw new DomainError('fenced', 'The export was deleted or taken over.')
    await tx.siteExports.update(id, patch)
  })
}

async function finish(deps: SiteDeps, job: Job, one: SiteExport, signal: AbortSignal): Promise<void> {
  const { store, blobs, clock, exports } = deps
  let crc = 0
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      crc = crc32(chunk, crc)
      done(null, chunk)
    },
  })
  const lines = Readable.from(linesOf(deps, one.id), { objectMode: false })
  lines.once('error', (error) => counted.destroy(error))
  const manifest = await storeBytes(blobs, one.project, lines.pipe(counted), { maxBytes: 0, signal })
  try {
    const now = clock.now()
    const whole = { ...one, manifest: manifest.key, finished: now }
    const entries = await entriesOf(deps, whole, { size: manifest.size, crc32: crc })
    const { length: size } = layoutZip(entries)
    await store.tx(async (tx) => {
      if (!(await tx.jobs.complete(job))) throw new DomainError('fenced', 'The export was deleted or taken over.')
      const { key, sha256, size: bytes } = manifest
      const row = { key, project: one.project, size: bytes, sha256, crc32: crc, type: 'text/csv', encryption: null }
      await tx.blobs.insert({ ...row, refs: 1, created: now })
      const expires = now + exports.keepMs
      const counts = {
        total: one.photos + Math.max(0, one.total - one.photos),
        skipped: Math.max(0, one.total - one.photos),
      }
      await tx.siteExports.update(one.id, { ...counts, size, status: 'done', manifest: key, finished: now, expires })
      await enqueueEnd(tx, one, expires)
    })
  } catch (error) {
    await discardBytes(blobs, manifest)
    throw error
  }
}

async function* linesOf({ store }: SiteDeps, id: string): AsyncGenerator<Buffer> {
  yield Buffer.from(manifestHead)
  for (let from = 0; ; ) {
    const files = await store.read.siteExports.files(id, from, 500)
    if (files.length === 0) return
    yield Buffer.from(files.map(({ line }) => line).join(''))
    from = (files.at(-1)?.position ?? from) + 1
  }
}

/** It cannot be made: who asked for it is told. */
export async function failExport({ store, clock, exports }: SiteDeps, job: Job, error: DomainError): Promise<void> {
  await store.tx(async (tx) => {
    if (!(await tx.jobs.complete(job))) return
    const now = clock.now()
    const expires = now + exports.keepMs
    const patch = { status: 'failed', error: error.message, finished: now, expires } as const
    if (!(await tx.siteExports.update(job.subject, patch))) return
    await enqueueEnd(tx, { id: job.subject, project: job.project ?? '' }, expires)
  })
}
