/**
 * `imagestead sites push`: the photos of a folder to an installation (site-photos-api.md section 8), once or, watching, as
 * they come. A file that is still being written is left alone until it stays as it is. Sent again after a kill a photo is
 * the same photo: the server knows its hash.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { DomainError, toDomainError } from '../../core/errors.ts'
import { forEachAtOnce } from '../../core/jobs/at-once.ts'
import type { SitesServer } from './client.ts'
import { type DoneList, openDoneList } from './done-list.ts'
import type { Report } from './report.ts'

export interface PushOptions {
  folder: string
  installation: string
  camera: string | undefined
  tags: readonly string[]
  /** Goes on until the signal. */
  watch: boolean
  /** Where files go when they were sent; undefined: they stay. */
  moveTo: string | undefined
  /** They are deleted when they were sent. */
  deletes: boolean
  atOnce: number
  /** A file that did not change for so long is whole. */
  settleMs: number
  signal: AbortSignal
}

interface Found {
  /** Relative to the folder, with slashes. */
  path: string
  size: number
  /** Epoch milliseconds. */
  mtime: number
}

const photoName = /\.(jpe?g|png|webp|hei[cf]|avif|tiff?)$/i
/** Failures of one file; any other ends everything. */
const ofOneFile = ['invalid', 'too_large', 'unsupported_format', 'damaged_image']

/** @throws DomainError that is not one file's alone */
export async function push(server: SitesServer, report: Report, options: PushOptions): Promise<void> {
  const { folder, installation, camera, watch, settleMs, signal } = options
  const done = await openDoneList(folder, `${server.url} ${installation} ${camera ?? ''}`.trimEnd())
  /** Files that the server refused, as they were then: they are not asked about again. */
  const refused = new Map<string, Found>()
  let before = new Map<string, Found>()
  try {
    for (;;) {
      const files = (await walk(folder, options)).filter(
        (file) => !done.has(file) && !isSame(refused.get(file.path), file),
      )
      const whole = files.filter((file) => isSame(before.get(file.path), file) || isOld(file, settleMs))
      await forEachAtOnce(whole, options.atOnce, (file) => pushOne({ server, report, options, done, refused }, file))
      const growing = files.length > whole.length
      before = new Map(files.map((file) => [file.path, file]))
      if (signal.aborted || (!watch && !growing)) return
      await sleep(settleMs, undefined, { signal }).catch(() => undefined)
      if (signal.aborted) return
    }
  } finally {
    await done.close()
  }
}

const isSame = (one: Found | undefined, other: Found) =>
  one !== undefined && one.size === other.size && one.mtime === other.mtime

/** By its own time: most files were whole long before. A time ahead of ours says nothing. */
const isOld = ({ mtime }: Found, ms: number) => mtime < Date.now() - ms

/** Photos below the folder, by name; not what begins with a dot, and not what was moved away. */
async function walk(folder: string, { moveTo }: Pick<PushOptions, 'moveTo'>): Promise<Found[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new DomainError('not_found', `The folder ${folder} cannot be read.`, { cause })
  })
  const found: Found[] = []
  for (const entry of entries) {
    const whole = join(entry.parentPath, entry.name)
    const path = relative(folder, whole).split(sep).join('/')
    const isHidden = path.split('/').some((part) => part.startsWith('.'))
    if (!entry.isFile() || isHidden || !photoName.test(entry.name)) continue
    if (moveTo !== undefined && whole.startsWith(resolve(moveTo) + sep)) continue
    const facts = await stat(whole).catch(() => undefined)
    if (facts !== undefined && facts.size > 0) found.push({ path, size: facts.size, mtime: facts.mtimeMs })
  }
  return found.sort((one, other) => (one.path < other.path ? -1 : 1))
}

interface Pushing {
  server: SitesServer
  report: Report
  options: PushOptions
  done: DoneList
  refused: Map<string, Found>
}

async function pushOne({ server, report, options, done, refused }: Pushing, file: Found): Promise<void> {
  const { path, size } = file
  const whole = join(options.folder, path)
  if (options.signal.aborted) return
  try {
    const sha256 = await hashOf(whole)
    const known = done.idOf(sha256)
    const { id, duplicate } =
      known === undefined ? await send(server, options, whole, size) : { id: known, duplicate: true }
    await done.add({ ...file, sha256, id })
    await putAway(options, path)
    report.add({ path, status: duplicate ? 'skipped' : 'done', id, bytes: size })
  } catch (thrown) {
    if (isGone(thrown)) return
    const error = toDomainError(thrown)
    if (!ofOneFile.includes(error.code)) throw error
    refused.set(path, file)
    report.add({ path, status: 'failed', message: error.message })
  }
}

async function send(server: SitesServer, { installation, camera, tags }: PushOptions, path: string, size: number) {
  const query = new URLSearchParams({ filename: basename(path) })
  if (camera !== undefined) query.set('camera_id', camera)
  for (const tag of tags) query.append('tags', tag)
  const { photo, duplicate } = await server.json(
    `/v1/installations/${encodeURIComponent(installation)}/photos?${query}`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(size) },
      body: async () => Readable.toWeb(createReadStream(path, { end: size - 1 })) as ReadableStream,
    },
  )
  return { id: String((photo as { id?: unknown } | undefined)?.id), duplicate: duplicate === true }
}

/** Somebody else took the file away meanwhile. */
const isGone = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT'

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

async function putAway({ folder, moveTo, deletes }: PushOptions, path: string): Promise<void> {
  const whole = join(folder, path)
  if (deletes) await rm(whole, { force: true })
  if (moveTo === undefined) return
  const target = join(moveTo, path)
  await mkdir(dirname(target), { recursive: true })
  await rename(whole, target)
}
