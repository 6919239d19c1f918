/** `/v1/installations` (section 7.1). */
import { z } from 'zod'
import { DomainError } from '../../core/errors.ts'
import { deleteInstallation } from '../../core/sites/delete-installation.ts'
import type { SiteCaller } from '../../core/sites/deps.ts'
import {
  createInstallation,
  findInstallation,
  latestCapture,
  listInstallations,
  nearestCapture,
  updateInstallation,
} from '../../core/sites/installations.ts'
import type { Installation } from '../../core/sites/records.ts'
import { variants } from '../../core/sites/variants.ts'
import { isZone } from '../../core/sites/zones.ts'
import { type Endpoint, endpoint, type SitesApi } from './endpoint.ts'
import { count, cursor, cursorOf, instant, needs, textMember, word } from './fields.ts'
import { shownPhotos } from './photos.ts'
import { installationResource, installationSchema, pageOf, pagingSchema, photoSchema } from './resources.ts'
import { photoFileUrl } from './urls.ts'
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

/** However many they are: one statement for the newest photos, one for the cameras. */
async function shown(api: SitesApi, caller: SiteCaller, installations: readonly Installation[]) {
  const { captures, cameras, installations: places } = api.deps.store.read
  const ids = installations.map(({ id }) => id)
  const [latest, units, changes] = await Promise.all([captures.latestOf(ids), cameras.at(ids), places.zoneChanges(ids)])
  const latestOf = new Map(latest.map((capture) => [capture.installation, capture]))
  const cameraOf = new Map(units.map(({ installation, id }) => [installation, id]))
  const changeOf = new Map(changes.map((change) => [change.installation, change]))
  return installations.map((one) => {
    const parts = {
      camera: cameraOf.get(one.id) ?? null,
      latest: latestOf.get(one.id),
      zoneChange: changeOf.get(one.id),
    }
    return installationResource(one, parts, caller)
  })
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
  endpoint({
    function: 'installations.delete',
    version: 1,
    method: 'DELETE',
    path: '/installations/:id',
    summary: 'Deletes an installation; its photos go to the bin for 30 days, its camera into store',
    query: z.strictObject({ confirm: word().optional().describe('The name of the installation') }),
    answer: {},
    async run({ api, caller, path: { id = '' }, query: { confirm } }) {
      await deleteInstallation(api.deps, caller, id, confirm)
      return {}
    },
  }),
  endpoint({
    function: 'installations.latest',
    version: 1,
    method: 'GET',
    path: '/installations/:id/latest',
    summary: 'The newest photo by taken_at; with variant a redirect to its file',
    query: z.strictObject({
      variant: z.enum(variants, `must be one of ${variants.join(', ')}`).optional(),
    }),
    answer: { photo: photoSchema.nullable() },
    async run({ api, caller, reply, path: { id = '' }, query: { variant } }) {
      const capture = await latestCapture(api.deps, caller, id)
      if (variant === undefined) {
        return { photo: capture === undefined ? null : ((await shownPhotos(api, caller, [capture]))[0] ?? null) }
      }
      if (capture === undefined) {
        throw new DomainError('not_found', 'The installation has no photo yet.', { param: 'id' })
      }
      reply.header('cache-control', 'private, no-store').redirect(photoFileUrl(caller.origin, capture.id, variant), 302)
      return undefined
    },
  }),
  endpoint({
    function: 'installations.nearest',
    version: 1,
    method: 'GET',
    path: '/installations/:id/nearest',
    summary: 'The photo nearest in time; of two as near the earlier one',
    query: z.strictObject({ at: instant() }),
    answer: {
      photo: photoSchema.nullable(),
      delta_seconds: z.number().nullable().describe('From at to taken_at; negative: it was taken before'),
    },
    async run({ api, caller, path: { id = '' }, query: { at } }) {
      const capture = await nearestCapture(api.deps, caller, id, at)
      if (capture === undefined) return { photo: null, delta_seconds: null }
      const [photo = null] = await shownPhotos(api, caller, [capture])
      return { photo, delta_seconds: Math.round((capture.taken - at) / 1000) }
    },
  }),
]
