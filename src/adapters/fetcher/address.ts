/** Which addresses the server may connect to on behalf of a URL from outside: public unicast, and what the operator allows. */
import ipaddr from 'ipaddr.js'

export interface AddressRules {
  /** True when every address of this host name may be reached. */
  allowsName(hostname: string): boolean
  /** True when this address (no name) may be reached. */
  allowsAddress(address: string): boolean
}

/** `allow`: host names (exact, or `*.example.com` for its subdomains), addresses and CIDRs. Unreadable entries match as names only. */
export function createAddressRules(allow: readonly string[]): AddressRules {
  const names = new Set<string>()
  const suffixes: string[] = []
  const networks: [ipaddr.IPv4 | ipaddr.IPv6, number][] = []
  for (const entry of allow) {
    const plain = entry.toLowerCase().replace(/^\[(.*)\]$/, '$1')
    if (ipaddr.isValidCIDR(plain)) networks.push(ipaddr.parseCIDR(plain))
    else if (ipaddr.isValid(plain)) networks.push(wholeAddress(ipaddr.process(plain)))
    else if (plain.startsWith('*.')) suffixes.push(plain.slice(1))
    else names.add(plain.replace(/\.$/, ''))
  }
  return {
    allowsName(hostname) {
      const name = hostname.toLowerCase().replace(/\.$/, '')
      return names.has(name) || suffixes.some((suffix) => name.endsWith(suffix))
    },
    allowsAddress(text) {
      // A zone id never belongs to a public address.
      if (!ipaddr.isValid(text) || text.includes('%')) return false
      const address = ipaddr.process(text)
      if (networks.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits)))
        return true
      return address.range() === 'unicast' && !isIsatap(address)
    },
  }
}

const wholeAddress = (address: ipaddr.IPv4 | ipaddr.IPv6): [ipaddr.IPv4 | ipaddr.IPv6, number] => [
  address,
  address.kind() === 'ipv4' ? 32 : 128,
]

/** ISATAP hides an IPv4 address in the interface identifier of any prefix (RFC 5214). The other embeddings have ranges of their own. */
function isIsatap(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (!('parts' in address)) return false
  const [, , , , fifth = 0, sixth = 0] = address.parts
  return (fifth & 0xfdff) === 0 && sixth === 0x5efe
}
