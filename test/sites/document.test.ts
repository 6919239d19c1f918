/** "A test checks that every route is in the file" (site-photos-api.md section 11); sites-client.ts checks the answers. */
import { expect, it } from 'vitest'
import { endpoints } from '../../src/apis/sites/index.ts'
import { sitesOpenApi, templateOf } from '../../src/apis/sites/openapi.ts'
import { isObject, operationsOf } from '../../src/http/openapi.ts'
import { embedded } from '../support/stack.ts'

const now = Date.UTC(2026, 0, 1)
const ending = {
  function: 'photos.list',
  version: 1,
  deprecatedAt: now - 1000,
  supportedUntil: Date.UTC(2026, 6, 1),
  successor: '/site/v2/photos',
}
const api = { endings: [ending], deps: { clock: { now: () => now } } } as unknown as Parameters<typeof sitesOpenApi>[0]
const document = sitesOpenApi(api, endpoints, undefined)
const operations = operationsOf(document)

it('every route below /site is in the document', async () => {
  const server = await embedded.start()
  const routes = server.composed.app.routes.all().filter(({ url }) => url.startsWith('/site'))
  await server.stop()
  const told = new Set(operations.map(({ verb, path }) => `${verb.toUpperCase()} ${path}`))
  const silent = routes
    .filter(({ verb }) => verb !== 'HEAD' && verb !== 'OPTIONS')
    .map(({ verb, url }) => `${verb} ${templateOf(url)}`)
    .filter((call) => !told.has(call) && !told.has(`${call}/`))
  expect(silent).toEqual([])
})

it('every reference leads somewhere, and every parameter has a kind', () => {
  const broken: string[] = []
  const look = (value: unknown) => {
    if (Array.isArray(value)) return value.forEach(look)
    if (!isObject(value)) return
    if (typeof value.$ref === 'string') {
      const target = value.$ref
        .slice(2)
        .split('/')
        .reduce<unknown>((at, part) => (isObject(at) ? at[part] : undefined), document)
      if (target === undefined) broken.push(value.$ref)
    }
    Object.values(value).forEach(look)
  }
  look(document)
  expect(broken).toEqual([])
  for (const { path, told } of operations) {
    for (const parameter of (told.parameters ?? []) as { name: string; schema: object }[]) {
      expect({ path, name: parameter.name, schema: parameter.schema }).toMatchObject({
        schema: expect.objectContaining({ type: expect.anything() }),
      })
    }
  }
})

it('names of functions, operations and their versions are there once', () => {
  const ids = operations.flatMap(({ told }) => told.operationId ?? [])
  expect(new Set(ids).size).toBe(ids.length)
})

it('deprecated functions are marked, with their end', () => {
  const old = operations.find(({ path, verb }) => path === '/site/v1/photos' && verb === 'get')?.told
  expect(old).toMatchObject({ deprecated: true, summary: expect.stringContaining('(until 2026-07-01)') })
  expect(old?.description).toContain('Deprecated: supported until 2026-07-01T00:00:00Z; use /site/v2/photos.')
  expect(Object.keys((old?.responses ?? {}) as object)).toContain('410')
  const current = operations.find(({ path }) => path === '/site/v2/photos')?.told
  expect(current?.deprecated).toBeUndefined()
  expect(operations.filter(({ told }) => told.deprecated)).toHaveLength(1)
})

it('keys are sent unchanged, as the header says them', () => {
  expect(document).toMatchObject({
    openapi: '3.1.0',
    security: [{ apiKey: [] }],
    components: { securitySchemes: { apiKey: { type: 'apiKey', in: 'header', name: 'Authorization' } } },
  })
})
