/** `/v1/groups` (section 7.1), and what managing them needs. */
import { z } from 'zod'
import { rights } from '../../core/sites/access.ts'
import {
  createGroup,
  deleteGroup,
  findGroup,
  listGroupMembers,
  listGroups,
  type SeenGroup,
  setGroupInstallations,
  setGroupMember,
  updateGroup,
} from '../../core/sites/groups.ts'
import { formatInstant } from '../../core/sites/zones.ts'
import { type Context, type Endpoint, endpoint } from './endpoint.ts'
import { count, cursor, cursorOf, needs, textMember } from './fields.ts'
import { pageOf, pagingSchema } from './resources.ts'

const time = z.string().describe('RFC 3339, UTC')
const entry = {
  id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  installation_count: z.number().describe('Of those you may see'),
  created_at: time,
  updated_at: time,
}
const groupEntrySchema = z.object(entry).meta({ id: 'GroupEntry' })
const groupSchema = z
  .object({ ...entry, installation_ids: z.array(z.string()).describe('Of those you may see') })
  .meta({ id: 'Group' })
const right = z.enum(rights, `must be one of ${rights.join(', ')}`)
const memberSchema = z
  .object({ user_id: z.string(), username: z.string(), right: z.enum(rights) })
  .meta({ id: 'GroupMember' })

/** In one call; a project with more of them has more groups. */
const mostInstallations = 10_000
const installationIds = z
  .array(textMember(1, 100), needs('a list of ids'))
  .max(mostInstallations, `must have at most ${mostInstallations} ids`)
const name = textMember(1, 200)
const description = textMember(0, 2000).nullable().optional()

const groupEntry = ({ id, name, description, count, created, updated }: SeenGroup) => ({
  id,
  name,
  description,
  installation_count: count,
  created_at: formatInstant(created),
  updated_at: formatInstant(updated),
})

async function shownOne({ api, caller }: Pick<Context, 'api' | 'caller'>, id: string) {
  const { group, installations } = await findGroup(api.deps, caller, id)
  return { group: { ...groupEntry(group), installation_ids: installations } }
}

export const groupEndpoints: Endpoint[] = [
  endpoint({
    function: 'groups.list',
    version: 1,
    method: 'GET',
    path: '/groups',
    summary: 'Groups with installations that you may see, by name',
    query: z.strictObject({ cursor: cursor('string').optional(), limit: count(1, 500).optional() }),
    answer: { groups: z.array(groupEntrySchema), paging: pagingSchema },
    async run({ api, caller, query: { cursor: mark, limit = 100 } }) {
      const after = mark === undefined ? {} : { after: String(mark[0]) }
      const found = await listGroups(api.deps, caller, { ...after, limit: limit + 1 })
      const { items, paging } = pageOf(found, limit, ({ name }) => cursorOf([name]))
      return { groups: items.map(groupEntry), paging }
    },
  }),
  endpoint({
    function: 'groups.create',
    version: 1,
    method: 'POST',
    path: '/groups',
    summary: 'A new group; needs the right manage everywhere',
    status: 201,
    body: z.strictObject({ name, description, installation_ids: installationIds.optional() }),
    answer: { group: groupSchema },
    async run({ api, caller, body: { name, description = null, installation_ids: installations = [] } }) {
      const { id } = await createGroup(api.deps, caller, { name, description, installations })
      return shownOne({ api, caller }, id)
    },
  }),
  endpoint({
    function: 'groups.get',
    version: 1,
    method: 'GET',
    path: '/groups/:id',
    summary: 'One group, with the ids of its installations',
    answer: { group: groupSchema },
    run: ({ api, caller, path: { id = '' } }) => shownOne({ api, caller }, id),
  }),
  endpoint({
    function: 'groups.update',
    version: 1,
    method: 'PATCH',
    path: '/groups/:id',
    summary: 'Changes what is given; needs the right manage everywhere',
    body: z.strictObject({ name: name.optional(), description }),
    answer: { group: groupSchema },
    async run({ api, caller, path: { id = '' }, body: { name, description } }) {
      await updateGroup(api.deps, caller, id, {
        ...(name === undefined ? {} : { name }),
        ...(description === undefined ? {} : { description }),
      })
      return shownOne({ api, caller }, id)
    },
  }),
  endpoint({
    function: 'groups.delete',
    version: 1,
    method: 'DELETE',
    path: '/groups/:id',
    summary: 'Ends a group and what it gave its members; its installations stay',
    answer: {},
    async run({ api, caller, path: { id = '' } }) {
      await deleteGroup(api.deps, caller, id)
      return {}
    },
  }),
  endpoint({
    function: 'groups.installations.set',
    version: 1,
    method: 'PUT',
    path: '/groups/:id/installations',
    summary: 'The installations of a group, instead of those before',
    body: z.strictObject({ installation_ids: installationIds }),
    answer: { group: groupSchema },
    async run({ api, caller, path: { id = '' }, body }) {
      await setGroupInstallations(api.deps, caller, id, body.installation_ids)
      return shownOne({ api, caller }, id)
    },
  }),
  endpoint({
    function: 'groups.members.list',
    version: 1,
    method: 'GET',
    path: '/groups/:id/members',
    summary: 'Who may do what at the installations of a group',
    answer: { members: z.array(memberSchema) },
    async run({ api, caller, path: { id = '' } }) {
      const members = await listGroupMembers(api.deps, caller, id)
      return { members: members.map(({ user, username, right }) => ({ user_id: user, username, right })) }
    },
  }),
  endpoint({
    function: 'groups.members.set',
    version: 1,
    method: 'PUT',
    path: '/groups/:id/members/:user',
    summary: 'Gives a user this right at the installations of a group, from the next request on',
    body: z.strictObject({ right }),
    answer: { member: memberSchema },
    async run({ api, caller, path: { id = '', user = '' }, body }) {
      const { username } = await setGroupMember(api.deps, caller, id, user, body.right)
      return { member: { user_id: user, username, right: body.right } }
    },
  }),
  endpoint({
    function: 'groups.members.delete',
    version: 1,
    method: 'DELETE',
    path: '/groups/:id/members/:user',
    summary: 'Takes a user out of a group, from the next request on',
    answer: {},
    async run({ api, caller, path: { id = '', user = '' } }) {
      await setGroupMember(api.deps, caller, id, user, null)
      return {}
    },
  }),
]
