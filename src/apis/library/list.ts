/** `GET /v1/files`: lists and search (media-library-api.md section 7). */
import { z } from 'zod'
import { listFiles } from '../../core/assets/list.ts'
import { sortKeys } from '../../core/assets/search/records.ts'
import type { Endpoint, EndpointContext } from './endpoint.ts'
import { parse, text } from './fields.ts'
import { fileObject, folderObject, urlEndpointOf } from './resource.ts'

const orders = [...sortKeys, 'RELEVANCE'] as const

/** `""` is absent, as with texts. */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' || value === null ? undefined : value), schema)

const choice = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, `must be one of ${values.join(', ')}`)

const whole = (least: number, most: number, message: string) =>
  z
    .string(message)
    .regex(/^-?\d+$/, message)
    .transform(Number)
    .refine((value) => value >= least && value <= most, message)

const schema = z.object({
  type: optional(choice(['file', 'file-version', 'folder', 'all']).default('file')),
  sort: optional(
    z
      .string('must be ASC_ or DESC_ and a sort key')
      .transform((given, context) => {
        const [, direction, key] = /^(ASC|DESC)_(\w+)$/.exec(given) ?? []
        const sort = orders.find((known) => known === key)
        if (sort !== undefined) return { sort, descending: direction === 'DESC' }
        context.addIssue(`must be ASC_ or DESC_ followed by one of ${orders.join(', ')}`)
        return z.NEVER
      })
      .default({ sort: 'CREATED', descending: false }),
  ),
  path: text(2000),
  fileType: optional(choice(['all', 'image', 'non-image']).default('all')),
  limit: optional(whole(1, 1000, 'must be a whole number from 1 to 1000').default(1000)),
  skip: optional(whole(0, Number.MAX_SAFE_INTEGER, 'must be a whole number, 0 or more').default(0)),
  name: text(1000),
  // Repeated as well as separated by commas.
  tags: z.preprocess((value) => (Array.isArray(value) ? value.join(',') : value), text(10_000)),
  // Bounded, with a position, by the grammar itself.
  searchQuery: text(1_000_000),
})

async function list(context: EndpointContext) {
  const { api, caller, reply } = context
  const { sort, tags, ...rest } = parse(schema, context.query)
  const names = tags?.split(',').flatMap((tag) => tag.trim() || [])
  const answer = await listFiles(api.deps, caller, { ...rest, ...sort, tags: names?.length === 0 ? undefined : names })
  reply.header('X-Total-Count', answer.exact ? String(answer.total) : `${answer.total}+`)
  const endpoint = urlEndpointOf(context)
  return answer.found.map((found) =>
    'asset' in found ? fileObject(found.asset, endpoint) : folderObject(found.folder),
  )
}

export const listEndpoints: Endpoint[] = [
  { method: 'GET', path: '/v1/files', group: 'files', level: 'read', handle: list },
]
