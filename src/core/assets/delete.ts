/** Deleting files with all their versions (media-library-api.md section 6). Bytes go when nothing references them any more. */
import { releaseBlobs } from '../blobs/release.ts'
import type { Caller } from '../caller.ts'
import type { Clock, Repositories } from '../ports.ts'
import { dropCaptures } from '../sites/library.ts'
import { giveBackStorage } from '../usage/storage.ts'
import type { AssetDeps } from './deps.ts'
import { tellFileDeleted } from './events.ts'
import { refuseMissing } from './find.ts'
import { refuseLocked } from './folders.ts'
import { changeFile, changeFiles } from './lock-files.ts'
import type { Held } from './records.ts'

/** @throws DomainError `invalid`, `not_found` with param `fileId`; `locked` */
export async function deleteFile(deps: AssetDeps, caller: Caller, id: string): Promise<void> {
  const { id: project } = caller.project
  await changeFile(deps.store, project, id, async (tx, file, folder) => {
    refuseLocked(folder)
    await letGo(tx, deps.clock, project, await tx.assets.delete(file.file))
    if (file.origin === 'capture') await dropCaptures(tx, project, [file.file])
    await tellFileDeleted(deps, tx, caller, file.file)
  })
}

/** Gives up what deleted versions held. */
export async function letGo(tx: Repositories, clock: Clock, project: string, versions: readonly Held[]): Promise<void> {
  await releaseBlobs(
    tx,
    clock,
    project,
    versions.map(({ blob }) => blob),
  )
  await giveBackStorage(
    tx,
    project,
    versions.reduce((sum, { size }) => sum + size, 0),
  )
}

/** Of a bulk call: what was done, and why not with the others. */
export interface BulkOutcome {
  done: string[]
  errors: { fileId: string; error: string }[]
}

/**
 * Deletes the files that no bulk job holds.
 * @throws DomainError `not_found` with `missingFileIds`: then nothing is deleted
 */
export function deleteFiles(deps: AssetDeps, caller: Caller, ids: readonly string[]): Promise<BulkOutcome> {
  const { id: project } = caller.project
  return changeFiles(deps.store, project, ids, async (tx, { files, folderOf }) => {
    refuseMissing(ids, files)
    const held = files.filter((file) => folderOf(file).lockedBy !== null).map(({ file }) => file)
    const done = ids.filter((id) => !held.includes(id))
    if (done.length > 0) await letGo(tx, deps.clock, project, await tx.assets.delete(...done))
    const captures = files.filter(({ file, origin }) => origin === 'capture' && done.includes(file))
    await dropCaptures(
      tx,
      project,
      captures.map(({ file }) => file),
    )
    await tellFileDeleted(deps, tx, caller, ...done)
    const error = 'The folder of this file is locked by a bulk job; try again when it is done.'
    return { done, errors: held.map((fileId) => ({ fileId, error })) }
  })
}
