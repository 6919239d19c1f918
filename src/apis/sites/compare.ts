/** `/v1/compare` (section 7.3): two photos, how much differs between them and where. */
import { z } from 'zod'
import { unknown } from '../../core/sites/access.ts'
import { compare, comparisonVariants } from '../../core/sites/comparisons.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { word } from './fields.ts'
import { redirectToMedia } from './media.ts'
import { shownPhotos } from './photos.ts'
import { photoSchema } from './resources.ts'

const url = z.string().nullable().describe('Null where you may see watermarked pictures only')

const changeMapSchema = z
  .object({
    columns: z.number(),
    rows: z.number(),
    values: z.array(z.array(z.number())).describe('Row by row, 0: as before, 1: all changed'),
  })
  .meta({ id: 'ChangeMap' })

export const compareEndpoints: Endpoint[] = [
  endpoint({
    function: 'photos.compare',
    version: 1,
    method: 'GET',
    path: '/compare',
    summary: 'How much differs between two photos, where, and pictures of both',
    query: z.strictObject({ a: word(), b: word() }),
    answer: {
      a: photoSchema,
      b: photoSchema,
      side_by_side_url: url,
      blend_url: url,
      change: z.number().nullable().describe('0: nothing, 1: everything; null: one of them cannot be looked at'),
      change_map: changeMapSchema.nullable(),
      shift: z
        .object({ x: z.number(), y: z.number() })
        .nullable()
        .describe('How far b lies to the right of and below a, in shares of the sides; taken back before comparing'),
    },
    async run({ api, caller, query }) {
      const { id, a, b, found, hasPictures } = await compare(api.deps, caller, query)
      const [first, second] = await shownPhotos(api, caller, [a, b])
      const file = (variant: string) =>
        hasPictures ? `${caller.origin}/site/v1/comparisons/${id}/file/${variant}` : null
      const [row = []] = found?.map ?? []
      return {
        a: first,
        b: second,
        side_by_side_url: file('side_by_side'),
        blend_url: file('blend'),
        change: found?.change ?? null,
        change_map: found && { columns: row.length, rows: found.map.length, values: found.map },
        shift: found && { x: rounded(found.shift.x), y: rounded(found.shift.y) },
      }
    },
  }),
  endpoint({
    function: 'comparisons.file',
    version: 1,
    method: 'GET',
    path: '/comparisons/:id/file/:variant',
    summary: `Redirects to the picture: ${comparisonVariants.join(' or ')}`,
    status: 302,
    answer: {},
    async run(context) {
      const { id = '', variant = '' } = context.path
      if (!id.startsWith('cp_')) throw unknown('comparison')
      return redirectToMedia(context, id, variant)
    },
  }),
]

const rounded = (share: number) => Math.round(share * 1e4) / 1e4
