/** Versions of a file (media-library-api.md section 6): deleting an old one, making an old one current again. */
import { releaseBlobs } from '../blobs/release.ts'
import type { Caller } from '../caller.ts'
import { invalid } from '../errors.ts'
import type { AssetDeps } from './deps.ts'
import { checkId, findVersion } from './find.ts'
import { refuseLocked } from './folders.ts'
import { changeFile } from './lock-files.ts'
import type { PlacedAsset } from './records.ts'

/** @throws DomainError `invalid`: malformed id, or the current version; `not_found`; `locked` */
export async function deleteVersion(
  { store, clock }: AssetDeps,
  caller: Caller,
  fileId: string,
  id: string,
): Promise<void> {
  checkId(id, 'versionId')
  await changeFile(store, caller.project.id, fileId, async (tx, _file, folder) => {
    refuseLocked(folder)
    const version = await findVersion(tx, caller, fileId, id)
    if (version.current) {
      const way = 'Restore another version first, or delete the file.'
      throw invalid('versionId', `The current version of a file cannot be deleted. ${way}`)
    }
    const blob = await tx.assets.deleteVersion(id)
    if (blob !== undefined) await releaseBlobs(tx, clock, caller.project.id, [blob])
  })
}

/** Makes the version the current one; the former current one stays as a version. @throws DomainError `invalid`, `not_found`, `locked` */
export async function restoreVersion(
  { store, clock }: AssetDeps,
  caller: Caller,
  fileId: string,
  id: string,
): Promise<PlacedAsset> {
  checkId(id, 'versionId')
  return changeFile(store, caller.project.id, fileId, async (tx, _file, folder) => {
    refuseLocked(folder)
    const version = await findVersion(tx, caller, fileId, id)
    if (version.current) return version
    const updated = clock.now()
    await tx.assets.setCurrent(fileId, id)
    // Its URL changes with this: what caches hold under the path is the other picture.
    await tx.assets.update(id, { updated })
    return { ...version, current: true, updated }
  })
}
