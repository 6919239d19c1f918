/** Reading a URL from outside: what can be refused before any name is resolved. */
import { isIP } from 'node:net'
import { DomainError } from '../../core/errors.ts'
import type { AddressRules } from './address.ts'

/** Well-known ports of protocols that an HTTP request could be smuggled into. */
const otherProtocols = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 445, 465, 512, 513, 514, 515, 526, 530, 531,
  532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1433, 1521, 1719, 1720, 1723, 2049, 3306, 3389, 3659,
  4045, 4190, 5060, 5061, 5432, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9042, 9092, 10080, 11211,
  27017,
])

/** Refused targets look all alike, whatever is or is not there. */
export function blockedAddress(cause?: unknown): DomainError {
  return new DomainError(
    'fetch_failed',
    'The address of this URL is not public and is not fetched; give a public address, or let the operator allow it by IMAGESTEAD_FETCH_ALLOW.',
    { cause },
  )
}

/** @throws DomainError `fetch_failed` naming scheme or address */
export function readTarget(text: string, rules: AddressRules): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || url.hostname === '') {
    throw new DomainError('fetch_failed', 'This is not a valid URL; give an absolute http or https URL.')
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new DomainError('fetch_failed', `The scheme ${url.protocol.slice(0, 20)} is not fetched; use http or https.`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new DomainError('fetch_failed', 'A URL with a user name or password is not fetched; leave them out.')
  }
  if (url.port !== '' && otherProtocols.has(Number(url.port))) {
    throw new DomainError('fetch_failed', `Port ${url.port} belongs to another protocol than HTTP and is not fetched.`)
  }
  const literal = literalOf(url)
  if (literal !== undefined && !rules.allowsAddress(literal)) throw blockedAddress()
  return url
}

/** The host as an IP address, without brackets; undefined for a name. The URL parser has folded every odd IPv4 form. */
export function literalOf({ hostname }: URL): string | undefined {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1')
  return isIP(bare) === 0 ? undefined : bare
}
