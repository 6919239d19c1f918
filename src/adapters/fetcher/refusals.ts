/** Every way in which a fetch fails, as the person reads it: scheme, address, status, size or time, and the way out. */
import { DomainError } from '../../core/errors.ts'

const failed = (message: string, cause?: unknown) => new DomainError('fetch_failed', message, { cause })

export const badAddress = () =>
  failed('Address: this is not a URL that can be fetched. Use http(s)://host/path without user name or password.')

export const badScheme = () => failed('Scheme: only http and https URLs are fetched.')

export const refusedPort = () => failed('Address: this port is not used for HTTP. Serve the file on another port.')

/** The same for every private target, open or closed. */
export const refusedAddress = () =>
  failed(
    'Address: the URL leads to a private or reserved address. Use a public one, or ask the operator to list the host in IMAGESTEAD_FETCH_ALLOW.',
  )

export const unresolved = (cause?: unknown) =>
  failed('Address: the host name could not be resolved. Check its spelling.', cause)

export const noAnswer = (cause: unknown) =>
  failed('Address: the server there gave no complete HTTP answer. Check that the URL opens elsewhere.', cause)

export const badRedirect = () => failed('Status: the server redirects without saying where to. Use the final URL.')

export const tooManyRedirects = (limit: number) => failed(`Status: more than ${limit} redirects. Use the final URL.`)

export const badEncoding = () =>
  failed('Status: the server sends an encoding that was not asked for. Serve the file as it is, or with gzip.')

export const tooSlow = (timeoutMs: number) =>
  failed(`Time: no complete answer within ${timeoutMs} ms. Try again, or use a faster server or a smaller file.`)

export const tooLarge = (maxBytes: number) =>
  new DomainError('too_large', `Size: the answer has more than the ${maxBytes} bytes allowed. Use a smaller file.`)

/** An aborted signal's reason when that is a DomainError, else `cancelled`. */
export function cancelled(reason: unknown): DomainError {
  if (reason instanceof DomainError) return reason
  return new DomainError('cancelled', 'The fetch was cancelled.', { cause: reason })
}

/** Any error of a connection. */
export const transportError = (error: unknown): DomainError => (error instanceof DomainError ? error : noAnswer(error))
