/**
 * Uploads (tasks-api.md section 4.1). The bytes are stored first, under the caller's project, because the task may be
 * named after the file; then they are linked to the task in one transaction, or deleted when that is refused.
 */
import { extname } from 'node:path'
import type { Readable } from 'node:stream'
import { discardBytes, type StoredBytes, storeBytes } from '../blobs/stored.ts'
import type { Caller } from '../caller.ts'
import { DomainError } from '../errors.ts'
import { serverFilename } from '../ids.ts'
import type { BlobStreams, ImageFacts, Repositories } from '../ports.ts'
import { mediaTypes } from '../processing/operations.ts'
import type { TaskDeps } from './deps.ts'
import { blobStreams, uploadKeyCheck } from './encryption.ts'
import { type SourceFile, sourceByPath, sourceByPipe } from './engine-files.ts'
import { lockWaitingTask } from './find.ts'
import { cleanName } from './naming.ts'
import { admitUpload } from './open.ts'
import type { Task, TaskFile } from './records.ts'

/** What an upload turned out to be. A protected PDF tells no more than its format. */
export type UploadFacts = Pick<ImageFacts, 'format'> & Partial<Pick<ImageFacts, 'width' | 'height'>>

/** Stores a stream as the caller wants it, bounded by the upload limit. @throws as `storeBytes` */
export function storeUpload(deps: TaskDeps, caller: Caller, source: Readable): Promise<StoredBytes> {
  const streams = blobStreams(deps, caller.fileKey)
  return storeBytes(streams, caller.project.id, source, { maxBytes: deps.maxUploadBytes, signal: caller.signal })
}

/** Links stored bytes to a waiting task as an upload. On refusal the bytes are deleted. */
export async function addUpload(
  deps: TaskDeps,
  caller: Caller,
  task: string,
  stored: StoredBytes,
  clientName: string | undefined,
): Promise<TaskFile> {
  try {
    const facts = await inspectUpload(deps, caller, stored)
    return await deps.store.tx(async (tx) => {
      const waiting = await lockWaitingTask(tx, caller.project.id, task)
      await admitUpload(deps, tx, caller, waiting)
      const name = cleanName(clientName ?? '', 'file')
      return linkUpload(deps, tx, caller, {
        task: waiting,
        stored,
        facts,
        name,
        serverFilename: serverFilename(extensionOf(facts, name)),
      })
    })
  } catch (error) {
    await discardBytes(deps.blobs, stored)
    throw error
  }
}

interface Link {
  /** Locked. */
  task: Task
  stored: StoredBytes
  facts: UploadFacts | undefined
  name: string
  serverFilename: string
}

/**
 * Adds blob and file rows, keeps the task alive and marks it open, inside the caller's transaction.
 * @throws DomainError invalid: another key than the task's
 */
export async function linkUpload(deps: TaskDeps, tx: Repositories, caller: Caller, link: Link): Promise<TaskFile> {
  const { stored, facts, task } = link
  const fileKeyCheck = uploadKeyCheck(deps, task, caller.fileKey)
  const now = deps.clock.now()
  const project = caller.project.id
  const file: TaskFile = {
    serverFilename: link.serverFilename,
    task: task.id,
    project,
    blob: stored.key,
    filename: link.name,
    size: stored.size,
    width: facts?.width ?? null,
    height: facts?.height ?? null,
    origin: 'upload',
    created: now,
  }
  const type = facts === undefined ? 'application/octet-stream' : mediaTypes[facts.format]
  const { key, size, sha256, crc32 } = stored
  const { encryption } = blobStreams(deps, caller.fileKey)
  await tx.blobs.insert({ key, project, size, sha256, crc32, type, encryption, refs: 1, created: now })
  await tx.tasks.insertFile(file)
  const kept = { fileKeyCheck, open: true, updated: now, expires: now + deps.lifetimeMs }
  await tx.tasks.transition(task.id, ['TaskWaiting'], kept)
  return file
}

/** What the bytes are; undefined when they are no readable image: that is accepted here and fails at process. */
export async function inspectUpload(
  deps: TaskDeps,
  caller: Caller,
  stored: StoredBytes,
): Promise<UploadFacts | undefined> {
  const { signal, fileKey } = caller
  try {
    if (fileKey === undefined)
      return await inspectFile(deps, await sourceByPath(deps.blobs, stored.key, signal), signal)
    return await inspectEncrypted(deps, deps.encrypted(fileKey), stored, signal)
  } catch (error) {
    if (error instanceof DomainError && error.code === 'wrong_password') return { format: 'pdf' }
    if (error instanceof DomainError && (error.code === 'cancelled' || error.code === 'unavailable')) throw error
    return undefined
  }
}

async function inspectFile({ engine }: TaskDeps, file: SourceFile, signal: AbortSignal): Promise<ImageFacts> {
  try {
    return await engine.inspect(file.source, { lane: 'interactive', deadlineMs: 10_000, signal })
  } finally {
    file.release()
  }
}

/** Most headers are in the first bytes: a large file need not be decrypted and piped as a whole to be looked at. */
const headBytes = 1024 * 1024

async function inspectEncrypted(
  deps: TaskDeps,
  streams: BlobStreams,
  { key, size }: StoredBytes,
  signal: AbortSignal,
): Promise<ImageFacts> {
  try {
    return await inspectFile(deps, sourceByPipe(streams, key, signal, headBytes), signal)
  } catch (error) {
    const cutOff = size > headBytes && error instanceof DomainError && error.code === 'damaged_image'
    if (!cutOff) throw error
    return await inspectFile(deps, sourceByPipe(streams, key, signal), signal)
  }
}

/** The detected format's extension; for unreadable bytes a harmless one of the client's name. */
export function extensionOf(facts: UploadFacts | undefined, name: string): string {
  if (facts !== undefined) return facts.format
  const extension = extname(name).slice(1).toLowerCase()
  return /^[a-z0-9]{1,5}$/.test(extension) ? extension : 'bin'
}
