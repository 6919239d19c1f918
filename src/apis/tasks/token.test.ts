import { SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { issueToken, publicKeyOf, verifyToken } from './token.ts'

const secret = 'secret_key_0123456789abcdef0123456789abcdef_test'
const now = Date.UTC(2026, 2, 2, 9, 36, 45, 500)
const seconds = Math.floor(now / 1000)

/** Claims are set past jose's own checks, which refuse what real clients send. */
async function sign(claims: Record<string, unknown>, key = secret, alg = 'HS256'): Promise<string> {
  return new SignJWT({ jti: 'public', ...claims } as never)
    .setProtectedHeader({ alg })
    .sign(new TextEncoder().encode(key))
}
const verify = async (claims: Record<string, unknown>) => verifyToken(await sign(claims), secret, now)

describe('publicKeyOf', () => {
  it('reads jti without checking anything', async () => {
    expect(publicKeyOf(await sign({}, 'another secret of more than 32 bytes'))).toBe('public')
  })
  it.each([
    '',
    'a',
    'a.b.c',
    '..',
    `${btoa('{}')}.${btoa('{"jti":7}')}.x`,
    `${btoa('{}')}.${btoa('{"jti":""}')}.x`,
    `${btoa('{}')}.${btoa('[]')}.x`,
  ])('finds none in %j', (token) => {
    expect(publicKeyOf(token)).toBeUndefined()
  })
})

describe('verifyToken: the edges of time', () => {
  it.each<[string, Record<string, unknown>]>([
    ['exp 60 s ago', { iat: seconds - 100, exp: seconds - 59 }],
    ['iat 12,600 s ago', { iat: seconds - 12_599 }],
    ['iat 5,400 s ahead', { iat: seconds + 5400 }],
    ['nbf 5,400 s ahead', { iat: seconds, nbf: seconds + 5400 }],
    ['exp alone, 12,600 s ahead', { exp: seconds + 12_600 }],
    ['floats', { iat: seconds - 0.25, exp: seconds + 10.75 }],
    ['numeric strings', { iat: String(seconds), exp: `${seconds + 10}.5` }],
    ['ISO dates', { iat: '2026-03-02T09:36:40Z', nbf: '2026-03-02T11:36:40.123+02:00', exp: '2026-03-02T10:00:00' }],
    ['nulls', { iat: seconds, nbf: null, exp: null, file_encryption_key: null }],
  ])('takes %s', async (_name, claims) => {
    expect(await verify(claims)).toEqual({ publicKey: 'public', encryptionKey: undefined })
  })
  it.each<[string, Record<string, unknown>, RegExp]>([
    ['exp 61 s ago', { iat: seconds - 100, exp: seconds - 61 }, /expired/],
    ['iat 12,601 s ago, whatever exp says', { iat: seconds - 12_601, exp: seconds + 9999 }, /expired/],
    ['iat 5,401 s ahead', { iat: seconds + 5402 }, /iat.*ahead/],
    ['nbf 5,401 s ahead', { iat: seconds, nbf: seconds + 5402 }, /nbf.*ahead/],
    ['exp alone, too far ahead', { exp: seconds + 12_602 }, /no iat/],
    ['neither', {}, /neither/],
    ['a word', { iat: 'now' }, /iat is no time/],
    ['an empty text', { exp: ' ' }, /exp is no time/],
    ['a list', { nbf: [1], iat: seconds }, /nbf is no time/],
    ['true', { iat: true }, /iat is no time/],
  ])('refuses %s', async (_name, claims, message) => {
    await expect(verify(claims)).rejects.toMatchObject({
      code: 'unauthenticated',
      param: 'Authorization',
      message: expect.stringMatching(message),
    })
  })
})

describe('verifyToken: signature and key', () => {
  it('refuses another secret, another algorithm and a changed payload', async () => {
    const token = await sign({ iat: seconds })
    const [header, , signature] = token.split('.')
    const forged = [header, btoa(JSON.stringify({ jti: 'other', iat: seconds })).replaceAll('=', ''), signature].join(
      '.',
    )
    for (const wrong of [
      await sign({ iat: seconds }, `${secret}x`),
      await sign({ iat: seconds }, secret.padEnd(64, 'x'), 'HS512'),
      forged,
    ]) {
      expect(() => verifyToken(wrong, secret, now)).toThrow(expect.objectContaining({ code: 'unauthenticated' }))
    }
  })
  it('refuses unsigned tokens, parts too many or too few, and extensions that it must understand', async () => {
    const [header, payload, signature] = (await sign({ iat: seconds })).split('.')
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    const critical = await new SignJWT({ jti: 'public', iat: seconds })
      .setProtectedHeader({ alg: 'HS256', crit: ['b64'], b64: true })
      .sign(new TextEncoder().encode(secret))
    for (const wrong of [
      `${none}.${payload}.`,
      `${header}.${payload}`,
      `${header}.${payload}.`,
      `${header}.${payload}.${signature}.${signature}`,
      `${header}.${payload}.${signature}=`,
      critical,
    ]) {
      expect(() => verifyToken(wrong, secret, now)).toThrow(expect.objectContaining({ code: 'unauthenticated' }))
    }
  })
  it.each([16, 24, 32])('takes an encryption key of %i characters', async (length) => {
    const key = 'k'.repeat(length)
    expect(await verify({ iat: seconds, file_encryption_key: key })).toMatchObject({ encryptionKey: key })
  })
  it.each(['', 'k'.repeat(14), 'k'.repeat(33), 7, {}])(
    'refuses the encryption key %j as a bad parameter',
    async (key) => {
      await expect(verify({ iat: seconds, file_encryption_key: key })).rejects.toMatchObject({
        code: 'invalid',
        param: 'file_encryption_key',
      })
    },
  )
})

it('issued tokens are accepted for two hours and a minute', async () => {
  const token = issueToken('public', secret, 'images.example.com', now)
  expect(verifyToken(token, secret, now)).toMatchObject({ publicKey: 'public' })
  expect(verifyToken(token, secret, now + 7_259_000)).toMatchObject({ publicKey: 'public' })
  expect(() => verifyToken(token, secret, now + 7_262_000)).toThrow(
    expect.objectContaining({ code: 'unauthenticated' }),
  )
})
