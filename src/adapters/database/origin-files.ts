/** Files fetched from origins. */
import type { OriginFile, OriginFileRepository } from '../../core/origins/files.ts'
import type { OriginFileRow, Scope } from './schema.ts'

export function createOriginFiles({ db }: Scope): OriginFileRepository {
  type Place = Pick<OriginFile, 'project' | 'origin' | 'path'>
  const at = ({ project, origin, path }: Place) =>
    db
      .selectFrom('originFiles')
      .selectAll()
      .where('project', '=', project)
      .where('origin', '=', origin)
      .where('path', '=', path)

  return {
    async find(project, origin, path) {
      const row = await at({ project, origin, path }).executeTakeFirst()
      return row && decode(row)
    },

    async put(file) {
      const before = await at(file).executeTakeFirst()
      const { project: _project, origin: _origin, path: _path, ...patch } = encode(file)
      await db
        .insertInto('originFiles')
        .values(encode(file))
        .onConflict((conflict) => conflict.columns(['project', 'origin', 'path']).doUpdateSet(patch))
        .execute()
      return before?.blob
    },

    async touch({ project, origin, path }, checked) {
      await db
        .updateTable('originFiles')
        .set({ checked })
        .where('project', '=', project)
        .where('origin', '=', origin)
        .where('path', '=', path)
        .execute()
    },

    async delete({ project, origin, path }) {
      const gone = await db
        .deleteFrom('originFiles')
        .where('project', '=', project)
        .where('origin', '=', origin)
        .where('path', '=', path)
        .returning('blob')
        .executeTakeFirst()
      return gone?.blob
    },

    async totalSize() {
      const { total } = await db
        .selectFrom('originFiles')
        .select(({ fn }) => fn.sum<number | string | null>('size').as('total'))
        .executeTakeFirstOrThrow()
      return Number(total ?? 0)
    },

    async oldest(limit) {
      const rows = await db.selectFrom('originFiles').selectAll().orderBy('checked').limit(limit).execute()
      return rows.map(decode)
    },
  }
}

const encode = (file: OriginFile): OriginFileRow => ({ ...file, isPrivate: file.isPrivate ? 1 : 0 })
const decode = (row: OriginFileRow): OriginFile => ({ ...row, isPrivate: row.isPrivate === 1 })
