/**
 * Chunked uploads (tasks-api.md section 4.2). Every part is a durable blob of its own; the last index streams them
 * together into the final one. The assembly key is (task, filename): clients send no upload id.
 */
import { Readable } from 'node:stream'
import { releaseBlobs } from '../blobs/release.ts'
import { discardBytes, type StoredBytes } from '../blobs/stored.ts'
import type { Caller } from '../caller.ts'
import { DomainError, invalid } from '../errors.ts'
import { serverFilename } from '../ids.ts'
import type { BlobStreams } from '../ports.ts'
import type { TaskDeps } from './deps.ts'
import { blobStreams, uploadKeyCheck } from './encryption.ts'
import { lockWaitingTask } from './find.ts'
import { cleanName } from './naming.ts'
import { admitUpload } from './open.ts'
import type { TaskChunk, TaskFile } from './records.ts'
import { extensionOf, inspectUpload, linkUpload, storeUpload } from './upload.ts'

export interface Chunk {
  task: string
  filename: string | undefined
  /** From 0. */
  index: number
  total: number
}

export interface ChunkAnswer {
  serverFilename: string
  /** Present with the last part: the assembled upload. */
  file?: TaskFile
}

/** Adds one part; assembles the file when it is the last index. Missing parts: `invalid` on `chunk`, the others are kept. */
export async function addChunk(
  deps: TaskDeps,
  caller: Caller,
  chunk: Chunk,
  stored: StoredBytes,
): Promise<ChunkAnswer> {
  const filename = cleanName(chunk.filename ?? '', 'file')
  const part = await keepPart(deps, caller, { ...chunk, filename }, stored).catch(async (error: unknown) => {
    await discardBytes(deps.blobs, stored)
    throw error
  })
  if (chunk.index < chunk.total - 1) return { serverFilename: part.serverFilename }
  const parts = await deps.store.read.tasks.chunks(chunk.task, filename)
  const missing = Array.from({ length: chunk.total }, (_, index) => index).filter(
    (index) => !parts.some((other) => other.index === index && other.total === chunk.total),
  )
  if (missing.length > 0) {
    throw invalid(
      'chunk',
      `Parts ${missing.slice(0, 20).join(', ')} of ${filename} are missing; send them, then the last one again.`,
    )
  }
  const file = await assemble(
    deps,
    caller,
    filename,
    parts.filter(({ index }) => index < chunk.total),
  )
  return { serverFilename: file.serverFilename, file }
}

async function keepPart(
  deps: TaskDeps,
  caller: Caller,
  chunk: Chunk & { filename: string },
  stored: StoredBytes,
): Promise<TaskChunk> {
  const now = deps.clock.now()
  const project = caller.project.id
  return deps.store.tx(async (tx) => {
    const task = await lockWaitingTask(tx, project, chunk.task)
    await admitUpload(deps, tx, caller, task)
    const fileKeyCheck = uploadKeyCheck(deps, task, caller.fileKey)
    let others = await tx.tasks.chunks(chunk.task, chunk.filename)
    // "chunk=0 resets it": a second part 0, or another total, begins a new upload of the same name. A first part 0 may
    // come late, since parts before the last may come in any order.
    const restarts = chunk.index === 0 && others.some(({ index }) => index === 0)
    if (restarts || others.some(({ total }) => total !== chunk.total)) {
      await releaseBlobs(tx, deps.clock, project, await tx.tasks.deleteChunks(chunk.task, chunk.filename))
      others = []
    }
    const size = others.reduce((sum, other) => sum + (other.index === chunk.index ? 0 : other.size), stored.size)
    if (deps.maxUploadBytes > 0 && size > deps.maxUploadBytes) {
      throw new DomainError(
        'too_large',
        `The parts of ${chunk.filename} are together larger than ${deps.maxUploadBytes} bytes.`,
        {
          param: 'file',
        },
      )
    }
    const part: TaskChunk = {
      task: chunk.task,
      filename: chunk.filename,
      index: chunk.index,
      total: chunk.total,
      blob: stored.key,
      size: stored.size,
      serverFilename: others[0]?.serverFilename ?? serverFilename(extensionOf(undefined, chunk.filename)),
      created: now,
    }
    const { key, sha256, crc32 } = stored
    const type = 'application/octet-stream'
    await tx.blobs.insert({
      key,
      project,
      size: stored.size,
      sha256,
      crc32,
      type,
      encryption: blobStreams(deps, caller.fileKey).encryption,
      refs: 1,
      created: now,
    })
    const replaced = await tx.tasks.putChunk(part)
    if (replaced !== undefined) await releaseBlobs(tx, deps.clock, project, [replaced])
    const kept = { fileKeyCheck, open: true, updated: now, expires: now + deps.lifetimeMs }
    await tx.tasks.transition(chunk.task, ['TaskWaiting'], kept)
    return part
  })
}

async function assemble(deps: TaskDeps, caller: Caller, filename: string, parts: TaskChunk[]): Promise<TaskFile> {
  const whole = Readable.from(partsInOrder(blobStreams(deps, caller.fileKey), parts), { objectMode: false })
  const stored = await storeUpload(deps, caller, whole).finally(() => whole.destroy())
  try {
    const facts = await inspectUpload(deps, caller, stored)
    return await deps.store.tx(async (tx) => {
      const task = await lockWaitingTask(tx, caller.project.id, parts[0]?.task ?? '')
      const keys = await tx.tasks.deleteChunks(task.id, filename)
      // Another request assembled the same parts meanwhile.
      if (keys.length === 0)
        throw invalid('chunk', `The parts of ${filename} were already put together; begin again with chunk 0.`)
      await releaseBlobs(tx, deps.clock, caller.project.id, keys)
      // Clients keep the last answer's name, so the extension may now be the detected one.
      const name = serverFilename(extensionOf(facts, filename))
      return linkUpload(deps, tx, caller, { task, stored, facts, name: filename, serverFilename: name })
    })
  } catch (error) {
    await discardBytes(deps.blobs, stored)
    throw error
  }
}

async function* partsInOrder(blobs: BlobStreams, parts: TaskChunk[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield* (await blobs.get(part.blob)) as AsyncIterable<Buffer>
}
