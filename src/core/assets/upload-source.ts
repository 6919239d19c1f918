/**
 * Where the bytes of an upload come from (media-library-api.md section 5.1): a file, or a text that is a URL, a data URI
 * or bare base64. Texts are as long as files, so they are decoded while they come.
 */
import { Readable } from 'node:stream'
import { type StoredBytes, storeBytes } from '../blobs/stored.ts'
import { DomainError } from '../errors.ts'
import type { AssetDeps } from './deps.ts'
import { decodeText, firstText, wholeText } from './text-file.ts'

/** What `file` turned out to be once its part was read; `url`: still to be fetched. */
export type Source = { stored: StoredBytes } | { url: string }

type Place = { project: string; signal: AbortSignal }

const maxUrlLength = 8192
const headerMs = 8000
/** Most bytes fetched when uploads are unlimited. */
const unlimited = 1024 ** 4

/** @throws DomainError too_large, storage_full, unavailable, cancelled */
export async function storeFile(deps: AssetDeps, { project, signal }: Place, bytes: Readable): Promise<StoredBytes> {
  try {
    return await storeBytes(deps.blobs, project, bytes, { maxBytes: deps.maxUploadBytes, signal })
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'too_large') throw error
    throw tooLarge(error)
  }
}

/** @returns undefined: the text is empty. @throws DomainError as storeFile, and invalid for texts that are nothing of it */
export async function storeText(deps: AssetDeps, place: Place, text: Readable): Promise<Source | undefined> {
  const { first, rest } = await firstText(text)
  if (first === '') return undefined
  if (/^https?:\/\//i.test(first)) return { url: await readUrl(first, rest) }
  const bytes = Readable.from(decodeText(first, rest), { objectMode: false, highWaterMark: 256 * 1024 })
  try {
    return { stored: await storeFile(deps, place, bytes) }
  } finally {
    bytes.destroy()
  }
}

/**
 * Fetched through the guard; "must deliver headers within 8 s".
 * @throws DomainError fetch_failed (param `file`), too_large
 */
export async function storeFromUrl(deps: AssetDeps, place: Place, url: string): Promise<StoredBytes> {
  if (!URL.canParse(url)) throw refused('The URL in file is malformed.')
  if (deps.isOwnUrl(url)) {
    const { body } = await deps.readOwnUrl(url, place.signal).catch(asRefusal)
    return storeFile(deps, place, body).finally(() => body.destroy())
  }
  deps.fetcher.check(url)
  const answer = await withinHeaderTime(place.signal, (signal) =>
    deps.fetcher.fetch(url, { maxBytes: deps.maxUploadBytes || unlimited, timeoutMs: deps.fetchTimeoutMs, signal }),
  )
  const redirectedHere = deps.isOwnUrl(answer.url)
  if (redirectedHere || answer.status < 200 || answer.status > 299) {
    answer.body.on('error', () => undefined).destroy()
    if (redirectedHere) throw ownUrl()
    throw refused(`The URL in file answered with status ${answer.status}; it must give the file with 200.`)
  }
  return storeFile(deps, place, answer.body).finally(() => answer.body.destroy())
}

async function readUrl(first: string, rest: AsyncIterable<Buffer>): Promise<string> {
  const url = await wholeText(first, rest, maxUrlLength)
  if (url === undefined) throw refused(`The URL in file is longer than ${maxUrlLength} characters.`)
  return url.trim()
}

/** Runs `fetch` with a signal that is aborted when the client goes, or when the answer does not begin in time. */
async function withinHeaderTime<T>(client: AbortSignal, fetch: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const late = new AbortController()
  const timer = setTimeout(
    () => late.abort(refused(`The URL in file did not answer within ${headerMs / 1000} s.`)),
    headerMs,
  )
  try {
    return await fetch(AbortSignal.any([client, late.signal]))
  } finally {
    clearTimeout(timer)
  }
}

const refused = (message: string) => new DomainError('fetch_failed', message, { param: 'file' })

/** As the refusal of any other URL: the parameter is named. */
function asRefusal(error: unknown): never {
  if (error instanceof DomainError && error.code === 'fetch_failed') throw refused(error.message)
  throw error
}

const ownUrl = () =>
  refused('The URL in file is an address of this server itself; give an address elsewhere, or upload the bytes.')

const tooLarge = (cause: unknown) =>
  new DomainError('too_large', 'Your request contains invalid file parameter. The file size exceeds limits.', {
    param: 'file',
    cause,
  })
