/** Credentials of every kind. */
import type { KeyRepository } from '../../core/keys/records.ts'
import { changes } from './patch.ts'
import { decodeProject } from './projects.ts'
import type { Scope } from './schema.ts'

export function createKeys({ db }: Scope): KeyRepository {
  const keys = () => db.selectFrom('keys').selectAll()
  return {
    async insert(key) {
      await db.insertInto('keys').values(key).execute()
    },

    find: (id) => keys().where('id', '=', id).executeTakeFirst(),

    async findByPublicKey(publicKey) {
      const row = await db
        .selectFrom('keys')
        .innerJoin('projects', 'projects.id', 'keys.project')
        .selectAll('keys')
        .select(['projects.name as name', 'projects.status as projectStatus', 'projects.settings as settings'])
        .select('projects.created as projectCreated')
        .where('keys.publicKey', '=', publicKey)
        .executeTakeFirst()
      if (row === undefined) return undefined
      const { name, projectStatus: status, settings, projectCreated: created, ...key } = row
      return { key, project: decodeProject({ id: key.project, name, status, settings, created }) }
    },

    findBySecretHash: (secretHash) => keys().where('secretHash', '=', secretHash).executeTakeFirst(),

    list: (project) => keys().where('project', '=', project).orderBy('created').orderBy('id').execute(),

    async update(id, patch) {
      const result = await db.updateTable('keys').set(changes(patch, { id })).where('id', '=', id).executeTakeFirst()
      return result.numUpdatedRows > 0n
    },
  }
}
