/** Credentials of every kind. */
import type { Key, KeyOfProject, KeyRepository } from '../../core/keys/records.ts'
import { changes } from './patch.ts'
import { runPrepared } from './prepared.ts'
import { decodeProject } from './projects.ts'
import type { KeyRow, Scope } from './schema.ts'

export function createKeys(scope: Scope): KeyRepository {
  const { db, touch, keysChange } = scope
  const keys = () => db.selectFrom('keys').selectAll()

  /** In one read: a request waits for it before anything else. */
  async function withProject(column: 'publicKey' | 'secretHash', value: string): Promise<KeyOfProject | undefined> {
    const row = await db
      .selectFrom('keys')
      .innerJoin('projects', 'projects.id', 'keys.project')
      .selectAll('keys')
      .select(['projects.name as name', 'projects.status as projectStatus', 'projects.settings as settings'])
      .select('projects.created as projectCreated')
      .where(`keys.${column}`, '=', value)
      .executeTakeFirst()
    if (row === undefined) return undefined
    const { name, projectStatus: status, settings, projectCreated: created, ...key } = row
    return { key: decode(key), project: decodeProject({ id: key.project, name, status, settings, created }) }
  }

  return {
    async insert(key) {
      if (key.kind === 'pair') touch(key.project)
      const scopes = key.scopes === null ? null : JSON.stringify(key.scopes)
      await db
        .insertInto('keys')
        .values({ ...key, scopes })
        .execute()
    },

    async find(id) {
      const [row] = await runPrepared(scope, 'keys.find', { id }, (values) => keys().where('id', '=', values.id))
      return row && decode(row)
    },

    findByPublicKey: (publicKey) => withProject('publicKey', publicKey),
    findBySecretHash: (secretHash) => withProject('secretHash', secretHash),

    async list(project, kind) {
      const all = keys().where('project', '=', project)
      const some = kind === undefined ? all : all.where('kind', '=', kind)
      return (await some.orderBy('created').orderBy('id').execute()).map(decode)
    },

    async update(id, patch) {
      keysChange()
      const row = await db
        .updateTable('keys')
        .set(changes(patch, { id }))
        .where('id', '=', id)
        .returning('project')
        .executeTakeFirst()
      if (row !== undefined) touch(row.project)
      return row !== undefined
    },

    async findOfUser(user, kind, id) {
      const row = await keys().where('id', '=', id).where('user', '=', user).where('kind', '=', kind).executeTakeFirst()
      return row && decode(row)
    },

    async pageOfUser(user, kind, { offset, limit }) {
      const own = db.selectFrom('keys').where('user', '=', user).where('kind', '=', kind).where('camera', 'is', null)
      // The index alone finds the page, then come its rows.
      const ids = own.select('id').orderBy('created', 'desc').orderBy('id', 'desc').limit(limit).offset(offset)
      const [rows, counted] = await Promise.all([
        keys().where('id', 'in', ids).orderBy('created', 'desc').orderBy('id', 'desc').execute(),
        own.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirst(),
      ])
      return { keys: rows.map(decode), total: Number(counted?.total ?? 0) }
    },

    async updateOfUser(user, kind, id, patch) {
      keysChange()
      const row = await db
        .updateTable('keys')
        .set(changes(patch, { id }))
        .where('id', '=', id)
        .where('user', '=', user)
        .where('kind', '=', kind)
        .returningAll()
        .executeTakeFirst()
      return row && decode(row)
    },

    async touch(id, used) {
      await db
        .updateTable('keys')
        .set({ used })
        .where('id', '=', id)
        .where((eb) => eb.or([eb('used', 'is', null), eb('used', '<', used - (used % 60_000))]))
        .execute()
    },

    async listOfCamera(project, camera) {
      const rows = await keys()
        .where('camera', '=', camera)
        .where('project', '=', project)
        .orderBy('created', 'desc')
        .orderBy('id', 'desc')
        .execute()
      return rows.map(decode)
    },

    async deleteOfCamera(project, camera, id) {
      keysChange()
      const { numDeletedRows } = await db
        .deleteFrom('keys')
        .where('id', '=', id)
        .where('project', '=', project)
        .where('camera', '=', camera)
        .executeTakeFirst()
      return numDeletedRows > 0n
    },

    async deleteOfUser(user, kind, id) {
      keysChange()
      const result = await db
        .deleteFrom('keys')
        .where('id', '=', id)
        .where('user', '=', user)
        .where('kind', '=', kind)
        .executeTakeFirst()
      return result.numDeletedRows > 0n
    },
  }
}

function decode(row: KeyRow): Key {
  return { ...row, scopes: row.scopes === null ? null : JSON.parse(row.scopes) }
}
