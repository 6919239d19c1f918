/** Section 2: tokens as the six clients make them, and /v1/auth. */
import { createHmac, generateKeyPairSync } from 'node:crypto'
import { decodeJwt, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { projectSettingsSchema } from '../../src/core/projects/settings.ts'
import { addProject, publicKey, type Stack, secretKey, type TestServer } from '../support/stack.ts'
import { signToken, TasksClient } from '../support/tasks-client.ts'
import { multipart, quotedField, send } from '../support/wire.ts'

const now = () => Math.floor(Date.now() / 1000)
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token by hand: jose refuses some of the claims that real clients send. */
function token(
  claims: Record<string, unknown>,
  header: object = { alg: 'HS256', typ: 'JWT' },
  secret = secretKey,
): string {
  const text = `${base64(header)}.${base64({ jti: publicKey, ...claims })}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}

export function authenticationSuite(stack: Stack): void {
  let server: TestServer

  beforeAll(async () => {
    server = await stack.start()
  })
  afterAll(() => server.stop())

  const info = (authorization: string | undefined) =>
    send(`${server.url}/v1/info`, 'GET', authorization === undefined ? {} : { authorization })
  const accepts = async (claims: Record<string, unknown>) => {
    const answer = await info(`Bearer ${token(claims)}`)
    expect(answer.json).toMatchObject({ remaining_files: expect.any(Number) })
    expect(answer.status).toBe(200)
  }
  const refuses = async (authorization: string | undefined) => {
    const answer = await info(authorization)
    expect(answer.status).toBe(401)
    // "401 bodies must have a top-level string name"; message and error.message are equal; no empty param.
    const message = expect.stringMatching(/.{10,}/)
    expect(answer.json).toMatchObject({ name: 'Unauthorized', message, code: 0, status: 401 })
    expect(answer.json.error).toMatchObject({ type: 'HTTP Error', message: answer.json.message, code: '401' })
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/)
    return answer.json.message as string
  }

  describe('2.1 "JWT (HS256 only): what real clients send"', () => {
    it('PHP: iss "", iat and nbf 5,400 s ago, exp 9,000 s ahead', () =>
      accepts({ iss: '', aud: '', iat: now() - 5400, nbf: now() - 5400, exp: now() + 3600 + 5400 }))
    it('Node image client: iat 30 s ago, exp in an hour, its own iss', () =>
      accepts({ iss: 'api.ilovepdf.com', iat: now() - 30, nbf: now() - 30, exp: now() + 3600 }))
    it('JS core: iat with fractional seconds and no exp', () =>
      accepts({ iss: 'api.ilovepdf.com', iat: Date.now() / 1000 - 5 }))
    it('.NET: iat as an ISO date string, exp as a float', () =>
      accepts({ iss: '', iat: new Date().toISOString(), nbf: new Date().toISOString(), exp: now() + 5400.25 }))
    it('.NET: an ISO date with an offset', () =>
      accepts({ iat: new Date().toISOString().replace('Z', '+00:00'), exp: now() + 60 }))
    it('Python: any aud and iss', () =>
      accepts({ aud: 'api.ilovepdf.com', iss: 'example.org', iat: now(), exp: now() + 9000 }))
    it('numeric strings', () => accepts({ iat: String(now()), nbf: String(now()), exp: String(now() + 60) }))
    it('exp alone, 12,600 s ahead at most', async () => {
      await accepts({ exp: now() + 12_590 })
      await refuses(`Bearer ${token({ exp: now() + 12_700 })}`)
    })
    it('a Bearer in small letters and with blanks around', async () => {
      expect((await info(`bearer   ${token({ iat: now() })}  `)).status).toBe(200)
    })
    it('no file_encryption_key as null', () => accepts({ iat: now(), file_encryption_key: null }))
  })

  describe('2.1 "refused after the earlier of exp + 60 s and iat + 12,600 s"', () => {
    it('takes exp up to 60 s ago, and no longer', async () => {
      await accepts({ iat: now() - 3600, exp: now() - 50 })
      expect(await refuses(`Bearer ${token({ iat: now() - 3600, exp: now() - 70 })}`)).toMatch(/expired/)
    })
    it('takes iat up to 12,600 s ago, whatever exp says', async () => {
      await accepts({ iat: now() - 12_590, exp: now() + 9999 })
      await refuses(`Bearer ${token({ iat: now() - 12_700, exp: now() + 9999 })}`)
      await refuses(`Bearer ${token({ iat: now() - 12_700 })}`)
    })
    it('takes iat and nbf up to 5,400 s ahead, and no longer', async () => {
      await accepts({ iat: now() + 5300, nbf: now() + 5300, exp: now() + 9000 })
      await refuses(`Bearer ${token({ iat: now() + 5500, exp: now() + 9000 })}`)
      await refuses(`Bearer ${token({ iat: now(), nbf: now() + 5500, exp: now() + 9000 })}`)
    })
    it('refuses a token with neither iat nor exp', async () => {
      expect(await refuses(`Bearer ${token({})}`)).toMatch(/neither/)
    })
    it('refuses times that are none', async () => {
      await refuses(`Bearer ${token({ iat: 'yesterday' })}`)
      await refuses(`Bearer ${token({ iat: now(), exp: { a: 1 } })}`)
    })
  })

  describe('2.1 "Reject alg: none and anything except HS256 with 401"', () => {
    it('no Authorization, another scheme, no token, broken tokens', async () => {
      expect(await refuses(undefined)).toMatch(/Authorization/)
      await refuses('Basic dXNlcjpwYXNz')
      await refuses('Bearer')
      await refuses('Bearer not-a-token')
      await refuses('Bearer a.b.c')
      await refuses(`Bearer ${token({ iat: now() }).slice(0, -2)}`)
    })
    it('alg none, with and without a signature', async () => {
      const text = `${base64({ alg: 'none' })}.${base64({ jti: publicKey, iat: now() })}`
      await refuses(`Bearer ${text}.`)
      await refuses(`Bearer ${text}.${token({ iat: now() }).split('.')[2]}`)
    })
    it('HS512 and HS384 by the right secret, and RS256', async () => {
      const claims = { jti: publicKey, iat: now(), exp: now() + 60 }
      const secret = new TextEncoder().encode(secretKey.padEnd(64, 'x'))
      await refuses(`Bearer ${await new SignJWT(claims).setProtectedHeader({ alg: 'HS512' }).sign(secret)}`)
      await refuses(`Bearer ${token({ iat: now() }, { alg: 'HS384' })}`)
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
      await refuses(`Bearer ${await new SignJWT(claims).setProtectedHeader({ alg: 'RS256' }).sign(privateKey)}`)
    })
    it('a wrong secret, an unknown project, a jti that is no text', async () => {
      await refuses(`Bearer ${token({ iat: now() }, undefined, 'another secret key of more than 32 bytes')}`)
      await refuses(`Bearer ${token({ iat: now(), jti: 'project_public_nobody' })}`)
      await refuses(`Bearer ${token({ iat: now(), jti: 42 })}`)
      await refuses(`Bearer ${token({ iat: now(), jti: '' })}`)
      await refuses(`Bearer ${token({ iat: now(), jti: 'a\u0000b' })}`)
    })
    it('the keys of a disabled project', async () => {
      const pair = await addProject(server, 'closed')
      const client = await TasksClient.of(server, pair)
      expect((await client.call('GET', '/v1/info')).status).toBe(200)
      await server.composed.store.tx((tx) => tx.projects.update('closed', { status: 'disabled' }))
      expect((await client.call('GET', '/v1/info')).status).toBe(401)
    })
  })

  describe('2.1 "file_encryption_key: other lengths -> 400"', () => {
    it('names the claim', async () => {
      const answer = await info(`Bearer ${token({ iat: now(), file_encryption_key: 'fourteen chars' })}`)
      expect(answer.status).toBe(400)
      expect(answer.json.error.param.file_encryption_key).toHaveLength(1)
    })
  })

  describe('2.2 "POST /v1/auth: Body JSON or form/multipart … Accept GET with ?public_key= too"', () => {
    const readsToken = async (answer: { status: number; json: { token: string } }) => {
      expect(answer.status).toBe(200)
      expect(Object.keys(answer.json)).toEqual(['token'])
      const claims = decodeJwt(answer.json.token)
      expect(claims).toMatchObject({ aud: '', jti: publicKey, iss: server.authority })
      // "exp = iat + 7200 … must be a readable JWT with numeric exp"
      expect(claims.exp).toBe((claims.iat ?? 0) + 7200)
      expect(claims.nbf).toBe(claims.iat)
      expect((await info(`Bearer ${answer.json.token}`)).status).toBe(200)
    }
    const json = { 'content-type': 'application/json;charset=UTF-8' }
    const url = () => `${server.url}/v1/auth`

    it('JSON', async () => readsToken(await send(url(), 'POST', json, JSON.stringify({ public_key: publicKey }))))
    it('form', async () =>
      readsToken(
        await send(
          url(),
          'POST',
          { 'content-type': 'application/x-www-form-urlencoded' },
          `public_key=${publicKey}&v=php.1.1.17`,
        ),
      ))
    it('multipart', async () => {
      const { headers, body } = multipart([quotedField('public_key', publicKey)])
      await readsToken(await send(url(), 'POST', headers, body))
    })
    it('GET', async () => readsToken(await send(`${url()}?public_key=${publicKey}`, 'GET')))

    it('answers 400 HTTP Error for a missing key', async () => {
      for (const body of ['', '{}', '{"public_key":""}', '{"public_key":null}', '{"public_key":7}']) {
        const answer = await send(url(), 'POST', json, body)
        expect(answer.status).toBe(400)
        expect(answer.json.error).toMatchObject({
          type: 'HTTP Error',
          code: '400',
          param: { public_key: ['Public Key cannot be blank.'] },
        })
      }
      expect((await send(url(), 'GET')).status).toBe(400)
    })
    it('answers 401 for an unknown key, also one that no database could hold', async () => {
      for (const key of ['project_public_unknown', 'a\u0000b', 'x'.repeat(5000)]) {
        const answer = await send(url(), 'POST', json, JSON.stringify({ public_key: key }))
        expect(answer.status).toBe(401)
        expect(answer.json).toMatchObject({ name: 'Unauthorized', error: { type: 'HTTP Error', code: '401' } })
      }
    })
    it('"a per-project switch disables /auth (401)" and leaves signed tokens alone', async () => {
      const pair = await addProject(server, 'noauth')
      const settings = projectSettingsSchema.parse({ tasks: { auth: false } })
      await server.composed.store.tx((tx) => tx.projects.update('noauth', { settings }))
      expect((await send(url(), 'POST', json, JSON.stringify({ public_key: pair.publicKey }))).status).toBe(401)
      expect((await (await TasksClient.of(server, pair)).call('GET', '/v1/info')).status).toBe(200)
    })
  })

  it('8.2 "secret_key … must match the project in the token, else 401"', async () => {
    const client = new TasksClient(server, await signToken())
    expect((await client.call('POST', '/v1/task', { json: { secret_key: 'wrong' } })).status).toBe(401)
  })
}
