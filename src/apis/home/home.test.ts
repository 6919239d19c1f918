import { createHash } from 'node:crypto'
import Fastify from 'fastify'
import { afterEach, expect, test } from 'vitest'
import type { FirstAccount } from '../../core/welcome/account.ts'
import type { Welcome } from '../../core/welcome/welcome.ts'
import { homePages } from './index.ts'

const publicKey = 'project_public_of_the_test'
const secretKey = 'secret<key>\'of"the&test'
const documents = {
  images: async () => ({ openapi: '3.1.0' }),
  scoring: async () => ({ openapi: '3.1.0' }),
  sites: async () => ({ openapi: '3.1.0' }),
  tasks: async () => ({ openapi: '3.1.0' }),
  library: async () => ({ openapi: '3.1.0', info: { title: 'Library' } }),
}
const apps: { close(): unknown }[] = []
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close()
})

interface Pages {
  publicUrl?: string
  open?: Welcome['open']
  account?: FirstAccount
}

function pages({ publicUrl, open, account }: Pages = {}) {
  const app = Fastify()
  apps.push(app)
  const module = homePages({
    version: '9.8.7',
    documents,
    ...(publicUrl === undefined ? {} : { publicUrl }),
    welcome: {
      open: open ?? (async (token) => (token === 'good' ? { cookie: 'mine' } : 'used')),
      keysFor: async (cookie) =>
        cookie === 'mine'
          ? { project: 'default', publicKey, secretKey, ...(account === undefined ? {} : { account }) }
          : undefined,
    },
  })
  module.register(app)
  return app
}

test('the landing page tells strangers what this is and holds no keys', async () => {
  const { statusCode, headers, body } = await pages().inject('/')
  expect(statusCode).toBe(200)
  expect(headers['content-type']).toBe('text/html; charset=utf-8')
  expect(headers['cache-control']).toBe('no-store')
  expect(body).toContain('YOUR_PUBLIC_KEY')
  expect(body).toContain('imagestead keys list --reveal')
  expect(body).not.toContain(publicKey)
})

test('a welcome link leaves the address bar, sets a strict cookie and then shows the keys, escaped', async () => {
  const app = pages()
  const opened = await app.inject('/?welcome=good')
  expect(opened.statusCode).toBe(303)
  expect(opened.headers.location).toBe('/')
  expect(opened.headers['set-cookie']).toBe('imagestead_welcome=mine; Path=/; Max-Age=86400; HttpOnly; SameSite=Strict')
  const { body, headers } = await app.inject({ url: '/', headers: { cookie: 'other=1; imagestead_welcome=mine' } })
  expect(body).toContain(publicKey)
  expect(body).toContain('secret&#60;key&#62;&#39;of&#34;the&#38;test')
  expect(body).not.toContain(secretKey)
  // Without an account nobody has a key of the Sites API.
  expect(body.replaceAll('YOUR_SITE_KEY', '')).not.toContain('YOUR_')
  expect(headers.vary).toBe('Cookie')
  const docs = await app.inject({ url: '/docs/tasks', headers: { cookie: 'imagestead_welcome=mine' } })
  expect(docs.body).toContain(`value="${publicKey}"`)
  const other = await app.inject({ url: '/', headers: { cookie: 'imagestead_welcome=not-mine' } })
  expect(other.body).not.toContain(publicKey)
})

test('the credentials of the first user are shown with the keys, or how to make new ones', async () => {
  const body = async (account: FirstAccount) => {
    const app = pages({ account })
    return (await app.inject({ url: '/', headers: { cookie: 'imagestead_welcome=mine' } })).body
  }
  const made = await body({
    username: 'ad<min',
    password: 'ab2cd-ef3gh',
    clientKey: 'ck_first.key',
    siteKey: 'sp_first',
  })
  for (const text of ['ad&#60;min', 'ab2cd-ef3gh', 'ck_first.key', 'KEY=sp_first']) expect(made).toContain(text)
  const later = await body({ username: 'admin', password: undefined, clientKey: undefined, siteKey: undefined })
  expect(later).toContain('imagestead users set admin --password-stdin')
  expect(later).toContain('imagestead keys create --kind client --user admin')
  expect(later).toContain('/site/account')
  expect(later).not.toContain('undefined')
  expect(
    (await pages({ account: { username: 'x', password: 'ab2cd', clientKey: 'ck_', siteKey: 'sp_' } }).inject('/')).body,
  ).not.toContain('ab2cd')
})

test('the cookie is Secure when the request came by TLS', async () => {
  const app = Fastify({ trustProxy: true })
  apps.push(app)
  const module = homePages({
    version: '1',
    documents,
    welcome: { open: async () => ({ cookie: 'c' }), keysFor: async () => undefined },
  })
  module.register(app)
  const { headers } = await app.inject({ url: '/?welcome=t', headers: { 'x-forwarded-proto': 'https' } })
  expect(headers['set-cookie']).toMatch(/; Secure$/)
})

test.each([
  ['used', 'This link has been used'],
  ['expired', 'This link has expired'],
  ['foreign-host', 'This address may not show keys'],
] as const)('a link that is %s gets a page with the way out', async (refusal, title) => {
  const { statusCode, headers, body } = await pages({ open: async () => refusal }).inject('/?welcome=anything')
  expect(statusCode).toBe(403)
  expect(body).toContain(title)
  expect(body).toContain('imagestead keys list --reveal')
  expect(headers['set-cookie']).toBeUndefined()
})

test('a HEAD request, as link previews send it, does not use the link up', async () => {
  let opens = 0
  const app = pages({
    open: async () => {
      opens += 1
      return { cookie: 'c' }
    },
  })
  expect((await app.inject({ method: 'HEAD', url: '/?welcome=good' })).statusCode).toBe(200)
  expect(opens).toBe(0)
})

test('the host and the cookie the browser has are given to the check', async () => {
  const seen: unknown[] = []
  const app = pages({
    open: async (...all) => {
      seen.push(...all)
      return 'used'
    },
  })
  await app.inject({ url: '/?welcome=abc', headers: { host: 'evil.example', cookie: 'imagestead_welcome=had' } })
  expect(seen).toEqual(['abc', 'evil.example', 'had'])
})

test.each(['/', '/docs', '/docs/tasks', '/docs/library', '/?welcome=bad'])(
  '%s names everything it uses by hash or path and nothing from outside',
  async (url) => {
    const { headers, body } = await pages().inject({ url, headers: { host: 'images.test:8080' } })
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/'self'|unsafe|\*/)
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
    for (const [, tag, attributes, text] of body.matchAll(/<(script|style)([^>]*)>([\s\S]*?)<\/\1>/g)) {
      const source = /src="([^"]+)"/.exec(attributes ?? '')?.[1]
      const allowed =
        source === undefined
          ? `'sha256-${createHash('sha256').update(String(text)).digest('base64')}'`
          : `images.test:8080${source}`
      expect(policy.split('; ').find((part) => part.startsWith(`${tag}-src`))).toContain(allowed)
    }
    expect(body).not.toMatch(/ (src|href)="(https?:)?\/\//)
    expect(body).not.toMatch(/ style="| on[a-z]+="/)
  },
)

test('a Host header cannot write into the policy or the page', async () => {
  const host = "a.test; script-src 'unsafe-inline'<script>"
  const { headers, body } = await pages().inject({ url: '/docs/tasks', headers: { host } })
  expect(headers['content-security-policy']).not.toContain('unsafe-inline')
  expect(body).not.toContain("'unsafe-inline'<script>")
})

test('samples use the public URL when there is one', async () => {
  const { body } = await pages({ publicUrl: 'https://images.example.com' }).inject('/')
  expect(body).toContain('SERVER=https://images.example.com\n')
  expect((await pages().inject({ url: '/', headers: { host: 'box:81' } })).body).toContain('SERVER=http://box:81\n')
})

test('the document of the Tasks API is served as it was given', async () => {
  const { headers, body } = await pages().inject('/docs/tasks/openapi.json')
  expect(headers['content-type']).toBe('application/json; charset=utf-8')
  expect(JSON.parse(body)).toEqual({ openapi: '3.1.0' })
})

test('Swagger UI comes from this server, cached by its version; nothing else of its folder is there', async () => {
  const app = pages()
  const { body } = await app.inject('/docs/tasks')
  const script = /<script src="(\/assets\/swagger-ui\/[\d.]+\/)swagger-ui-bundle\.js"/.exec(body)
  const folder = String(script?.[1])
  for (const name of ['swagger-ui-bundle.js', 'swagger-ui.css']) {
    const { statusCode, headers, rawPayload } = await app.inject(folder + name)
    expect(statusCode).toBe(200)
    expect(headers['cache-control']).toContain('immutable')
    expect(Number(headers['content-length'])).toBe(rawPayload.length)
    const again = await app.inject({ url: folder + name, headers: { 'if-none-match': String(headers.etag) } })
    expect(again.statusCode).toBe(304)
  }
  for (const name of ['index.html', 'swagger-ui.js', '../package.json', '%2e%2e/package.json']) {
    expect((await app.inject(folder + name)).statusCode, name).toBe(404)
  }
})

test('the sample photo is a JPEG and the icon an SVG that runs nothing', async () => {
  const app = pages()
  const photo = await app.inject('/assets/sample.jpg')
  expect(photo.headers['content-type']).toBe('image/jpeg')
  expect(photo.rawPayload.subarray(0, 2).toString('hex')).toBe('ffd8')
  const icon = await app.inject('/favicon.ico')
  expect(icon.headers['content-type']).toBe('image/svg+xml')
  expect(icon.headers['content-security-policy']).toContain("default-src 'none'")
})
