/** `/v1/tags`: what the photos of visible installations are tagged with (section 7.3). */
import { z } from 'zod'
import { visibleInstallations } from '../../core/sites/captures.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { count, cursor, cursorOf, words } from './fields.ts'
import { pageOf, pagingSchema } from './resources.ts'

export const tagEndpoints: Endpoint[] = [
  endpoint({
    function: 'tags.list',
    version: 1,
    method: 'GET',
    path: '/tags',
    summary: 'Tags of photos, in alphabetical order, with the number of photos that have them',
    query: z.strictObject({
      installation_id: words().optional(),
      cursor: cursor('string').optional(),
      limit: count(1, 500).optional(),
    }),
    answer: { tags: z.array(z.object({ tag: z.string(), photo_count: z.number() })), paging: pagingSchema },
    async run({ api, caller, query: { installation_id: asked, cursor: mark, limit = 100 } }) {
      const installations = await visibleInstallations(api.deps, caller, asked)
      const after = mark === undefined ? {} : { after: String(mark[0]) }
      const found = await api.deps.store.read.captures.tags(installations, { ...after, limit: limit + 1 })
      const { items, paging } = pageOf(found, limit, ({ tag }) => cursorOf([tag]))
      return { tags: items.map((one) => ({ tag: one.tag, photo_count: one.count })), paging }
    },
  }),
]
