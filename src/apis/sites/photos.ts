/** `/v2/photos` and `/v1/photos/{id}` (section 7.3). */
import { z } from 'zod'
import { findCapture, listCaptures } from '../../core/sites/captures.ts'
import type { SiteCaller } from '../../core/sites/deps.ts'
import type { JudgedCapture } from '../../core/sites/records.ts'
import { type Endpoint, endpoint, type SitesApi } from './endpoint.ts'
import { count, cursor, cursorOf, instant, word, words } from './fields.ts'
import { pageOf, pagingSchema, photoResource, photoSchema } from './resources.ts'

/** Photos as the caller sees them. */
export async function shownPhotos(api: SitesApi, caller: SiteCaller, captures: readonly JudgedCapture[]) {
  const ids = [...new Set(captures.map(({ installation }) => installation))]
  const places = await api.deps.store.read.installations.findMany(caller.project.id, ids)
  const marked = new Set(places.filter(({ watermark }) => watermark !== null).map(({ id }) => id))
  return captures.map((capture) => photoResource(capture, marked.has(capture.installation), caller))
}

/** Parameters of every version of the list. */
export const photoFilters = {
  installation_id: words().optional(),
  camera_id: word().optional(),
  from: instant().optional(),
  to: instant().optional(),
  order: z.enum(['asc', 'desc'], 'must be asc or desc').optional(),
}

/** What the core looks for. */
export function filterOf({
  installation_id: installations,
  camera_id: camera,
  from,
  to,
}: Omit<z.output<z.ZodObject<typeof photoFilters>>, 'order'>) {
  return {
    ...(installations === undefined ? {} : { installations }),
    ...(camera === undefined ? {} : { camera }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  }
}

export const photoEndpoints: Endpoint[] = [
  endpoint({
    function: 'photos.list',
    version: 2,
    method: 'GET',
    path: '/photos',
    summary: 'Photos, newest first',
    query: z.strictObject({
      ...photoFilters,
      cursor: cursor('number', 'string').optional(),
      limit: count(1, 500).optional(),
    }),
    answer: { photos: z.array(photoSchema), paging: pagingSchema },
    async run({ api, caller, query: { cursor: mark, order = 'desc', limit = 100, ...query } }) {
      const filter = filterOf(query)
      const after = mark === undefined ? {} : { after: { taken: Number(mark[0]), id: String(mark[1]) } }
      const found = await listCaptures(api.deps, caller, filter, { order, ...after, limit: limit + 1 })
      const { items, paging } = pageOf(found, limit, ({ taken, id }) => cursorOf([taken, id]))
      return { photos: await shownPhotos(api, caller, items), paging }
    },
  }),
  endpoint({
    function: 'photos.get',
    version: 1,
    method: 'GET',
    path: '/photos/:id',
    summary: 'One photo',
    answer: { photo: photoSchema },
    async run({ api, caller, path: { id = '' } }) {
      const capture = await findCapture(api.deps, caller, id)
      return { photo: (await shownPhotos(api, caller, [capture]))[0] }
    },
  }),
]
