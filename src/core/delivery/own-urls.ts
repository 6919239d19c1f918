/**
 * URLs of this server itself, where an API takes a URL: image URLs and signed media links of the Sites API are read here,
 * without a request, under the access rules they always have (design section 10). Every other path of our own is refused.
 */
import { Readable } from 'node:stream'
import { DomainError } from '../errors.ts'
import { reservedSegments } from '../projects/project-id.ts'
import { mediaPath } from '../sites/links.ts'
import type { OpenedLink } from '../sites/open-link.ts'
import { deliver } from './deliver.ts'
import type { DeliveryDeps } from './deps.ts'
import { parseTarget } from './target.ts'

export interface OwnFile {
  /** Its owner reads or destroys it. */
  body: Readable
  type: string
  name: string
  size: number
}

/** @throws DomainError fetch_failed: neither image URL nor media link, or one that shows nothing to anybody who asks */
export type ReadOwnUrl = (url: string, signal: AbortSignal) => Promise<OwnFile>

/** Of a request without an Accept header. */
const plainWishes = { accepts: [], hints: { saveData: false } }

/** What the fetcher would have said of an answer other than 200. */
const refusing = new Set(['not_found', 'unauthenticated', 'forbidden', 'invalid', 'too_large', 'out_of_range'])

/** @param openMedia reads the signed media link of this path and query */
export function createReadOwnUrl(
  deps: DeliveryDeps,
  openMedia: (target: string, signal: AbortSignal) => Promise<OpenedLink>,
): ReadOwnUrl {
  return async (url, signal) => {
    const { protocol, pathname, search } = new URL(url)
    if (/^https?:$/.test(protocol) && pathname.startsWith('/site/')) {
      if (!pathname.startsWith(mediaPath)) throw refused(`${ofOurs} needs a key; give the signed link it redirects to`)
      const { filename: name, content } = await openMedia(`${pathname}${search}`, signal).catch(asRefusal)
      return fileOf(deps, { ...content, name }, signal)
    }
    if (!/^https?:$/.test(protocol) || reservedSegments.has(pathname.split('/')[1] ?? '') || pathname === '/') {
      throw refused(`${ofOurs} is no image URL; give one, or upload the file`)
    }
    try {
      const target = parseTarget(`${pathname}${search}`)
      const found = await deliver(deps, { target, wishes: plainWishes, client: undefined, signal })
      return await fileOf(deps, { ...(await found.open(signal)), name: found.name }, signal)
    } catch (error) {
      return asRefusal(error)
    }
  }
}

const ofOurs = 'it is an address of this server itself that'

interface Found {
  name: string
  type: string
  size: number
  body: { bytes: Buffer } | { blob: string }
}

async function fileOf(
  { blobs }: DeliveryDeps,
  { body, type, size, name }: Found,
  signal: AbortSignal,
): Promise<OwnFile> {
  const bytes =
    'bytes' in body ? Readable.from([body.bytes], { objectMode: false }) : await blobs.get(body.blob, { signal })
  return { body: bytes, type, size, name }
}

function asRefusal(error: unknown): never {
  if (!(error instanceof DomainError) || !refusing.has(error.code)) throw error
  // Another project's private file looks like none.
  const isHidden = error.code === 'not_found' || error.code === 'unauthenticated'
  const why = isHidden ? 'it shows no file to everybody; sign the URL of a private one' : error.message
  throw refused(`it is an address of this server itself: ${why}`, error)
}

const refused = (why: string, cause?: unknown) =>
  new DomainError('fetch_failed', `The URL cannot be read: ${why}`.replace(/([^.])$/, '$1.'), { cause })
