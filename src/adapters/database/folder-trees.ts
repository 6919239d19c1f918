/**
 * Subtrees of folders. What is below `/a` has a path from `/a/` up to `/a0` ('0' follows '/'): one range of the index by
 * path, which both engines keep in byte order.
 */
import { type ExpressionBuilder, sql } from 'kysely'
import type { FolderTreeRepository } from '../../core/folders/records.ts'
import { createFolderFiles } from './folder-files.ts'
import { decodeFolder } from './folders.ts'
import type { FolderRow, Schema, Scope } from './schema.ts'
import { follow } from './search/keep.ts'
import { entryOfFolder } from './search/terms.ts'

export function createFolderTrees(scope: Scope): FolderTreeRepository {
  const { db } = scope
  /** Conditions of what is below, and of that with the folder itself. */
  const below = (project: string, path: string) => (folder: ExpressionBuilder<Schema, 'folders'>) =>
    folder.and([
      folder('folders.project', '=', project),
      folder('folders.path', '>', `${path}/`),
      folder('folders.path', '<', `${path}0`),
    ])
  const itself = (project: string, path: string) => (folder: ExpressionBuilder<Schema, 'folders'>) =>
    folder.and([folder('folders.project', '=', project), folder('folders.path', '=', path)])
  const whole = (project: string, path: string) => [itself(project, path), below(project, path)]

  /** What search knows of folders. */
  const entriesOf = (rows: readonly FolderRow[]) => rows.map((row) => entryOfFolder(decodeFolder(row)))
  const entries = async (ids: readonly string[]) =>
    entriesOf(await db.selectFrom('folders').selectAll().where('id', 'in', ids).execute())

  return {
    ...createFolderFiles(scope),

    async count(project, path, most) {
      const folders = await db
        .selectFrom(db.selectFrom('folders').select('id').where(below(project, path)).limit(most).as('rows'))
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
      let items = Number(folders.count)
      for (const part of whole(project, path)) {
        if (items >= most) return most
        const files = db
          .selectFrom('folders')
          .innerJoin('assets', 'assets.folder', 'folders.id')
          .select('assets.id')
          .where(part)
          .where('assets.current', '=', 1)
        const { count } = await db
          .selectFrom(files.limit(most - items).as('rows'))
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .executeTakeFirstOrThrow()
        items += Number(count)
      }
      return items
    },

    async extent(project, path) {
      const extent = { levels: 0, bytes: 0 }
      for (const part of whole(project, path)) {
        const { levels, bytes } = await db
          .selectFrom('folders')
          .select([
            sql<number>`coalesce(max(length(path) - length(replace(path, '/', ''))), 0)`.as('levels'),
            sql<number>`coalesce(max(octet_length(path)), 0)`.as('bytes'),
          ])
          .where(part)
          .executeTakeFirstOrThrow()
        extent.levels = Math.max(extent.levels, levels)
        extent.bytes = Math.max(extent.bytes, bytes)
      }
      return extent
    },

    async held(project, path) {
      for (const part of whole(project, path)) {
        const row = await db
          .selectFrom('folders')
          .select('path')
          .where(part)
          .where('lockedBy', 'is not', null)
          .limit(1)
          .executeTakeFirst()
        if (row !== undefined) return row.path
      }
      return undefined
    },

    async page(project, path, after, limit) {
      const rows = await db
        .selectFrom('folders')
        .selectAll()
        .where('project', '=', project)
        .where('path', '>', after > `${path}/` ? after : `${path}/`)
        .where('path', '<', `${path}0`)
        .orderBy('path')
        .limit(limit)
        .execute()
      return rows.map(decodeFolder)
    },

    async rebase(project, from, to, limit) {
      scope.touch(project)
      const result = await db
        .updateTable('folders')
        .set({ path: sql<string>`${to} || substr(path, ${sql.lit([...from].length + 1)})` })
        .where('id', 'in', ({ selectFrom }) =>
          selectFrom('folders').select('id').where(below(project, from)).orderBy('path', 'desc').limit(limit),
        )
        .executeTakeFirst()
      return Number(result.numUpdatedRows)
    },

    async giveAway(project, path, to, limit) {
      scope.touch(project)
      let given = 0
      // Again until nothing is left: on PostgreSQL a statement that waited for a folder does not see what came into it.
      for (const part of [below(project, path), itself(project, path)]) {
        for (let now = 1; now > 0 && given < limit; given += now) {
          const result = await db
            .updateTable('folders')
            .set({ project: to })
            .where('id', 'in', ({ selectFrom }) =>
              selectFrom('folders')
                .select('id')
                .where(part)
                .orderBy('path', 'desc')
                .limit(limit - given),
            )
            .where(part)
            .executeTakeFirst()
          now = Number(result.numUpdatedRows)
        }
      }
      return given
    },

    async update(id, patch) {
      const before = patch.name === undefined ? [] : await entries([id])
      const changed = await db.updateTable('folders').set(patch).where('id', '=', id).returning('project').execute()
      for (const { project } of changed) scope.touch(project)
      if (patch.name !== undefined) await follow(scope, before, await entries([id]))
    },

    async heldBy(project, job) {
      const row = await db
        .selectFrom('folders')
        .selectAll()
        .where('lockedBy', '=', job)
        .where('project', '=', project)
        .executeTakeFirst()
      return row && decodeFolder(row)
    },

    async unlock(job) {
      await db.updateTable('folders').set({ lockedBy: null }).where('lockedBy', '=', job).execute()
    },

    async isEmpty(id) {
      const file = await db.selectFrom('assets').select('id').where('folder', '=', id).limit(1).executeTakeFirst()
      if (file !== undefined) return false
      const folder = await db.selectFrom('folders').select('id').where('parent', '=', id).limit(1).executeTakeFirst()
      return folder === undefined
    },

    async deleteEmpty(project, path, limit) {
      scope.touch(project)
      let deleted = 0
      for (const part of whole(project, path)) {
        const rows = await db
          .deleteFrom('folders')
          .where('id', 'in', ({ selectFrom }) =>
            selectFrom('folders')
              .select('folders.id')
              .where(part)
              .where(({ not, exists }) =>
                not(
                  exists(
                    selectFrom('assets').select('assets.id').whereRef('assets.folder', '=', 'folders.id').limit(1),
                  ),
                ),
              )
              .where(({ not, exists }) =>
                not(
                  exists(
                    selectFrom('folders as child')
                      .select('child.id')
                      .whereRef('child.parent', '=', 'folders.id')
                      .limit(1),
                  ),
                ),
              )
              .limit(limit),
          )
          .returningAll()
          .execute()
        await follow(scope, entriesOf(rows), [])
        deleted += rows.length
      }
      return deleted
    },

    async some(project, limit) {
      const rows = await db.selectFrom('folders').select('id').where('project', '=', project).limit(limit).execute()
      return rows.map(({ id }) => id)
    },

    async delete(project, ids) {
      if (ids.length === 0) return
      scope.touch(project)
      const rows = await db.deleteFrom('folders').where('id', 'in', ids).returningAll().execute()
      await follow(scope, entriesOf(rows.map((row) => ({ ...row, project }))), [])
    },
  }
}
