/** Folders: made when something is put into them. */
import type { Caller } from '../caller.ts'
import { DomainError } from '../errors.ts'
import { hexId } from '../ids.ts'
import type { Clock, Repositories } from '../ports.ts'
import type { Folder } from './records.ts'

/** Looks at a path that changes all the time. */
const maxLooks = 5

/**
 * The folder at the path, made with its parents where it is missing, and locked until the transaction ends.
 * @param path as `folderPath` gives it
 * @throws DomainError `locked`: a bulk job holds it or one above it
 */
export async function openFolder(
  tx: Repositories,
  clock: Clock,
  { project: { id: project } }: Pick<Caller, 'project'>,
  path: string,
): Promise<Folder> {
  for (let looks = 0; looks < maxLooks; looks += 1) {
    const folder = await tx.folders.lockByPath(project, path)
    if (folder !== undefined) {
      refuseLocked(folder)
      return folder
    }
    await ensureFolder(tx, clock, project, path)
  }
  throw busy(path)
}

/**
 * The folder at the path, made with its parents where it is missing; not locked. What is missing is made under the lock
 * of the nearest folder above that is there, so that whoever moves or deletes that one sees it.
 */
export async function ensureFolder(tx: Repositories, clock: Clock, project: string, path: string): Promise<Folder> {
  for (let looks = 0; looks < maxLooks; looks += 1) {
    const found = await tx.folders.findByPath(project, path)
    if (found !== undefined) return found
    const above = await tx.folders.nearest(project, path)
    if (above === undefined) {
      await tx.folders.ensure(newFolder(clock, project, '', null))
      continue
    }
    const locked = await tx.folders.lock(project, above.id)
    // Moved or deleted meanwhile, or somebody made more of the path.
    if (locked?.path !== above.path || (await tx.folders.nearest(project, path))?.id !== above.id) continue
    refuseLocked(locked)
    let folder: Folder = locked
    for (const part of path.slice(above.path.length + 1).split('/')) {
      folder = await tx.folders.ensure(newFolder(clock, project, `${folder.path}/${part}`, folder.id))
    }
    return folder
  }
  throw busy(path)
}

function newFolder(clock: Clock, project: string, path: string, parent: string | null): Folder {
  const now = clock.now()
  const name = path.slice(path.lastIndexOf('/') + 1)
  const times = { created: now, updated: now }
  return { id: hexId(now), project, parent, path, name, customMetadata: {}, lockedBy: null, ...times }
}

const busy = (path: string) =>
  new DomainError('conflict', `The folder ${path || '/'} was just moved or deleted; try again.`)

/** @throws DomainError `locked` */
export function refuseLocked(folder: Folder): void {
  if (folder.lockedBy === null) return
  throw new DomainError(
    'locked',
    `The folder ${folder.path || '/'} is locked by a bulk job; try again when it is done.`,
  )
}
