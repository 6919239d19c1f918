/** `/v1/exports` (section 7.3): chosen photos as one ZIP, with a list of them. */
import { z } from 'zod'
import { invalid } from '../../core/errors.ts'
import { beginExport, deleteExport, findOwnExport, isThere, listExports } from '../../core/sites/exports/begin.ts'
import type { SiteExport } from '../../core/sites/exports/records.ts'
import { variants } from '../../core/sites/variants.ts'
import { formatInstant } from '../../core/sites/zones.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { count, cursor, cursorOf, needs } from './fields.ts'
import { redirectToMedia } from './media.ts'
import { filterOf, photoFilters } from './photo-filters.ts'
import { pageOf, pagingSchema } from './resources.ts'

const mostIds = 5000
const { order: _, ...filters } = photoFilters

const body = z.strictObject({
  photo_ids: z
    .array(z.string(needs('a text')), needs('a list of ids'))
    .min(1, 'must not be empty')
    .max(mostIds, `must have at most ${mostIds} ids; give a filter for more`)
    .optional(),
  filter: z.strictObject(filters, needs('an object')).optional(),
  variant: z.enum(variants, `must be one of ${variants.join(', ')}`).optional(),
})

const time = z.string().nullable().describe('RFC 3339, UTC')

export const exportSchema = z
  .object({
    id: z.string(),
    status: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
    progress: z.number().describe('0..1'),
    variant: z.enum(variants),
    photo_count: z.number().describe('In it so far'),
    chosen_count: z.number().describe('Chosen when it began'),
    skipped_count: z.number().describe('Gone since, not to be made, or not yours to have any more'),
    size_bytes: z.number().describe('Of the archive when it is done'),
    zip_url: z.string().nullable(),
    error: z.string().nullable(),
    created_at: z.string(),
    finished_at: time,
    expires_at: time,
  })
  .meta({ id: 'Export' })

function exportResource(one: SiteExport, origin: string): z.output<typeof exportSchema> {
  const { status, photos, total } = one
  const at = (ms: number | null) => (ms === null ? null : formatInstant(ms))
  return {
    id: one.id,
    status,
    progress: status === 'done' ? 1 : Math.min(0.99, Math.round((photos / Math.max(1, total)) * 100) / 100),
    variant: one.variant,
    photo_count: photos,
    chosen_count: total,
    skipped_count: one.skipped,
    size_bytes: one.size,
    zip_url: status === 'done' ? `${origin}/site/v1/exports/${one.id}/file/zip` : null,
    error: one.error,
    created_at: formatInstant(one.created),
    finished_at: at(one.finished),
    expires_at: at(one.expires),
  }
}

export const exportEndpoints: Endpoint[] = [
  endpoint({
    function: 'exports.create',
    version: 1,
    method: 'POST',
    path: '/exports',
    summary: 'Puts chosen photos into a ZIP, with a list of them; photo_ids or filter',
    status: 202,
    body,
    answer: { export: exportSchema },
    async run({ api, caller, body: { photo_ids: ids, filter, variant = 'original' } }) {
      if ((ids === undefined) === (filter === undefined)) {
        throw invalid('photo_ids', 'Give photo_ids or filter, one of both; an empty filter is all photos.')
      }
      const wanted = ids === undefined ? { filter: filterOf(filter ?? {}) } : { ids }
      return { export: exportResource(await beginExport(api.deps, caller, variant, wanted), caller.origin) }
    },
  }),
  endpoint({
    function: 'exports.list',
    version: 1,
    method: 'GET',
    path: '/exports',
    summary: 'Your exports, newest first',
    query: z.strictObject({ cursor: cursor('number', 'string').optional(), limit: count(1, 100).optional() }),
    answer: { exports: z.array(exportSchema), paging: pagingSchema },
    async run({ api, caller, query: { cursor: mark, limit = 50 } }) {
      const after = mark === undefined ? {} : { after: { created: Number(mark[0]), id: String(mark[1]) } }
      const found = await listExports(api.deps, caller, { ...after, limit: limit + 1 })
      const { items, paging } = pageOf(found, limit, ({ created, id }) => cursorOf([created, id]))
      const there = items.filter((one) => isThere(api.deps, caller, one))
      return { exports: there.map((one) => exportResource(one, caller.origin)), paging }
    },
  }),
  endpoint({
    function: 'exports.get',
    version: 1,
    method: 'GET',
    path: '/exports/:id',
    summary: 'How far an export is',
    answer: { export: exportSchema },
    async run({ api, caller, path: { id = '' } }) {
      return { export: exportResource(await findOwnExport(api.deps, caller, id), caller.origin) }
    },
  }),
  endpoint({
    function: 'exports.delete',
    version: 1,
    method: 'DELETE',
    path: '/exports/:id',
    summary: 'Ends the work and takes the archive away; the photos stay',
    answer: { id: z.string() },
    async run({ api, caller, path: { id = '' } }) {
      await deleteExport(api.deps, caller, id)
      return { id }
    },
  }),
  endpoint({
    function: 'exports.file',
    version: 1,
    method: 'GET',
    path: '/exports/:id/file/:variant',
    summary: 'Redirects to the archive: zip',
    status: 302,
    answer: {},
    async run(context) {
      const { id = '', variant = '' } = context.path
      // As everything of an export it is its owner's; the link that this gives is read by the owner's right.
      await findOwnExport(context.api.deps, context.caller, id)
      return redirectToMedia(context, id, variant)
    },
  }),
]
