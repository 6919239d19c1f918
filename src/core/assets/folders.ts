/** Folders: made when something is put into them. */
import type { Caller } from '../caller.ts'
import { DomainError } from '../errors.ts'
import { hexId } from '../ids.ts'
import type { Clock, Repositories } from '../ports.ts'
import type { Folder } from './records.ts'

/**
 * The folder at the path, made with its parents where it is missing, and locked until the transaction ends.
 * @param path as `folderPath` gives it
 * @throws DomainError `locked`: a bulk job holds it or one above it
 */
export async function openFolder(
  tx: Repositories,
  clock: Clock,
  { project }: Pick<Caller, 'project'>,
  path: string,
): Promise<Folder> {
  const found = (await tx.folders.findByPath(project.id, path)) ?? (await makeFolder(tx, clock, project.id, path))
  const folder = await tx.folders.lock(project.id, found.id)
  if (folder === undefined || folder.path !== path) {
    throw new DomainError('conflict', `The folder ${path || '/'} was just moved or deleted; try again.`)
  }
  refuseLocked(folder)
  return folder
}

async function makeFolder(tx: Repositories, clock: Clock, project: string, path: string): Promise<Folder> {
  const slash = path.lastIndexOf('/')
  const parentPath = path === '' ? undefined : path.slice(0, slash)
  const parent =
    parentPath === undefined
      ? undefined
      : ((await tx.folders.findByPath(project, parentPath)) ?? (await makeFolder(tx, clock, project, parentPath)))
  if (parent !== undefined) refuseLocked(parent)
  const now = clock.now()
  return tx.folders.ensure({
    id: hexId(now),
    project,
    parent: parent?.id ?? null,
    path,
    name: path.slice(slash + 1),
    customMetadata: {},
    lockedBy: null,
    created: now,
    updated: now,
  })
}

/** @throws DomainError `locked` */
export function refuseLocked(folder: Folder): void {
  if (folder.lockedBy === null) return
  throw new DomainError(
    'locked',
    `The folder ${folder.path || '/'} is locked by a bulk job; try again when it is done.`,
  )
}
