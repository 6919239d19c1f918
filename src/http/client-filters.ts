/** Where a request comes from: client addresses against lists of addresses and CIDRs, and the web page that sent it. */
import type { IncomingHttpHeaders } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { hostOf } from '../core/projects/filters.ts'

/** True when the address lies in one of the ranges. IPv4 written as IPv6 (`::ffff:…`) counts as IPv4, in both. */
export function addressMatches(ranges: readonly string[], address: string): boolean {
  const list = new BlockList()
  for (const range of ranges) {
    const [network = '', prefix] = range.split('/')
    const family = isIP(network) === 4 ? 'ipv4' : 'ipv6'
    if (prefix === undefined) list.addAddress(network, family)
    else list.addSubnet(network, Number(prefix), family)
  }
  const plain = address.replace(/%.*$/, '')
  switch (isIP(plain)) {
    case 4:
      return list.check(plain, 'ipv4') || list.check(`::ffff:${plain}`, 'ipv6')
    case 6:
      return list.check(plain, 'ipv6')
    default:
      return false
  }
}

/** Host of the page that sent the request: of `Origin`, else of `Referer`. Undefined: neither tells one. */
export function pageHost({ origin, referer }: IncomingHttpHeaders): string | undefined {
  const told = origin === undefined || origin === '' ? referer : origin
  return told === undefined ? undefined : hostOf(told)
}
