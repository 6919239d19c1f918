/** media-library-api.md sections 2.3 and 5.2: uploads by a JWT that names every field. */
import { SignJWT } from 'jose'
import { afterAll, beforeAll, it } from 'vitest'
import { quarters } from '../support/pictures.ts'
import { publicKey, type Stack, secretKey, type TestServer } from '../support/stack.ts'
import { basic, type FormEntry, orphans, postForm } from '../support/upload-form.ts'

export function uploadTokenSuite(stack: Stack): void {
  let server: TestServer
  let picture: Buffer

  beforeAll(async () => {
    server = await stack.start()
    picture = await quarters(8, 6)
  })
  afterAll(() => server.stop())

  interface Wanted {
    header?: Record<string, unknown>
    secret?: string
    /** Seconds from now. */
    issued?: number
    expires?: number
  }
  let number = 0
  const sign = (
    fields: Record<string, unknown>,
    { header = {}, secret = secretKey, issued = 0, expires = 600 }: Wanted = {},
  ) => {
    const now = Math.floor(Date.now() / 1000)
    return new SignJWT({ ...fields, iat: now + issued, exp: now + expires })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: publicKey, ...header })
      .sign(Buffer.from(secret))
  }
  /** Fields that no other request has: a token of the same second would be the same. */
  const fresh = (more: Record<string, string> = {}): Record<string, string> => {
    number += 1
    return { fileName: `t${number}.png`, useUniqueFileName: 'false', ...more }
  }
  const post = async (fields: Record<string, string>, token: string | undefined, order: 'first' | 'last' = 'last') => {
    const tokens: FormEntry[] = token === undefined ? [] : [['token', token]]
    const rest: FormEntry[] = [['file', picture], ...Object.entries(fields)]
    const entries = order === 'first' ? [...tokens, ...rest] : [...rest, ...tokens]
    const { status, json } = await postForm(server, entries, { version: 'v2' })
    return status === 200 ? status : `${status} ${json.message}`
  }
  const invalid = /^400 Your request contains invalid token\./

  it('uploads with exactly the fields of the payload, token first or last', async ({ expect }) => {
    for (const order of ['first', 'last'] as const) {
      const fields = fresh({ tags: 'a,b', isPrivateFile: 'true', customCoordinates: '1,2,3,4' })
      expect(await post(fields, await sign(fields), order)).toBe(200)
    }
    // A payload of true where the form has "true".
    const fields = fresh()
    expect(await post(fields, await sign({ ...fields, useUniqueFileName: false }))).toBe(200)
    expect(await orphans(server)).toEqual([])
  })

  it('"must match exactly, name by name and value by value, else 400"', async ({ expect }) => {
    const fields = fresh({ tags: 'a' })
    const { tags: _, ...less } = fields
    const mismatch = /^400 The payload of the token does not match the fields of the form: (\w+) /
    expect(await post(fields, await sign({ ...fields, tags: 'b' }))).toMatch(mismatch)
    expect(await post(fields, await sign(less))).toMatch(/tags is not in the token/)
    expect(await post(less, await sign(fields))).toMatch(/tags is missing in the form/)
    expect(await orphans(server)).toEqual([])
  })

  it('"A JWT can be used once"', async ({ expect }) => {
    const fields = fresh()
    const token = await sign(fields)
    expect(await post(fields, token)).toBe(200)
    const reused = '400 A request with the same token has already been processed.'
    expect(await post(fields, token)).toBe(reused)
    // The last letter of a signature has bits that mean nothing.
    const other = fresh()
    const failing = await sign({ ...other, tags: 'x' })
    expect(await post(other, failing)).toMatch(/does not match/)
    expect(await post({ ...other, tags: 'x' }, failing)).toBe(reused)
  })

  it('"`exp - iat` at most 3600", expired, from the future, without times', async ({ expect }) => {
    const fields = fresh()
    expect(await post(fields, await sign(fields, { expires: 3600 }))).toBe(200)
    const unlimited = new SignJWT(fields).setProtectedHeader({ alg: 'HS256', kid: publicKey })
    expect(await post(fields, await sign(fields, { expires: 3601 }))).toMatch(invalid)
    expect(await post(fields, await sign(fields, { issued: -100, expires: -1 }))).toBe(
      '400 Your request contains expired token.',
    )
    expect(await post(fields, await sign(fields, { issued: 9000, expires: 9600 }))).toMatch(invalid)
    expect(await post(fields, await unlimited.sign(Buffer.from(secretKey)))).toMatch(invalid)
  })

  it('other algorithms, other keys, other texts', async ({ expect }) => {
    const fields = fresh()
    expect(await post(fields, await sign(fields, { secret: 'not the secret of this project, but long' }))).toMatch(
      invalid,
    )
    expect(await post(fields, await sign(fields, { header: { alg: 'HS384' } }))).toMatch(invalid)
    const good = await sign(fields)
    const [, payload = '', signature = ''] = good.split('.')
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT', kid: publicKey })).toString('base64url')
    expect(await post(fields, `${none}.${payload}.`)).toMatch(invalid)
    expect(await post(fields, `${none}.${payload}.${signature}`)).toMatch(invalid)
    expect(await post(fields, 'nonsense')).toMatch(invalid)
    expect(await post(fields, await sign(fields, { header: { kid: 'nobody' } }))).toBe(
      '403 Your account cannot be authenticated.',
    )
    expect(await orphans(server)).toEqual([])
  })

  it('the private key does as well; both or neither: 400', async ({ expect }) => {
    const fields = fresh()
    const entries: FormEntry[] = [['file', picture], ...Object.entries(fields)]
    expect((await postForm(server, entries, { version: 'v2', headers: basic() })).status).toBe(200)
    const both = await postForm(server, [...entries, ['token', await sign(fields)]], {
      version: 'v2',
      headers: basic(),
    })
    expect([both.status, both.json.message]).toEqual([400, expect.stringContaining('both')])
    expect(await post(fields, undefined)).toBe('400 Your request is missing token parameter.')
    expect(await orphans(server)).toEqual([])
  })
}
