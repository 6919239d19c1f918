/**
 * Steps that move a folder. Into a place that was free nothing but paths of folders changes. Where the destination has a
 * folder of that name the two are merged, folder by folder: a subfolder that is missing there moves as it is, files move
 * into those that are there, and what was emptied is deleted at the end.
 */
import { type Folder, maxVersions } from '../assets/records.ts'
import { DomainError } from '../errors.ts'
import type { Clock, Repositories } from '../ports.ts'
import { splitFolderPath } from './paths.ts'
import type { BulkCursor, BulkFailure, BulkJob } from './records.ts'
import { behind, filesAtOnce, folderWork, following, lockBoth, placeOf, type Step, start } from './walk.ts'

/** Folders whose paths change in one transaction: up to here a move is seen whole or not at all. */
export const pathsAtOnce = 20_000
const sweptAtOnce = 500

/** Goes on from the job's cursor, in the caller's transaction. */
export async function moveStep({ clock }: { clock: Clock }, tx: Repositories, bulk: BulkJob): Promise<Step> {
  if (bulk.cursor?.sweeping) return sweep(tx, bulk, bulk.cursor)
  const source = await tx.folders.lock(bulk.project, bulk.source)
  const target = await tx.folders.lock(bulk.project, bulk.target)
  if (source === undefined || target === undefined) throw new DomainError('conflict', 'A folder of the job is gone.')
  if (bulk.cursor === null && bulk.targetMade && (await tx.folderTrees.isEmpty(target.id))) {
    if (await moveBelow(tx, source, target.path)) return { done: false, cursor: null, failures: [], work: pathsAtOnce }
    await tx.folderTrees.delete(target.project, [target.id])
    await place(tx, clock, source, target)
    return { done: true, cursor: null, failures: [], work: folderWork }
  }
  return merge(tx, clock, bulk, bulk.cursor ?? start(bulk))
}

/** Gives the folders below it their new paths; true: there may be more. */
async function moveBelow(tx: Repositories, { project, path }: Folder, to: string): Promise<boolean> {
  // Again until nothing is left: a statement that waited for a folder does not see what came into it meanwhile.
  for (let moved = 0, now = 1; now > 0; moved += now) {
    if (moved >= pathsAtOnce) return true
    now = await tx.folderTrees.rebase(project, path, to, pathsAtOnce - moved)
  }
  return false
}

/** The folder itself, after everything below it: whoever looks for its old place finds it until the end. */
async function place(tx: Repositories, clock: Clock, folder: Folder, to: Pick<Folder, 'path' | 'name' | 'parent'>) {
  const { path, name, parent } = to
  await tx.folderTrees.update(folder.id, { path, name, parent, updated: clock.now() })
}

async function merge(tx: Repositories, clock: Clock, bulk: BulkJob, cursor: BulkCursor): Promise<Step> {
  const { project } = bulk
  const from = await tx.folders.findByPath(project, cursor.path)
  if (from === undefined) return afterFolder(tx, bulk, cursor.path, [], 0)
  const path = placeOf(bulk, from.path)
  const to = await tx.folders.findByPath(project, path)
  if (to === undefined) {
    if (await moveBelow(tx, from, path)) return { done: false, cursor, failures: [], work: pathsAtOnce }
    const { parent: above, name } = splitFolderPath(path)
    const parent = await tx.folders.findByPath(project, above)
    if (parent === undefined) throw new DomainError('internal', 'A merged folder has no parent.')
    await place(tx, clock, from, { path, name, parent: parent.id })
    return afterFolder(tx, bulk, from.path, [], folderWork)
  }
  await lockBoth(tx, from, to)
  const files = await tx.folderTrees.files(from.id, cursor.after, filesAtOnce)
  const failures = await moveFiles(tx, clock, from, to, files)
  const next = behind(cursor, files, files.length < filesAtOnce)
  if (next !== undefined) return { done: false, cursor: next, failures, work: files.length }
  return afterFolder(tx, bulk, from.path, failures, files.length + folderWork)
}

async function afterFolder(
  tx: Repositories,
  bulk: BulkJob,
  path: string,
  failures: BulkFailure[],
  work: number,
): Promise<Step> {
  const next = await following(tx, bulk, path)
  return { done: false, cursor: next ?? { path, after: null, sweeping: true }, failures, work }
}

type Walked = Awaited<ReturnType<Repositories['folderTrees']['files']>>

async function moveFiles(
  tx: Repositories,
  clock: Clock,
  from: Folder,
  to: Folder,
  files: Walked,
): Promise<BulkFailure[]> {
  const names = files.map(({ name }) => name)
  const taken = await tx.folderTrees.taken(to.id, names)
  await tx.folderTrees.moveFiles(
    files.filter(({ name }) => !taken.has(name)).map(({ file }) => file),
    to.id,
  )
  const failures: BulkFailure[] = []
  for (const { file, name, versions } of files) {
    const there = taken.get(name)
    if (there === undefined) continue
    if (there.versions + versions > maxVersions) {
      failures.push({ filePath: `${from.path}/${name}`, reason: 'VERSION_LIMIT_EXCEEDED' })
      continue
    }
    await tx.assets.setCurrent(there.file, null)
    const onto = { file: there.file, folder: to.id, created: there.created, after: there.last }
    await tx.assets.append(file, onto, clock.now())
  }
  return failures
}

/** Folders that hold nothing any more, from the inside out. */
async function sweep(tx: Repositories, bulk: BulkJob, cursor: BulkCursor): Promise<Step> {
  const swept = await tx.folderTrees.deleteEmpty(bulk.project, bulk.sourcePath, sweptAtOnce)
  return { done: swept === 0, cursor, failures: [], work: swept }
}
