/**
 * The guard in front of every connection: reads the URL once, finds the addresses behind its host, and lets only those
 * through that are public or allowed. All refusals of private targets look alike, whatever is or is not there.
 */
import { DomainError } from '../../core/errors.ts'
import { type Address, isPublic, isV4, parseAddress } from './addresses.ts'
import type { AllowList } from './allow-list.ts'
import { badAddress, badScheme, refusedAddress, refusedPort, unresolved } from './refusals.ts'

export interface ResolvedAddress {
  address: string
  family: number
}
/** All addresses of a host name. */
export type Resolver = (hostname: string) => Promise<ResolvedAddress[]>

export interface Guard {
  /** Syntax, scheme, port and literal address; resolves no name. @throws fetch_failed */
  parse(url: string, base?: URL): URL
  /** The addresses that may be connected to, at least one. @throws fetch_failed */
  addresses(url: URL): Promise<ResolvedAddress[]>
}

/** Ports where something else than HTTP listens and could be made to act by a request; as in browsers, and databases. */
const badPorts = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 138, 139, 143, 161, 179, 389, 427, 445, 465, 512, 513, 514, 515, 526, 530,
  531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 873, 989, 990, 993, 995, 1433, 1521, 1719, 1720, 1723, 2049, 2375,
  2379, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432, 5672, 5900, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669,
  6679, 6697, 9042, 9092, 10080, 11211, 27017,
])

export function createGuard(allow: AllowList, resolve: Resolver): Guard {
  const permitted = (address: Address) => isPublic(address) || allow.address(address)

  return {
    parse(text, base) {
      // Parsers disagree on these; ours would drop or turn them silently.
      if (/[\u0000-\u001f\u007f\\]/.test(text) || !URL.canParse(text, base?.href)) throw badAddress()
      const url = new URL(text, base)
      if (url.protocol !== 'http:' && url.protocol !== 'https:') throw badScheme()
      if (url.username !== '' || url.password !== '') throw badAddress()
      if (url.port !== '' && badPorts.has(Number(url.port))) throw refusedPort()
      const name = hostOf(url)
      if (name === '') throw badAddress()
      if (!allow.host(name)) {
        const literals = isLocalhost(name) ? ['127.0.0.1', '::1'] : [name]
        const addresses = literals.flatMap((literal) => parseAddress(literal) ?? [])
        if (addresses.length > 0 && !addresses.some(permitted)) throw refusedAddress()
      }
      return url
    },

    async addresses(url) {
      const name = hostOf(url)
      const literal = parseAddress(name)
      const found = literal === undefined ? await resolve(name).catch(unresolvable) : [describe(literal)]
      const allowed: ResolvedAddress[] = []
      for (const { address: text } of found) {
        const address = parseAddress(text)
        if (address !== undefined && (allow.host(name) || permitted(address))) allowed.push(describe(address, text))
      }
      if (found.length === 0) throw unresolved()
      if (allowed.length === 0) throw refusedAddress()
      return allowed
    },
  }
}

function unresolvable(error: unknown): never {
  throw error instanceof DomainError ? error : unresolved(error)
}

/** Without brackets and without the dot that ends an absolute name. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
}

function isLocalhost(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost')
}

/** IPv4 in mapped form is connected to as IPv4, so that what was checked is what is used; a zone id is kept. */
function describe(address: Address, text = address.toString()): ResolvedAddress {
  return isV4(address) ? { address: address.toString(), family: 4 } : { address: text, family: 6 }
}
