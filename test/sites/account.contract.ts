/**
 * "Management with the web session (cookie + CSRF token), never with an apiKey" (site-photos-api.md section 2), and the
 * header of that section.
 */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestClock } from '../../src/adapters/database/test-records.ts'
import { hashPassword } from '../../src/core/users/password.ts'
import { addUser, password } from '../support/scoring-client.ts'
import { sitesCaller, sitesClient } from '../support/sites-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'
import { signedIn, type WebPerson, webPerson } from '../support/web-person.ts'

const minute = 60_000
const hour = 60 * minute

export function accountSuite(stack: Stack): void {
  const clock = createTestClock(Date.now())
  let server: TestServer
  let passwordHash: string

  beforeAll(async () => {
    passwordHash = await hashPassword(password)
    server = await stack.start({ SCORING_RATE_SIGN_IN: '100' }, clock)
  })
  afterAll(() => server.stop())

  const aPerson = async (fields: Parameters<typeof addUser>[1] = {}) => {
    const user = await addUser(server, { siteAccess: 'manage', passwordHash, ...fields })
    return { user, person: await signedIn(server, user.username) }
  }
  const makeKey = async (person: WebPerson, name = 'Dashboard') => {
    const { status, json } = await person.call('POST', '/account/api-keys', { json: { name } })
    expect(status).toBe(201)
    return { id: json.key.id as string, secret: json.api_key as string, json }
  }
  const withKey = (secret: string) => sitesCaller(server, secret)('GET', '/v1/installations')
  const listed = async (person: WebPerson) => (await person.call('GET', '/account/api-keys')).json.api_keys

  it('signs in with name and password, and out again; nobody is an answer too', async () => {
    const { username, id } = await addUser(server, { passwordHash })
    const person = webPerson(server)
    expect((await person.call('GET', '/account/session')).json).toEqual({ ok: true, session: null })
    const { status, json, headers } = await person.signIn(username)
    expect(status).toBe(200)
    expect(json.session).toEqual({
      user: { id, username },
      csrf_token: expect.stringMatching(/^[\w-]{43}$/),
      signed_in_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      confirmed_at: expect.any(String),
      expires_at: expect.any(String),
    })
    expect(headers.get('set-cookie')).toMatch(
      /^imagestead_session=[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Strict$/,
    )
    expect(headers.get('cache-control')).toBe('no-store')
    expect((await person.call('GET', '/account/session')).json).toEqual(json)

    const { cookie } = person
    expect((await person.call('POST', '/account/sign-out')).status).toBe(200)
    expect(person.cookie).toBeUndefined()
    const later = await person.call('GET', '/account/api-keys', { headers: { cookie } })
    expect(later).toMatchObject({ status: 401, json: { ok: false, error: { code: 'unauthorized' } } })
    expect((await person.call('POST', '/account/sign-out')).status).toBe(200)
  })

  it('says the same of an unknown name and a wrong password, and 403 of a suspended account', async () => {
    const { username } = await addUser(server, { passwordHash })
    const person = webPerson(server)
    const [wrong, unknown] = [await person.signIn(username, 'wrong'), await person.signIn('nobody at all')]
    expect(wrong).toMatchObject({ status: 401, json: { error: { code: 'unauthorized', field: 'username' } } })
    expect(unknown.json.error.message).toBe(wrong.json.error.message)
    expect(wrong.headers.get('set-cookie')).toBeNull()
    const suspended = await addUser(server, { status: 'disabled', passwordHash })
    expect(await person.signIn(suspended.username)).toMatchObject({
      status: 403,
      json: { error: { code: 'forbidden', message: expect.stringContaining('suspended') } },
    })
  })

  it('slows guessing down: 429 with the date-time of the next try', async () => {
    const { username } = await addUser(server, { passwordHash })
    const person = webPerson(server)
    for (let tries = 0; tries < 10; tries += 1) expect((await person.signIn(username, 'wrong')).status).toBe(401)
    const { status, json, headers } = await person.signIn(username)
    expect({ status, code: json.error.code }).toEqual({ status: 429, code: 'rate_limit' })
    expect(Date.parse(headers.get('retry-after') ?? '')).toBeGreaterThan(clock.now() - 1000)
  })

  it('begins each session under a new id, whatever cookie was there, and ends the one before', async () => {
    const { user, person } = await aPerson()
    const before = person.cookie
    await person.signIn(user.username)
    expect(person.cookie).not.toBe(before)
    const asked = await person.call('GET', '/account/session', { headers: { cookie: before } })
    expect(asked.json.session).toBeNull()
    const planted = `imagestead_session=${'x'.repeat(43)}`
    const fixed = webPerson(server)
    fixed.cookie = planted
    await fixed.signIn(user.username)
    expect(fixed.cookie).not.toBe(planted)
  })

  it('ends with idleness, with age, with a new password and with the account', async () => {
    const open = async (person: WebPerson) => (await person.call('GET', '/account/session')).json.session !== null
    /** That somebody was seen is noted a moment later. */
    const noted = async ({ cookie = '' }: WebPerson) => {
      const idHash = createHash('sha256')
        .update(cookie.split('=')[1] ?? '')
        .digest('hex')
      await expect.poll(async () => (await server.composed.store.read.webSessions.find(idHash))?.seen).toBe(clock.now())
    }
    const { person: idle } = await aPerson()
    for (let times = 0; times < 2; times += 1) {
      clock.advance(11 * hour)
      expect(await open(idle)).toBe(true)
      await noted(idle)
    }
    clock.advance(12 * hour + minute)
    expect(await open(idle)).toBe(false)

    const { person: old } = await aPerson()
    for (let hours = 0; hours < 7 * 24 - 8; hours += 8) {
      expect(await open(old)).toBe(true)
      await noted(old)
      clock.advance(8 * hour)
    }
    clock.advance(8 * hour)
    expect(await open(old)).toBe(false)

    const { user, person } = await aPerson()
    await server.composed.store.tx((tx) => tx.users.update(user.id, { passwordHash: 'another' }))
    expect(await open(person)).toBe(false)
    const { user: gone, person: outside } = await aPerson()
    await server.composed.store.tx((tx) => tx.users.update(gone.id, { status: 'disabled' }))
    expect(await open(outside)).toBe(false)
  })

  it('"list: id, name, prefix, enabled, created_at, last_used_at"; "201, adds api_key in full"', async () => {
    const { person } = await aPerson()
    expect(await listed(person)).toEqual([])
    const { id, secret, json } = await makeKey(person, '  Dashboard ')
    expect(secret).toMatch(/^sp_[0-9A-Za-z]{8}_[0-9A-Za-z]{40}$/)
    expect(json).toEqual({
      ok: true,
      api_key: secret,
      key: {
        id,
        name: 'Dashboard',
        prefix: secret.slice(0, 11),
        enabled: true,
        created_at: expect.stringMatching(/Z$/),
        last_used_at: null,
        revealable: true,
        camera_id: null,
      },
    })
    expect(await listed(person)).toEqual([json.key])
    expect((await withKey(secret)).status).toBe(200)
  })

  it('is never done with an apiKey, and every change needs the token of the session', async () => {
    const { person } = await aPerson()
    const { id, secret } = await makeKey(person)
    const other = (await aPerson()).person.csrf
    const authorization = `apiKey ${secret}`
    const calls = [
      ['GET', '/account/api-keys', undefined],
      ['POST', '/account/api-keys', { name: 'x' }],
      ['GET', `/account/api-keys/${id}/reveal`, undefined],
      ['PATCH', `/account/api-keys/${id}`, { enabled: false }],
      ['DELETE', `/account/api-keys/${id}`, undefined],
      ['POST', '/account/confirm', { password: 'x' }],
    ] as const
    for (const [method, path, json] of calls) {
      const sent = json === undefined ? {} : { json }
      const byKey = await webPerson(server).call(method, path, { ...sent, headers: { authorization } })
      expect([byKey.status, byKey.json.error.code], `${method} ${path}`).toEqual([401, 'unauthorized'])
      if (method === 'GET') continue
      for (const token of [undefined, 'x', other]) {
        const forged = await person.call(method, path, { ...sent, headers: { 'x-csrf-token': token } })
        expect([forged.status, forged.json.error.field], `${method} ${path}`).toEqual([403, 'X-CSRF-Token'])
      }
      for (const headers of [
        { origin: 'https://evil.example' },
        { 'sec-fetch-site': 'same-site' },
        { origin: 'null' },
      ]) {
        const foreign = await person.call(method, path, { ...sent, headers })
        expect([foreign.status, foreign.json.error.code], `${method} ${path}`).toEqual([403, 'forbidden'])
      }
    }
    expect((await withKey(secret)).status).toBe(200)
    const own = await person.call('PATCH', `/account/api-keys/${id}`, {
      json: { name: 'y' },
      headers: { origin: server.url, 'sec-fetch-site': 'same-origin' },
    })
    expect(own.status).toBe(200)
  })

  it('a page of another origin signs nobody in or out', async () => {
    const { user, person } = await aPerson()
    const foreign = webPerson(server)
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      const json = { username: user.username, password: password }
      expect((await foreign.call('POST', '/account/sign-in', { json, headers })).status).toBe(403)
      expect((await person.call('POST', '/account/sign-out', { headers })).status).toBe(403)
    }
    expect((await person.call('POST', '/account/sign-out', { headers: { 'x-csrf-token': undefined } })).status).toBe(
      403,
    )
    expect(foreign.cookie).toBeUndefined()
    const form = { body: 'username=a&password=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } }
    expect((await foreign.call('POST', '/account/sign-in', form)).status).toBe(415)
  })

  it('"PATCH {enabled: false} acts on the next request", "DELETE 200, final"', async () => {
    const { person } = await aPerson()
    const { id, secret } = await makeKey(person)
    const change = (enabled: boolean) => person.call('PATCH', `/account/api-keys/${id}`, { json: { enabled } })
    expect((await withKey(secret)).status).toBe(200)
    expect(await change(false)).toMatchObject({ status: 200, json: { ok: true, key: { id, enabled: false } } })
    expect(await withKey(secret)).toMatchObject({ status: 401, json: { error: { code: 'unauthorized' } } })
    expect((await change(true)).json.key.enabled).toBe(true)
    expect((await withKey(secret)).status).toBe(200)
    expect(await person.call('DELETE', `/account/api-keys/${id}`)).toMatchObject({ status: 200, json: { ok: true } })
    expect((await withKey(secret)).status).toBe(401)
    expect((await person.call('DELETE', `/account/api-keys/${id}`)).status).toBe(404)
    expect(await listed(person)).toEqual([])
  })

  it('"full key; asks for the password again if the sign-in is older than 10 min; audited"', async () => {
    const { user, person } = await aPerson()
    const { id, secret } = await makeKey(person)
    const reveal = () => person.call('GET', `/account/api-keys/${id}/reveal`)
    clock.advance(1000)
    expect(await reveal()).toMatchObject({ status: 200, json: { ok: true, api_key: secret } })
    clock.advance(10 * minute)
    expect(await reveal()).toMatchObject({ status: 403, json: { error: { code: 'forbidden', field: 'password' } } })
    const confirm = (password: string) => person.call('POST', '/account/confirm', { json: { password } })
    expect(await confirm('wrong')).toMatchObject({ status: 401, json: { error: { field: 'username' } } })
    expect((await reveal()).status).toBe(403)
    expect((await confirm(password)).json.session.user.id).toBe(user.id)
    expect((await reveal()).json.api_key).toBe(secret)

    const audit = await server.composed.store.read.audits.ofUser(user.id, 10)
    expect(audit.map(({ action, subject }) => [action, subject])).toEqual([
      ['site-key.revealed', id],
      ['site-key.revealed', id],
      ['site-key.created', id],
    ])
    expect(JSON.stringify(audit)).not.toContain(secret.slice(12))
  })

  it('shows no key that it did not keep readable, where site.keys.revealable is off', async () => {
    const strict = await stack.start({ SITE_KEYS_REVEALABLE: 'off' }, clock)
    try {
      const user = await addUser(strict, { passwordHash })
      const person = await signedIn(strict, user.username)
      const { id, secret, json } = await makeKey(person)
      expect(json.key.revealable).toBe(false)
      const shown = await person.call('GET', `/account/api-keys/${id}/reveal`)
      expect(shown).toMatchObject({ status: 409, json: { error: { code: 'conflict' } } })
      expect((await strict.composed.store.read.keys.find(id))?.secretSealed).toBeNull()
      expect((await sitesCaller(strict, secret)('GET', '/v1/installations')).status).toBe(200)
    } finally {
      await strict.stop()
    }
  })

  it('"At most 20 keys per user", also when they are asked for at once', async () => {
    const { person } = await aPerson()
    const made = await Promise.all(
      Array.from({ length: 25 }, (_, at) => person.call('POST', '/account/api-keys', { json: { name: `${at}` } })),
    )
    expect(made.filter(({ status }) => status === 201)).toHaveLength(20)
    expect(made.find(({ status }) => status !== 201)).toMatchObject({
      status: 409,
      json: { error: { code: 'conflict', message: expect.stringContaining('20 keys') } },
    })
    expect(await listed(person)).toHaveLength(20)
  })

  it('"last_used_at" is the minute of the last use, written once in it', async () => {
    const { person } = await aPerson()
    const { id, secret } = await makeKey(person)
    const used = async () => (await listed(person))[0].last_used_at
    const at = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`
    clock.advance(minute - (clock.now() % minute) + 7000)
    const first = clock.now()
    await withKey(secret)
    await expect.poll(used).toBe(at(first))
    clock.advance(30_000)
    await withKey(secret)
    clock.advance(40_000)
    const second = clock.now()
    expect(await used()).toBe(at(first))
    await withKey(secret)
    await expect.poll(used).toBe(at(second))
    expect((await server.composed.store.read.keys.find(id))?.used).toBe(second)
  })

  it('knows only the own keys: of others everything is 404', async () => {
    const { person: owner } = await aPerson()
    const { person: other } = await aPerson()
    const { id, secret } = await makeKey(owner)
    expect(await listed(other)).toEqual([])
    for (const unknown of [id, 'sk_none', '%00', 'a%2Fb']) {
      const path = `/account/api-keys/${unknown}`
      expect((await other.call('GET', `${path}/reveal`)).status, unknown).toBe(404)
      expect((await other.call('PATCH', path, { json: { enabled: false } })).status, unknown).toBe(404)
      expect((await other.call('DELETE', path)).status, unknown).toBe(404)
    }
    expect((await withKey(secret)).status).toBe(200)
  })

  it('refuses what makes no sense, naming it', async () => {
    const { person } = await aPerson()
    for (const [method, json, field] of [
      ['POST', { name: '' }, 'name'],
      ['POST', { name: '  ' }, 'name'],
      ['POST', { name: 'x'.repeat(101) }, 'name'],
      ['POST', { name: 'a\0b' }, 'name'],
      ['POST', { name: 7 }, 'name'],
      ['POST', { name: 'a', color: 'red' }, 'color'],
      ['PATCH', {}, 'enabled'],
      ['PATCH', { enabled: 'no' }, 'enabled'],
      ['PATCH', { secret: 'x' }, 'secret'],
    ] as const) {
      const path = `/account/api-keys${method === 'PATCH' ? '/sk_1' : ''}`
      const { status, json: answer } = await person.call(method, path, { json })
      expect([status, answer.error.code, answer.error.field]).toEqual([400, 'invalid_request', field])
    }
    expect((await person.call('GET', '/account/api-keys?page=2')).json.error.field).toBe('page')
  })

  it('the header: "the scheme word without regard to case, one or more spaces after it"', async () => {
    const { key, call } = await sitesClient(server)
    const asked = async (authorization: string) =>
      (await call('GET', '/v1/installations', { key: null, headers: { authorization } })).status
    for (const good of [`apiKey ${key}`, `APIKEY ${key}`, `apikey    ${key}`, `aPiKeY \t ${key}`]) {
      expect(await asked(good), good).toBe(200)
    }
    const bad = [`Bearer ${key}`, key, `apiKey${key}`, `apiKey: ${key}`, 'apiKey', `apiKey ${key} x`, `apiKey ${key}x`]
    const near = `${key.slice(0, -1)}${key.endsWith('a') ? 'b' : 'a'}`
    for (const text of [...bad, `apiKey ${near}`, `apiKey ${key.slice(0, 11)}`, 'apiKey sp_é']) {
      expect(await asked(text), text).toBe(401)
    }
    const without = await call('GET', '/v1/installations', { key: null })
    expect(without.headers.get('www-authenticate')).toBe('apiKey')
    expect(without.json).toMatchObject({ ok: false, error: { code: 'unauthorized', field: 'Authorization' } })
  })

  it('a key ends with its user', async () => {
    const { user, key } = await sitesClient(server)
    expect((await withKey(key)).status).toBe(200)
    await server.composed.store.tx((tx) => tx.users.update(user.id, { status: 'disabled' }))
    expect((await withKey(key)).status).toBe(401)
  })

  it('"A web-session cookie is accepted as well": for reading, and for changes with the token', async () => {
    const { person } = await aPerson()
    const read = await person.call('GET', '/v1/installations')
    expect(read).toMatchObject({ status: 200, json: { ok: true, installations: expect.any(Array) } })
    const json = { name: 'By hand', timezone: 'UTC' }
    const forged = await person.call('POST', '/v1/installations', { json, headers: { 'x-csrf-token': undefined } })
    expect(forged).toMatchObject({ status: 403, json: { error: { code: 'forbidden', field: 'X-CSRF-Token' } } })
    const foreign = { json, headers: { origin: 'https://evil.example' } }
    expect((await person.call('POST', '/v1/installations', foreign)).status).toBe(403)
    expect((await person.call('POST', '/v1/installations', { json })).status).toBe(201)

    // A page of a neighbour (another port, a subdomain) reads nothing with somebody's cookie.
    for (const site of ['same-site', 'cross-site']) {
      const spied = await person.call('GET', '/v1/installations', { headers: { 'sec-fetch-site': site } })
      expect(spied.status, site).toBe(401)
    }
    // A header is what counts where there is one.
    const { key } = await sitesClient(server)
    const mixed = await person.call('GET', '/v1/installations', { headers: { authorization: `apiKey ${key}x` } })
    expect(mixed.status).toBe(401)
    await person.call('POST', '/account/sign-out')
    expect((await person.call('GET', '/v1/installations')).status).toBe(401)
  })

  it('the cookie is Secure and bound to the host where people come by https', async () => {
    const secure = await stack.start({ PUBLIC_URL: 'https://images.example.com' })
    try {
      const { username } = await addUser(secure, { passwordHash })
      const person = webPerson(secure)
      const { headers } = await person.signIn(username)
      expect(headers.get('set-cookie')).toMatch(
        /^__Host-imagestead_session=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict; Secure$/,
      )
      expect((await person.call('GET', '/account/session')).json.session.user.username).toBe(username)
      // What another host of the domain could have set is no session.
      const tossed = { cookie: person.cookie?.replace('__Host-', '') }
      expect((await person.call('GET', '/account/session', { headers: tossed })).json.session).toBeNull()
      const origin = { origin: 'https://images.example.com' }
      expect((await person.call('POST', '/account/sign-out', { headers: origin })).status).toBe(200)
    } finally {
      await secure.stop()
    }
  })

  it('the page may not be framed, runs only its own script, and is not kept', async () => {
    const { status, headers, bytes } = await webPerson(server).call('GET', '/account')
    expect(status).toBe(200)
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'sha256-[^;]*'; /)
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('content-security-policy')).not.toMatch(/unsafe|'self'/)
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(bytes.toString()).toContain('<h1 id="sign-in-title">Sign in</h1>')
    expect((await webPerson(server).call('PUT', '/account')).status).toBe(405)
  })
}
