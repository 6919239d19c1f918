/** Paths that calls on folders get, and how they are refused (media-library-api.md section 8). */
import { folderPath, sanitizeFolderName } from '../assets/names.ts'
import { DomainError, type ErrorCode, toDomainError } from '../errors.ts'

export type FolderReason =
  | 'MISSING_PARAMETER'
  | 'INVALID_PARAMETER'
  | 'INVALID_FOLDER_PATH'
  | 'INVALID_DESTINATION_PATH'
  | 'SOURCE_IS_ROOT'
  | 'SAME_SOURCE_AND_DESTINATION'
  | 'SAME_OLD_AND_NEW_NAME'
  | 'TOO_MANY_OBJECTS'
  | 'FOLDER_NOT_FOUND'
  | 'NO_FILES_FOLDER'
  | 'FOLDER_ALREADY_EXISTS'

export function refused(reason: FolderReason, param: string, message: string, code: ErrorCode = 'invalid') {
  return new DomainError(code, message, { param, extra: { reason } })
}

/** A path to make. @throws DomainError `invalid`, reason INVALID_FOLDER_PATH */
export function pathToMake(given: string, param: string): string {
  try {
    return folderPath(given, param)
  } catch (error) {
    throw refused('INVALID_FOLDER_PATH', param, toDomainError(error).message)
  }
}

/**
 * A path to look up: as it was stored, `''` for the root. Other characters are not replaced: what is deleted or moved must
 * have been named as it is.
 * @throws DomainError `invalid`, reason INVALID_FOLDER_PATH
 */
export function pathToFind(given: string, param: string): string {
  // For its refusals: dots, depth, length.
  pathToMake(given, param)
  const parts = given.normalize('NFC').split('/')
  return parts
    .filter((part) => part !== '')
    .map((part) => `/${part}`)
    .join('')
}

/** The name of a folder to make. @throws DomainError `invalid`, reason INVALID_FOLDER_PATH */
export function nameToMake(given: string, param: string): string {
  if (given === '.' || given === '..') {
    throw refused('INVALID_FOLDER_PATH', param, `${param} must not be "." or "..".`)
  }
  return sanitizeFolderName(given)
}

/** A folder's own name and the path of the one it is in. */
export function splitFolderPath(path: string): { parent: string; name: string } {
  const slash = path.lastIndexOf('/')
  return { parent: path.slice(0, slash), name: path.slice(slash + 1) }
}

/** True for the folder itself and everything below it. */
export const isWithin = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`)
