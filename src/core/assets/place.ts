/** Where copies and moves go (media-library-api.md section 6): a source, a destination folder, and both of them locked. */
import type { Caller } from '../caller.ts'
import { DomainError } from '../errors.ts'
import type { Repositories } from '../ports.ts'
import { refuseReserved } from '../sites/folder.ts'
import type { AssetDeps } from './deps.ts'
import { openFolder, refuseLocked } from './folders.ts'
import { folderPath, splitFilePath } from './names.ts'
import { type Asset, type Folder, maxVersions } from './records.ts'

/** As clients give them. */
export interface Journey {
  sourceFilePath: string
  destinationPath: string
}

/** Where a file is and where it shall be; the folders are locked. */
export interface Places {
  source: Asset
  from: Folder
  to: Folder
  /** The file that has the source's name there, with the number of its versions and the last number that one had. */
  there: { asset: Asset; count: number; last: number } | undefined
}

/** A transaction that takes its turn with others into that folder before it takes a connection, as uploads do. */
export function inTurnAt<T>(
  { store, inTurn }: Pick<AssetDeps, 'store' | 'inTurn'>,
  { project }: Pick<Caller, 'project'>,
  journey: Journey,
  fn: (tx: Repositories) => Promise<T>,
): Promise<T> {
  return inTurn(`${project.id}${destinationOf(journey)}`, () => store.tx(fn))
}

/** @throws DomainError `invalid` and `not_found` with a `reason`, `locked` */
export async function openPlaces(
  { clock }: Pick<AssetDeps, 'clock'>,
  tx: Repositories,
  caller: Pick<Caller, 'project'>,
  journey: Journey,
): Promise<Places> {
  const { project } = caller
  const path = splitFilePath(journey.sourceFilePath)
  const destination = destinationOf(journey)
  if (path !== undefined && path.folder === destination) {
    throw refused('destinationPath', 'SAME_SOURCE_AND_DESTINATION', 'The file is in that folder already.')
  }
  const folder = path && (await tx.folders.findByPath(project.id, path.folder))
  if (folder === undefined || (await tx.assets.findByName(folder.id, path?.name ?? '')) === undefined) {
    throw sourceMissing(journey)
  }
  const made =
    (await tx.folders.findByPath(project.id, destination)) ?? (await openFolder(tx, clock, caller, destination))
  const locked = await tx.folders.lockAll(project.id, [folder.id, made.id])
  const from = locked.find(({ id }) => id === folder.id)
  const to = locked.find(({ id }) => id === made.id)
  // Looked up again under the lock: another request may have moved it.
  const source = from?.path === folder.path ? await tx.assets.findByName(from.id, path?.name ?? '') : undefined
  if (from === undefined || source === undefined) throw sourceMissing(journey)
  if (to?.path !== destination) {
    throw new DomainError('conflict', `The folder ${destination || '/'} was just moved or deleted; try again.`)
  }
  refuseLocked(from)
  refuseLocked(to)
  const asset = await tx.assets.findByName(to.id, source.name)
  return { source, from, to, there: asset && { asset, ...(await tx.assets.countVersions(asset.file)) } }
}

function destinationOf({ destinationPath }: Journey): string {
  try {
    refuseReserved(destinationPath, 'destinationPath')
    return folderPath(destinationPath, 'destinationPath')
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    throw refused('destinationPath', 'INVALID_FOLDER_PATH', error.message)
  }
}

/** @throws DomainError `invalid` when a file with so many more versions would have too many */
export function refuseTooMany({ there }: Places, more: number): void {
  if ((there?.count ?? 0) + more <= maxVersions) return
  const message = `A file has at most ${maxVersions} versions; delete some first, of the file at the destination or of this one.`
  throw refused('destinationPath', 'VERSION_LIMIT_EXCEEDED', message)
}

export function refused(param: string, reason: string, message: string): DomainError {
  return new DomainError('invalid', message, { param, extra: { reason } })
}

const sourceMissing = ({ sourceFilePath }: Journey) =>
  new DomainError('not_found', `No file found with filePath ${sourceFilePath.slice(0, 200)}`, {
    param: 'sourceFilePath',
    extra: { reason: 'SOURCE_FILE_MISSING' },
  })
