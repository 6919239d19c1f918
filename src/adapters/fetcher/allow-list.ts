/** What the operator lets the fetcher reach although it is private: host names, addresses and CIDRs. */
import { invalid } from '../../core/errors.ts'
import { type Address, parseAddress } from './addresses.ts'

export interface AllowList {
  /** The name leads wherever it likes. */
  host(name: string): boolean
  address(address: Address): boolean
}

/**
 * @param entries `cameras.internal`, `*.example.com` (any depth, not the domain itself), `10.1.2.3`, `10.1.0.0/16`, `fd00::/8`
 * @throws invalid for an entry that is none of these
 */
export function parseAllowList(entries: readonly string[]): AllowList {
  const names = new Set<string>()
  const suffixes: string[] = []
  const ranges: [Address, number][] = []
  for (const entry of entries) {
    const text = entry.trim()
    const range = parseRange(text)
    if (range !== undefined) ranges.push(range)
    else if (text.startsWith('*.')) suffixes.push(`.${parseName(text.slice(2))}`)
    else names.add(parseName(text))
  }
  return {
    host: (name) => names.has(name) || suffixes.some((suffix) => name.endsWith(suffix)),
    address: (address) => ranges.some(([base, bits]) => base.kind() === address.kind() && address.match([base, bits])),
  }
}

function parseRange(text: string): [Address, number] | undefined {
  const [base = '', bits, ...rest] = text.replace(/^\[(.*)\]$/, '$1').split('/')
  const address = parseAddress(base)
  if (address === undefined || rest.length > 0) return undefined
  const widest = address.kind() === 'ipv4' ? 32 : 128
  if (bits === undefined) return [address, widest]
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > widest || (base.includes(':') && widest === 32)) throw badEntry(text)
  return [address, Number(bits)]
}

/** Lower-case and punycode, as host names come out of URLs. */
function parseName(text: string): string {
  if (/^[^\s/:@?#*\\]+$/.test(text) && URL.canParse(`http://${text}/`)) {
    const name = new URL(`http://${text}/`).hostname.replace(/\.$/, '')
    // A name that a URL reads as an address (`127.1`) is a slip, not a name.
    if (name !== '' && parseAddress(name) === undefined) return name
  }
  throw badEntry(text)
}

function badEntry(text: string) {
  return invalid(
    'IMAGESTEAD_FETCH_ALLOW',
    `"${text}" is no host name (*.example.com for those below), address or CIDR such as 10.1.0.0/16.`,
  )
}
