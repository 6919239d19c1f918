/**
 * "Another project's ids, paths, tags, tokens and jobs behave as unknown in every endpoint": one project asks for what a
 * third one has, another one, made the same way, asks for what is nowhere. Each answer to the first must be the answer to
 * the second, but for the ids; and what the third one has must be as it was.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { endpoints as libraryEndpoints, openEndpoints } from '../../src/apis/library/index.ts'
import { endpoints as scoringEndpoints, openEndpoints as scoringOpenEndpoints } from '../../src/apis/scoring/index.ts'
import { endpoints as tasksEndpoints } from '../../src/apis/tasks/index.ts'
import type { Stack, TestServer } from '../support/stack.ts'
import { type Attempt, type Request, rows } from './rows.ts'
import { addTenant, makeThings, type Tenant, type Things, unknownThings } from './things.ts'

/** Every registered route of the APIs. */
const routes = [
  ...[...libraryEndpoints, ...openEndpoints, ...scoringEndpoints, ...scoringOpenEndpoints].map(
    ({ method, path }) => `${method} ${path}`,
  ),
  ...tasksEndpoints.map(({ method, path }) => `${method} /v1${path}`),
  'GET /*',
  'GET /v1/auth',
  'POST /v1/auth',
]

export function isolationSuite(stack: Stack): void {
  let server: TestServer
  let victim: Tenant
  let theirs: Things
  let before: unknown
  let asking: { me: Tenant; own: Things; theirs: Things }[]

  beforeAll(async () => {
    server = await stack.start({ LIMITS: 'off', SCORING_DEADLINE_MS: '45000' })
    victim = await addTenant(server, 'victim')
    theirs = await makeThings(server, victim, 'theirs')
    const [thief, stranger] = await Promise.all([addTenant(server, 'thief'), addTenant(server, 'other')])
    const own = [await makeThings(server, thief, 'own'), await makeThings(server, stranger, 'own')] as const
    asking = [
      { me: thief, own: own[0], theirs },
      { me: stranger, own: own[1], theirs: unknownThings(theirs, victim.id) },
    ]
    before = await everythingOf(victim, theirs)
  })
  afterAll(() => server.stop())

  it('every route has its row, and every row a route', () => {
    expect(Object.keys(rows).sort()).toEqual(routes.toSorted())
  })

  for (const [route, attempts] of Object.entries(rows)) {
    it(route, async () => {
      for (const attempt of attempts) {
        const [reached, unknown] = await Promise.all(asking.map((each) => answerTo(route, attempt, each)))
        expect(reached).toEqual(unknown)
      }
    })
  }

  it('what the other project has is as it was', async () => {
    expect(await everythingOf(victim, theirs)).toEqual(before)
    console.log(`isolation, ${stack.name}: ${routes.length} routes, ${Object.values(rows).flat().length} attempts`)
  })

  async function answerTo(route: string, attempt: Attempt, { me, own, theirs: wanted }: (typeof asking)[number]) {
    const request = attempt(wanted, own, me)
    const { status, headers, text } = await send(route, request, me)
    const names = { ...named('their', wanted), ...named('own', own), ...named('my', textsOf(me)) }
    const plain = Object.entries(names).reduce((left, [name, value]) => left.replaceAll(value, `<${name}>`), text)
    return {
      // Paths of image URLs begin with names.
      attempt: route === 'GET /*' ? route : request.path.split('?')[0]?.split('/').slice(0, 3).join('/'),
      status,
      type: headers.get('content-type'),
      total: headers.get('x-total-count'),
      body: inAnyOrder(withoutChance(plain)),
    }
  }

  async function send(route: string, { path, json, form, headers, open }: Request, me: Tenant) {
    const method = route.split(' ')[0] ?? 'GET'
    const library = !/^\/v1\/(auth|start|upload|process|download|task|info)\b/.test(path)
    const scoring = path.startsWith('/v2.')
    const authorization = scoring
      ? `Bearer ${me.scoring.token}`
      : library
        ? `Basic ${Buffer.from(`${me.secretKey}:`).toString('base64')}`
        : `Bearer ${me.tasks.token}`
    const body = form === undefined ? undefined : new FormData()
    for (const [name, value] of Object.entries(form ?? {})) {
      if (typeof value === 'string') body?.set(name, value)
      else body?.set(name, new Blob([new Uint8Array(value)]), 'file.png')
    }
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: {
        ...(open ? {} : { authorization }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(json === undefined ? (body === undefined ? {} : { body }) : { body: JSON.stringify(json) }),
    })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
}

const named = (prefix: string, values: object): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix} ${name}`, String(value)]))

const textsOf = ({ publicKey, secretKey }: Tenant) => ({ publicKey, secretKey })

/** Ids made for this answer, times, and the two projects' own names. */
function withoutChance(text: string): string {
  return (
    text
      .replaceAll(/\b[0-9a-f]{24}\b/g, '<id>')
      // The last part of their folder's path, and of the one that is nowhere.
      .replaceAll(/"name":"folder_(theirs|[0-9a-f]{8})"/g, '"name":"<their folder>"')
      .replaceAll(/\b[0-9a-f]{32}\.png/g, '<upload>')
      .replaceAll(/"(id|task|task_id|token|id_token|secret)":"[^"<]*"/g, '"$1":"<made>"')
      .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+Z)?/g, '<time>')
      .replaceAll(/updatedAt=\d+/g, 'updatedAt=<time>')
      .replaceAll(/"(timer|process_start|generatedAt)":("[^"]*"|[\d.]+)/g, '"$1":"<time>"')
      .replaceAll(/\/(thief|other)(?=[/<])/g, '/<me>')
  )
}

/** Lists are ordered by names, which are not the same in both. */
function inAnyOrder(text: string): unknown {
  if (!text.startsWith('[')) return text
  return (JSON.parse(text) as unknown[]).map((item) => JSON.stringify(item)).sort()
}

/** Everything that an attempt might have changed. */
async function everythingOf({ library, tasks, scoring, secretKey }: Tenant, things: Things) {
  const get = async (path: string) => {
    const { status, json } = await library.call('GET', path)
    return { path, status, json }
  }
  const kept = await Promise.all(
    [
      '/v1/files?type=all&sort=ASC_NAME',
      '/v1/files?type=file-version&sort=ASC_NAME',
      `/v1/files/${things.fileId}/details`,
      `/v1/files/${things.fileId}/versions`,
      `/v1/bulkJobs/${things.jobId}`,
      '/v1/files/score',
      `/v1/files/purge/${things.requestId}`,
      '/v1/customMetadataFields?includeDeleted=true',
      '/v1/named-transformations',
      '/v1/saved-extensions',
      '/v1/accounts/origins',
      '/v1/accounts/url-endpoints',
    ].map(get),
  )
  const told = await Promise.all(
    [things.doneTask, things.openTask].map(async (task) => (await tasks.call('GET', `/v1/task/${task}`)).json),
  )
  const all = await tasks.call('POST', '/v1/task', { json: { secret_key: secretKey } })
  const result = await tasks.download(things.doneTask)
  const clientKeys = (await scoring.call('GET', '/v2.0/client-key')).json
  return { kept, told, tasks: all.json.length, bytes: result.bytes.length, clientKeys }
}
