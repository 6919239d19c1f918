/** `/v1/installations` (section 7.1). */
import { z } from 'zod'
import type { SiteCaller } from '../../core/sites/deps.ts'
import {
  createInstallation,
  findInstallation,
  listInstallations,
  updateInstallation,
} from '../../core/sites/installations.ts'
import type { Installation } from '../../core/sites/records.ts'
import { isZone } from '../../core/sites/zones.ts'
import { type Endpoint, endpoint, type SitesApi } from './endpoint.ts'
import { count, cursor, cursorOf, instant, needs, textMember, word } from './fields.ts'
import { installationResource, installationSchema, pageOf, pagingSchema } from './resources.ts'
import { watermarkMember } from './watermarks.ts'

const status = z.enum(['active', 'paused', 'archived'], 'must be active, paused or archived')
const members = {
  name: textMember(1, 200),
  description: textMember(0, 2000).nullable().optional(),
  timezone: textMember(1, 60).refine(isZone, 'must be an IANA time zone such as Europe/Berlin'),
  latitude: z
    .number(needs('a number'))
    .min(-90, 'must be from -90 to 90')
    .max(90, 'must be from -90 to 90')
    .nullable()
    .optional(),
  longitude: z
    .number(needs('a number'))
    .min(-180, 'must be from -180 to 180')
    .max(180, 'must be from -180 to 180')
    .nullable()
    .optional(),
  address: textMember(0, 500).nullable().optional(),
  status: status.optional(),
  started_at: instant().nullable().optional(),
  ended_at: instant().nullable().optional(),
  tags: z.array(textMember(1, 100)).max(100, 'must have at most 100 values').optional(),
  watermark: watermarkMember.optional(),
}
const created = z.strictObject(members)
const patched = created.partial()

/** The record's members of those that were sent. */
function fieldsOf({ started_at: started, ended_at: ended, ...rest }: z.output<typeof patched>) {
  const given = { ...rest, started, ended }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<Installation>
}

async function shown(api: SitesApi, caller: SiteCaller, installations: readonly Installation[]) {
  const { captures } = api.deps.store.read
  const latest = await Promise.all(installations.map(({ id }) => captures.latest(id)))
  return installations.map((one, at) => installationResource(one, { camera: null, latest: latest[at] }, caller))
}

async function shownOne(api: SitesApi, caller: SiteCaller, installation: Installation) {
  return { installation: (await shown(api, caller, [installation]))[0] }
}

export const installationEndpoints: Endpoint[] = [
  endpoint({
    function: 'installations.list',
    version: 1,
    method: 'GET',
    path: '/installations',
    summary: 'Installations you may see, by name',
    query: z.strictObject({
      status: status.optional(),
      q: word().optional(),
      tag: word().optional(),
      cursor: cursor('string', 'string').optional(),
      limit: count(1, 500).optional(),
    }),
    answer: { installations: z.array(installationSchema), paging: pagingSchema },
    async run({ api, caller, query: { cursor: mark, limit = 100, status, q, tag } }) {
      const filter = {
        ...(status === undefined ? {} : { status }),
        ...(q === undefined ? {} : { q }),
        ...(tag === undefined ? {} : { tag }),
      }
      const after = mark === undefined ? {} : { after: { name: String(mark[0]), id: String(mark[1]) } }
      const found = await listInstallations(api.deps, caller, filter, { ...after, limit: limit + 1 })
      const { items, paging } = pageOf(found, limit, ({ name, id }) => cursorOf([name, id]))
      return { installations: await shown(api, caller, items), paging }
    },
  }),
  endpoint({
    function: 'installations.create',
    version: 1,
    method: 'POST',
    path: '/installations',
    summary: 'A new installation',
    status: 201,
    body: created,
    answer: { installation: installationSchema },
    async run({ api, caller, body }) {
      const { name, timezone } = body
      return shownOne(api, caller, await createInstallation(api.deps, caller, { ...fieldsOf(body), name, timezone }))
    },
  }),
  endpoint({
    function: 'installations.get',
    version: 1,
    method: 'GET',
    path: '/installations/:id',
    summary: 'One installation',
    answer: { installation: installationSchema },
    async run({ api, caller, path: { id = '' } }) {
      return shownOne(api, caller, await findInstallation(api.deps, caller, id))
    },
  }),
  endpoint({
    function: 'installations.update',
    version: 1,
    method: 'PATCH',
    path: '/installations/:id',
    summary: 'Changes what is given',
    body: patched,
    answer: { installation: installationSchema },
    async run({ api, caller, path: { id = '' }, body }) {
      return shownOne(api, caller, await updateInstallation(api.deps, caller, id, fieldsOf(body)))
    },
  }),
]
