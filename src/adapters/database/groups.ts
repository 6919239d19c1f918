/** Groups of installations, and what their members may do there. */
import { type Access, most, type Right } from '../../core/sites/access.ts'
import type { GroupRepository } from '../../core/sites/records.ts'
import { changes } from './patch.ts'
import type { Scope } from './schema.ts'

export function createGroups({ db, keysChange }: Scope): GroupRepository {
  const of = (project: string) => db.selectFrom('siteGroups').selectAll().where('project', '=', project)

  return {
    async insert(group) {
      await db.insertInto('siteGroups').values(group).execute()
    },

    find: (project, id) => of(project).where('id', '=', id).executeTakeFirst(),

    async page(project, { of: installations, after, limit }) {
      if (installations !== 'all' && installations.length === 0) return []
      let query = of(project)
      if (installations !== 'all') {
        query = query.where('id', 'in', (eb) =>
          eb.selectFrom('siteGroupInstallations').select('group').where('installation', 'in', installations),
        )
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

    async installations(group) {
      const rows = await db
        .selectFrom('siteGroupInstallations')
        .select('installation')
        .where('group', '=', group)
        .orderBy('installation')
        .execute()
      return rows.map(({ installation }) => installation)
    },

    async setInstallations(group, installations) {
      keysChange()
      await db.deleteFrom('siteGroupInstallations').where('group', '=', group).execute()
      if (installations.length === 0) return
      const rows = [...new Set(installations)].map((installation) => ({ group, installation }))
      await db.insertInto('siteGroupInstallations').values(rows).execute()
    },

    members: (group) =>
      db.selectFrom('siteGroupMembers').select(['user', 'right']).where('group', '=', group).orderBy('user').execute(),

    async setMember(group, user, right) {
      keysChange()
      if (right === null) {
        await db.deleteFrom('siteGroupMembers').where('group', '=', group).where('user', '=', user).execute()
        return
      }
      await db
        .insertInto('siteGroupMembers')
        .values({ group, user, right })
        .onConflict((conflict) => conflict.columns(['group', 'user']).doUpdateSet({ right }))
        .execute()
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
