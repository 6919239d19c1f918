/** Tasks themselves; their uploads and results are in the files beside. */
import type { ExpressionBuilder } from 'kysely'
import type { Task, TaskFilter, TaskRepository } from '../../core/tasks/records.ts'
import { lockRow } from './lock-row.ts'
import { changes } from './patch.ts'
import { runPrepared } from './prepared.ts'
import type { Schema, Scope, TaskRow } from './schema.ts'
import { createTaskFiles } from './task-files.ts'
import { createTaskResults } from './task-results.ts'

export function createTasks(scope: Scope): TaskRepository {
  const { db, clock } = scope
  const one = ({ project, id, now }: { project: string; id: string; now: number }) =>
    db.selectFrom('tasks').selectAll().where('id', '=', id).where('project', '=', project).where(alive(now))

  return {
    ...createTaskFiles(scope),
    ...createTaskResults(scope),

    async insert(task) {
      await db
        .insertInto('tasks')
        .values({
          ...task,
          params: encodeParams(task.params),
          outputExtensions: JSON.stringify(task.outputExtensions),
          open: task.open ? 1 : 0,
        })
        .execute()
    },

    async find(project, id) {
      const [row] = await runPrepared(scope, 'tasks.find', { project, id, now: clock.now() }, one)
      return row && decode(row)
    },

    async lock(project, id) {
      const row = await lockRow(scope, one({ project, id, now: clock.now() })).executeTakeFirst()
      return row && decode(row)
    },

    async list(project, filter, page, pageSize) {
      const rows = await filtered(scope, project, filter)
        .orderBy('created', 'desc')
        .orderBy('id', 'desc')
        .limit(pageSize)
        .offset((page - 1) * pageSize)
        .execute()
      return rows.map(decode)
    },

    async transition(id, from, { params, outputExtensions, open, ...plain }) {
      if (from.length === 0) return undefined
      const patch: Partial<TaskRow> = { ...plain }
      if (params !== undefined) patch.params = encodeParams(params)
      if (outputExtensions !== undefined) patch.outputExtensions = JSON.stringify(outputExtensions)
      if (open !== undefined) patch.open = open ? 1 : 0
      const row = await db
        .updateTable('tasks')
        .set(changes(patch, { id }))
        .where('id', '=', id)
        .where('status', 'in', from)
        .returningAll()
        .executeTakeFirst()
      return row && decode(row)
    },

    async delete(id) {
      // The task first: it locks out whoever changes its parts.
      await db.deleteFrom('tasks').where('id', '=', id).execute()
      const files = await db.deleteFrom('taskFiles').where('task', '=', id).returning('blob').execute()
      const chunks = await db.deleteFrom('taskChunks').where('task', '=', id).returning('blob').execute()
      const outputs = await db.deleteFrom('taskOutputs').where('task', '=', id).returning('blob').execute()
      await db.deleteFrom('taskResults').where('task', '=', id).execute()
      return [...files, ...chunks, ...outputs].map((row) => row.blob)
    },

    async countOpen(project) {
      const row = await db
        .selectFrom('tasks')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('project', '=', project)
        .where('open', '=', 1)
        .where(alive(clock.now()))
        .executeTakeFirst()
      return row?.count ?? 0
    },

    async lockExpired(id, now) {
      const row = await lockRow(
        scope,
        db
          .selectFrom('tasks')
          .selectAll()
          .where('id', '=', id)
          .where('expires', '<=', now)
          .where('status', '<>', 'TaskProcessing'),
      ).executeTakeFirst()
      return row && decode(row)
    },

    expired: (now, limit) =>
      db
        .selectFrom('tasks')
        .select(['id', 'project'])
        .where('expires', '<=', now)
        .where('status', '<>', 'TaskProcessing')
        .orderBy('expires')
        .orderBy('id')
        .limit(limit)
        .execute(),
  }
}

/** A task whose lifetime is over is gone, swept or not; one at work has to end first. */
function alive(now: number) {
  return ({ or, eb }: ExpressionBuilder<Schema, 'tasks'>) =>
    or([eb('expires', '>', now), eb('status', '=', 'TaskProcessing')])
}

function filtered({ db, clock }: Scope, project: string, { tool, status, customInt, customString }: TaskFilter) {
  let query = db.selectFrom('tasks').selectAll().where('project', '=', project).where(alive(clock.now()))
  if (tool !== undefined) query = query.where('tool', '=', tool)
  if (status !== undefined) query = query.where('status', '=', status)
  if (customInt !== undefined) query = query.where('customInt', '=', customInt)
  if (customString !== undefined) {
    // The index holds a prefix only.
    query = query
      .where('customString', '=', customString)
      .where(({ fn, val, eb, cast }) =>
        eb(
          fn<string>('substr', ['customString', eb.lit(1), eb.lit(100)]),
          '=',
          fn<string>('substr', [cast<string>(val(customString), 'text'), eb.lit(1), eb.lit(100)]),
        ),
      )
  }
  return query
}

function encodeParams(params: Task['params']): string | null {
  return params === null ? null : JSON.stringify(params)
}

function decode(row: TaskRow): Task {
  return {
    ...row,
    params: row.params === null ? null : JSON.parse(row.params),
    outputExtensions: JSON.parse(row.outputExtensions),
    open: row.open === 1,
  }
}
