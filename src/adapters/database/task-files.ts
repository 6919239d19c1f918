/** Uploads of a task and the chunks of unfinished ones. */
import type { TaskRepository } from '../../core/tasks/records.ts'
import { lockRow } from './lock-row.ts'
import { runPrepared } from './prepared.ts'
import type { Scope } from './schema.ts'

type TaskFiles = Pick<
  TaskRepository,
  'insertFile' | 'findFile' | 'files' | 'deleteFile' | 'holdsUploads' | 'putChunk' | 'chunks' | 'deleteChunks'
>

export function createTaskFiles(scope: Scope): TaskFiles {
  const { db } = scope
  return {
    async insertFile(file) {
      await db.insertInto('taskFiles').values(file).execute()
    },

    findFile: (task, serverFilename) =>
      db
        .selectFrom('taskFiles')
        .selectAll()
        .where('serverFilename', '=', serverFilename)
        .where('task', '=', task)
        .executeTakeFirst(),

    files: (id) =>
      runPrepared(scope, 'tasks.files', { id }, ({ id: task }) =>
        db.selectFrom('taskFiles').selectAll().where('task', '=', task).orderBy('created').orderBy('serverFilename'),
      ),

    deleteFile: (task, serverFilename) =>
      db
        .deleteFrom('taskFiles')
        .where('serverFilename', '=', serverFilename)
        .where('task', '=', task)
        .returningAll()
        .executeTakeFirst(),

    async holdsUploads(task) {
      const file = await db
        .selectFrom('taskFiles')
        .select('serverFilename')
        .where('task', '=', task)
        .where('origin', '=', 'upload')
        .limit(1)
        .executeTakeFirst()
      if (file !== undefined) return true
      const chunk = await db
        .selectFrom('taskChunks')
        .select('index')
        .where('task', '=', task)
        .limit(1)
        .executeTakeFirst()
      return chunk !== undefined
    },

    async putChunk(chunk) {
      for (;;) {
        const inserted = await db
          .insertInto('taskChunks')
          .values(chunk)
          .onConflict((conflict) => conflict.columns(['task', 'filename', 'index']).doNothing())
          .returning('blob')
          .executeTakeFirst()
        if (inserted !== undefined) return undefined
        const place = { task: chunk.task, filename: chunk.filename, index: chunk.index }
        const replaced = await lockRow(
          scope,
          db
            .selectFrom('taskChunks')
            .select('blob')
            .where('task', '=', place.task)
            .where('filename', '=', place.filename)
            .where('index', '=', place.index),
        ).executeTakeFirst()
        // Deleted between the two statements: insert again.
        if (replaced === undefined) continue
        await db
          .updateTable('taskChunks')
          .set(chunk)
          .where('task', '=', place.task)
          .where('filename', '=', place.filename)
          .where('index', '=', place.index)
          .execute()
        return replaced.blob
      }
    },

    chunks(task, filename) {
      const all = db.selectFrom('taskChunks').selectAll().where('task', '=', task)
      const asked = filename === undefined ? all.orderBy('filename') : all.where('filename', '=', filename)
      return asked.orderBy('index').execute()
    },

    async deleteChunks(task, filename) {
      const rows = await db
        .deleteFrom('taskChunks')
        .where('task', '=', task)
        .where('filename', '=', filename)
        .returning('blob')
        .execute()
      return rows.map((row) => row.blob)
    },
  }
}
