/** Versions of a file (media-library-api.md section 6): deleting an old one, making an old one current again. */
import type { Caller } from '../caller.ts'
import { invalid } from '../errors.ts'
import { letGo } from './delete.ts'
import type { AssetDeps } from './deps.ts'
import { tellFile, tellVersionDeleted } from './events.ts'
import { checkId, findVersion } from './find.ts'
import { refuseLocked } from './folders.ts'
import { changeFile } from './lock-files.ts'
import type { PlacedAsset } from './records.ts'

/** @throws DomainError `invalid`: malformed id, or the current version; `not_found`; `locked` */
export async function deleteVersion(deps: AssetDeps, caller: Caller, fileId: string, id: string): Promise<void> {
  checkId(id, 'versionId')
  await changeFile(deps.store, caller.project.id, fileId, async (tx, _file, folder) => {
    refuseLocked(folder)
    const version = await findVersion(tx, caller, fileId, id)
    if (version.current) {
      const way = 'Restore another version first, or delete the file.'
      throw invalid('versionId', `The current version of a file cannot be deleted. ${way}`)
    }
    const held = await tx.assets.deleteVersion(id)
    if (held !== undefined) await letGo(tx, deps.clock, caller.project.id, [held])
    await tellVersionDeleted(deps, tx, caller, fileId, id)
  })
}

/** Makes the version the current one; the former current one stays as a version. @throws DomainError `invalid`, `not_found`, `locked` */
export async function restoreVersion(
  deps: AssetDeps,
  caller: Caller,
  fileId: string,
  id: string,
): Promise<PlacedAsset> {
  checkId(id, 'versionId')
  return changeFile(deps.store, caller.project.id, fileId, async (tx, _file, folder) => {
    refuseLocked(folder)
    const version = await findVersion(tx, caller, fileId, id)
    if (version.current) return version
    const updated = deps.clock.now()
    await tx.assets.setCurrent(fileId, id)
    // Its URL changes with this: what caches hold under the path is the other picture.
    await tx.assets.update(id, { updated })
    const restored = { ...version, current: true, updated }
    await tellFile(deps, tx, caller, 'file.updated', restored)
    return restored
  })
}
