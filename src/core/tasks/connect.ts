/** Connected tasks (tasks-api.md section 8.4): the child starts with the parent's outputs as its files. */
import type { Caller } from '../caller.ts'
import { DomainError } from '../errors.ts'
import { serverFilename } from '../ids.ts'
import type { TaskDeps } from './deps.ts'
import { connectedKeyCheck } from './encryption.ts'
import { unknownTask } from './find.ts'
import { uniqueNames } from './naming.ts'
import type { Task, TaskFile, Tool } from './records.ts'
import { newTask } from './start.ts'

/**
 * Blobs are referenced again, not copied: deleting the parent does not touch the child, and encrypted files stay so.
 * @throws DomainError not_found, conflict, invalid: another key than the parent's
 */
export async function connectTask(
  deps: TaskDeps,
  caller: Caller,
  parentId: string,
  tool: Tool,
): Promise<{ task: Task; files: TaskFile[] }> {
  const project = caller.project.id
  return deps.store.tx(async (tx) => {
    const parent = await tx.tasks.lock(project, parentId)
    if (parent === undefined) throw unknownTask()
    if (parent.status !== 'TaskSuccess' && parent.status !== 'TaskSuccessWithWarnings') {
      throw new DomainError(
        'conflict',
        `The parent task is ${parent.status}; it must be processed with success before it can be connected.`,
        {
          param: 'task',
        },
      )
    }
    const task = { ...newTask(project, tool, deps), fileKeyCheck: connectedKeyCheck(deps, parent, caller.fileKey) }
    const [outputs] = await Promise.all([tx.tasks.outputs(parentId), tx.tasks.insert(task)])
    const names = uniqueNames(outputs.map((output) => output.filename))
    const files: TaskFile[] = []
    for (const [index, output] of outputs.entries()) {
      if (!(await tx.blobs.retain(output.blob))) throw unknownTask()
      const file: TaskFile = {
        serverFilename: serverFilename(output.format),
        task: task.id,
        project,
        blob: output.blob,
        filename: names[index] ?? output.filename,
        size: output.size,
        width: null,
        height: null,
        origin: 'inherited',
        // The list of a task's files is ordered by time: keeps the parent's order.
        created: task.created + index,
      }
      await tx.tasks.insertFile(file)
      files.push(file)
    }
    return { task, files }
  })
}
