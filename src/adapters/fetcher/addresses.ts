/** Which IP addresses are public. Everything that is not certainly a public host's own address counts as private. */
import ipaddr from 'ipaddr.js'

export type Address = ipaddr.IPv4 | ipaddr.IPv6

/** An address as text (no brackets; a zone id is allowed) or undefined. IPv4 in its IPv6-mapped form becomes IPv4. */
export function parseAddress(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text)
  if (text.includes(':') && ipaddr.IPv6.isValid(text)) return ipaddr.process(text)
  return undefined
}

/** Global unicast as it is handed out; what lies outside (site-local, compatible, discard, …) leads nowhere public. */
const globalV6 = ipaddr.parseCIDR('2000::/3')
/** DNS64 puts public IPv4 hosts here on networks without IPv4. Its local-use sibling 64:ff9b:1::/48 stays private. */
const nat64 = ipaddr.parseCIDR('64:ff9b::/96')

export function isPublic(address: Address): boolean {
  if (isV4(address)) return address.range() === 'unicast'
  const { parts } = address
  if (address.match(nat64)) return isPublic(embedded(parts))
  // ipaddr.js names 6to4, Teredo, documentation, benchmarking and other special blocks, so they are no 'unicast'.
  if (!address.match(globalV6) || address.range() !== 'unicast') return false
  return !isIsatap(parts) || isPublic(embedded(parts))
}

export function isV4(address: Address): address is ipaddr.IPv4 {
  return address.kind() === 'ipv4'
}

/** The IPv4 address in the last 32 bits. */
function embedded(parts: readonly number[]): ipaddr.IPv4 {
  const [high = 0, low = 0] = parts.slice(6)
  return new ipaddr.IPv4([high >> 8, high & 255, low >> 8, low & 255])
}

/** RFC 5214: the interface id is 0:5efe (or 200:5efe) and an IPv4 address. */
function isIsatap(parts: readonly number[]): boolean {
  return ((parts[4] ?? 0) & ~0x200) === 0 && parts[5] === 0x5efe
}
