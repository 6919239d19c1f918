/** `/v1/cameras` (section 7.2). */
import { z } from 'zod'
import {
  type CameraFields,
  createCamera,
  findCamera,
  listCameras,
  updateCamera,
} from '../../core/sites/cameras/cameras.ts'
import { createIngestKey, deleteIngestKey, listIngestKeys } from '../../core/sites/cameras/ingest-keys.ts'
import { alertKinds, type Camera } from '../../core/sites/cameras/records.ts'
import { cameraResource, cameraSchema, ingestKeyResource, ingestKeySchema } from './camera-resource.ts'
import { type Endpoint, endpoint, type SitesApi } from './endpoint.ts'
import { count, cursor, cursorOf, flagMember, needs, textMember, word } from './fields.ts'
import { pageOf, pagingSchema } from './resources.ts'

const wholeNumber = (min: number, max: number) =>
  z
    .number(needs(`a whole number from ${min} to ${max}`))
    .int(`must be a whole number from ${min} to ${max}`)
    .min(min, `must be a whole number from ${min} to ${max}`)
    .max(max, `must be a whole number from ${min} to ${max}`)

const localTime = () =>
  z
    .string(needs('a time of the day such as 07:30'))
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of the day such as 07:30')

/** At most a week between photos. */
const schedule = z
  .strictObject(
    {
      interval_minutes: wholeNumber(1, 10_080),
      active_from: localTime().nullable().default(null),
      active_to: localTime().nullable().default(null),
    },
    needs('an object with interval_minutes'),
  )
  .refine(
    ({ active_from: from, active_to: to }) => (from === null) === (to === null) && (from === null || from !== to),
    {
      path: ['active_to'],
      error: 'must come with active_from, both times or both null, and differ from it',
    },
  )

const members = {
  name: textMember(1, 200),
  serial: textMember(1, 100).nullable().optional(),
  model: textMember(0, 200).nullable().optional(),
  firmware: textMember(0, 100).nullable().optional(),
  installation_id: textMember(1, 100).nullable().optional(),
  enabled: flagMember().optional(),
  schedule: schedule.nullable().optional(),
  voltage_alert_mv: wholeNumber(0, 100_000).optional(),
}
const created = z.strictObject(members)
const patched = created.partial()

/** The record's members of those that were sent. */
function fieldsOf({
  installation_id: installation,
  voltage_alert_mv: voltageAlertMv,
  ...rest
}: z.output<typeof patched>) {
  const given = { ...rest, installation, voltageAlertMv }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<CameraFields>
}

async function shown(api: SitesApi, cameras: readonly Camera[]) {
  const alerts = await api.deps.store.read.cameras.alerts(cameras.map(({ id }) => id))
  return cameras.map((one) =>
    cameraResource(
      one,
      alerts.filter(({ camera }) => camera === one.id),
    ),
  )
}

const shownOne = async (api: SitesApi, camera: Camera) => ({ camera: (await shown(api, [camera]))[0] })

export const cameraEndpoints: Endpoint[] = [
  endpoint({
    function: 'cameras.list',
    version: 1,
    method: 'GET',
    path: '/cameras',
    summary: 'Cameras you may see, by name; those in store for who manages everything',
    query: z.strictObject({
      installation_id: word().optional(),
      enabled: z
        .enum(['true', 'false'], 'must be true or false')
        .transform((text) => text === 'true')
        .optional(),
      q: word().optional(),
      alert: z.enum(alertKinds, `must be one of ${alertKinds.join(', ')}`).optional(),
      cursor: cursor('string', 'string').optional(),
      limit: count(1, 500).optional(),
    }),
    answer: { cameras: z.array(cameraSchema), paging: pagingSchema },
    async run({ api, caller, query: { cursor: mark, limit = 100, installation_id: installation, ...given } }) {
      const { enabled, q, alert } = given
      const filter = {
        ...(installation === undefined ? {} : { installation }),
        ...(enabled === undefined ? {} : { enabled }),
        ...(q === undefined ? {} : { q }),
        ...(alert === undefined ? {} : { alert }),
      }
      const after = mark === undefined ? {} : { after: { name: String(mark[0]), id: String(mark[1]) } }
      const found = await listCameras(api.deps, caller, filter, { ...after, limit: limit + 1 })
      const { items, paging } = pageOf(found, limit, ({ name, id }) => cursorOf([name, id]))
      return { cameras: await shown(api, items), paging }
    },
  }),
  endpoint({
    function: 'cameras.create',
    version: 1,
    method: 'POST',
    path: '/cameras',
    summary: 'A new camera, at an installation or in store',
    status: 201,
    body: created,
    answer: { camera: cameraSchema },
    async run({ api, caller, body }) {
      return shownOne(api, await createCamera(api.deps, caller, { ...fieldsOf(body), name: body.name }))
    },
  }),
  endpoint({
    function: 'cameras.get',
    version: 1,
    method: 'GET',
    path: '/cameras/:id',
    summary: 'One camera, with its open alerts',
    answer: { camera: cameraSchema },
    async run({ api, caller, path: { id = '' } }) {
      return shownOne(api, await findCamera(api.deps, caller, id))
    },
  }),
  endpoint({
    function: 'cameras.update',
    version: 1,
    method: 'PATCH',
    path: '/cameras/:id',
    summary: 'Changes what is given; one that moves leaves its photos where they were',
    body: patched,
    answer: { camera: cameraSchema },
    async run({ api, caller, path: { id = '' }, body }) {
      return shownOne(api, await updateCamera(api.deps, caller, id, fieldsOf(body)))
    },
  }),
  endpoint({
    function: 'cameras.ingest_keys.list',
    version: 1,
    method: 'GET',
    path: '/cameras/:id/ingest-keys',
    summary: 'Keys that send for this camera, newest first',
    answer: { ingest_keys: z.array(ingestKeySchema) },
    async run({ api, caller, path: { id = '' } }) {
      return { ingest_keys: (await listIngestKeys(api.deps, caller, id)).map(ingestKeyResource) }
    },
  }),
  endpoint({
    function: 'cameras.ingest_keys.create',
    version: 1,
    method: 'POST',
    path: '/cameras/:id/ingest-keys',
    summary: 'A key that sends photos and diagnostics of this camera, and does nothing else; shown in full now only',
    status: 201,
    body: z.strictObject({ name: textMember(1, 100) }),
    answer: { ingest_key: ingestKeySchema, api_key: z.string() },
    async run({ api, caller, path: { id = '' }, body }) {
      const { key, secret } = await createIngestKey(api.deps, caller, id, body.name)
      return { ingest_key: ingestKeyResource(key), api_key: secret }
    },
  }),
  endpoint({
    function: 'cameras.ingest_keys.delete',
    version: 1,
    method: 'DELETE',
    path: '/cameras/:id/ingest-keys/:key',
    summary: 'Ends a key',
    answer: {},
    async run({ api, caller, path: { id = '', key = '' } }) {
      await deleteIngestKey(api.deps, caller, id, key)
      return {}
    },
  }),
]
