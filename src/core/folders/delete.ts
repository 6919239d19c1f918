/**
 * Deleting a folder with everything below it (media-library-api.md section 8). One short transaction gives the folders to
 * a project that nobody has, so that they and their files are gone for everybody at once; a job then deletes the rows in
 * batches and releases the bytes. Where there are very many folders it takes several transactions, during which the whole
 * is held; should the node die between them, the job goes on.
 */
import { letGo } from '../assets/delete.ts'
import type { AssetDeps } from '../assets/deps.ts'
import { tellFileDeleted } from '../assets/events.ts'
import type { Caller } from '../caller.ts'
import { DomainError } from '../errors.ts'
import { hexId } from '../ids.ts'
import type { Job } from '../jobs/records.ts'
import type { Repositories } from '../ports.ts'
import { dropCaptures, dropCapturesBelow } from '../sites/library.ts'
import { folderCall, refuseHeld, refuseTooMany } from './hold.ts'
import { pathsAtOnce } from './move.ts'
import { pathToFind, refused } from './paths.ts'
import { deletedPrefix } from './records.ts'
import { upToVersions } from './walk.ts'

export const deleteFolderKind = 'delete-folder'

/** Rows of one transaction. */
const foldersAtOnce = 200
const versionsAtOnce = 500

type Deps = Pick<AssetDeps, 'store' | 'clock' | 'events' | 'fileContent'>

/**
 * @param atOnce folders that one transaction gives away: up to here a deletion is seen whole or not at all
 * @throws DomainError `invalid` (INVALID_FOLDER_PATH, TOO_MANY_OBJECTS), `not_found` (FOLDER_NOT_FOUND), `locked`
 */
export async function deleteFolder(
  deps: Pick<AssetDeps, 'store' | 'clock' | 'inTurn' | 'maxFolderItems'>,
  caller: Caller,
  given: string,
  atOnce = pathsAtOnce,
): Promise<void> {
  const path = pathToFind(given, 'folderPath')
  if (path === '') {
    throw refused('INVALID_FOLDER_PATH', 'folderPath', 'The root folder cannot be deleted; name a folder in it.')
  }
  const { id: project } = caller.project
  await refuseTooMany(deps, project, path, 'folderPath')
  const nobody = `${deletedPrefix}${hexId(deps.clock.now())}`
  let left = await folderCall(deps, caller, async (tx) => {
    const folder = await tx.folders.findByPath(project, path)
    if (folder === undefined) throw noFolder(path)
    await refuseHeld(tx, folder)
    await tx.jobs.enqueue({ kind: deleteFolderKind, lane: 'batch', project, subject: nobody })
    await dropCapturesBelow(tx, project, folder.path)
    if ((await tx.folderTrees.giveAway(project, path, nobody, atOnce)) < atOnce) return false
    await tx.folderTrees.update(folder.id, { lockedBy: nobody })
    return true
  })
  while (left) left = await deps.store.tx((tx) => giveRest(tx, project, nobody, atOnce))
}

/** Gives away more of a folder that is held for it; false: there is none. */
async function giveRest(tx: Repositories, project: string, nobody: string, atOnce = pathsAtOnce): Promise<boolean> {
  const folder = await tx.folderTrees.heldBy(project, nobody)
  if (folder === undefined) return false
  await tx.folderTrees.giveAway(project, folder.path, nobody, atOnce)
  return true
}

function noFolder(path: string) {
  return refused('FOLDER_NOT_FOUND', 'folderPath', `No folder found with folderPath ${path}.`, 'not_found')
}

/** The job: deletes what the folders of `job.subject` hold, then them. Any number of tries goes on where one ended. */
export async function deleteFolders(deps: Deps, job: Job, signal: AbortSignal): Promise<void> {
  for (let more = true; more; ) {
    signal.throwIfAborted()
    more = await deps.store.tx(async (tx) => {
      if (!(await tx.jobs.holds(job))) throw new DomainError('fenced', 'The job was taken over.')
      if (await deleteBatch(deps, tx, job)) return true
      await tx.jobs.complete(job)
      return false
    })
  }
}

/** False when nothing was left. */
async function deleteBatch(deps: Deps, tx: Repositories, { project: id, subject }: Job): Promise<boolean> {
  if (await giveRest(tx, id ?? '', subject)) return true
  const folders = await tx.folderTrees.some(subject, foldersAtOnce)
  if (folders.length === 0) return false
  const files = upToVersions(await tx.folderTrees.filesIn(folders, versionsAtOnce), versionsAtOnce)
  if (files.length === 0) {
    await tx.folderTrees.delete(id ?? '', folders)
    return true
  }
  const held = await tx.assets.delete(...files.map(({ file }) => file))
  const project = await tx.projects.find(id ?? '')
  if (project === undefined) return true
  const ids = files.map(({ file }) => file)
  await dropCaptures(tx, project.id, ids)
  await tellFileDeleted(deps, tx, { project }, ...ids)
  await letGo(tx, deps.clock, project.id, held)
  return true
}

/** Rows that could not be deleted are nobody's; they are tried again a day later, for ever. */
export async function giveUpDelete({ store, clock }: Pick<Deps, 'store' | 'clock'>, job: Job) {
  await store.tx(async (tx) => {
    if (!(await tx.jobs.complete(job))) return
    const { kind, lane, project, subject } = job
    await tx.jobs.enqueue({ kind, lane, project, subject, runAt: clock.now() + 86_400_000 })
  })
}
