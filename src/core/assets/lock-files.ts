/** Changing files: a transaction that holds the folders they are in (records.ts), so that their names, places and versions stand still. */
import { DomainError } from '../errors.ts'
import type { MetadataStore, Repositories } from '../ports.ts'
import { checkId, unknownFile } from './find.ts'
import type { Folder, PlacedAsset } from './records.ts'

export interface LockedFiles {
  /** Current versions, in the order in which the files were named; unknown ones are left out. */
  files: PlacedAsset[]
  folderOf(file: PlacedAsset): Folder
}

/** Marks a transaction that locked the wrong folders. */
const moved = Symbol('moved')
const maxRuns = 8

/**
 * Runs `fn` in one transaction with the files and their folders locked. Files that move between the look at their places
 * and the lock cost another run, which nobody sees.
 */
export async function changeFiles<T>(
  store: MetadataStore,
  project: string,
  ids: readonly string[],
  fn: (tx: Repositories, locked: LockedFiles) => Promise<T>,
): Promise<T> {
  for (let runs = 1; runs <= maxRuns; runs += 1) {
    const result = await store.tx(async (tx) => {
      const locked = await lock(tx, project, ids)
      return locked === moved ? moved : { value: await fn(tx, locked) }
    })
    if (result !== moved) return result.value
  }
  throw new DomainError('conflict', 'The files are being moved; try again when that is done.')
}

async function lock(tx: Repositories, project: string, ids: readonly string[]): Promise<LockedFiles | typeof moved> {
  const places = await tx.assets.places(project, ids)
  if (places.length === 0) return { files: [], folderOf: missing }
  const locked = await tx.folders.lockAll(project, [...new Set(places.map(({ folder }) => folder))])
  const folders = new Map(locked.map((folder) => [folder.id, folder]))
  const found = new Map((await tx.assets.findMany(project, ids)).map((asset) => [asset.file, asset]))
  const files = ids.flatMap((id) => found.get(id) ?? [])
  if (files.some(({ folder }) => !folders.has(folder))) return moved
  return { files, folderOf: ({ folder }) => folders.get(folder) ?? missing() }
}

function missing(): never {
  throw new DomainError('internal', 'The folder of a file is not among those that were locked.')
}

/** Like changeFiles, of one file. @throws DomainError `invalid`, `not_found` with param `fileId` */
export async function changeFile<T>(
  store: MetadataStore,
  project: string,
  id: string,
  fn: (tx: Repositories, file: PlacedAsset, folder: Folder) => Promise<T>,
): Promise<T> {
  checkId(id, 'fileId')
  return changeFiles(store, project, [id], async (tx, { files: [file], folderOf }) => {
    if (file === undefined) throw unknownFile()
    return fn(tx, file, folderOf(file))
  })
}
