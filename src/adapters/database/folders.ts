/** Folders of the library. */
import type { Folder, FolderRepository } from '../../core/assets/records.ts'
import { DomainError } from '../../core/errors.ts'
import { lockRow } from './lock-row.ts'
import type { FolderRow, Scope } from './schema.ts'
import { follow } from './search/keep.ts'
import { entryOfFolder } from './search/terms.ts'

/** Paths named in one statement. */
const batch = 500

export function createFolders(scope: Scope): FolderRepository {
  const { db } = scope
  const byId = (project: string, id: string) =>
    db.selectFrom('folders').selectAll().where('id', '=', id).where('project', '=', project)

  const byPath = (project: string, path: string) =>
    db.selectFrom('folders').selectAll().where('project', '=', project).where('path', '=', path)

  async function findByPath(project: string, path: string): Promise<Folder | undefined> {
    const row = await byPath(project, path).executeTakeFirst()
    return row && decodeFolder(row)
  }

  /** Which bulk job holds each of these paths, if one does. */
  async function holdersOf(project: string, paths: readonly string[]): Promise<Map<string, string | null>> {
    const held = new Map<string, string | null>()
    for (let start = 0; start < paths.length; start += batch) {
      const holders = await db
        .selectFrom('folders')
        .select(['path', 'lockedBy'])
        .where('project', '=', project)
        .where('path', 'in', paths.slice(start, start + batch))
        .where('lockedBy', 'is not', null)
        .execute()
      for (const { path, lockedBy } of holders) held.set(path, lockedBy)
    }
    return held
  }

  /**
   * Locked rows with the bulk job that holds the folder or one above it. The look is a statement of its own, after the
   * lock: it sees every hold that is committed by now.
   */
  async function withHolders(rows: readonly FolderRow[]): Promise<Folder[]> {
    const paths = [...new Set(rows.flatMap(({ path }) => pathsTo(path)))]
    const held = await holdersOf(rows[0]?.project ?? '', paths)
    return rows.map((row) => withHolder(row, held))
  }

  return {
    findByPath,

    async find(project, id) {
      const row = await byId(project, id).executeTakeFirst()
      return row && decodeFolder(row)
    },

    async nearest(project, path) {
      const row = await db
        .selectFrom('folders')
        .selectAll()
        .where('project', '=', project)
        .where('path', 'in', ['', ...pathsTo(path)])
        // A folder's path is longer than that of the one it is in.
        .orderBy('path', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row && decodeFolder(row)
    },

    async lock(project, id) {
      const row = await lockRow(scope, byId(project, id)).executeTakeFirst()
      return row && (await withHolders([row]))[0]
    },

    async lockByPath(project, path) {
      const [row, held] = await Promise.all([
        lockRow(scope, byPath(project, path)).executeTakeFirst(),
        holdersOf(project, pathsTo(path)),
      ])
      return row && withHolder(row, held)
    },

    async lockAll(project, ids) {
      const rows = await lockRow(
        scope,
        db.selectFrom('folders').selectAll().where('project', '=', project).where('id', 'in', ids).orderBy('id'),
      ).execute()
      return withHolders(rows)
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

/** Held by the job that holds it or one above it. */
function withHolder(row: FolderRow, held: ReadonlyMap<string, string | null>): Folder {
  const above = pathsTo(row.path).find((path) => held.has(path))
  return { ...decodeFolder(row), lockedBy: held.get(above ?? '') ?? null }
}

export function decodeFolder(row: FolderRow): Folder {
  return { ...row, customMetadata: JSON.parse(row.customMetadata) }
}

/** `/a/b` as `/a` and `/a/b`. */
function pathsTo(path: string): string[] {
  const parts = path.split('/').slice(1)
  return parts.map((_part, index) => `/${parts.slice(0, index + 1).join('/')}`)
}
