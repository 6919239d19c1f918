/** What processing made of a task: one result per input, any number of outputs. */
import type { TaskRepository } from '../../core/tasks/records.ts'
import type { Scope } from './schema.ts'

type TaskResults = Pick<TaskRepository, 'putResult' | 'results' | 'insertOutput' | 'outputs' | 'deleteResults'>

export function createTaskResults({ db }: Scope): TaskResults {
  return {
    async putResult(result) {
      const { task: _task, position: _position, ...replaced } = result
      await db
        .insertInto('taskResults')
        .values(result)
        .onConflict((conflict) => conflict.columns(['task', 'position']).doUpdateSet(replaced))
        .execute()
    },

    results: (task) => db.selectFrom('taskResults').selectAll().where('task', '=', task).orderBy('position').execute(),

    async insertOutput(output) {
      await db.insertInto('taskOutputs').values(output).execute()
    },

    outputs: (task) =>
      db.selectFrom('taskOutputs').selectAll().where('task', '=', task).orderBy('position').orderBy('number').execute(),

    async deleteResults(task) {
      await db.deleteFrom('taskResults').where('task', '=', task).execute()
      const rows = await db.deleteFrom('taskOutputs').where('task', '=', task).returning('blob').execute()
      return rows.map((row) => row.blob)
    },
  }
}
