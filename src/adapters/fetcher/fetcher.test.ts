import { randomBytes } from 'node:crypto'
import type { IncomingMessage, RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { createServer as createTlsServer } from 'node:tls'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DomainError } from '../../core/errors.ts'
import type { Fetcher, FetchOptions } from '../../core/ports.ts'
import { createFetcher } from './fetcher.ts'
import { bounded } from './lookups.ts'
import { codeOf, errorOf, listen, type TestServer } from './test-servers.ts'

let server: TestServer
let fetcher: Fetcher
let handle: RequestListener
let seen: { method: string | undefined; url: string | undefined; headers: IncomingMessage['headers']; body: string }[]

const resolver = async (name: string) => {
  if (name === 'nowhere.test') throw new Error('ENOTFOUND')
  if (name === 'slow-dns.test') return await new Promise<never>(() => {})
  return [{ address: '127.0.0.1', family: 4 }]
}

beforeAll(async () => {
  server = await listen('127.0.0.1', async (request, response) => {
    const { method, url, headers } = request
    seen.push({ method, url, headers, body: await text(request) })
    handle(request, response)
  })
  fetcher = createFetcher({ allow: ['*.test'], userAgent: 'imagestead/test', resolver })
})
afterAll(async () => {
  await fetcher.close()
  await server.stop()
})
beforeEach(() => {
  seen = []
})

const at = (path = '/', host = 'origin.test') => `http://${host}:${server.port}${path}`
const fetch = (url: string, options: Partial<FetchOptions> = {}) =>
  fetcher.fetch(url, { maxBytes: 1_000_000, timeoutMs: 20_000, ...options })
const noConnections = () => expect.poll(server.connections, { timeout: 5000 }).toBe(0)
/** A server that writes raw bytes; ends with the test. */
async function raw(onConnection: (socket: Socket) => void, run: (port: number) => Promise<void>): Promise<void> {
  const sockets = new Set<Socket>()
  const tcp = createTcpServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', () => onConnection(socket))
  })
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve))
  try {
    await run((tcp.address() as AddressInfo).port)
  } finally {
    for (const socket of sockets) socket.destroy()
    tcp.close()
  }
}

describe('an answer', () => {
  it('comes with status, headers, bytes and the final URL', async () => {
    const bytes = randomBytes(300_000)
    handle = (_, response) => response.writeHead(404, { 'content-type': 'image/png', 'x-two': ['a', 'b'] }).end(bytes)
    const answer = await fetch(at('/a?b=c#d'))
    expect(answer.status).toBe(404)
    expect(answer.headers['content-type']).toBe('image/png')
    expect(answer.headers['x-two']).toBe('a, b')
    expect(answer.url).toBe(at('/a?b=c#d'))
    expect((await buffer(answer.body)).equals(bytes)).toBe(true)
    expect(seen[0]?.url).toBe('/a?b=c')
    expect(seen[0]?.headers).toMatchObject({
      host: `origin.test:${server.port}`,
      'user-agent': 'imagestead/test',
      'accept-encoding': 'identity',
    })
    await noConnections()
  })

  it('to a POST with headers; those that frame the message are ours', async () => {
    handle = (_, response) => response.end('ok')
    const headers = {
      'Content-Type': 'application/json',
      Authorization: 'Bearer x',
      Host: 'evil',
      'Content-Length': '1',
    }
    const answer = await fetch(at(), { method: 'POST', body: '{"a":1}', headers })
    expect(await text(answer.body)).toBe('ok')
    expect(seen[0]).toMatchObject({ method: 'POST', body: '{"a":1}' })
    expect(seen[0]?.headers).toMatchObject({ host: `origin.test:${server.port}`, authorization: 'Bearer x' })
  })

  it('is asked with another Host header where that is wanted, and not where a redirect leads', async () => {
    const hosts = () => seen.map(({ headers }) => headers.host)
    handle = ({ url }, response) =>
      url === '/' ? response.writeHead(302, { location: at('/b', 'cameras.internal') }).end() : response.end('ok')
    const lax = createFetcher({ allow: ['127.0.0.0/8'], userAgent: 'x', resolver })
    const { body } = await lax.fetch(at('/'), { host: 'pictures.example', maxBytes: 10, timeoutMs: 5000 })
    expect(await text(body)).toBe('ok')
    expect(hosts()).toEqual(['pictures.example', new URL(at('/b', 'cameras.internal')).host])
    await lax.close()
  })

  it('is asked of the name that was given, also in TLS', async () => {
    const names: (string | undefined)[] = []
    const tls = createTlsServer({ SNICallback: (name, done) => done(null, void names.push(name) as undefined) })
    tls.on('tlsClientError', () => {})
    await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve))
    const { port } = tls.address() as AddressInfo
    expect(await codeOf(fetch(`https://secure.test:${port}/`))).toBe('fetch_failed')
    expect(await codeOf(fetch(`https://secure.test:${port}/`, { host: 'other.example' }))).toBe('fetch_failed')
    expect(names).toEqual(['secure.test', 'secure.test'])
    tls.close()
  })

  it('may come from a private address when the operator allows its range', async () => {
    handle = (_, response) => response.end('ok')
    const url = at('/', 'cameras.internal')
    const strict = createFetcher({ allow: ['10.0.0.0/8', '127.0.0.2'], userAgent: 'x', resolver })
    expect(await codeOf(strict.fetch(url, { maxBytes: 10, timeoutMs: 5000 }))).toBe('fetch_failed')
    expect(seen).toEqual([])
    const open = createFetcher({ allow: ['127.0.0.0/8'], userAgent: 'x', resolver })
    for (const allowed of [url, at('/', '127.0.0.1'), at('/', 'localhost'), at('/', '[::ffff:7f00:1]')]) {
      open.check(allowed)
      const answer = await open.fetch(allowed, { maxBytes: 10, timeoutMs: 5000 })
      expect(await text(answer.body)).toBe('ok')
    }
  })

  it('that does not come fails: no name, no server, no HTTP, broken off', async () => {
    expect((await errorOf(fetch(at('/', 'nowhere.test')))).message).toContain('resolved')
    const gone = await listen('127.0.0.1', () => {})
    await gone.stop()
    expect(await codeOf(fetch(`http://a.test:${gone.port}/`))).toBe('fetch_failed')
    await raw(
      (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
      async (port) => expect(await codeOf(fetch(`http://a.test:${port}/`))).toBe('fetch_failed'),
    )
    await raw(
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this'),
      async (port) => {
        const answer = await fetch(`http://a.test:${port}/`)
        expect(await codeOf(text(answer.body))).toBe('fetch_failed')
      },
    )
    await raw(
      (socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`),
      async (port) => expect(await codeOf(fetch(`http://a.test:${port}/`))).toBe('fetch_failed'),
    )
  })
})

describe('a slow reader', () => {
  // The client's parser pauses at 64 KiB; the server is done and gone long before.
  it.each([65_536, 65_537, 131_072, 300_000])('gets all %i bytes of a server that closed meanwhile', async (size) => {
    const bytes = randomBytes(size)
    for (const length of [{ 'content-length': size }, { 'transfer-encoding': 'identity' }]) {
      handle = (_, response) => {
        response.writeHead(200, { ...length, connection: 'close' }).end(bytes)
      }
      const { body } = await fetch(at())
      await new Promise((resolve) => setTimeout(resolve, 100))
      expect((await buffer(body)).equals(bytes)).toBe(true)
    }
    await noConnections()
  })

  it('hears of an answer that was broken off', async () => {
    handle = (_, response) => {
      response.writeHead(200, { 'content-length': 200_000, connection: 'close' })
      response.write(randomBytes(131_072), () => response.socket?.end())
    }
    const { body } = await fetch(at())
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await codeOf(buffer(body))).toBe('fetch_failed')
    await noConnections()
  })
})

describe('the size', () => {
  it('0 bytes wanted: the answer comes with its status, whatever follows, and the connection ends', async () => {
    handle = (_, response) => {
      response.writeHead(202, { 'content-length': String(2 ** 40), 'content-encoding': 'br', 'retry-after': '7' })
      response.write('endless')
    }
    const answer = await fetch(at(), { maxBytes: 0 })
    expect(answer).toMatchObject({ status: 202, headers: { 'retry-after': '7' } })
    expect(await text(answer.body)).toBe('')
    await noConnections()
  })

  it('is capped by what is announced and by what comes', async () => {
    const bytes = randomBytes(200_000)
    handle = (_, response) => response.writeHead(200, { 'content-length': bytes.length }).end(bytes)
    expect(await codeOf(fetch(at(), { maxBytes: bytes.length - 1 }))).toBe('too_large')
    expect((await buffer((await fetch(at(), { maxBytes: bytes.length })).body)).length).toBe(bytes.length)
    handle = (_, response) => response.write(bytes, () => response.end())
    const unannounced = await fetch(at(), { maxBytes: bytes.length - 1 })
    expect(await codeOf(buffer(unannounced.body))).toBe('too_large')
    await noConnections()
  })

  it('is capped for a stream without an end, and only the announced bytes count', async () => {
    handle = (_, response) => {
      const more = () => response.destroyed || response.write(randomBytes(50_000), more)
      more()
    }
    expect(await codeOf(buffer((await fetch(at())).body))).toBe('too_large')
    await noConnections()
    await raw(
      (socket) => socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndata${'x'.repeat(100_000)}`),
      async (port) => expect(await text((await fetch(`http://a.test:${port}/`)).body)).toBe('data'),
    )
  })

  it('is what was stated, where the caller wants it exact', async () => {
    const bytes = randomBytes(40_000)
    handle = (_, response) => response.writeHead(200, { 'content-length': 10_000 }).end(bytes)
    expect(await codeOf(fetch(at(), { exact: true }).then(({ body }) => buffer(body)))).toBe('too_large')
    expect((await buffer((await fetch(at())).body)).length).toBe(10_000)
    // Read slowly: what waits in the connection meanwhile is no surplus.
    const large = randomBytes(900_000)
    handle = (_, response) => response.writeHead(200, { 'content-length': large.length }).end(large)
    const { body } = await fetch(at(), { exact: true })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect((await buffer(body)).equals(large)).toBe(true)
    await noConnections()
  })

  it('is capped after unpacking gzip; other encodings are refused', async () => {
    handle = (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('packed'))
    const answer = await fetch(at())
    expect(answer.headers['content-encoding']).toBeUndefined()
    expect(await text(answer.body)).toBe('packed')
    const bomb = gzipSync(Buffer.alloc(30_000_000))
    handle = (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)
    expect(await codeOf(buffer((await fetch(at())).body))).toBe('too_large')
    handle = (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip')
    expect(await codeOf(buffer((await fetch(at())).body))).toBe('fetch_failed')
    handle = (_, response) => response.writeHead(200, { 'content-encoding': 'br' }).end('x')
    expect(await codeOf(fetch(at()))).toBe('fetch_failed')
    await noConnections()
  })
})

describe('the time', () => {
  const slow: [string, RequestListener][] = [
    ['no answer', () => {}],
    ['a body that trickles', (_, response) => void setInterval(() => response.write('x'), 50).unref()],
    ['a body that stops', (_, response) => void response.write('x')],
  ]
  it.each(slow)('is up, whatever the server does: %s', async (_, listener) => {
    handle = listener
    const reading = fetch(at(), { timeoutMs: 400 }).then((answer) => buffer(answer.body))
    expect((await errorOf(reading)).message).toContain('Time: no complete answer within 400 ms')
    await noConnections()
  })

  it('covers the name and all redirects', async () => {
    expect((await errorOf(fetch(at('/', 'slow-dns.test'), { timeoutMs: 200 }))).message).toContain('Time')
    handle = (request, response) => {
      if (request.url === '/last') return
      setTimeout(() => response.writeHead(302, { location: '/last' }).end(), 100)
    }
    expect((await errorOf(fetch(at(), { timeoutMs: 500 }))).message).toContain('Time')
    await noConnections()
  })

  it('ends when the caller gives up: before, while waiting, while reading', async () => {
    handle = (_, response) => void response.write('x')
    expect(await codeOf(fetch(at(), { signal: AbortSignal.abort() }))).toBe('cancelled')
    const names = new AbortController()
    const resolving = fetch(at('/', 'slow-dns.test'), { signal: names.signal })
    names.abort()
    expect(await codeOf(resolving)).toBe('cancelled')
    const controller = new AbortController()
    const answer = await fetch(at(), { signal: controller.signal })
    const reading = buffer(answer.body)
    controller.abort(new DomainError('timed_out', 'the job is over'))
    expect(await codeOf(reading)).toBe('timed_out')
    const ignored = await fetch(at())
    ignored.body.destroy()
    await noConnections()
  })

  it('ends when the server stops', async () => {
    handle = (_, response) => void response.write('x')
    const own = createFetcher({ allow: ['*.test'], userAgent: 'x', resolver })
    const answer = await own.fetch(at(), { maxBytes: 10, timeoutMs: 20_000 })
    const reading = buffer(answer.body)
    await own.close()
    expect(await codeOf(reading)).toBe('cancelled')
    await noConnections()
  })
})

it('a failure says which kind it is', async () => {
  const reasonOf = async (promise: Promise<unknown>) => (await errorOf(promise)).reason
  handle = () => {}
  expect(await reasonOf(fetch(at(), { timeoutMs: 100 }))).toBe('time')
  expect(await reasonOf(fetch('http://user@origin.test/'))).toBe('address')
  expect(await reasonOf(fetch('gopher://origin.test/'))).toBe('address')
  expect(await reasonOf(fetch('http://127.0.0.1/'))).toBe('forbidden')
  expect(await reasonOf(fetch(at('/', 'nowhere.test')))).toBe('unreachable')
  handle = (_, response) => response.destroy()
  expect(await reasonOf(fetch(at()))).toBe('unreachable')
})

describe('redirects', () => {
  const chain: RequestListener = (request, response) => {
    const left = Number(request.url?.slice(1))
    if (left > 0) response.writeHead(302, { location: `/${left - 1}` }).end('moved')
    else response.end('there')
  }

  it('are followed up to the limit', async () => {
    handle = chain
    const answer = await fetch(at('/3'))
    expect(await text(answer.body)).toBe('there')
    expect(answer.url).toBe(at('/0'))
    expect((await errorOf(fetch(at('/4')))).message).toContain('more than 3 redirects')
    expect(await codeOf(fetch(at('/11'), { redirects: 10 }))).toBe('fetch_failed')
    expect((await fetch(at('/10'), { redirects: 10 })).status).toBe(200)
    await noConnections()
  })

  it('are shown to the caller first, who may refuse', async () => {
    handle = chain
    const shown: string[] = []
    const onRedirect = (url: string) => {
      shown.push(url)
      if (url.endsWith('/1')) throw new DomainError('invalid', 'not there')
    }
    expect(await codeOf(fetch(at('/3'), { onRedirect }))).toBe('invalid')
    expect(shown).toEqual([at('/2'), at('/1')])
    expect(seen.map(({ url }) => url)).toEqual(['/3', '/2'])
    await noConnections()
  })

  it('are answers where none may be followed', async () => {
    handle = chain
    const answer = await fetch(at('/1'), { redirects: 0 })
    expect([answer.status, answer.headers.location, await text(answer.body)]).toEqual([302, '/0', 'moved'])
  })

  it.each([undefined, '', 'http://', 'ftp://origin.test/', 'http://user@origin.test/'])(
    'to %s fail',
    async (location) => {
      handle = (_, response) => response.writeHead(302, location === undefined ? {} : { location }).end()
      expect(await codeOf(fetch(at()))).toBe('fetch_failed')
    },
  )

  it('never take a refresh in the page for one', async () => {
    const page = '<meta http-equiv="refresh" content="0;url=/elsewhere">'
    handle = (_, response) => response.writeHead(200, { refresh: '0;url=/elsewhere' }).end(page)
    expect(await text((await fetch(at())).body)).toBe(page)
    expect(seen.length).toBe(1)
  })

  it('keep credentials on the same origin and lose them on any other', async () => {
    const other = await listen('127.0.0.1', (request, response) => response.end(JSON.stringify(request.headers)))
    const headers = {
      Authorization: 'Bearer x',
      Cookie: 'a=b',
      'Proxy-Authorization': 'c',
      'X-Api-Key': 'd',
      Accept: 'image/*',
    }
    let location = ''
    handle = (request, response) =>
      request.url === '/start'
        ? response.writeHead(307, { location }).end()
        : response.end(JSON.stringify(request.headers))
    const arrived = async () => JSON.parse(await text((await fetch(at('/start'), { headers })).body))
    location = '/next'
    expect(await arrived()).toMatchObject({
      authorization: 'Bearer x',
      cookie: 'a=b',
      'x-api-key': 'd',
      accept: 'image/*',
    })
    for (const elsewhere of [at('/next', 'other.test'), `http://origin.test:${other.port}/`]) {
      location = elsewhere
      const kept = await arrived()
      for (const name of ['authorization', 'cookie', 'proxy-authorization', 'x-api-key'])
        expect(kept[name]).toBeUndefined()
      expect(kept).toMatchObject({ accept: 'image/*', 'user-agent': 'imagestead/test', 'accept-encoding': 'identity' })
    }
    await other.stop()
  })

  it.each([
    [301, 'GET', ''],
    [302, 'GET', ''],
    [303, 'GET', ''],
    [307, 'POST', 'body'],
    [308, 'POST', 'body'],
  ])('with %i turn a POST into %s', async (status, method, body) => {
    handle = (request, response) =>
      request.url === '/start' ? response.writeHead(status, { location: '/next' }).end() : response.end()
    await buffer((await fetch(at('/start'), { method: 'POST', body: 'body' })).body)
    expect(seen[1]).toMatchObject({ method, body, url: '/next' })
  })
})

describe('lookups', () => {
  it('run a few at a time, first come first served', async () => {
    const started: string[] = []
    const finish = new Map<string, (failed: boolean) => void>()
    const resolve = bounded((name) => {
      started.push(name)
      return new Promise((done, fail) => finish.set(name, (failed) => (failed ? fail(new Error(name)) : done([]))))
    }, 2)
    const all = ['a', 'b', 'c', 'd', 'e'].map((name) => resolve(name).catch(() => []))
    await expect.poll(() => started).toEqual(['a', 'b'])
    finish.get('b')?.(true)
    await expect.poll(() => started).toEqual(['a', 'b', 'c'])
    for (const name of ['a', 'c', 'd', 'e']) {
      await expect.poll(() => finish.has(name)).toBe(true)
      finish.get(name)?.(false)
    }
    await Promise.all(all)
    expect(started.length).toBe(5)
  })

  it('are the system’s when no other resolver is given', async () => {
    handle = (_, response) => response.end('ok')
    const own = createFetcher({ allow: ['localhost'], userAgent: 'x' })
    const answer = await own.fetch(at('/', 'localhost'), { maxBytes: 10, timeoutMs: 10_000 })
    expect(await text(answer.body)).toBe('ok')
  })
})
