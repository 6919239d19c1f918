/** Moving a file with all its versions into another folder (media-library-api.md section 6). */
import type { Caller } from '../caller.ts'
import { refuseReserved } from '../sites/folder.ts'
import type { AssetDeps } from './deps.ts'
import { tellFile, tellFileDeleted } from './events.ts'
import { splitFilePath } from './names.ts'
import { inTurnAt, type Journey, openPlaces, refuseTooMany } from './place.ts'

/**
 * The file keeps its id; where the destination has a file of that name, that one gets the versions and keeps its own id.
 * The destination is made when it is missing.
 * @throws DomainError as `openPlaces`
 */
export async function moveFile(deps: AssetDeps, caller: Caller, journey: Journey): Promise<void> {
  refuseReserved(splitFilePath(journey.sourceFilePath)?.folder ?? '', 'sourceFilePath')
  const updated = deps.clock.now()
  await inTurnAt(deps, caller, journey, async (tx) => {
    const places = await openPlaces(deps, tx, caller, journey)
    const { source, to, there } = places
    const moved = { ...source, folder: to.id, folderPath: to.path, updated }
    if (there === undefined) {
      await tx.assets.move(source.file, to.id, updated)
      return tellFile(deps, tx, caller, 'file.updated', moved)
    }
    refuseTooMany(places, (await tx.assets.countVersions(source.file)).count)
    const { file, created } = there.asset
    await tx.assets.setCurrent(file, null)
    await tx.assets.append(source.file, { file, folder: to.id, created, after: there.last }, updated)
    const version = source.version + there.last
    await tellFile(deps, tx, caller, 'file-version.created', { ...moved, file, created, version })
    await tellFileDeleted(deps, tx, caller, source.file)
  })
}
