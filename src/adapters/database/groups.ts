/** Groups of installations, and what their members may do there. */
import { type Access, most, type Right } from '../../core/sites/access.ts'
import type { GroupRepository } from '../../core/sites/records.ts'
import { oneOf } from './one-of.ts'
import { changes } from './patch.ts'
import type { Scope } from './schema.ts'

/** Rows of one statement. */
const batch = 5000

export function createGroups(scope: Scope): GroupRepository {
  const { db, keysChange } = scope
  const of = (project: string) => db.selectFrom('siteGroups').selectAll().where('project', '=', project)

  return {
    async insert(group) {
      await db.insertInto('siteGroups').values(group).execute()
    },

    find: (project, id) => of(project).where('id', '=', id).executeTakeFirst(),

    async page(project, { of: installations, after, limit }) {
      if (installations.length === 0) return []
      let query = of(project)
      if (installations !== 'all') {
        query = query.where(({ exists, selectFrom }) => {
          const some = selectFrom('siteGroupInstallations')
            .innerJoin('installations', 'installations.id', 'siteGroupInstallations.installation')
            .select('group')
            .whereRef('siteGroupInstallations.group', '=', 'siteGroups.id')
            .where('installations.deleted', 'is', null)
          return exists(
            installations === 'filled'
              ? some
              : some.where(oneOf(scope, 'siteGroupInstallations.installation', installations)),
          )
        })
      }
      if (after !== undefined) query = query.where('name', '>', after)
      return query.orderBy('name').limit(limit).execute()
    },

    async update(project, id, patch) {
      const { numUpdatedRows } = await db
        .updateTable('siteGroups')
        .set(changes(patch, { id }))
        .where('project', '=', project)
        .where('id', '=', id)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },

    async delete(project, id) {
      keysChange()
      const { numDeletedRows } = await db
        .deleteFrom('siteGroups')
        .where('project', '=', project)
        .where('id', '=', id)
        .executeTakeFirst()
      if (numDeletedRows === 0n) return false
      await db.deleteFrom('siteGroupInstallations').where('group', '=', id).execute()
      await db.deleteFrom('siteGroupMembers').where('group', '=', id).execute()
      return true
    },

    async counts(groups, installations) {
      if (groups.length === 0 || installations.length === 0) return new Map()
      const rows = await db
        .selectFrom('siteGroupInstallations')
        .innerJoin('installations', 'installations.id', 'siteGroupInstallations.installation')
        .select(({ fn }) => ['group', fn.countAll<number>().as('count')])
        .where('group', 'in', groups)
        .where('installations.deleted', 'is', null)
        .$if(installations !== 'all', (query) =>
          query.where(
            oneOf(scope, 'siteGroupInstallations.installation', installations === 'all' ? [] : installations),
          ),
        )
        .groupBy('group')
        .execute()
      return new Map(rows.map(({ group, count }) => [group, Number(count)]))
    },

    async installations(group) {
      const rows = await db
        .selectFrom('siteGroupInstallations')
        .innerJoin('installations', 'installations.id', 'siteGroupInstallations.installation')
        .select('installation')
        .where('group', '=', group)
        .where('installations.deleted', 'is', null)
        .orderBy('installation')
        .execute()
      return rows.map(({ installation }) => installation)
    },

    async setInstallations(group, installations) {
      keysChange()
      await db.deleteFrom('siteGroupInstallations').where('group', '=', group).execute()
      const rows = [...new Set(installations)].map((installation) => ({ group, installation }))
      for (let start = 0; start < rows.length; start += batch) {
        await db
          .insertInto('siteGroupInstallations')
          .values(rows.slice(start, start + batch))
          .execute()
      }
    },

    async dropInstallation(installation) {
      keysChange()
      await db.deleteFrom('siteGroupInstallations').where('installation', '=', installation).execute()
    },

    members: (group) =>
      db
        .selectFrom('siteGroupMembers')
        .innerJoin('users', 'users.id', 'siteGroupMembers.user')
        .select(['user', 'username', 'right'])
        .where('group', '=', group)
        .orderBy('username')
        .execute(),

    async setMember(group, user, right) {
      keysChange()
      if (right === null) {
        const { numDeletedRows } = await db
          .deleteFrom('siteGroupMembers')
          .where('group', '=', group)
          .where('user', '=', user)
          .executeTakeFirst()
        return numDeletedRows > 0n
      }
      await db
        .insertInto('siteGroupMembers')
        .values({ group, user, right })
        .onConflict((conflict) => conflict.columns(['group', 'user']).doUpdateSet({ right }))
        .execute()
      return true
    },

    async accessOf({ id, project, siteAccess }): Promise<Access> {
      const rows = await db
        .selectFrom('siteGroupMembers as member')
        .innerJoin('siteGroups as of', 'of.id', 'member.group')
        .innerJoin('siteGroupInstallations as place', 'place.group', 'member.group')
        .select(['place.installation', 'member.right'])
        .where('member.user', '=', id)
        .where('of.project', '=', project)
        .execute()
      const installations = new Map<string, Right>()
      for (const { installation, right } of rows) {
        installations.set(installation, most(installations.get(installation) ?? null, right) ?? right)
      }
      return { everywhere: siteAccess, installations }
    },
  }
}
