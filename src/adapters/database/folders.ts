/** Folders of the library. */
import type { Folder, FolderRepository } from '../../core/assets/records.ts'
import { DomainError } from '../../core/errors.ts'
import { lockRow } from './lock-row.ts'
import type { FolderRow, Scope } from './schema.ts'
import { follow } from './search/keep.ts'
import { entryOfFolder } from './search/terms.ts'

export function createFolders(scope: Scope): FolderRepository {
  const { db } = scope
  const byId = (project: string, id: string) =>
    db.selectFrom('folders').selectAll().where('id', '=', id).where('project', '=', project)

  async function findByPath(project: string, path: string): Promise<Folder | undefined> {
    const row = await db
      .selectFrom('folders')
      .selectAll()
      .where('project', '=', project)
      .where('path', '=', path)
      .executeTakeFirst()
    return row && decodeFolder(row)
  }

  return {
    findByPath,

    async find(project, id) {
      const row = await byId(project, id).executeTakeFirst()
      return row && decodeFolder(row)
    },

    async lock(project, id) {
      const row = await lockRow(scope, byId(project, id)).executeTakeFirst()
      return row && decodeFolder(row)
    },

    async ensure(folder) {
      const row = await db
        .insertInto('folders')
        .values({ ...folder, customMetadata: JSON.stringify(folder.customMetadata) })
        .onConflict((conflict) => conflict.columns(['project', 'path']).doNothing())
        .returningAll()
        .executeTakeFirst()
      // The root is in no list.
      if (row !== undefined && row.path !== '') await follow(scope, [], [entryOfFolder(decodeFolder(row))])
      const there = row === undefined ? await findByPath(folder.project, folder.path) : decodeFolder(row)
      // Made by somebody else and gone again, all meanwhile.
      if (there === undefined) throw new DomainError('conflict', 'The folder was just moved or deleted; try again.')
      return there
    },
  }
}

export function decodeFolder(row: FolderRow): Folder {
  return { ...row, customMetadata: JSON.parse(row.customMetadata) }
}
