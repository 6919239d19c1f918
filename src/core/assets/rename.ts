/** Renaming a file with all its versions (media-library-api.md section 6). */
import type { Caller } from '../caller.ts'
import { DomainError } from '../errors.ts'
import type { AssetDeps } from './deps.ts'
import { refuseLocked } from './folders.ts'
import { fileName, splitFilePath } from './names.ts'
import { refused } from './place.ts'
import type { PlacedAsset } from './records.ts'

export interface Renaming {
  filePath: string
  newFileName: string
}

/** Returns the file as it was. @throws DomainError `invalid`, `not_found` and `conflict` with a `reason`, `locked` */
export async function renameFile(
  { store, clock }: AssetDeps,
  { project }: Caller,
  { filePath, newFileName }: Renaming,
): Promise<PlacedAsset> {
  const name = nameOf(newFileName)
  const path = splitFilePath(filePath)
  if (path?.name === name) {
    throw refused('newFileName', 'SAME_OLD_AND_NEW_NAME', 'The file has that name already.')
  }
  return store.tx(async (tx) => {
    const found = path && (await tx.folders.findByPath(project.id, path.folder))
    const folder = found && (await tx.folders.lock(project.id, found.id))
    const file = folder && folder.path === path?.folder ? await tx.assets.findByName(folder.id, path.name) : undefined
    if (folder === undefined || file === undefined) {
      throw new DomainError('not_found', `No file found with filePath ${filePath.slice(0, 200)}`, {
        param: 'filePath',
        extra: { reason: 'FILE_MISSING' },
      })
    }
    refuseLocked(folder)
    if ((await tx.assets.findByName(folder.id, name)) !== undefined) {
      throw new DomainError('conflict', `File with name ${name} already exists at the same location.`, {
        param: 'newFileName',
        extra: { reason: 'FILE_ALREADY_EXISTS' },
      })
    }
    await tx.assets.rename(file.file, name, clock.now())
    return { ...file, folderPath: folder.path }
  })
}

function nameOf(given: string): string {
  try {
    return fileName(given, 'newFileName')
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    throw refused('newFileName', 'INVALID_PARAMETER', error.message)
  }
}
