/** Deleting files with all their versions (media-library-api.md section 6). Bytes go when nothing references them any more. */
import { releaseBlobs } from '../blobs/release.ts'
import type { Caller } from '../caller.ts'
import type { AssetDeps } from './deps.ts'
import { refuseMissing } from './find.ts'
import { refuseLocked } from './folders.ts'
import { changeFile, changeFiles } from './lock-files.ts'

/** @throws DomainError `invalid`, `not_found` with param `fileId`; `locked` */
export async function deleteFile({ store, clock }: AssetDeps, { project }: Caller, id: string): Promise<void> {
  await changeFile(store, project.id, id, async (tx, file, folder) => {
    refuseLocked(folder)
    await releaseBlobs(tx, clock, project.id, await tx.assets.delete(file.file))
  })
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
export function deleteFiles(
  { store, clock }: AssetDeps,
  { project }: Caller,
  ids: readonly string[],
): Promise<BulkOutcome> {
  return changeFiles(store, project.id, ids, async (tx, { files, folderOf }) => {
    refuseMissing(ids, files)
    const held = files.filter((file) => folderOf(file).lockedBy !== null).map(({ file }) => file)
    const done = ids.filter((id) => !held.includes(id))
    if (done.length > 0) await releaseBlobs(tx, clock, project.id, await tx.assets.delete(...done))
    const error = 'The folder of this file is locked by a bulk job; try again when it is done.'
    return { done, errors: held.map((fileId) => ({ fileId, error })) }
  })
}
