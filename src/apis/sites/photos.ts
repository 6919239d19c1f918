/** `/v2/photos` and `/v1/photos/{id}` (section 7.3). */
import { z } from 'zod'
import { binMs, deleteCapture, restoreCapture } from '../../core/sites/bin.ts'
import { findCapture, listCaptures } from '../../core/sites/captures.ts'
import type { SiteCaller } from '../../core/sites/deps.ts'
import type { JudgedCapture } from '../../core/sites/records.ts'
import { retagCaptures, updateCapture } from '../../core/sites/retag.ts'
import { formatInstant } from '../../core/sites/zones.ts'
import { type Endpoint, endpoint, type SitesApi } from './endpoint.ts'
import { count, cursor, cursorOf, instant, needs, textMember, words } from './fields.ts'
import { filterOf, photoFilters } from './photo-filters.ts'
import { pageOf, pagingSchema, photoResource, photoSchema } from './resources.ts'

/** Photos as the caller sees them. */
export async function shownPhotos(api: SitesApi, caller: SiteCaller, captures: readonly JudgedCapture[]) {
  const ids = [...new Set(captures.map(({ installation }) => installation))]
  const places = await api.deps.store.read.installations.findMany(caller.project.id, ids)
  const marked = new Set(places.filter(({ watermark }) => watermark !== null).map(({ id }) => id))
  return captures.map((capture) => photoResource(capture, marked.has(capture.installation), caller))
}

const members = Object.keys(photoSchema.shape)

/** Members of the answer's photos; the id is always there. */
const fields = words(z.enum(members, `must name members of a photo: ${members.join(', ')}`))

const listedSchema = photoSchema.partial().extend({ id: z.string() }).meta({ id: 'ListedPhoto' })

function picked(photo: z.output<typeof photoSchema>, wanted: readonly string[] | undefined) {
  if (wanted === undefined) return photo
  const names = new Set(['id', ...wanted])
  return Object.fromEntries(Object.entries(photo).filter(([name]) => names.has(name)))
}

const tagList = z.array(textMember(1, 200), needs('a list of texts')).max(100, 'must have at most 100 tags')
const idList = z
  .array(z.string(needs('a list of ids')), needs('a list of ids'))
  .min(1, 'must not be empty')
  .max(500, 'must have at most 500 ids')

const shownOne = async (api: SitesApi, caller: SiteCaller, capture: JudgedCapture) => ({
  photo: (await shownPhotos(api, caller, [capture]))[0],
})

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
      fields: fields.optional(),
    }),
    answer: { photos: z.array(listedSchema), paging: pagingSchema },
    async run({ api, caller, query: { cursor: mark, order = 'desc', limit = 100, fields: wanted, ...query } }) {
      const filter = filterOf(query)
      const after = mark === undefined ? {} : { after: { taken: Number(mark[0]), id: String(mark[1]) } }
      const found = await listCaptures(api.deps, caller, filter, { order, ...after, limit: limit + 1 })
      const { items, paging } = pageOf(found, limit, ({ taken, id }) => cursorOf([taken, id]))
      const photos = await shownPhotos(api, caller, items)
      return { photos: photos.map((photo) => picked(photo, wanted)), paging }
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
      return shownOne(api, caller, await findCapture(api.deps, caller, id))
    },
  }),
  endpoint({
    function: 'photos.update',
    version: 1,
    method: 'PATCH',
    path: '/photos/:id',
    summary: 'Replaces its tags (right contribute), or says when it was taken (right manage)',
    body: z.strictObject({ tags: tagList.optional(), taken_at: instant().optional() }),
    answer: { photo: photoSchema },
    async run({ api, caller, path: { id = '' }, body: { tags, taken_at: taken } }) {
      return shownOne(api, caller, await updateCapture(api.deps, caller, id, { tags, taken }))
    },
  }),
  endpoint({
    function: 'photos.delete',
    version: 1,
    method: 'DELETE',
    path: '/photos/:id',
    summary: 'Puts it into the bin for 30 days (right manage)',
    answer: { id: z.string(), restorable_until: z.string().describe('RFC 3339, UTC') },
    async run({ api, caller, path: { id = '' } }) {
      await deleteCapture(api.deps, caller, id)
      return { id, restorable_until: formatInstant(api.deps.clock.now() + binMs) }
    },
  }),
  endpoint({
    function: 'photos.restore',
    version: 1,
    method: 'POST',
    path: '/photos/:id/restore',
    summary: 'Takes it out of the bin, as it was (right manage)',
    answer: { photo: photoSchema },
    async run({ api, caller, path: { id = '' } }) {
      return shownOne(api, caller, await restoreCapture(api.deps, caller, id))
    },
  }),
  endpoint({
    function: 'photos.tag',
    version: 1,
    method: 'POST',
    path: '/photos/tags',
    summary: 'Adds tags to up to 500 photos and takes others away; those it cannot change are named',
    body: z.strictObject({ photo_ids: idList, add: tagList.optional(), remove: tagList.optional() }),
    answer: {
      updated: z.array(z.string()),
      not_found: z.array(z.string()).describe('no such photos, or not visible to the user'),
      forbidden: z.array(z.string()).describe('visible, without the right to contribute'),
      too_long: z.array(z.string()).describe('their tags would have more than 500 characters together'),
    },
    async run({ api, caller, body: { photo_ids: ids, add = [], remove = [] } }) {
      const { updated, notFound, forbidden, tooLong } = await retagCaptures(api.deps, caller, ids, { add, remove })
      return { updated, not_found: notFound, forbidden, too_long: tooLong }
    },
  }),
]
