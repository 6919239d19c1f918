/**
 * Files that the library does not have, from a project's origins (image-urls.md sections 1 and 10). What was fetched is
 * kept for a while, up to a cap, and asked for again with its validators; it is no asset.
 */
import { contentOf } from '../assets/content.ts'
import { encodePath } from '../assets/names.ts'
import { releaseBlobs } from '../blobs/release.ts'
import { discardBytes, storeBytes } from '../blobs/stored.ts'
import { DomainError } from '../errors.ts'
import type { BlobStore, Fetched, ImageEngine, MetadataStore } from '../ports.ts'
import type { InTurn } from '../turns.ts'
import { createAkeneoTokens } from './akeneo.ts'
import { type AskDeps, askOrigin } from './ask.ts'
import type { OriginFile } from './files.ts'
import type { Origin } from './records.ts'
import { isMarkedPrivate } from './request.ts'

export interface OriginFetchDeps extends Omit<AskDeps, 'akeneo'> {
  store: MetadataStore
  blobs: BlobStore
  engine: ImageEngine
  /** Each file is fetched once at a time. */
  inTurn: InTurn
  /** Longest time for looking at one picture that comes in. */
  ingestDeadlineMs: number
  /** How long a fetched file counts as it was. */
  freshMs: number
  /** All fetched files together. */
  cacheBytes: number
}

/** Below a URL endpoint. */
export interface OriginPath {
  /** Decoded, with a slash at its beginning. */
  path: string
  /** A whole URL: for web proxies. */
  remote?: string
}

export interface FoundFile extends OriginFile {
  canonical?: string
}

export interface OriginFetch {
  /**
   * Asks the origins in their order; undefined: none has it.
   * @throws DomainError not_found (with `ik-error` EACCES: an origin refused us), fetch_failed, too_large
   */
  find(
    project: string,
    origins: readonly string[],
    asked: OriginPath,
    signal: AbortSignal,
  ): Promise<FoundFile | undefined>
}

type FetchDeps = OriginFetchDeps & AskDeps

const trimEveryMs = 60_000
const trimAtOnce = 100

export function createOriginFetch(given: OriginFetchDeps): OriginFetch {
  const deps: FetchDeps = { ...given, akeneo: createAkeneoTokens(given) }
  const { store, clock, freshMs } = deps
  let trimmed = 0

  async function fromOrigin(origin: Origin, asked: OriginPath, signal: AbortSignal): Promise<OriginFile | undefined> {
    const path = asked.remote ?? asked.path
    const kept = async () => {
      const file = await store.read.originFiles.find(origin.project, origin.id, path)
      return file?.revision === origin.updated ? file : undefined
    }
    const isFresh = (file: OriginFile | undefined) => file !== undefined && clock.now() - file.checked < freshMs
    const first = await kept()
    if (isFresh(first)) return first
    return deps.inTurn(`${origin.project} ${origin.id} ${path}`, async () => {
      const before = await kept()
      if (isFresh(before)) return before
      const found = await refetch(deps, origin, asked, before, signal)
      if (found !== undefined && clock.now() - trimmed >= trimEveryMs) {
        trimmed = clock.now()
        await trim(deps)
      }
      return found
    })
  }

  return {
    async find(project, ids, asked, signal) {
      if (ids.length === 0 || asked.path.length > 2000 || asked.path.includes('\0')) return undefined
      const known = new Map((await store.read.origins.list(project)).map((origin) => [origin.id, origin]))
      let refused: unknown
      for (const id of ids) {
        const origin = known.get(id)
        if (origin === undefined) continue
        try {
          const file = await fromOrigin(origin, asked, signal)
          if (file !== undefined) return { ...file, ...canonicalOf(origin, asked) }
        } catch (error) {
          if (!(error instanceof DomainError) || !['not_found', 'fetch_failed'].includes(error.code)) throw error
          refused ??= error
        }
      }
      // Another origin may have had it; now the first reason counts.
      if (refused !== undefined) throw refused
      return undefined
    },
  }
}

async function refetch(
  deps: FetchDeps,
  origin: Origin,
  asked: OriginPath,
  before: OriginFile | undefined,
  signal: AbortSignal,
): Promise<OriginFile | undefined> {
  const answer = await askOrigin(deps, { origin, ...asked, before, signal }).catch((error: unknown) => {
    // Down for the moment: what was there is better than nothing.
    if (before !== undefined && error instanceof DomainError && error.code === 'fetch_failed') return undefined
    throw error
  })
  if (answer === undefined) return before
  const { status, body } = answer
  if (status === 200) return keep(deps, origin, asked, answer, signal)
  body.on('error', () => undefined).destroy()
  const now = deps.clock.now()
  if (status === 304 && before !== undefined) {
    await deps.store.tx((tx) => tx.originFiles.touch(before, now))
    return { ...before, checked: now }
  }
  if (status === 404 || status === 410) {
    if (before !== undefined) await drop(deps, [before])
    return undefined
  }
  if (status === 401 || status === 403) {
    throw new DomainError(
      'not_found',
      `The origin "${origin.name}" refused access (${status}); check its credentials.`,
      {
        extra: { 'ik-error': 'EACCES' },
      },
    )
  }
  if (before !== undefined && status >= 500) return before
  throw new DomainError('fetch_failed', `The origin "${origin.name}" answered with status ${status}.`)
}

async function keep(
  deps: OriginFetchDeps,
  origin: Origin,
  { path, remote }: OriginPath,
  { headers, body }: Pick<Fetched, 'headers' | 'body'>,
  signal: AbortSignal,
): Promise<OriginFile> {
  const { maxBytes, store, clock } = deps
  const stored = await storeBytes(deps.blobs, origin.project, body, { maxBytes, signal }).finally(() => body.destroy())
  try {
    const { mime, format, kind, width, height } = await contentOf(deps, { signal }, stored, path)
    const now = clock.now()
    const file: OriginFile = {
      project: origin.project,
      origin: origin.id,
      revision: origin.updated,
      path: remote ?? path,
      blob: stored.key,
      size: stored.size,
      mime,
      format,
      kind,
      width,
      height,
      isPrivate: isMarkedPrivate(headers),
      etag: headers.etag ?? null,
      lastModified: headers['last-modified'] ?? null,
      created: now,
      checked: now,
    }
    const { key, size, sha256, crc32 } = stored
    const blob = {
      key,
      project: file.project,
      size,
      sha256,
      crc32,
      type: mime,
      encryption: null,
      refs: 1,
      created: now,
    }
    await store.tx(async (tx) => {
      // Two nodes at once: the second lets go what the first put there.
      await tx.projects.lock(file.project)
      await tx.blobs.insert(blob)
      const replaced = await tx.originFiles.put(file)
      if (replaced !== undefined) await releaseBlobs(tx, clock, file.project, [replaced])
    })
    return file
  } catch (error) {
    await discardBytes(deps.blobs, stored)
    throw error
  }
}

async function drop({ store, clock }: OriginFetchDeps, files: readonly OriginFile[]): Promise<void> {
  await store.tx(async (tx) => {
    for (const file of files) {
      const blob = await tx.originFiles.delete(file)
      if (blob !== undefined) await releaseBlobs(tx, clock, file.project, [blob])
    }
  })
}

/** Those that were asked for longest ago go until the rest fits. */
async function trim(deps: OriginFetchDeps): Promise<void> {
  const { originFiles } = deps.store.read
  for (let excess = (await originFiles.totalSize()) - deps.cacheBytes; excess > 0; ) {
    const oldest = await originFiles.oldest(trimAtOnce)
    const going = oldest.filter(({ size }) => {
      const goes = excess > 0
      excess -= goes ? size : 0
      return goes
    })
    if (going.length === 0) return
    await drop(deps, going)
  }
}

function canonicalOf({ settings }: Origin, { path, remote }: OriginPath): { canonical?: string } {
  const base = settings.baseUrlForCanonicalHeader
  if (settings.includeCanonicalHeader !== true || typeof base !== 'string' || remote !== undefined) return {}
  return { canonical: `${base}${encodePath(path)}` }
}
