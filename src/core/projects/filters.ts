/** The entries of a project's filter lists: which spellings are taken, and the one they are kept in. */
import { z } from 'zod'

/** An IPv4 or IPv6 address, or a range of them as CIDR. */
export const addressRange = z.union(
  [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()],
  'must be an IP address or a CIDR such as 203.0.113.7, 10.1.0.0/16 or 2001:db8::/32',
)

const domainHint = 'must be a host such as shop.example, or *.shop.example for every subdomain; no scheme, port or path'

/** A host name, also with `*.` before it, kept as a browser writes it: lower-case, international names in ASCII. */
export const webDomain = z.string().transform((text, context) => {
  const wildcard = text.trim().startsWith('*.')
  const host = hostOf(`https://${text.trim().slice(wildcard ? 2 : 0)}`)
  // What is left of a host alone is nothing but the host.
  if (host !== undefined && !/[/:?#@\\\s*]/.test(text.trim().slice(wildcard ? 2 : 0))) {
    return wildcard ? `*.${host}` : host
  }
  context.addIssue(domainHint)
  return z.NEVER
})

/** The host of a URL without port and final dot; undefined when it has none. */
export function hostOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined
  const host = new URL(url).hostname.replace(/\.$/, '')
  return host === '' ? undefined : host
}

/** True when one of the kept domains is the host, or its parent under `*.`. */
export function domainMatches(domains: readonly string[], host: string): boolean {
  return domains.some((domain) => (domain.startsWith('*.') ? host.endsWith(domain.slice(1)) : host === domain))
}
