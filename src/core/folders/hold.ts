/** Whole folders change one after the other: what a job holds, nobody else moves, renames, copies or deletes. */
import type { AssetDeps } from '../assets/deps.ts'
import { openFolder, refuseLocked } from '../assets/folders.ts'
import type { Folder } from '../assets/records.ts'
import type { Caller } from '../caller.ts'
import { DomainError } from '../errors.ts'
import type { Repositories } from '../ports.ts'
import { refused } from './paths.ts'

/**
 * Runs `fn` in a transaction. Calls on whole folders of a project begin one after the other: under the lock of the root, and
 * in turn, so that those of one node wait without a connection of the database.
 */
export function folderCall<T>(
  { store, clock, inTurn }: Pick<AssetDeps, 'store' | 'clock' | 'inTurn'>,
  caller: Pick<Caller, 'project'>,
  fn: (tx: Repositories) => Promise<T>,
): Promise<T> {
  const call = () =>
    store.tx(async (tx) => {
      await openFolder(tx, clock, caller, '')
      return fn(tx)
    })
  // As uploads into the root take it.
  return inTurn(caller.project.id, call)
}

/** @throws DomainError `locked`: a job holds the folder, one above it or one below it */
export async function refuseHeld(tx: Repositories, folder: Folder): Promise<void> {
  const locked = await tx.folders.lock(folder.project, folder.id)
  if (locked !== undefined) refuseLocked(locked)
  const path = await tx.folderTrees.held(folder.project, folder.path)
  if (path === undefined) return
  throw new DomainError('locked', `The folder ${path} is locked by a bulk job; try again when it is done.`)
}

/** @throws DomainError `invalid`, reason TOO_MANY_OBJECTS */
export async function refuseTooMany(
  { store, maxFolderItems }: Pick<AssetDeps, 'store' | 'maxFolderItems'>,
  project: string,
  path: string,
  param: string,
): Promise<void> {
  if ((await store.read.folderTrees.count(project, path, maxFolderItems + 1)) <= maxFolderItems) return
  const most = maxFolderItems.toLocaleString('en')
  throw refused('TOO_MANY_OBJECTS', param, `${path} holds more than ${most} files and folders; take its subfolders.`)
}
