/** Folders of the library. */
import type { Folder, FolderRepository } from '../../core/assets/records.ts'
import { DomainError } from '../../core/errors.ts'
import { lockRow } from './lock-row.ts'
import type { FolderRow, Scope } from './schema.ts'

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

  /** The bulk job that holds the folder, or one above it. */
  async function holder({ project, path }: FolderRow): Promise<string | null> {
    if (path === '') return null
    const row = await db
      .selectFrom('folders')
      .select('lockedBy')
      .where('project', '=', project)
      .where('path', 'in', pathsTo(path))
      .where('lockedBy', 'is not', null)
      .limit(1)
      .executeTakeFirst()
    return row?.lockedBy ?? null
  }

  return {
    findByPath,

    async find(project, id) {
      const row = await byId(project, id).executeTakeFirst()
      return row && decodeFolder(row)
    },

    async lock(project, id) {
      const row = await lockRow(scope, byId(project, id)).executeTakeFirst()
      // A statement of its own, after the lock: it sees every hold that was committed by now.
      return row && { ...decodeFolder(row), lockedBy: await holder(row) }
    },

    async ensure(folder) {
      const row = await db
        .insertInto('folders')
        .values({ ...folder, customMetadata: JSON.stringify(folder.customMetadata) })
        .onConflict((conflict) => conflict.columns(['project', 'path']).doNothing())
        .returningAll()
        .executeTakeFirst()
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

/** `/a/b` as `/a` and `/a/b`. */
function pathsTo(path: string): string[] {
  const parts = path.split('/').slice(1)
  return parts.map((_part, index) => `/${parts.slice(0, index + 1).join('/')}`)
}
