import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { createSessionCookies } from './session-cookie.ts'

const token = 'a'.repeat(43)

/** What the server makes of a request; `trusted`: it comes by a proxy that says what the browser used. */
async function seen(headers: Record<string, string>, publicOrigin?: string, trusted = false) {
  const cookies = createSessionCookies(publicOrigin)
  const app = Fastify({ trustProxy: trusted })
  app.get('/', (request, reply) => {
    cookies.write(request, reply, token, 90_500)
    return { read: cookies.read(request) ?? null, own: cookies.isOwnPage(request) }
  })
  const answer = await app.inject({ url: '/', headers: { host: 'images.example.com', ...headers } })
  await app.close()
  return { ...answer.json(), cookie: answer.headers['set-cookie'] }
}

test('without TLS it is a plain cookie, which no script reads and no other site sends', async () => {
  const { cookie } = await seen({})
  expect(cookie).toBe(`imagestead_session=${token}; Path=/; Max-Age=90; HttpOnly; SameSite=Strict`)
})

test.each([
  ['a public address of https', {}, 'https://images.example.com', false],
  ['a trusted proxy', { 'x-forwarded-proto': 'https' }, undefined, true],
])('by %s it is Secure and of this host alone', async (_how, headers, publicOrigin, trusted) => {
  const { cookie, read } = await seen({ ...headers, cookie: `imagestead_session=${token}` }, publicOrigin, trusted)
  expect(cookie).toMatch(/^__Host-imagestead_session=a+; Path=\/; .*; Secure$/)
  expect(cookie).not.toMatch(/Domain/i)
  expect(read).toBeNull()
})

test('a proxy that is not trusted cannot say so', async () => {
  expect((await seen({ 'x-forwarded-proto': 'https' })).cookie).not.toContain('Secure')
})

test('only a whole token among other cookies is read', async () => {
  const read = async (cookie: string) => (await seen({ cookie })).read
  expect(await read(`a=1; imagestead_session=${token}; b=2`)).toBe(token)
  expect(await read(`imagestead_session=; imagestead_session=${token}`)).toBe(token)
  for (const bad of [
    '',
    'imagestead_session',
    `imagestead_session=${token}x`,
    `ximagestead_session=${token}`,
    ';;=;',
  ]) {
    expect(await read(bad), bad).toBeNull()
  }
})

test.each([
  [{}, true],
  [{ 'sec-fetch-site': 'same-origin' }, true],
  [{ 'sec-fetch-site': 'none' }, true],
  [{ 'sec-fetch-site': 'same-site' }, false],
  [{ 'sec-fetch-site': 'cross-site', origin: 'https://images.example.com' }, false],
  [{ origin: 'https://images.example.com' }, true],
  [{ origin: 'http://IMAGES.example.com' }, true],
  [{ origin: 'https://public.example.com' }, true],
  [{ origin: 'https://images.example.com:8443' }, false],
  [{ origin: 'https://images.example.com.evil.example' }, false],
  [{ origin: 'null' }, false],
  [{ origin: '' }, false],
] as const)('whether a page of this server asks: %j is %s', async (headers, expected) => {
  expect((await seen(headers, 'https://public.example.com')).own).toBe(expected)
})
