/** Files of folders, many at a time: what jobs on folders walk over, move and delete. */
import { sql } from 'kysely'
import type { FolderTreeRepository } from '../../core/folders/records.ts'
import { decodeShown } from './assets.ts'
import { deletedFieldNames } from './custom-fields.ts'
import type { Scope } from './schema.ts'

type FolderFiles = Pick<FolderTreeRepository, 'files' | 'taken' | 'versions' | 'moveFiles' | 'filesIn'>

export function createFolderFiles(scope: Scope): FolderFiles {
  const { db, touch } = scope
  return {
    async files(folder, after, limit) {
      const rows = await db
        .selectFrom('assets')
        .select(['id', 'file', 'name', 'created'])
        .select(({ selectFrom }) =>
          selectFrom('assets as all')
            .select(({ fn }) => fn.countAll<number>().as('count'))
            .whereRef('all.file', '=', 'assets.file')
            .as('versions'),
        )
        .where('folder', '=', folder)
        .where('current', '=', 1)
        .$if(after !== null, (query) =>
          query.where(({ eb, refTuple, tuple }) =>
            eb(refTuple('created', 'id'), '>', tuple(after?.created ?? 0, after?.id ?? '')),
          ),
        )
        .orderBy('created')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map((row) => ({ ...row, versions: Number(row.versions) }))
    },

    async taken(folder, names) {
      if (names.length === 0) return new Map()
      const rows = await db
        .selectFrom('assets as present')
        .innerJoin('assets as all', 'all.file', 'present.file')
        .select(({ fn }) => [
          'present.name',
          'present.file',
          fn.max('present.created').as('created'),
          fn.countAll<number>().as('versions'),
          fn.max('all.version').as('version'),
          fn.max('all.lastDeleted').as('lastDeleted'),
        ])
        .where('present.folder', '=', folder)
        .where('present.name', 'in', names)
        .where('present.current', '=', 1)
        .groupBy(['present.name', 'present.file'])
        .execute()
      return new Map(
        rows.map(({ name, versions, version, lastDeleted, ...row }) => [
          name,
          { ...row, versions: Number(versions), last: Math.max(version, lastDeleted) },
        ]),
      )
    },

    async versions(files, onlyCurrent) {
      if (files.length === 0) return []
      const rows = await db
        .selectFrom('assets')
        .selectAll()
        .select(deletedFieldNames(scope, sql.ref('assets.project')).as('deletedFields'))
        .where('file', 'in', files)
        .$if(onlyCurrent, (query) => query.where('current', '=', 1))
        .orderBy('version')
        .execute()
      return rows.map(decodeShown)
    },

    async moveFiles(files, folder) {
      if (files.length === 0) return
      const moved = await db
        .updateTable('assets')
        .set({ folder })
        .where('file', 'in', files)
        .returning('project')
        .execute()
      for (const { project } of moved) touch(project)
    },

    async filesIn(folders, versions) {
      const found = await db
        .selectFrom('assets')
        .select('file')
        .where('folder', 'in', folders)
        .limit(versions)
        .execute()
      const files = [...new Set(found.map(({ file }) => file))]
      if (files.length === 0) return []
      const rows = await db
        .selectFrom('assets')
        .select(({ fn }) => [
          'file',
          fn.countAll<number>().as('versions'),
          // A sum of 64-bit numbers has more digits on PostgreSQL.
          sql<number>`cast(sum(size) as bigint)`.as('bytes'),
        ])
        .where('file', 'in', files)
        .groupBy('file')
        .execute()
      return rows
    },
  }
}
