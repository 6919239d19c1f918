/** Renaming a file with all its versions (media-library-api.md section 6). */
import type { Caller } from '../caller.ts'
import { DomainError } from '../errors.ts'
import { requestPurge } from '../purge/request.ts'
import { refuseReserved } from '../sites/folder.ts'
import type { AssetDeps } from './deps.ts'
import { tellFile } from './events.ts'
import { refuseLocked } from './folders.ts'
import { encodePath, fileName, splitFilePath } from './names.ts'
import { refused } from './place.ts'
import { filePathOf, type PlacedAsset } from './records.ts'

export interface Renaming {
  filePath: string
  newFileName: string
}

/** Returns the file as it was. @throws DomainError `invalid`, `not_found` and `conflict` with a `reason`, `locked` */
export async function renameFile(
  deps: AssetDeps,
  caller: Caller,
  { filePath, newFileName }: Renaming,
): Promise<PlacedAsset> {
  const { project } = caller
  const name = nameOf(newFileName)
  const path = splitFilePath(filePath)
  refuseReserved(path?.folder ?? '', 'filePath')
  if (path?.name === name) {
    throw refused('newFileName', 'SAME_OLD_AND_NEW_NAME', 'The file has that name already.')
  }
  return deps.inTurn(`${project.id}${path?.folder ?? ''}`, () =>
    deps.store.tx(async (tx) => {
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
      const updated = deps.clock.now()
      await tx.assets.rename(file.file, name, updated)
      await tellFile(deps, tx, caller, 'file.updated', { ...file, name, updated, folderPath: folder.path })
      return { ...file, folderPath: folder.path }
    }),
  )
}

/** Asks for a purge of all that is cached of the file, its versions included (section 9). Returns the request's id. */
export function purgeFile({ store, clock }: AssetDeps, { project }: Caller, file: PlacedAsset): Promise<string> {
  return store.tx((tx) => requestPurge(tx, clock, project.id, `${encodePath(filePathOf(file))}*`))
}

function nameOf(given: string): string {
  try {
    return fileName(given, 'newFileName')
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    throw refused('newFileName', 'INVALID_PARAMETER', error.message)
  }
}
