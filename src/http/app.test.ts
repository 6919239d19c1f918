import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DomainError } from '../core/errors.ts'
import type { ApiModule } from './api-module.ts'
import { type App, createApp } from './app.ts'

/** A small API with paths of every kind; it tells what it was asked to word. */
const api: ApiModule = {
  name: 'sample',
  owns: (path) => /^\/sample(\/|$)/.test(path),
  register(app) {
    app.get('/sample/things', async () => ({ list: true }))
    app.post('/sample/things', async () => ({ made: true }))
    app.get('/sample/things/:id', async (request) => ({ id: (request.params as { id: string }).id }))
    app.delete('/sample/things/:id', async () => ({ gone: true }))
    app.post('/sample/things/next', async () => ({ next: true }))
    app.get('/sample/fails', async () => {
      throw new Error('a secret about the inside')
    })
    app.get('/sample/slow', async () => {
      await new Promise((resolve) => setTimeout(resolve, 300))
      return { slow: true }
    })
  },
  renderError: (error, request) => ({
    status:
      {
        not_found: 404,
        method_not_allowed: 405,
        invalid: 400,
        uri_too_long: 414,
        headers_too_large: 431,
        overloaded: 503,
      }[error.code as string] ?? 500,
    body: { code: error.code, message: error.message, id: request?.id },
  }),
}

let app: App
let ready: boolean

beforeEach(async () => {
  ready = true
  app = await createApp({
    modules: [api],
    logger: pino({ level: 'silent' }),
    readiness: {
      database: async () => {
        if (!ready) throw new DomainError('unavailable', 'The database does not answer.')
      },
    },
    gauges: (metrics) => metrics.gauge('sample_number', 'A number', () => 7),
  })
})
afterEach(() => app.close(0))

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH' | 'HEAD' | 'OPTIONS'
const ask = (method: Method, url: string, headers: Record<string, string> = {}) =>
  app.fastify.inject({ method, url, headers })

describe('404 and 405', () => {
  it.each<[Method, string, number, string[] | undefined]>([
    ['GET', '/sample/things', 200, undefined],
    ['GET', '/sample/things/', 200, undefined],
    ['HEAD', '/sample/things', 200, undefined],
    ['DELETE', '/sample/things', 405, ['GET', 'HEAD', 'POST']],
    ['PUT', '/sample/things/', 405, ['GET', 'HEAD', 'POST']],
    ['POST', '/sample/things/7', 405, ['DELETE', 'GET', 'HEAD']],
    ['PATCH', '/sample/things/next', 405, ['DELETE', 'GET', 'HEAD', 'POST']],
    ['POST', '/sample/things/next', 200, undefined],
    ['PUT', '/sample/things?x=/sample/none', 405, ['GET', 'HEAD', 'POST']],
    ['GET', '/sample/nothing', 404, undefined],
    ['GET', '/sample/things/7/more', 404, undefined],
    ['GET', '/sample', 404, undefined],
    ['PUT', '/livez', 405, ['GET', 'HEAD']],
    ['GET', '/elsewhere', 404, undefined],
  ])('%s %s is %i', async (method, url, status, allow) => {
    const answer = await ask(method, url)
    expect(answer.statusCode).toBe(status)
    expect(answer.headers.allow?.toString().split(', ').toSorted()).toEqual(allow)
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/)
  })
  it('whatever the body is: empty, broken, or of an odd type', async () => {
    for (const [type, payload] of [
      ['application/json', ''],
      ['application/json', '{broken'],
      ['x/y', 'z'],
    ] as const) {
      const headers = { 'content-type': type }
      const [verb, path] = await Promise.all([
        app.fastify.inject({ method: 'PUT', url: '/sample/things', headers, payload }),
        app.fastify.inject({ method: 'DELETE', url: '/sample/nothing', headers, payload }),
      ])
      expect([verb.statusCode, path.statusCode]).toEqual([405, 404])
    }
  })
  it('the module words the errors of its paths, known or not; all others are plain text', async () => {
    const own = await ask('GET', '/sample/nothing')
    expect(own.json()).toMatchObject({ code: 'not_found', id: own.headers['x-request-id'] })
    const other = await ask('GET', '/samples')
    expect(other.headers['content-type']).toBe('text/plain; charset=utf-8')
    expect(other.body).toMatch(/docs/)
  })
})

describe('requests that are refused early', () => {
  it('a malformed escape, a long URL, a long parameter, too many headers', async () => {
    expect((await ask('GET', '/sample/things/%zz')).json()).toMatchObject({ code: 'invalid' })
    expect((await ask('GET', `/sample/things?${'x'.repeat(9000)}`)).json()).toMatchObject({ code: 'uri_too_long' })
    expect((await ask('GET', `/sample/things/${'x'.repeat(3000)}`)).json()).toMatchObject({ code: 'uri_too_long' })
    expect((await ask('GET', `/sample/things/${'x'.repeat(2000)}`)).statusCode).toBe(200)
    const headers = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`h${index}`, '1']))
    expect((await ask('GET', '/sample/things', headers)).json()).toMatchObject({ code: 'headers_too_large' })
  })
  it('an unforeseen error shows nothing of the inside', async () => {
    const answer = await ask('GET', '/sample/fails')
    expect(answer.statusCode).toBe(500)
    expect(answer.body).not.toMatch(/secret/)
    expect(answer.json()).toMatchObject({ code: 'internal', message: expect.stringMatching(/request id/) })
  })
  it('no cross-origin access where the module allows none', async () => {
    const answer = await ask('OPTIONS', '/sample/things', {
      origin: 'https://evil.example',
      'access-control-request-method': 'GET',
    })
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  })
})

describe('health and metrics', () => {
  it('readyz names what is not ready', async () => {
    expect((await ask('GET', '/readyz')).json()).toEqual({ status: 'ok', checks: { database: 'ok' } })
    ready = false
    const answer = await ask('GET', '/readyz')
    expect(answer.statusCode).toBe(503)
    expect(answer.headers['retry-after']).toBeDefined()
    expect(answer.json()).toEqual({ status: 'not ready', checks: { database: 'The database does not answer.' } })
    expect((await ask('GET', '/livez')).json()).toEqual({ status: 'ok' })
  })
  it('metrics count by route, never by path', async () => {
    await ask('GET', '/sample/things/secret-id')
    const { body } = await ask('GET', '/metrics')
    expect(body).toMatch(/sample_number 7/)
    expect(body).toContain('/sample/things/:id')
    expect(body).not.toContain('secret-id')
  })
})

it('knows the first segments of all routes', () => {
  expect([...app.routes.firstSegments()].toSorted()).toEqual(['livez', 'metrics', 'readyz', 'sample'])
})

it('while closing, what runs is answered and new requests on open connections get 503', async () => {
  await app.fastify.listen({ port: 0, host: '127.0.0.1' })
  const slow = ask('GET', '/sample/slow')
  await new Promise((resolve) => setTimeout(resolve, 50))
  const closing = app.close(5000)
  const late = await ask('GET', '/sample/things').catch(() => undefined)
  if (late !== undefined) expect(late.statusCode).toBe(503)
  expect((await slow).json()).toEqual({ slow: true })
  await closing
})
