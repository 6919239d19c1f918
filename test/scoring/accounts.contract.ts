/** scoring-api.md sections 2 and 3: signing in, session tokens, client-keys. */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { hashPassword } from '../../src/core/users/password.ts'
import { addUser, clientWith, password, type ScoringClient, scoringClient } from '../support/scoring-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'

const sortable = { data: [{ identifier: 'a', label: 'pool', score: 1 }] }

export function accountSuite(stack: Stack): void {
  let server: TestServer
  let client: ScoringClient
  let now = Date.now()
  const clock = { now: () => now }

  beforeAll(async () => {
    server = await stack.start({ SCORING_RATE_SIGN_IN: '1000' }, clock)
    client = await scoringClient(server)
  })
  afterAll(() => server?.stop())

  const signIn = (json: unknown) => client.call('POST', '/v2.0/authenticate', { json, token: null })
  const sorts = async (token: string | null, key = client.key) =>
    (await client.call('POST', '/v2.0/sort', { token, json: { 'client-key': key, ...sortable } })).status

  describe('2 session tokens', () => {
    it('12.1 a client that only knows host, user, password and key', async ({ expect }) => {
      const { username } = client.user
      const answer = await signIn({ username, password })
      expect(answer.status).toBe(200)
      expect(Object.keys(answer.json)).toEqual(['id_token'])
      const own = clientWith(server, { token: answer.json.id_token, key: client.key })
      expect((await own.post('/v2.0/sort', sortable)).status).toBe(200)
    })

    it('12.2 "works at 23 h 59 min and gives 401 at 24 h 1 s"; two of one account work together', async ({
      expect,
    }) => {
      const { username } = client.user
      const first = (await signIn({ username, password })).json.id_token
      const began = now
      now = began + (23 * 60 + 59) * 60_000
      const second = (await signIn({ username, password })).json.id_token
      expect([await sorts(first), await sorts(second)]).toEqual([200, 200])
      now = began + 24 * 3_600_000 + 1000
      expect([await sorts(first), await sorts(second)]).toEqual([401, 200])
      client = { ...client, token: second, ...clientWith(server, { token: second, key: client.key }) }
    })

    it('"Wrong user or password: 401, same body"', async ({ expect }) => {
      const { username } = client.user
      const [wrong, nobody] = await Promise.all([
        signIn({ username, password: 'wrong' }),
        signIn({ username: 'nobody at all', password }),
      ])
      expect(wrong.status).toBe(401)
      expect(wrong.headers.get('www-authenticate')).toBe('Bearer')
      expect({ ...nobody.json, id: '' }).toEqual({ ...wrong.json, id: '' })
    })

    it('"Missing or extra field: 400"', async ({ expect }) => {
      const full = { username: 'a', password: 'b' }
      for (const json of [{}, { username: 'a' }, { ...full, rememberMe: true }, { ...full, password: 7 }, []]) {
        expect((await signIn(json)).status).toBe(400)
      }
      expect((await signIn({ username: 'a' })).json).toMatchObject({
        code: 'validation_failed',
        fieldErrors: [{ field: 'password', message: 'is missing' }],
      })
    })

    it('"More than 5 attempts per second from one address: 429", also with IMAGESTEAD_LIMITS=off', async ({
      expect,
    }) => {
      const strict = await stack.start({ LIMITS: 'off' }, clock)
      try {
        const one = await scoringClient(strict)
        const json = { username: one.user.username, password }
        const call = () => one.call('POST', '/v2.0/authenticate', { json, token: null })
        const answers = await Promise.all([1, 2, 3, 4, 5, 6].map(call))
        expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 200, 429])
        const refused = answers.find(({ status }) => status === 429)
        expect(refused?.headers.get('retry-after')).toBe('1')
      } finally {
        await strict.stop()
      }
    })

    it('401: missing header, other scheme, bad signature; the scheme in any letters', async ({ expect }) => {
      const send = async (authorization?: string) => {
        const { status, headers } = await client.call('POST', '/v2.0/sort', {
          json: { 'client-key': client.key, ...sortable },
          token: null,
          headers: authorization === undefined ? {} : { authorization },
        })
        return [status, headers.get('www-authenticate')]
      }
      const forged = `${client.token.slice(0, -4)}AAAA`
      const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${client.token.split('.')[1]}.`
      for (const header of [
        undefined,
        '',
        'Bearer',
        'Basic YTpi',
        client.token,
        `Bearer ${forged}`,
        `Bearer ${none}`,
      ]) {
        expect(await send(header)).toEqual([401, 'Bearer'])
      }
      expect(await send(`bEARER  ${client.token}`)).toEqual([200, null])
    })

    it('"Changing the password or disabling the account ends its tokens"', async ({ expect }) => {
      const other = await scoringClient(server)
      const update = (patch: object) => server.composed.store.tx((tx) => tx.users.update(other.user.id, patch))
      expect((await other.post('/v2.0/sort', sortable)).status).toBe(200)
      await update({ passwordHash: await hashPassword('another') })
      expect((await other.post('/v2.0/sort', sortable)).status).toBe(401)
      const fresh = (await signIn({ username: other.user.username, password: 'another' })).json.id_token
      await update({ status: 'disabled' })
      expect(await sorts(fresh, other.key)).toBe(403)
      expect((await signIn({ username: other.user.username, password: 'another' })).status).toBe(403)
    })
  })

  describe('3 client-keys', () => {
    const create = (clients: unknown, more: object = {}) =>
      client.call('POST', '/v2.0/client-key', { json: { clients, ...more } })
    const ana = { name: 'Casa Norte', email: 'ana@example.org' }
    const total = async () => Number((await client.call('GET', '/v2.0/client-key')).headers.get('x-total-count'))

    it('12.3 "21 clients -> 400 and no key exists; 20 -> 20 keys of 358 chars"', async ({ expect }) => {
      const before = await total()
      const twenty = Array.from({ length: 20 }, (_, place) => ({ ...ana, name: `Casa ${place}` }))
      expect((await create([...twenty, ana])).status).toBe(400)
      expect(await total()).toBe(before)
      const { status, json } = await create(twenty)
      expect(status).toBe(200)
      expect(json.map(({ name }: typeof ana) => name)).toEqual(twenty.map(({ name }) => name))
      expect(Object.keys(json[0])).toEqual(['id', 'activated', 'email', 'name', 'secret'])
      for (const { secret, activated } of json) expect([secret.length, activated]).toEqual([358, true])
      expect(await total()).toBe(before + 20)
      const kept = JSON.stringify(await server.composed.store.read.keys.list('default'))
      for (const { secret } of json) expect(kept).not.toContain(secret.slice(24))
    })

    it('"All or nothing: … 400 names the item index"', async ({ expect }) => {
      const before = await total()
      const { status, json } = await create([ana, { ...ana, email: 'no address' }, { name: '' }])
      expect(status).toBe(400)
      expect(json.fieldErrors).toEqual([
        { field: 'clients[1].email', message: 'is not an email address' },
        { field: 'clients[2].name', message: 'must not be empty' },
        { field: 'clients[2].email', message: expect.any(String) },
      ])
      for (const clients of [[], undefined, ana, ['a'], [{ ...ana, more: 1 }]]) {
        expect((await create(clients)).status).toBe(400)
      }
      expect((await create([{ ...ana, email: ['ana@example.org'] }])).status).toBe(200)
      expect(await total()).toBe(before + 1)
    })

    it('"send: true with no mailer configured: 400, detail code mail_not_configured, no key made"', async ({
      expect,
    }) => {
      const before = await total()
      const { status, json } = await create([ana], { send: true })
      expect([status, json.code]).toEqual([400, 'mail_not_configured'])
      expect((await create([ana], { send: 'yes' })).status).toBe(400)
      expect(await total()).toBe(before)
    })

    it('3.2 list, read, switch, delete', async ({ expect }) => {
      now += 1000
      const [one, two] = (await create([ana, { ...ana, name: 'Casa Sur' }])).json
      const path = `/v2.0/client-key/${one.id}`
      const { secret: _secret, ...shown } = one
      expect((await client.call('GET', path)).json).toEqual(shown)
      const page = await client.call('GET', '/v2.0/client-key?page=0&size=2')
      expect(page.json.map(({ id }: { id: string }) => id).toSorted()).toEqual([one.id, two.id].toSorted())
      for (const query of ['page=-1', 'size=0', 'size=101', 'size=x', 'page=1.5']) {
        expect((await client.call('GET', `/v2.0/client-key?${query}`)).status).toBe(400)
      }
      const off = await client.call('PUT', path, { json: { activated: false } })
      expect(off.json).toEqual({ ...shown, activated: false })
      expect(await sorts(client.token, one.secret)).toBe(403)
      const on = await client.call('PATCH', path, { json: { activated: true, name: 'Casa Este' } })
      expect(on.json).toEqual({ ...shown, name: 'Casa Este' })
      expect(await sorts(client.token, one.secret)).toBe(200)
      for (const json of [{}, { activated: 'no' }, { secret: 'x' }, { email: 'x' }]) {
        expect((await client.call('PUT', path, { json })).status).toBe(400)
      }
      const gone = await client.call('DELETE', path)
      expect([gone.status, gone.bytes.length]).toEqual([204, 0])
      expect(await sorts(client.token, one.secret)).toBe(401)
      for (const method of ['GET', 'DELETE']) expect((await client.call(method, path)).status).toBe(404)
      expect((await client.call('HEAD', '/v2.0/client-key')).status).toBe(200)
    })

    it('"An id of another account: 404", its key 403', async ({ expect }) => {
      const other = await scoringClient(server)
      const [theirs] = (await create([ana])).json
      const path = `/v2.0/client-key/${theirs.id}`
      for (const method of ['GET', 'DELETE']) expect((await other.call(method, path)).status).toBe(404)
      expect((await other.call('PUT', path, { json: { activated: false } })).status).toBe(404)
      expect(await sorts(other.token, theirs.secret)).toBe(403)
      expect(await sorts(client.token, theirs.secret)).toBe(200)
    })

    it('3.3 "missing, not a string, empty" 400; "unknown, truncated" 401', async ({ expect }) => {
      const send = async (key: unknown) => {
        const { status, json } = await client.call('POST', '/v2.0/sort', { json: { 'client-key': key, ...sortable } })
        return [status, json.code]
      }
      for (const key of [undefined, null, 7, '']) expect(await send(key)).toEqual([400, 'validation_failed'])
      for (const key of [client.key.slice(0, 24), client.key.slice(0, 357)]) {
        expect(await send(key)).toEqual([401, 'client_key_truncated'])
      }
      for (const key of ['x', `${client.key}x`, client.key.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))]) {
        expect(await send(key)).toEqual([401, 'client_key_unknown'])
      }
    })
  })

  it('nobody signs in who has no password', async ({ expect }) => {
    const { username } = await addUser(server, { passwordHash: null })
    expect((await signIn({ username, password: 'x' })).status).toBe(401)
  })
}
