/** `/v1/users`: whom rights may be given to (section 7). */
import { z } from 'zod'
import { rights } from '../../core/sites/access.ts'
import { listUsers } from '../../core/sites/groups.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { count, cursor, cursorOf } from './fields.ts'
import { pageOf, pagingSchema } from './resources.ts'

const userSchema = z
  .object({
    id: z.string(),
    username: z.string(),
    everywhere: z.enum(rights).nullable().describe('What the user may do at every installation, whatever groups give'),
  })
  .meta({ id: 'SiteUser' })

export const userEndpoints: Endpoint[] = [
  endpoint({
    function: 'users.list',
    version: 1,
    method: 'GET',
    path: '/users',
    summary: 'Users of the project, by name; needs the right manage everywhere',
    query: z.strictObject({ cursor: cursor('string').optional(), limit: count(1, 500).optional() }),
    answer: { users: z.array(userSchema), paging: pagingSchema },
    async run({ api, caller, query: { cursor: mark, limit = 100 } }) {
      const after = mark === undefined ? {} : { after: String(mark[0]) }
      const found = await listUsers(api.deps, caller, { ...after, limit: limit + 1 })
      const { items, paging } = pageOf(found, limit, ({ username }) => cursorOf([username]))
      return { users: items.map(({ id, username, siteAccess }) => ({ id, username, everywhere: siteAccess })), paging }
    },
  }),
]
