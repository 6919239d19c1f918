/** What processing made of a task: one result per input, any number of outputs. */
import type { TaskRepository } from '../../core/tasks/records.ts'
import { runPrepared } from './prepared.ts'
import type { Scope } from './schema.ts'

type TaskResults = Pick<
  TaskRepository,
  'putResult' | 'results' | 'insertOutput' | 'outputs' | 'deleteOutputs' | 'deleteResults'
>

export function createTaskResults(scope: Scope): TaskResults {
  const { db } = scope
  const deleteOutputs: TaskResults['deleteOutputs'] = async (task, position) => {
    const all = db.deleteFrom('taskOutputs').where('task', '=', task)
    const asked = position === undefined ? all : all.where('position', '=', position)
    return (await asked.returning('blob').execute()).map((row) => row.blob)
  }

  return {
    async putResult(result) {
      const { task: _task, position: _position, ...replaced } = result
      await db
        .insertInto('taskResults')
        .values(result)
        .onConflict((conflict) => conflict.columns(['task', 'position']).doUpdateSet(replaced))
        .execute()
    },

    results: (id) =>
      runPrepared(scope, 'tasks.results', { id }, ({ id: task }) =>
        db.selectFrom('taskResults').selectAll().where('task', '=', task).orderBy('position'),
      ),

    async insertOutput(output) {
      await db.insertInto('taskOutputs').values(output).execute()
    },

    outputs(task, position) {
      const all = db.selectFrom('taskOutputs').selectAll().where('task', '=', task)
      const asked = position === undefined ? all : all.where('position', '=', position)
      return asked.orderBy('position').orderBy('number').execute()
    },

    deleteOutputs,

    async deleteResults(task) {
      const results = db.deleteFrom('taskResults').where('task', '=', task).execute()
      const [blobs] = await Promise.all([deleteOutputs(task), results])
      return blobs
    },
  }
}
