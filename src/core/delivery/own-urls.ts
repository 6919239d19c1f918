/**
 * URLs of this server itself, where an API takes a URL: image URLs are read here, without a request, under the access rules
 * they always have (design section 10). Every other path of our own is refused.
 */
import { Readable } from 'node:stream'
import { DomainError } from '../errors.ts'
import { reservedSegments } from '../projects/project-id.ts'
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

/** @throws DomainError fetch_failed: no image URL, or one that shows nothing to anybody who asks */
export type ReadOwnUrl = (url: string, signal: AbortSignal) => Promise<OwnFile>

/** Of a request without an Accept header. */
const plainWishes = { accepts: [], hints: { saveData: false } }

/** What the fetcher would have said of an answer other than 200. */
const refusing = new Set(['not_found', 'unauthenticated', 'forbidden', 'invalid', 'too_large', 'out_of_range'])

export function createReadOwnUrl(deps: DeliveryDeps): ReadOwnUrl {
  return async (url, signal) => {
    const { protocol, pathname, search } = new URL(url)
    if (!/^https?:$/.test(protocol) || reservedSegments.has(pathname.split('/')[1] ?? '') || pathname === '/') {
      throw refused('it is an address of this server itself that is no image URL; give one, or upload the file')
    }
    try {
      const target = parseTarget(`${pathname}${search}`)
      const found = await deliver(deps, { target, wishes: plainWishes, client: undefined, signal })
      const { body, type, size } = await found.open(signal)
      const bytes =
        'bytes' in body
          ? Readable.from([body.bytes], { objectMode: false })
          : await deps.blobs.get(body.blob, { signal })
      return { body: bytes, type, size, name: found.name }
    } catch (error) {
      if (!(error instanceof DomainError) || !refusing.has(error.code)) throw error
      // Another project's private file looks like none.
      const isHidden = error.code === 'not_found' || error.code === 'unauthenticated'
      const why = isHidden ? 'it shows no file to everybody; sign the URL of a private one' : error.message
      throw refused(`it is an address of this server itself: ${why}`, error)
    }
  }
}

const refused = (why: string, cause?: unknown) =>
  new DomainError('fetch_failed', `The URL cannot be read: ${why}`.replace(/([^.])$/, '$1.'), { cause })
