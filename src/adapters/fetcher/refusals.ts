/** Every way in which a fetch fails, as the person reads it: scheme, address, status, size or time, and the way out. */
import { DomainError } from '../../core/errors.ts'
import type { FetchFault } from '../../core/ports.ts'

const failed = (reason: FetchFault, message: string, cause?: unknown) =>
  new DomainError('fetch_failed', message, { reason, cause })

export const badAddress = () =>
  failed(
    'address',
    'Address: this is not a URL that can be fetched. Use http(s)://host/path without user name or password.',
  )

export const badScheme = () => failed('address', 'Scheme: only http and https URLs are fetched.')

export const refusedPort = () =>
  failed('forbidden', 'Address: this port is not used for HTTP. Serve the file on another port.')

/** The same for every private target, open or closed. */
export const refusedAddress = () =>
  failed(
    'forbidden',
    'Address: the URL leads to a private or reserved address. Use a public one, or ask the operator to list the host in IMAGESTEAD_FETCH_ALLOW.',
  )

export const unresolved = (cause?: unknown) =>
  failed('unreachable', 'Address: the host name could not be resolved. Check its spelling.', cause)

export const noAnswer = (cause: unknown) =>
  failed(
    'unreachable',
    'Address: the server there gave no complete HTTP answer. Check that the URL opens elsewhere.',
    cause,
  )

export const badRedirect = () =>
  failed('unreachable', 'Status: the server redirects without saying where to. Use the final URL.')

export const tooManyRedirects = (limit: number) =>
  failed('unreachable', `Status: more than ${limit} redirects. Use the final URL.`)

export const badEncoding = () =>
  failed(
    'unreachable',
    'Status: the server sends an encoding that was not asked for. Serve the file as it is, or with gzip.',
  )

export const tooSlow = (timeoutMs: number) =>
  failed(
    'time',
    `Time: no complete answer within ${timeoutMs} ms. Try again, or use a faster server or a smaller file.`,
  )

export const tooLarge = (maxBytes: number) =>
  new DomainError('too_large', `Size: the answer has more than the ${maxBytes} bytes allowed. Use a smaller file.`)

export const beyondLength = () =>
  new DomainError('too_large', 'Size: the server sends more bytes than its Content-Length states. Mend the server.')

/** An aborted signal's reason when that is a DomainError, else `cancelled`. */
export function cancelled(reason: unknown): DomainError {
  if (reason instanceof DomainError) return reason
  return new DomainError('cancelled', 'The fetch was cancelled.', { cause: reason })
}

/** Any error of a connection. */
export function transportError(error: unknown): DomainError {
  if (error instanceof DomainError) return error
  return (error as { code?: string }).code === 'UND_ERR_CONNECT_TIMEOUT' ? notConnected(error) : noAnswer(error)
}

const notConnected = (cause: unknown) =>
  failed('time', 'Time: the server there took too long to be reached. Try again, or use another server.', cause)
