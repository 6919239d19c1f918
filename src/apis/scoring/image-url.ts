/** Pictures by URL (section 4.1): fetched through the guard, or read in this process when the URL is one of our own. */
import type { Readable } from 'node:stream'
import { DomainError, type ErrorDetails } from '../../core/errors.ts'
import type { Fetched, FetchFault } from '../../core/ports.ts'
import type { ScoringApi } from './endpoint.ts'
import type { StagedBytes } from './staging.ts'

type Code =
  | 'image_url_invalid'
  | 'image_url_forbidden'
  | 'image_url_unreachable'
  | 'image_url_not_found'
  | 'image_url_timeout'
  | 'image_url_no_size'

/** @throws DomainError fetch_failed or not_found with one of the codes above, too_large */
export async function fetchPicture(api: ScoringApi, url: string, signal: AbortSignal): Promise<StagedBytes> {
  if (api.isOwnUrl(url)) return readOwn(api, url, signal)
  const { connectMs, timeoutMs, maxBytes } = api.fetch
  try {
    const answer = await api.fetcher.fetch(url, {
      maxBytes,
      connectMs,
      timeoutMs,
      exact: true,
      signal,
      onRedirect(target) {
        if (api.isOwnUrl(target)) throw ownUrl()
      },
    })
    try {
      requirePicture(answer)
      return await stage(api, answer.body)
    } finally {
      answer.body.on('error', () => undefined).destroy()
    }
  } catch (error) {
    throw asRefusal(error)
  }
}

async function readOwn(api: ScoringApi, url: string, signal: AbortSignal): Promise<StagedBytes> {
  const { maxBytes } = api.fetch
  const file = await api.readOwnUrl(url, signal).catch(notShown)
  try {
    if (file.size > maxBytes) throw tooLarge(maxBytes)
    return await stage(api, file.body)
  } finally {
    file.body.on('error', () => undefined).destroy()
  }
}

async function stage({ staging }: ScoringApi, body: Readable): Promise<StagedBytes> {
  const writer = staging.open()
  try {
    for await (const chunk of body) await writer.write(chunk as Buffer)
    return await writer.end()
  } catch (error) {
    await writer.discard()
    throw error
  }
}

/** A 200 with a size is what may hold a picture. */
function requirePicture({ status, headers }: Fetched): void {
  if (status === 200) {
    if (headers['content-length'] !== undefined) return
    throw failed(
      'image_url_no_size',
      'The server of image-url does not say how large the image is; it must send Content-Length.',
    )
  }
  if (status === 404 || status === 410) {
    throw new DomainError('not_found', `The server of image-url has no such image: it answered ${status}.`, {
      param: 'image-url',
      extra: { code: 'image_url_not_found' satisfies Code },
    })
  }
  if (status === 408 || status === 429 || status === 503) {
    throw failed('image_url_timeout', `The server of image-url is busy: it answered ${status}. Try again.`)
  }
  throw failed('image_url_unreachable', `The server of image-url answered ${status}; it must give the image with 200.`)
}

const codes: Record<FetchFault, Code> = {
  address: 'image_url_invalid',
  forbidden: 'image_url_forbidden',
  unreachable: 'image_url_unreachable',
  time: 'image_url_timeout',
}

function asRefusal(error: unknown): unknown {
  if (!(error instanceof DomainError) || error.code !== 'fetch_failed' || error.extra?.code !== undefined) return error
  const { message, reason = 'unreachable', cause } = error
  return failed(codes[reason as FetchFault], `image-url cannot be fetched. ${message}`, { cause })
}

/** What the reader of own URLs says, in the words for any other. */
function notShown(error: unknown): never {
  if (!(error instanceof DomainError) || error.code !== 'fetch_failed') throw error
  const { cause } = error
  // Without a cause it is no address of an image at all.
  if (!(cause instanceof DomainError)) throw ownUrl()
  if (cause.code === 'too_large') throw cause
  // A private file looks like none.
  const isHidden = cause.code === 'not_found' || cause.code === 'unauthenticated'
  if (!isHidden) throw failed('image_url_unreachable', error.message, { cause })
  throw new DomainError('not_found', error.message, {
    param: 'image-url',
    extra: { code: 'image_url_not_found' satisfies Code },
    cause,
  })
}

const ownUrl = () =>
  failed(
    'image_url_forbidden',
    'image-url is an address of this server itself that shows no image; give the address of one.',
  )

const tooLarge = (maxBytes: number) =>
  new DomainError('too_large', `The image is larger than ${maxBytes} bytes; use a smaller one.`, { param: 'image-url' })

const failed = (code: Code, message: string, { cause }: Pick<ErrorDetails, 'cause'> = {}) =>
  new DomainError('fetch_failed', message, { param: 'image-url', extra: { code }, cause })
