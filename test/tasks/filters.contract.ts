/** Section 12: IP and domain filters, section 2.2: the `/auth` switch; both whatever IMAGESTEAD_LIMITS says. Rate headers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'
import { signToken, TasksClient } from '../support/tasks-client.ts'
import { send } from '../support/wire.ts'

export function filterSuite(stack: Stack): void {
  let server: TestServer
  let last = 0

  beforeAll(async () => {
    // Off: filters and the switch stay on. The tests are the trusted proxy.
    server = await stack.start({ LIMITS: 'off', TRUST_PROXY: '127.0.0.1' })
  })
  afterAll(() => server.stop())

  /** A project with these filters, and a request of its client with these headers; answers the statuses of info and /auth. */
  async function project(filters: { ips?: string[]; domains?: string[] }) {
    last += 1
    const pair = await addProject(server, `filtered-${last}`, { filters })
    const authorization = `Bearer ${await signToken({ jti: pair.publicKey }, pair.secretKey)}`
    const info = (headers: Record<string, string> = {}) =>
      send(`${server.url}/v1/info`, 'GET', { authorization, ...headers })
    const auth = (headers: Record<string, string> = {}) =>
      send(`${server.url}/v1/auth?public_key=${pair.publicKey}`, 'GET', headers)
    return { pair, authorization, info, auth }
  }
  const from = (address: string) => ({ 'x-forwarded-for': address })

  describe('12 "IP/CIDR list against the client address (trusted-proxy aware)"', () => {
    it('allows what is listed and answers 401 to the rest, /auth too', async () => {
      const { info, auth } = await project({ ips: ['203.0.113.7', '10.1.0.0/16', '2001:db8::/32'] })
      const allowed = ['203.0.113.7', '10.1.255.1', '::ffff:10.1.2.3', '2001:db8:1::9', '198.51.100.1, 10.1.0.9']
      for (const address of allowed) {
        expect([address, (await info(from(address))).status]).toEqual([address, 200])
        expect([address, (await auth(from(address))).status]).toEqual([address, 200])
      }
      for (const address of ['203.0.113.8', '10.2.0.1', '2001:db9::1', '10.1.0.9, 198.51.100.1', 'unknown', '']) {
        expect([address, (await info(from(address))).status]).toEqual([address, 401])
        expect([address, (await auth(from(address))).status]).toEqual([address, 401])
      }
    })
    it('answers the superset of section 9', async () => {
      const { info } = await project({ ips: ['10.0.0.0/8'] })
      const { status, json } = await info(from('192.0.2.1'))
      expect(status).toBe(401)
      expect(json).toMatchObject({ name: 'Unauthorized', message: expect.stringContaining('192.0.2.1'), status: 401 })
      expect(json.error).toMatchObject({ type: 'HTTP Error', code: '401', message: json.message })
    })
    it('believes X-Forwarded-For of trusted proxies only', async () => {
      const plain = await stack.start({})
      try {
        const pair = await addProject(plain, 'behind', { filters: { ips: ['127.0.0.0/8'] } })
        const authorization = `Bearer ${await signToken({ jti: pair.publicKey }, pair.secretKey)}`
        const get = (headers: object) => send(`${plain.url}/v1/info`, 'GET', { authorization, ...headers })
        expect((await get({})).status).toBe(200)
        expect((await get(from('192.0.2.1'))).status).toBe(200)
        const other = await addProject(plain, 'elsewhere', { filters: { ips: ['192.0.2.1'] } })
        const token = `Bearer ${await signToken({ jti: other.publicKey }, other.secretKey)}`
        expect((await get({ authorization: token, ...from('192.0.2.1') })).status).toBe(401)
      } finally {
        await plain.stop()
      }
    })
  })

  describe('12 "domain list against Origin, else Referer host (subdomains by *.)"', () => {
    it('takes the listed hosts, in any letter case and on any port', async () => {
      const { info, auth } = await project({ domains: ['Shop.example', '*.shop.example', 'münchen.example'] })
      const allowed = [
        { origin: 'https://shop.example' },
        { origin: 'http://SHOP.example:8080' },
        { origin: 'https://a.b.shop.example' },
        { referer: 'https://www.shop.example/cart?x=1' },
        { origin: 'https://shop.example', referer: 'https://evil.example/' },
        { origin: 'https://xn--mnchen-3ya.example' },
      ]
      for (const headers of allowed) {
        expect([headers, (await info(headers)).status]).toEqual([headers, 200])
        expect([headers, (await auth(headers)).status]).toEqual([headers, 200])
      }
      const refused = [
        { origin: 'https://evil.example' },
        { origin: 'https://notshop.example' },
        { origin: 'https://shop.example.evil.example' },
        { origin: 'https://evil.example', referer: 'https://shop.example/' },
        { origin: 'null', referer: 'https://shop.example/' },
        { referer: 'https://evil.example/shop.example' },
        { referer: 'shop.example' },
        // "a domain list without Origin and Referer rejects"
        {},
        { origin: '', referer: '' },
      ]
      for (const headers of refused) {
        expect([headers, (await info(headers)).status]).toEqual([headers, 401])
        expect([headers, (await auth(headers)).status]).toEqual([headers, 401])
      }
    })
    it('"*." alone does not mean the domain itself', async () => {
      const { info } = await project({ domains: ['*.shop.example'] })
      expect((await info({ origin: 'https://www.shop.example' })).status).toBe(200)
      expect((await info({ origin: 'https://shop.example' })).status).toBe(401)
    })
  })

  it('12 "Each non-empty list must match"', async () => {
    const { info } = await project({ ips: ['10.0.0.1'], domains: ['shop.example'] })
    const origin = { origin: 'https://shop.example' }
    expect((await info({ ...origin, ...from('10.0.0.1') })).status).toBe(200)
    expect((await info({ ...origin, ...from('10.0.0.2') })).status).toBe(401)
    expect((await info(from('10.0.0.1'))).status).toBe(401)
  })

  it('every endpoint refuses, whatever it is asked, and nothing happens', async () => {
    const { pair, authorization } = await project({ ips: ['10.0.0.1'] })
    const client = new TasksClient(server, authorization.slice(7))
    const json = { task: 'x', tool: 'rotate', secret_key: pair.secretKey, debug: true }
    const asked = [
      ['GET', '/v1/start/resizeimage'],
      ['GET', '/v1/start/nothing/eu?debug=true'],
      ['POST', '/v1/upload'],
      ['DELETE', '/v1/upload/a/b'],
      ['DELETE', '/v1/upload'],
      ['POST', '/v1/upload/delete'],
      ['POST', '/v1/process'],
      ['GET', '/v1/download/a'],
      ['HEAD', '/v1/download/a'],
      ['GET', '/v1/task/a'],
      ['DELETE', '/v1/task/a'],
      ['POST', '/v1/task'],
      ['GET', `/v1/task?secret_key=${pair.secretKey}`],
      ['POST', '/v1/task/next'],
      ['GET', '/v1/info'],
    ] as const
    for (const [method, path] of asked) {
      const answer = await client.call(method, path, method === 'POST' || path === '/v1/upload' ? { json } : {})
      expect([method, path, answer.status]).toEqual([method, path, 401])
    }
  })

  it('an early refusal of a large upload is answered, and the connection ends', async () => {
    const { authorization } = await project({ ips: ['10.0.0.1'] })
    const body = Buffer.alloc(3 * 1024 * 1024)
    const answer = await send(
      `${server.url}/v1/upload`,
      'POST',
      { authorization, 'content-type': 'multipart/form-data; boundary=x', connection: 'keep-alive' },
      body,
    )
    expect(answer.status).toBe(401)
    expect(answer.json.name).toBe('Unauthorized')
    expect(answer.headers.connection).toBe('close')
  })

  describe('2.2 "apply §12 filters here first. A per-project switch disables /auth (401)"', () => {
    it('first the filters, then the switch; both with IMAGESTEAD_LIMITS=off', async () => {
      const closed = await addProject(server, 'closed-auth', { tasks: { auth: false }, filters: { ips: ['10.0.0.1'] } })
      const auth = (address: string) =>
        send(`${server.url}/v1/auth?public_key=${closed.publicKey}`, 'GET', from(address))
      expect((await auth('10.0.0.2')).json.message).toMatch(/10\.0\.0\.2/)
      expect((await auth('10.0.0.1')).json.message).toMatch(/no tokens for its public key/)
    })
  })

  describe('12 "every response shows the current rate status … on every authenticated answer"', () => {
    it('with the window nearest to spent, also on errors after authentication, and 429 with Retry-After', async () => {
      const limited = await stack.start({
        LIMITS: 'on',
        TASKS_RATE_PER_SECOND: '1000',
        TASKS_RATE_PER_MINUTE: '100000',
      })
      try {
        const client = await TasksClient.of(limited)
        const paths = ['/v1/info', '/v1/start/nothing', '/v1/task/unknown', '/v1/download/unknown', '/v1/task']
        for (const path of paths) {
          const { headers } = await client.call('GET', path)
          expect([path, headers.get('x-rate-limit-limit')]).toEqual([path, '1000'])
          expect(Number(headers.get('x-rate-limit-remaining'))).toBeGreaterThan(900)
          expect(Number(headers.get('x-rate-limit-reset'))).toBeLessThanOrEqual(1)
        }
        const stranger = await send(`${limited.url}/v1/info`, 'GET')
        expect(stranger.status).toBe(401)
        expect(stranger.headers['x-rate-limit-limit']).toBeUndefined()
      } finally {
        await limited.stop()
      }
    })
    it('"100 requests per second and 3,000 per minute per project … on by default"', async () => {
      const { LIMITS, TASKS_RATE_PER_SECOND, TASKS_RATE_PER_MINUTE } = (await import('../../src/config.ts')).loadConfig(
        {},
      )
      expect([LIMITS, TASKS_RATE_PER_SECOND, TASKS_RATE_PER_MINUTE]).toEqual([true, 100, 3000])
    })
  })
}
