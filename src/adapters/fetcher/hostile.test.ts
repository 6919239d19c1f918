/** The SSRF matrix: hostile forms, directly and behind redirects and names, against canaries that must stay silent. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Fetcher } from '../../core/ports.ts'
import { createFetcher } from './fetcher.ts'
import { type Canaries, errorOf, listen, listenCanaries, synchronously, type TestServer } from './test-servers.ts'

/** Hosts that lead to a canary, or to nobody who may be asked; each is tried with the canaries' port. */
const hosts = [
  ...['127.0.0.1', '127.0.0.2', '127.1', '127.0.1', '127.127.127.127', '2130706433', '017700000001', '0x7f000001'],
  ...['0x7f.1', '0x7F.0x0.0x0.0x1', '0177.0.0.1', '0177.1', '0x7f.0.1', '127.0x0.0.01', '00000177.0.0.1', '127.0.0.1.'],
  ...[
    '0',
    '0.0.0.0',
    '0x0',
    '00',
    '0.',
    '0.0',
    '１２７.0.0.1',
    '①②⑦.⓪.⓪.①',
    '127。0。0。1',
    '127．0．0．1',
    '１２７.１',
    '127｡1',
  ],
  ...['%31%32%37.0.0.1', '127.0.0.%31', '%30', '[::1]', '[0:0:0:0:0:0:0:1]', '[::]', '[::0001]', '[0::1]'],
  ...['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::FFFF:127.0.0.2]', '[0:0:0:0:0:ffff:7f00:0001]', '[::127.0.0.1]'],
  ...['[::ffff:0:127.0.0.1]', '[64:ff9b::127.0.0.1]', '[64:ff9b::7f00:1]', '[64:ff9b:1::7f00:1]', '[2002:7f00:1::]'],
  ...['[2002:7f00:0001::1]', '[2001:0:7f00:1::]', '[2001:0:4136:e378:8000:63bf:80ff:fffe]', '[fe80::5efe:127.0.0.1]'],
  ...[
    '[2a00:1450::5efe:7f00:1]',
    '[2a00:1450::200:5efe:7f00:1]',
    '[fe80::1]',
    '[fe80::1%25lo]',
    '[fe80::1%lo]',
    '[::1%25lo]',
  ],
  ...['[fc00::1]', '[fd00::2]', '[fec0::1]', '[ff02::1]', '[2001:db8::1]', '[100::1]', '[::ffff:0.0.0.0]'],
  ...[
    '10.0.0.5',
    '169.254.169.254',
    '0xa9fea9fe',
    '2852039166',
    '[::ffff:169.254.169.254]',
    '[64:ff9b::169.254.169.254]',
  ],
  ...[
    '172.16.0.1',
    '192.168.0.1',
    '100.64.0.1',
    '192.0.0.1',
    '192.0.0.192',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
  ],
  ...[
    '203.0.113.9',
    '240.0.0.1',
    'localhost',
    'LOCALHOST',
    'localhost.',
    'a.localhost',
    'ⓛocalhost',
    '1.2.3.256',
    '0x',
    '',
  ],
]

const urls = (port: number): string[] => [
  ...hosts.map((host) => `http://${host}:${port}/`),
  ...['127.0.0.1', '[::1]', '2130706433', '[::ffff:7f00:1]'].map((host) => `https://${host}:${port}/`),
  `http:127.0.0.1:${port}/`,
  `http:/127.0.0.1:${port}/`,
  `http:///127.0.0.1:${port}/`,
  `HTTP://127.0.0.1:${port}/`,
  `http:\\\\127.0.0.1:${port}\\`,
  `http://public.test\\@127.0.0.1:${port}/`,
  `http://127.0.0.1:${port}\\@public.test/`,
  `http://public.test@127.0.0.1:${port}/`,
  `http://public.test:80@127.0.0.1:${port}/`,
  `http://public.test%40@127.0.0.1:${port}/`,
  `http://user:pass@127.0.0.1:${port}/`,
  `http://:@127.0.0.1:${port}/`,
  `http://a@public.test@127.0.0.1:${port}/`,
  `http://127.0.0.1:${port}#@public.test/`,
  `http://127.0.0.1:${port}?@public.test/`,
  `http://127.0.0.1:${port};public.test/`,
  `http://12\t7.0.0.1:${port}/`,
  `ht\ntp://127.0.0.1:${port}/`,
  `http://127.0.0.1\r\n:${port}/`,
  `http://public.test\r\nHost: 127.0.0.1:${port}/`,
  `\u0000http://127.0.0.1:${port}/`,
  ` http://127.0.0.1:${port}/ `,
  `http://127.0.0.1 :${port}/`,
  `http://127.0.0.1:0${port}/`,
  `//127.0.0.1:${port}/`,
  `127.0.0.1:${port}`,
  'http://127.0.0.1:22/',
  'http://public.test:22/',
  'http://public.test:25/',
  'http://public.test:6379/',
  'http://public.test:5432/',
  'http://public.test:99999/',
  'http://[::1/',
  'http://[127.0.0.1]/',
  'file:///etc/passwd',
  'ftp://127.0.0.1/',
  `gopher://127.0.0.1:${port}/_GET`,
  'data:image/png;base64,AAAA',
  'blob:http://127.0.0.1/x',
  `jar:http://127.0.0.1:${port}!/`,
  `ws://127.0.0.1:${port}/`,
  `dict://127.0.0.1:${port}/`,
  'javascript:alert(1)',
  'http://',
  '',
]

let canaries: Canaries
let origin: TestServer
let fetcher: Fetcher
/** What names mean now; each lookup takes the next answer, the last one stays. */
let names: Record<string, string[][]>
let lookups: string[]
let location = ''
let status = 302

beforeAll(async () => {
  canaries = await listenCanaries()
  origin = await listen('127.0.0.3', (_, response) => response.writeHead(status, { location }).end())
  fetcher = createFetcher({
    allow: ['origin.test', '127.0.0.3'],
    userAgent: 'test',
    async resolver(name) {
      lookups.push(name)
      if (name === 'origin.test') return [{ address: '127.0.0.3', family: 4 }]
      if (name.endsWith('localhost')) return [{ address: '127.0.0.1', family: 4 }]
      const answers = names[name] ?? []
      const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? []
      return answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    },
  })
  names = {}
  lookups = []
})
afterAll(async () => {
  await fetcher.close()
  await origin.stop()
  await canaries.stop()
})
afterEach(() => {
  expect(canaries.hits()).toBe(0)
})

const attempt = (url: string) => errorOf(fetcher.fetch(url, { maxBytes: 1000, timeoutMs: 2000 }))

describe('hostile URLs', () => {
  it('are at least 80', () => expect(urls(1).length).toBeGreaterThanOrEqual(80))

  it('are refused directly, before any connection', async () => {
    for (const url of urls(canaries.port)) {
      const error = await attempt(url)
      expect([url, error.code]).toEqual([url, 'fetch_failed'])
      expect(error.message).toMatch(/^(Scheme|Address): /)
      expect((await errorOf(synchronously(() => fetcher.check(url)))).code).toBe('fetch_failed')
    }
    // Resolved at most where the form is a plain name.
    expect(lookups).toEqual([])
  })

  it('are refused behind every kind of redirect', async () => {
    const start = `http://origin.test:${origin.port}/`
    // What a header can carry: no line breaks, no bytes beyond Latin-1; and no reference relative to the origin.
    const targets = urls(canaries.port).filter(
      (url) => /^[\t\x20-\x7e]+$/.test(url) && (url.startsWith('//') || /^\s*[a-z]+:/i.test(url)),
    )
    expect(targets.length).toBeGreaterThan(80)
    for (const [index, url] of targets.entries()) {
      // http:path means "relative to the origin" there.
      if (/^http:\/?[^/\\]/.test(url)) continue
      location = url
      status = [301, 302, 303, 307, 308][index % 5] ?? 302
      expect([url, (await attempt(start)).code]).toEqual([url, 'fetch_failed'])
    }
  })

  it('are refused in raw bytes of a Location header too', async () => {
    for (const url of [`http://１２７.0.0.1:${canaries.port}/`, `http://127。0。0。1:${canaries.port}/`]) {
      location = Buffer.from(url).toString('latin1')
      expect((await attempt(`http://origin.test:${origin.port}/`)).code).toBe('fetch_failed')
    }
  })

  it('are refused behind names, whatever mix they resolve to', async () => {
    const answers = [
      ['127.0.0.1'],
      ['127.0.0.2'],
      ['::1'],
      ['::ffff:127.0.0.1'],
      ['127.0.0.1', '::1'],
      ['64:ff9b::7f00:1'],
    ]
    const more = [
      ['169.254.169.254'],
      ['fe80::1%lo'],
      ['0.0.0.0'],
      ['::'],
      ['10.0.0.5', '192.168.0.1'],
      ['nonsense'],
      [],
    ]
    for (const [index, answer] of [...answers, ...more].entries()) {
      const name = `private-${index}.test`
      names[name] = [answer]
      expect([answer, (await attempt(`http://${name}:${canaries.port}/`)).code]).toEqual([answer, 'fetch_failed'])
      location = `http://${name}.:${canaries.port}/`
      expect((await attempt(`http://origin.test:${origin.port}/`)).code).toBe('fetch_failed')
    }
  })

  it('gain nothing from a name that changes: one lookup, and only what it said', async () => {
    // 192.31.196.1 and the like are special; these are public and answer nobody here.
    names['turns-private.test'] = [['1.2.3.4'], ['127.0.0.1']]
    names['turns-public.test'] = [['127.0.0.1'], ['1.2.3.4']]
    names['both.test'] = [['127.0.0.1', '1.2.3.4', '::1']]
    lookups.length = 0
    for (const name of ['turns-private.test', 'turns-public.test', 'both.test']) {
      const url = `http://${name}:${canaries.port}/`
      const error = await errorOf(fetcher.fetch(url, { maxBytes: 1000, timeoutMs: 300 }))
      expect(error.code).toBe('fetch_failed')
    }
    expect(lookups).toEqual(['turns-private.test', 'turns-public.test', 'both.test'])
  })

  it('gain nothing from a name that changes between two hops', async () => {
    names['hops.test'] = [['127.0.0.3'], ['127.0.0.1']]
    location = `http://hops.test:${canaries.port}/`
    status = 302
    expect((await attempt(`http://hops.test:${origin.port}/`)).message).toContain('IMAGESTEAD_FETCH_ALLOW')
  })

  it('look the same whether something listens or not', async () => {
    const closed = await listen('127.0.0.1', () => {})
    await closed.stop()
    const messages = new Set<string>()
    for (const port of [canaries.port, closed.port]) {
      for (const host of ['127.0.0.1', '[::1]', '10.0.0.5', 'localhost']) {
        messages.add((await attempt(`http://${host}:${port}/`)).message)
      }
      names['secret.test'] = [['127.0.0.1']]
      messages.add((await attempt(`http://secret.test:${port}/`)).message)
    }
    expect(messages.size).toBe(1)
  })
})
