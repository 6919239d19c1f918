/**
 * The rules of file encryption (tasks-api.md section 11): one key for a task's files, or none; the outputs under the same
 * key, or under the key of the process request alone; a connected task goes on with its parent's.
 */
import { DomainError, invalid } from '../errors.ts'
import type { FileKey } from '../keys/file-key.ts'
import type { BlobStreams } from '../ports.ts'
import type { TaskDeps } from './deps.ts'
import type { Task } from './records.ts'

type Keys = Pick<TaskDeps, 'fileKeys'>

/** How bytes are stored and read for whoever presents this key, or none. */
export function blobStreams(deps: Pick<TaskDeps, 'blobs' | 'encrypted'>, key: FileKey | undefined): BlobStreams {
  return key === undefined ? deps.blobs : deps.encrypted(key)
}

/**
 * The task's `fileKeyCheck` once it holds an upload under this key.
 * @throws DomainError invalid: "must be the same key for the whole task", or none
 */
export function uploadKeyCheck({ fileKeys }: Keys, { fileKeyCheck }: Task, key: FileKey | undefined): string {
  if (fileKeyCheck === null) return key === undefined ? '' : fileKeys.checkOf(key)
  if (fileKeyCheck !== '') requireKey(fileKeys, fileKeyCheck, key, 'files')
  else if (key !== undefined) {
    throw invalid(
      'file_encryption_key',
      'The task holds files that are not encrypted, so this one cannot be: start a new task, and send the token with file_encryption_key from its first upload on.',
    )
  }
  return fileKeyCheck
}

/** The task's `outputKeyCheck` when it is processed with this key. @throws DomainError invalid when its files need another */
export function outputKeyCheck({ fileKeys }: Keys, { fileKeyCheck }: Task, key: FileKey | undefined): string | null {
  if (fileKeyCheck === null || fileKeyCheck === '') return key === undefined ? null : fileKeys.checkOf(key)
  requireKey(fileKeys, fileKeyCheck, key, 'files')
  return fileKeyCheck
}

/** The `fileKeyCheck` of a task connected to this one. @throws DomainError invalid: "Same encryption key must be used" */
export function connectedKeyCheck({ fileKeys }: Keys, parent: Task, key: FileKey | undefined): string {
  if (parent.outputKeyCheck !== null) requireKey(fileKeys, parent.outputKeyCheck, key, 'results')
  return parent.outputKeyCheck ?? ''
}

/** Reads a task's outputs; plain ones need no key. @throws DomainError invalid */
export function outputStreams(deps: TaskDeps, task: Task, key: FileKey | undefined): BlobStreams {
  if (task.outputKeyCheck === null) return deps.blobs
  return deps.encrypted(requireKey(deps.fileKeys, task.outputKeyCheck, key, 'results'))
}

/** Reads a task's files with the key that its submission was accepted with. */
export function fileStreams(deps: TaskDeps, task: Task, key: FileKey | undefined): BlobStreams {
  return task.fileKeyCheck === null || task.fileKeyCheck === '' ? deps.blobs : blobStreams(deps, key)
}

/** The key of the job; without it, a job of an encrypted task can do nothing. */
export const needsKey = (task: Task): boolean => task.outputKeyCheck !== null

function requireKey(
  fileKeys: TaskDeps['fileKeys'],
  check: string,
  key: FileKey | undefined,
  what: 'files' | 'results',
): FileKey {
  if (key !== undefined && fileKeys.matches(key, check)) return key
  throw new DomainError(
    'invalid',
    key === undefined
      ? `The ${what} of this task are encrypted; send a token with their file_encryption_key.`
      : `The ${what} of this task are encrypted with another file_encryption_key; send a token with that one.`,
    { param: 'file_encryption_key' },
  )
}
