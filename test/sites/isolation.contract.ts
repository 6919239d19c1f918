/**
 * "User without rights: 404 for reading, list never contains it, also not in counts, calendar, shares, exports"
 * (site-photos-api.md conformance check 9), for every function: somebody of another project, and somebody of the same one
 * without rights, ask for what one user has and for what is nowhere. Both answers must be the same, but for the ids; and
 * what the user has must be as it was.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endpoints } from '../../src/apis/sites/index.ts'
import { blue, red, solid } from '../support/pictures.ts'
import { addInstallation, addPhoto, type SitesClient, sitesClient } from '../support/sites-client.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'

/** Ids by the part of the path before them, and words. */
type Things = Record<
  | 'installations'
  | 'photos'
  | 'cameras'
  | 'groups'
  | 'timelapses'
  | 'shares'
  | 'exports'
  | 'members'
  | 'keys'
  | 'comparisons'
  | 'tag',
  string
>

interface Ask {
  query?: Record<string, string>
  json?: unknown
  body?: Uint8Array<ArrayBuffer>
}

const has = (name: string) => endpoints.some((one) => one.function === name)
const from = '2021-05-01'
const to = '2021-06-30'

/** What is sent beside ids in the path; functions that read nothing else need no row. */
const asks: Record<string, (things: Things) => Ask[]> = {
  'installations.list': ({ tag }) => [{}, { query: { tag } }, { query: { q: 'secret' } }],
  'installations.create': () => [{ json: { name: 'Mine', timezone: 'UTC' } }],
  'installations.update': () => [{ json: { name: 'Taken over' } }],
  'installations.delete': () => [{ query: { confirm: 'A secret site' } }],
  'installations.nearest': () => [{ query: { at: '2021-05-31T12:00:00Z' } }],
  'installations.calendar': () => [{ query: { from, to } }, { query: { from, to, granularity: 'month' } }],
  'photos.list': ({ installations, cameras, tag }) => [
    {},
    { query: { camera_id: cameras } },
    { query: { tag } },
    { query: { installation_id: installations } },
    { query: { site_id: installations } },
  ],
  'photos.create': ({ cameras }) => [{ body }, { body, query: { camera_id: cameras } }],
  'photos.update': () => [{ json: { tags: ['taken'] } }],
  'photos.tag': ({ photos }) => [{ json: { photo_ids: [photos], add: ['taken'] } }],
  'photos.compare': ({ photos }) => [{ query: { a: photos, b: photos } }],
  'tags.list': ({ installations }) => [{}, { query: { installation_id: installations } }],
  'cameras.list': ({ installations }) => [{}, { query: { installation_id: installations } }],
  'cameras.create': ({ installations }) => [{ json: { name: 'Mine', installation_id: installations } }],
  'cameras.update': ({ installations }) => [{ json: { name: 'Taken' } }, { json: { installation_id: installations } }],
  'cameras.ingest_keys.create': () => [{ json: { name: 'mine' } }],
  'diagnostics.create': () => [{ json: { recorded_at: '2021-05-31T12:00:00Z', battery_mv: 1 } }],
  'groups.create': ({ installations }) => [{ json: { name: 'Mine', installation_ids: [installations] } }],
  'groups.update': () => [{ json: { name: 'Taken' } }],
  'groups.installations.set': ({ installations }) => [{ json: { installation_ids: [installations] } }],
  'groups.members.set': () => [{ json: { right: 'view' } }],
  'timelapses.create': () => [{ json: {} }],
  'shares.create': ({ installations, photos, timelapses }) => [
    { json: { installation_id: installations } },
    { json: { photo_ids: [photos] } },
    { json: { timelapse_id: timelapses } },
  ],
  'exports.create': ({ photos, installations }) => [
    { json: { photo_ids: [photos] } },
    { json: { filter: { installation_id: installations } } },
  ],
}

const asksOf = (name: string, things: Things): Ask[] => asks[name]?.(things) ?? [{}]

let body: Uint8Array<ArrayBuffer>

export function isolationSuite(stack: Stack): void {
  let server: TestServer
  let owner: SitesClient
  let theirs: Things
  let asking: { name: string; client: SitesClient }[]
  let before: unknown

  beforeAll(async () => {
    body = new Uint8Array(await solid(40, 30, [10, 90, 200], 'jpeg'))
    server = await stack.start()
    await Promise.all([addProject(server, 'victim'), addProject(server, 'thief')])
    owner = await sitesClient(server, { project: 'victim' })
    theirs = await thingsOf(owner)
    asking = [
      { name: 'another project', client: await sitesClient(server, { project: 'thief' }) },
      { name: 'no rights', client: await sitesClient(server, { project: 'victim', siteAccess: null }) },
    ]
    before = await everythingOf(owner)
  })
  afterAll(() => server.stop())

  it('whatever reads more than ids in its path has its row', () => {
    const silent = endpoints.filter((one) => one.body !== undefined || one.ownBody !== undefined)
    expect(silent.map((one) => one.function).filter((name) => asks[name] === undefined)).toEqual([])
  })

  // The caller's own usage names nothing, and is another one with every call.
  const asked = endpoints.filter((one) => one.function !== 'usage.get')

  describe.each(asked.map((one) => [`${one.function} v${one.version}`, one] as const))('%s', (_name, one) => {
    it('tells nothing of what the user may not see', async () => {
      const nowhere = Object.fromEntries(
        Object.entries(theirs).map(([kind, id]) => [kind, unlike(id)]),
      ) as unknown as Things
      for (const { name, client } of asking) {
        for (const at of asksOf(one.function, theirs).keys()) {
          const answers = [theirs, nowhere].map((things) => answerTo(client, one, things, at))
          const [reached, unknown] = await Promise.all(answers)
          expect({ name, at, ...reached }).toEqual({ name, at, ...unknown })
          // What is named by its id in the path is not found, whatever else is asked.
          if (one.path.includes('/:id')) expect([400, 403, 404]).toContain(reached?.status)
          expect(JSON.stringify(reached)).not.toMatch(/secret/)
        }
      }
    })
  })

  it('what the user has is as it was', async () => {
    expect(await everythingOf(owner)).toEqual(before)
  })

  async function answerTo({ call }: SitesClient, one: (typeof endpoints)[number], things: Things, at: number) {
    const { query = {}, json, body: bytes } = asksOf(one.function, things)[at] ?? {}
    const path = `/v${one.version}${one.path}`
      .replace(/\/(\w[\w-]*)\/:id/, (_all, kind: string) => `/${kind}/${things[kind as keyof Things]}`)
      .replace(':key', things.keys)
      .replace(':user', things.members)
      .replace(':variant', variantOf(one.path))
    expect(path).not.toMatch(/:|undefined/)
    const asked = new URLSearchParams(query).toString()
    const { status, json: answer } = await call(one.method, asked === '' ? path : `${path}?${asked}`, {
      ...(json === undefined ? {} : { json }),
      ...(bytes === undefined ? {} : { body: bytes, headers: { 'content-type': 'application/octet-stream' } }),
    })
    return { status, answer: plain(JSON.stringify(answer ?? null), things) }
  }
}

const variantOf = (path: string) =>
  path.includes('exports')
    ? 'zip'
    : path.includes('timelapses')
      ? 'video'
      : path.includes('comparisons')
        ? 'blend'
        : 'thumb'

/** An id of the same form that nobody has. */
const unlike = (id: string) =>
  id.replace(/[0-9A-Z]{4}$/, (end) => (end === '0000' ? '1111' : '0000')).replace('secret', 'nobody')

/** Without ids, those made for this answer too, and times. */
function plain(text: string, things: Things): string {
  const masked = Object.entries(things).reduce((left, [kind, id]) => left.replaceAll(id, `<${kind}>`), text)
  return masked
    .replaceAll(/"request_id":"\w+"/g, '"request_id":"<id>"')
    .replaceAll(/\b[a-z]{2}_[0-9A-Z]{26}\b/g, '<made>')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>')
    .replaceAll(/"(remaining|calls)":\d+/g, '"$1":0')
}

/** One of everything that this server has functions for. */
async function thingsOf(owner: SitesClient): Promise<Things> {
  const made = async (name: string, path: string, json: unknown, member: string): Promise<string | undefined> => {
    if (!has(name)) return undefined
    const answer = await owner.call('POST', `/v1/${path}`, { json })
    expect(answer.status, `${name} ${answer.bytes}`).toBeLessThan(300)
    return answer.json[member].id
  }
  const nothing = (prefix: string) => `${prefix}_01JD3Z7M5T2R8Q4W6Y9X1C0V3B`
  const installations = await addInstallation(owner, { name: 'A secret site', tags: ['secret tag'] })
  const photos: string[] = []
  if (has('photos.create')) {
    for (const [at, colour] of [red, blue].entries()) {
      const bytes = await solid(320 + at, 240, colour, 'jpeg')
      const query = { taken_at: `2021-05-31T1${at}:00:00Z`, filename: 'secret.jpg', tags: 'secret tag' }
      const { json } = await addPhoto(owner, installations, bytes, query)
      photos.push(json.photo.id)
    }
  }
  const cameras = await made('cameras.create', 'cameras', { name: 'secret', installation_id: installations }, 'camera')
  const keys =
    cameras &&
    (await made('cameras.ingest_keys.create', `cameras/${cameras}/ingest-keys`, { name: 'secret' }, 'ingest_key'))
  const groups = { name: 'secret', installation_ids: [installations] }
  return {
    installations,
    photos: photos[0] ?? nothing('ph'),
    cameras: cameras ?? nothing('cm'),
    keys: keys ?? nothing('sk'),
    groups: (await made('groups.create', 'groups', groups, 'group')) ?? nothing('gr'),
    timelapses:
      (await made('timelapses.create', `installations/${installations}/timelapses`, { fps: 2 }, 'timelapse')) ??
      nothing('tl'),
    shares: (await made('shares.create', 'shares', { installation_id: installations }, 'share')) ?? nothing('sh'),
    exports: (await made('exports.create', 'exports', { filter: {} }, 'export')) ?? nothing('ex'),
    members: owner.user.id,
    comparisons: nothing('cp'),
    tag: 'secret tag',
  }
}

/** What the owner's lists say. */
async function everythingOf({ call }: SitesClient) {
  const lists = endpoints.filter(
    ({ method, path, function: name }) => method === 'GET' && !path.includes(':') && /\.list$/.test(name),
  )
  const told = await Promise.all(
    lists.map(async ({ version, path }) => {
      const { json } = await call('GET', `/v${version}${path}`)
      // Films and exports are being made meanwhile.
      const still = JSON.stringify(json).replaceAll(
        /"(status|progress|[a-z_]*_at|[a-z_]*_url|[a-z_]*_count|size_bytes)":("[^"]*"|[\d.]+|null)/g,
        '',
      )
      return { path, still }
    }),
  )
  return told
}
