/** The task as the Tasks API shows it (tasks-api.md sections 5.2 and 8.1): a superset, because clients read different subsets. */
import type { TaskDetail } from '../../core/tasks/find.ts'
import { packedNames } from '../../core/tasks/naming.ts'
import type { FileStatus, Task, TaskOutput, TaskStatus } from '../../core/tasks/records.ts'

const messages: Record<TaskStatus | 'TaskDeleted', string> = {
  TaskWaiting: 'Waiting',
  TaskProcessing: 'Processing',
  TaskSuccess: 'Success',
  TaskSuccessWithWarnings: 'Success with warnings',
  TaskError: 'Error',
  TaskDeleted: 'Deleted',
}

export const fileMessages: Record<FileStatus, string> = {
  FileSuccess: 'Success',
  FileWaiting: 'Waiting',
  WrongPassword: 'The password is missing or wrong',
  TimeOut: 'Processing took too long',
  ServerFileNotFound: 'The file was not found in the task',
  DamagedFile: 'The file is damaged or no readable image',
  NoImages: 'The file has no images',
  OutOfRange: 'A size or position is out of range',
  NonConformant: 'The file does not conform',
  UnknownError: 'The file could not be processed',
}

/** Without `files`: as lists show it. */
export function taskSummary(task: Task, server: string) {
  return {
    tool: task.tool,
    process_start:
      task.processStart === null ? '' : new Date(task.processStart).toISOString().slice(0, 19).replace('T', ' '),
    status: task.status,
    status_message: messages[task.status],
    custom_int: task.customInt,
    custom_string: task.customString,
    timer: timer(task),
    filesize: task.filesize,
    output_filesize: task.outputFilesize,
    output_filenumber: task.outputFilenumber,
    output_extensions: task.outputExtensions,
    server,
    task: task.id,
    task_id: task.id,
    file_number: String(task.fileNumber),
    download_filename: task.downloadFilename,
  }
}

/** A string holding a decimal number of seconds (section 0, rule 8). */
export const timer = (task: Task) => (task.timerMs / 1000).toFixed(3)

/** Files after processing in request order; before, the uploads as FileWaiting, or WrongPassword after such a try. */
export function taskFiles({ files, results, task }: TaskDetail) {
  if (task.params === null) {
    const refused = results
      .filter(({ status }) => status === 'WrongPassword')
      .map(({ serverFilename }) => serverFilename)
    return files.map(({ serverFilename, filename, size }) => {
      const status = refused.includes(serverFilename) ? 'WrongPassword' : 'FileWaiting'
      return fileResource(serverFilename, status, filename, 0, size, 0)
    })
  }
  const byPosition = new Map(results.map((result) => [result.position, result]))
  const uploads = new Map(files.map((file) => [file.serverFilename, file]))
  return task.params.files.map((input, position) => {
    const result = byPosition.get(position)
    if (result === undefined) {
      const upload = uploads.get(input.serverFilename)
      return fileResource(input.serverFilename, 'FileWaiting', input.filename, 0, upload?.size ?? 0, 0)
    }
    const { serverFilename, status, filename, timerMs, filesize, outputFilesize, message } = result
    return {
      ...fileResource(serverFilename, status, filename, timerMs, filesize, outputFilesize),
      ...(message === '' ? {} : { message }),
    }
  })
}

function fileResource(
  serverFilename: string,
  status: FileStatus,
  filename: string,
  ms: number,
  filesize: number,
  outputFilesize: number,
) {
  return {
    server_filename: serverFilename,
    status,
    status_message: fileMessages[status],
    filename,
    timer: ms / 1000,
    filesize,
    output_filesize: outputFilesize,
  }
}

export function taskResource(detail: TaskDetail, server: string) {
  return { ...taskSummary(detail.task, server), files: taskFiles(detail) }
}

/** The DELETE answer: `UploadDeleted` tells that a waiting task's uploads are gone (section 8.3). */
export function deletedResource(detail: TaskDetail, server: string) {
  return {
    ...taskResource(detail, server),
    status: 'TaskDeleted',
    status_message: messages.TaskDeleted,
    ...(detail.task.status === 'TaskWaiting' ? { upload_status: 'UploadDeleted' } : {}),
  }
}

/** Outputs under their names inside the package (section 7). */
export function namedOutputs(task: Task, outputs: readonly TaskOutput[]): (TaskOutput & { name: string })[] {
  const names = packedNames(outputs, (position) => task.params?.files[position]?.filename ?? '')
  return outputs.map((output, index) => ({ ...output, name: names[index] ?? output.filename }))
}
