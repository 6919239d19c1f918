/**
 * Uploads (tasks-api.md section 4.1). The bytes are stored first, under the caller's project, because the task may be
 * named after the file; then they are linked to the task in one transaction, or deleted when that is refused.
 */
import { extname } from 'node:path'
import type { Readable } from 'node:stream'
import type { BlobFacts } from '../blobs/records.ts'
import type { Caller } from '../caller.ts'
import { DomainError } from '../errors.ts'
import { blobKey, serverFilename } from '../ids.ts'
import type { ImageFacts, Repositories } from '../ports.ts'
import { mediaTypes } from '../processing/operations.ts'
import type { TaskDeps } from './deps.ts'
import { lockWaitingTask } from './find.ts'
import { cleanName } from './naming.ts'
import type { TaskFile } from './records.ts'

/** What an upload turned out to be. A protected PDF tells no more than its format. */
export type UploadFacts = Pick<ImageFacts, 'format'> & Partial<Pick<ImageFacts, 'width' | 'height'>>

/** Bytes that are durable and not yet referenced by anything. */
export interface StoredBytes extends BlobFacts {
  key: string
}

/** Stores a stream, bounded by the upload limit. @throws DomainError too_large, storage_full, unavailable, cancelled */
export async function storeBytes(
  deps: TaskDeps,
  caller: Caller,
  source: Readable,
  maxBytes = deps.maxUploadBytes,
): Promise<StoredBytes> {
  const key = blobKey(caller.project.id)
  const facts = await deps.blobs.put(key, source, { ...(maxBytes > 0 ? { maxBytes } : {}), signal: caller.signal })
  return { key, ...facts }
}

/** Gives up bytes that nothing references. */
export async function discardBytes(deps: TaskDeps, stored: Pick<StoredBytes, 'key'>): Promise<void> {
  await deps.blobs.delete(stored.key).catch(() => undefined)
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
      await lockWaitingTask(tx, caller.project.id, task)
      const name = cleanName(clientName ?? '', 'file')
      return linkUpload(deps, tx, caller, {
        task,
        stored,
        facts,
        name,
        serverFilename: serverFilename(extensionOf(facts, name)),
      })
    })
  } catch (error) {
    await discardBytes(deps, stored)
    throw error
  }
}

interface Link {
  task: string
  stored: StoredBytes
  facts: UploadFacts | undefined
  name: string
  serverFilename: string
}

/** Adds blob and file rows and keeps the task alive, inside the caller's transaction. */
export async function linkUpload(deps: TaskDeps, tx: Repositories, caller: Caller, link: Link): Promise<TaskFile> {
  const { stored, facts } = link
  const now = deps.clock.now()
  const project = caller.project.id
  const file: TaskFile = {
    serverFilename: link.serverFilename,
    task: link.task,
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
  await tx.blobs.insert({ key, project, size, sha256, crc32, type, encryption: null, refs: 1, created: now })
  await tx.tasks.insertFile(file)
  await tx.tasks.transition(link.task, ['TaskWaiting'], { updated: now, expires: now + deps.lifetimeMs })
  return file
}

/** What the bytes are; undefined when they are no readable image: that is accepted here and fails at process. */
export async function inspectUpload(
  deps: TaskDeps,
  caller: Caller,
  stored: StoredBytes,
): Promise<UploadFacts | undefined> {
  const file = await deps.blobs.localFile(stored.key, caller.signal)
  try {
    return await deps.engine.inspect(
      { path: file.path },
      { lane: 'interactive', deadlineMs: 10_000, signal: caller.signal },
    )
  } catch (error) {
    if (error instanceof DomainError && error.code === 'wrong_password') return { format: 'pdf' }
    if (error instanceof DomainError && (error.code === 'cancelled' || error.code === 'unavailable')) throw error
    return undefined
  } finally {
    file.release()
  }
}

/** The detected format's extension; for unreadable bytes a harmless one of the client's name. */
export function extensionOf(facts: UploadFacts | undefined, name: string): string {
  if (facts !== undefined) return facts.format
  const extension = extname(name).slice(1).toLowerCase()
  return /^[a-z0-9]{1,5}$/.test(extension) ? extension : 'bin'
}
