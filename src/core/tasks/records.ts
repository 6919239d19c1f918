/** Tasks, their uploads, chunks, results and outputs as the store keeps them (tasks-api.md sections 4, 5, 8). */
import type { ImageFormat } from '../processing/operations.ts'
import type { TaskJobParams } from './params.ts'

export const tools = [
  'resizeimage',
  'cropimage',
  'compressimage',
  'convertimage',
  'watermarkimage',
  'rotateimage',
  'repairimage',
  'upscaleimage',
  'removebackgroundimage',
] as const
export type Tool = (typeof tools)[number]

/** `TaskDeleted` and `TaskNotFound` exist on the wire only: a deleted task is gone. */
export type TaskStatus = 'TaskWaiting' | 'TaskProcessing' | 'TaskSuccess' | 'TaskSuccessWithWarnings' | 'TaskError'

export type FileStatus =
  | 'FileSuccess'
  | 'FileWaiting'
  | 'WrongPassword'
  | 'TimeOut'
  | 'ServerFileNotFound'
  | 'DamagedFile'
  | 'NoImages'
  | 'OutOfRange'
  | 'NonConformant'
  | 'UnknownError'

export interface Task {
  id: string
  project: string
  tool: Tool
  status: TaskStatus
  /** The accepted process request; null before. */
  params: TaskJobParams | null
  customInt: number | null
  customString: string | null
  /** When processing began; null before. */
  processStart: number | null
  /** Processing time; 0 before. */
  timerMs: number
  /** Sum of the processed inputs' bytes. */
  filesize: number
  outputFilesize: number
  outputFilenumber: number
  /** Distinct, lower-case, without a dot. */
  outputExtensions: string[]
  /** Check value of the key that its files are encrypted with; '': they are plain; null: it has none yet. */
  fileKeyCheck: string | null
  /** The same of its outputs; null: they are plain, or there are none yet. */
  outputKeyCheck: string | null
  /** Name that /download gives; empty before. */
  downloadFilename: string
  /** Number of inputs of the process request. */
  fileNumber: number
  created: number
  /** Counts against the project's open tasks: has an upload of its own and is not processed (core/tasks/open.ts). */
  open: boolean
  /** Last activity; the sweeper counts a task's lifetime from here. */
  updated: number
  expires: number
}

/** An upload (or an inherited output of a connected parent). */
export interface TaskFile {
  /** Unique over all tasks. */
  serverFilename: string
  task: string
  project: string
  blob: string
  /** The client's name, cleaned. */
  filename: string
  size: number
  width: number | null
  height: number | null
  /** Own uploads open a task, inherited files do not (tasks-api.md section 12). */
  origin: 'upload' | 'inherited'
  created: number
}

/** One part of a chunked upload; the assembly key is (task, filename). */
export interface TaskChunk {
  task: string
  filename: string
  index: number
  total: number
  blob: string
  size: number
  /** The name the assembled file will get; the same for all parts. */
  serverFilename: string
  created: number
}

/** What became of one input of the process request, in request order. */
export interface TaskResult {
  task: string
  /** Place in the request's `files`, from 0. */
  position: number
  serverFilename: string
  filename: string
  status: FileStatus
  /** For a person: why it failed; empty on success. */
  message: string
  timerMs: number
  filesize: number
  outputFilesize: number
}

export interface TaskOutput {
  task: string
  /** Place of the input it came from. */
  position: number
  /** Number among the outputs of that input, from 0. */
  number: number
  blob: string
  /** The name, without a folder; a package makes it unique (naming.ts). */
  filename: string
  size: number
  crc32: number
  format: ImageFormat
}

export interface TaskFilter {
  tool?: Tool
  status?: TaskStatus
  customInt?: number
  customString?: string
}

export interface TaskRepository {
  insert(task: Task): Promise<void>
  /** A task whose lifetime is over is not found, swept or not. */
  find(project: string, id: string): Promise<Task | undefined>
  /** Like find, and the row stays locked until the transaction ends. */
  lock(project: string, id: string): Promise<Task | undefined>
  /** Newest first; `page` from 1. Tasks that hold nothing (never given a file) are listed too. */
  list(project: string, filter: TaskFilter, page: number, pageSize: number): Promise<Task[]>
  /** One conditional update: changes the row only while its status is one of `from`; returns the new record, or undefined. */
  transition(
    id: string,
    from: readonly TaskStatus[],
    patch: Partial<Omit<Task, 'id' | 'project'>>,
  ): Promise<Task | undefined>
  /** Deletes the task with everything under it and returns the blob keys it referenced (one entry per reference). */
  delete(id: string): Promise<string[]>
  /** Open tasks of the project. */
  countOpen(project: string): Promise<number>
  /** The task, locked, if its lifetime is over at `now` and it is not processing. */
  lockExpired(id: string, now: number): Promise<Task | undefined>
  /** Tasks with `expires` <= now that are not processing, oldest first. */
  expired(now: number, limit: number): Promise<Pick<Task, 'id' | 'project'>[]>

  insertFile(file: TaskFile): Promise<void>
  findFile(task: string, serverFilename: string): Promise<TaskFile | undefined>
  /** Oldest first, then by name. */
  files(task: string): Promise<TaskFile[]>
  /** The removed record, or undefined. */
  deleteFile(task: string, serverFilename: string): Promise<TaskFile | undefined>

  /** True while the task has an upload of its own, or parts of one. */
  holdsUploads(task: string): Promise<boolean>

  /** Inserts or replaces the part with the same (task, filename, index); returns the replaced part's blob key. */
  putChunk(chunk: TaskChunk): Promise<string | undefined>
  /** In index order, those of one assembly; without a name: all. */
  chunks(task: string, filename?: string): Promise<TaskChunk[]>
  /** Deletes all parts of one assembly and returns their blob keys. */
  deleteChunks(task: string, filename: string): Promise<string[]>

  /** Inserts or replaces by (task, position). */
  putResult(result: TaskResult): Promise<void>
  /** In position order. */
  results(task: string): Promise<TaskResult[]>
  insertOutput(output: TaskOutput): Promise<void>
  /** In (position, number) order; those of one input, or all. */
  outputs(task: string, position?: number): Promise<TaskOutput[]>
  /** Deletes the outputs of one input, or of all, and returns their blob keys. */
  deleteOutputs(task: string, position?: number): Promise<string[]>
  /** Deletes results and outputs (a failed try that may be repeated) and returns the outputs' blob keys. */
  deleteResults(task: string): Promise<string[]>
}
