import { expect, it } from 'vitest'
import { domainMatches } from './filters.ts'
import { projectSettingsSchema } from './settings.ts'

const domains = (...entries: string[]) => projectSettingsSchema.parse({ filters: { domains: entries } }).filters.domains
const accepts = (filters: object) => projectSettingsSchema.safeParse({ filters }).success

it('settings are complete with nothing given: no filter, no quota, /auth on, no events', () => {
  expect(projectSettingsSchema.parse({})).toEqual({
    tasks: { auth: true },
    filters: { ips: [], domains: [] },
    limits: {},
    webhooks: { format: 'json', libraryEvents: false },
    library: { postTransformations: [] },
    scoring: { onIngest: false, moderationThreshold: 0.7 },
    delivery: {
      restrictUnsigned: false,
      restrictUnnamed: false,
      avif: false,
      optimise: true,
      clients: { allowedIps: [], blockedIps: [], allowedReferrers: [], blockedReferrers: [], blockedAgents: [] },
    },
  })
})

it('domains are kept as a browser writes them', () => {
  expect(domains('Shop.Example', ' *.shop.example. ', 'localhost', 'münchen.example', '192.0.2.1')).toEqual([
    'shop.example',
    '*.shop.example',
    'localhost',
    'xn--mnchen-3ya.example',
    '192.0.2.1',
  ])
})

it.each([
  '',
  '*',
  '*.',
  '*.*.example',
  'a.*.example',
  'https://shop.example',
  'shop.example/',
  'shop.example:8080',
  'ann@shop.example',
  'shop.example?x',
  'two words',
  'a_b c',
])('the domain "%s" is refused', (domain) => {
  expect(accepts({ domains: [domain] })).toBe(false)
})

it.each(['127.0.0.1', '10.0.0.0/8', '0.0.0.0/0', '::1', '2001:db8::/32', '::ffff:10.0.0.1'])(
  'the address %s is taken',
  (address) => {
    expect(accepts({ ips: [address] })).toBe(true)
  },
)

it.each(['', '10.0.0', '10.0.0.1/33', '10.0.0.1/-1', '2001:db8::/129', 'localhost', '10.0.0.1-10.0.0.9', '1.2.3.4 '])(
  'the address "%s" is refused',
  (address) => {
    expect(accepts({ ips: [address] })).toBe(false)
  },
)

it('a subdomain is one of "*.", the domain itself is not', () => {
  const kept = domains('*.shop.example', 'one.example')
  expect(domainMatches(kept, 'a.b.shop.example')).toBe(true)
  expect(domainMatches(kept, 'one.example')).toBe(true)
  for (const host of ['shop.example', 'notshop.example', 'www.one.example', ''])
    expect(domainMatches(kept, host)).toBe(false)
})

it('a quota is a whole number above 0', () => {
  for (const monthlyFiles of [1, 250, 200_000_000])
    expect(projectSettingsSchema.safeParse({ limits: { monthlyFiles } }).success).toBe(true)
  for (const monthlyFiles of [0, -1, 1.5, 200_000_001, Number.NaN, '250'])
    expect(projectSettingsSchema.safeParse({ limits: { monthlyFiles } }).success).toBe(false)
})
