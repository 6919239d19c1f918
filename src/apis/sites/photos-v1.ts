/** `/v1/photos` (section 4): the function photos.list as it was, on the same core as its second version. */
import { z } from 'zod'
import { countCaptures, listCaptures } from '../../core/sites/captures.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { count } from './fields.ts'
import { filterOf, photoFilters, shownPhotos } from './photos.ts'
import { photoSchema } from './resources.ts'

const { installation_id: site, ...filters } = photoFilters

/** Local wall time, without saying of which zone. */
const localTime = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
  .describe('yyyy-MM-dd HH:mm:ss, local time of the installation')

export const oldPhotoSchema = photoSchema
  .omit({ installation_id: true, taken_at: true, taken_at_local: true, watermark_url: true })
  .extend({ site_id: z.string(), date_taken: localTime })
  .meta({ id: 'PhotoV1' })

/** Rows passed over for one page. */
const deepest = 1_000_000

export const oldPhotoEndpoints: Endpoint[] = [
  endpoint({
    function: 'photos.list',
    version: 1,
    method: 'GET',
    path: '/photos',
    summary: 'Photos by page, newest first',
    query: z
      .strictObject({
        site_id: site,
        ...filters,
        page: count(1, deepest).optional(),
        per_page: count(1, 100).optional(),
      })
      .refine(({ page = 1, per_page = 100 }) => (page - 1) * per_page <= deepest, {
        path: ['page'],
        message: `must not go further than ${deepest} photos; narrow the time, or use cursors of /site/v2/photos`,
      }),
    answer: { photos: z.array(oldPhotoSchema), page: z.number(), per_page: z.number(), total: z.number() },
    async run({ api, caller, query: { page = 1, per_page: limit = 100, order = 'desc', site_id, ...query } }) {
      const filter = filterOf({ ...query, installation_id: site_id })
      const [found, total] = await Promise.all([
        listCaptures(api.deps, caller, filter, { order, limit, skip: (page - 1) * limit }),
        countCaptures(api.deps, caller, filter),
      ])
      const photos = await shownPhotos(api, caller, found)
      return {
        photos: photos.map(
          ({ installation_id, taken_at: _at, taken_at_local: local, watermark_url: _url, ...rest }) => ({
            ...rest,
            site_id: installation_id,
            date_taken: local.slice(0, 19).replace('T', ' '),
          }),
        ),
        page,
        per_page: limit,
        total,
      }
    },
  }),
]
