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
  return openIn(tx, clock, project.id, path)
}

async function openIn(tx: Repositories, clock: Clock, project: string, path: string): Promise<Folder> {
  for (let looks = 0; looks < 5; looks += 1) {
    const found = await ensureFolder(tx, clock, project, path)
    const folder = await tx.folders.lock(project, found.id)
    // Moved or deleted between look and lock: what is at the path now is wanted.
    if (folder?.path !== path) continue
    refuseLocked(folder)
    return folder
  }
  throw new DomainError('conflict', `The folder ${path || '/'} was just moved or deleted; try again.`)
}

/**
 * The folder at the path, made with its parents where it is missing; not locked. It is made under the lock of the folder
 * that it is in, so that whoever moves or deletes that one sees it.
 */
export async function ensureFolder(tx: Repositories, clock: Clock, project: string, path: string): Promise<Folder> {
  const found = await tx.folders.findByPath(project, path)
  if (found !== undefined) return found
  const slash = path.lastIndexOf('/')
  const parent = path === '' ? undefined : await openIn(tx, clock, project, path.slice(0, slash))
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
