/** Steps that copy a folder: folders are made where they are missing, copies of files share the bytes by reference. */

import type { AssetDeps } from '../assets/deps.ts'
import { tellFile } from '../assets/events.ts'
import { type Asset, type Folder, maxVersions } from '../assets/records.ts'
import { DomainError } from '../errors.ts'
import { hexId } from '../ids.ts'
import type { Repositories } from '../ports.ts'
import { takeStorage } from '../usage/storage.ts'
import { splitFolderPath } from './paths.ts'
import type { BulkFailure, BulkJob, TakenName, WalkedFile } from './records.ts'
import { behind, filesAtOnce, folderWork, following, placeOf, type Step, start, upToVersions } from './walk.ts'

export type CopyDeps = Pick<AssetDeps, 'clock' | 'events' | 'fileContent'>

/** Versions of one step; a file has up to a hundred. */
const versionsAtOnce = 500

/** Goes on from the job's cursor, in the caller's transaction. @throws DomainError quota_exceeded */
export async function copyStep(deps: CopyDeps, tx: Repositories, bulk: BulkJob): Promise<Step> {
  const cursor = bulk.cursor ?? start(bulk)
  const from = await tx.folders.findByPath(bulk.project, cursor.path)
  if (from === undefined) throw new DomainError('conflict', 'A folder of the job is gone.')
  const to = await makePlace(deps, tx, from, placeOf(bulk, from.path))
  const page = await tx.folderTrees.files(from.id, cursor.after, filesAtOnce)
  const files = bulk.includeVersions ? upToVersions(page, versionsAtOnce) : page
  const { failures, work } = await copyFiles(deps, tx, bulk, from, to, files)
  const next = behind(cursor, files, files.length === page.length && page.length < filesAtOnce)
  if (next !== undefined) return { done: false, cursor: next, failures, work }
  const after = await following(tx, bulk, from.path)
  return { done: after === undefined, cursor: after ?? cursor, failures, work: work + folderWork }
}

/** The folder at the path, locked; made like `model` when it is missing. */
async function makePlace({ clock }: CopyDeps, tx: Repositories, model: Folder, path: string): Promise<Folder> {
  const { project, customMetadata } = model
  let there = await tx.folders.findByPath(project, path)
  if (there === undefined) {
    const { parent: above, name } = splitFolderPath(path)
    const parent = await tx.folders.findByPath(project, above)
    if (parent === undefined) throw new DomainError('internal', 'A copied folder has no parent.')
    const now = clock.now()
    const times = { created: now, updated: now }
    const folder = { id: hexId(now), project, parent: parent.id, path, name, customMetadata, lockedBy: null }
    there = await tx.folders.ensure({ ...folder, ...times })
  }
  const locked = await tx.folders.lock(project, there.id)
  if (locked?.path !== path) throw new DomainError('conflict', 'The destination of the job is gone.')
  return locked
}

async function copyFiles(
  deps: CopyDeps,
  tx: Repositories,
  { project: id, includeVersions }: BulkJob,
  from: Folder,
  to: Folder,
  files: readonly WalkedFile[],
): Promise<{ failures: BulkFailure[]; work: number }> {
  const names = files.map(({ name }) => name)
  const taken = await tx.folderTrees.taken(to.id, names)
  const fits = ({ name, versions }: WalkedFile) =>
    (taken.get(name)?.versions ?? 0) + (includeVersions ? versions : 1) <= maxVersions
  const fitting = files.filter(fits)
  const versions = await tx.folderTrees.versions(
    fitting.map(({ file }) => file),
    !includeVersions,
  )
  const copies = copiesOf(versions, to, taken, deps.clock.now())
  if (copies.length > 0) {
    if (!(await tx.blobs.retainAll(copies.map(({ blob }) => blob)))) {
      throw new DomainError('internal', 'The bytes of a file have no row.')
    }
    for (const { name } of fitting) {
      const there = taken.get(name)
      if (there !== undefined) await tx.assets.setCurrent(there.file, null)
    }
    await tx.assets.insert(...copies)
    const judged = copies.flatMap(({ id, score }, index) =>
      score === null ? [] : [{ from: versions[index]?.id ?? '', to: id }],
    )
    await tx.judgements.copy(judged, deps.clock.now())
    const project = await tx.projects.find(id)
    if (project === undefined) throw new DomainError('conflict', 'The project of the job is gone.')
    for (const copy of copies.filter(({ current }) => current)) {
      const type = taken.has(copy.name) ? 'file-version.created' : 'file.created'
      await tellFile(deps, tx, { project }, type, { ...copy, folderPath: to.path })
    }
    const bytes = copies.reduce((sum, { size }) => sum + size, 0)
    await takeStorage(tx, project, bytes)
  }
  const failures = files
    .filter((file) => !fits(file))
    .map(({ name }) => ({ filePath: `${from.path}/${name}`, reason: 'VERSION_LIMIT_EXCEEDED' as const }))
  return { failures, work: copies.length }
}

/** Versions (the oldest of a file first) as they are in the folder: numbered on from what is there under their name. */
function copiesOf(versions: readonly Asset[], to: Folder, taken: ReadonlyMap<string, TakenName>, now: number): Asset[] {
  const numbered = new Map<string, { file: string; created: number; last: number }>()
  return versions.map((version) => {
    const id = hexId(now)
    const before = numbered.get(version.file) ?? taken.get(version.name) ?? { file: id, created: now, last: 0 }
    const { file, created } = before
    numbered.set(version.file, { file, created, last: before.last + 1 })
    const number = { version: before.last + 1, lastDeleted: 0 }
    return { ...version, id, file, folder: to.id, origin: 'library', ...number, created, updated: now }
  })
}
