/** Making an empty folder (media-library-api.md section 8). */
import type { AssetDeps } from '../assets/deps.ts'
import { openFolder } from '../assets/folders.ts'
import type { Folder } from '../assets/records.ts'
import type { Caller } from '../caller.ts'
import { refuseReserved } from '../sites/folder.ts'
import { nameToMake, pathToMake } from './paths.ts'

/**
 * Makes the folder and those above it; one that is there stays as it is.
 * @throws DomainError `invalid` (reason INVALID_FOLDER_PATH), `locked`
 */
export async function createFolder(
  { store, clock, inTurn }: Pick<AssetDeps, 'store' | 'clock' | 'inTurn'>,
  caller: Caller,
  { folderName, parentFolderPath }: { folderName: string; parentFolderPath: string },
): Promise<Folder> {
  refuseReserved(`${parentFolderPath}/${folderName}`, 'folderName')
  const name = nameToMake(folderName, 'folderName')
  const path = pathToMake(`${pathToMake(parentFolderPath, 'parentFolderPath')}/${name}`, 'folderName')
  // Those that come at once wait here, without a connection of the database.
  return inTurn(`${caller.project.id}${path}`, () => store.tx((tx) => openFolder(tx, clock, caller, path)))
}
