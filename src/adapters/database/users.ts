/** People who sign in. */
import type { UserRepository } from '../../core/projects/records.ts'
import { lockRow } from './lock-row.ts'
import { changes } from './patch.ts'
import { decodeProject } from './projects.ts'
import type { Scope } from './schema.ts'

export function createUsers(scope: Scope): UserRepository {
  const { db, keysChange } = scope
  return {
    async insert(user) {
      await db.insertInto('users').values(user).execute()
    },

    find: (id) => db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst(),

    findByUsername: (username) =>
      db.selectFrom('users').selectAll().where('username', '=', username).executeTakeFirst(),

    lock: (id) => lockRow(scope, db.selectFrom('users').selectAll().where('id', '=', id)).executeTakeFirst(),

    list: () => db.selectFrom('users').selectAll().orderBy('created').orderBy('id').execute(),

    // An index by age finds it: it is among the first.
    firstOf: (project) =>
      db
        .selectFrom('users')
        .selectAll()
        .where('project', '=', project)
        .where('status', '=', 'active')
        .orderBy('created')
        .orderBy('id')
        .limit(1)
        .executeTakeFirst(),

    async findWithProject(id) {
      const row = await db
        .selectFrom('users')
        .innerJoin('projects', 'projects.id', 'users.project')
        .selectAll('users')
        .select(['projects.name as name', 'projects.status as projectStatus', 'projects.settings as settings'])
        .select('projects.created as projectCreated')
        .where('users.id', '=', id)
        .executeTakeFirst()
      if (row === undefined) return undefined
      const { name, projectStatus: status, settings, projectCreated: created, ...user } = row
      return { user, project: decodeProject({ id: user.project, name, status, settings, created }) }
    },

    async update(id, patch) {
      keysChange()
      const ends = patch.passwordHash !== undefined || patch.status !== undefined
      const result = await db
        .updateTable('users')
        .set(changes(patch, { id }))
        .$if(ends, (query) => query.set((old) => ({ tokenVersion: old('tokenVersion', '+', 1) })))
        .where('id', '=', id)
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },
  }
}
