/**
 * Beginning a bulk job (media-library-api.md section 8): everything that can be refused is refused here. Then both folders
 * are held, the one that is taken and the one that it becomes, and the work is left to a durable job.
 */
import type { AssetDeps } from '../assets/deps.ts'
import { openFolder } from '../assets/folders.ts'
import { maxDepth, maxPathBytes } from '../assets/names.ts'
import type { Folder } from '../assets/records.ts'
import type { Caller } from '../caller.ts'
import { hexId } from '../ids.ts'
import type { Repositories } from '../ports.ts'
import { refuseReserved } from '../sites/folder.ts'
import { folderCall, refuseHeld, refuseTooMany } from './hold.ts'
import { isWithin, nameToMake, pathToFind, pathToMake, refused, splitFolderPath } from './paths.ts'
import type { BulkJob, BulkJobType } from './records.ts'

export const bulkJobKind = 'bulk-job'

/** How long a finished job can be asked for. */
const keepMs = 30 * 86_400_000

type Deps = Pick<AssetDeps, 'store' | 'clock' | 'inTurn' | 'maxFolderItems'>

export interface FolderJourney {
  sourceFolderPath: string
  destinationPath: string
}

/** What a job is made of once its parameters are read. */
interface Wanted {
  type: BulkJobType
  /** The folder to take, and the parameter that names it. */
  source: string
  param: string
  /** The folder that it shall be in, and its name there. */
  parent: string
  name: string
  includeVersions: boolean
  purge: BulkJob['purge']
}

/**
 * Copies the folder into the destination. @returns the job's id
 * @throws DomainError `invalid` and `not_found` with a `reason`, `locked`
 */
export async function beginCopy(
  deps: Deps,
  caller: Caller,
  { includeVersions, ...journey }: FolderJourney & { includeVersions: boolean },
): Promise<string> {
  return begin(deps, caller, { ...(await readJourney(deps, caller, journey)), type: 'COPY_FOLDER', includeVersions })
}

/** Moves the folder into the destination. @returns the job's id @throws as beginCopy */
export async function beginMove(deps: Deps, caller: Caller, journey: FolderJourney): Promise<string> {
  return begin(deps, caller, { ...(await readJourney(deps, caller, journey)), type: 'MOVE_FOLDER' })
}

/**
 * Gives the folder another name. @returns the job's id
 * @param takePurge called when all else is sound and purging is asked for; false: not granted
 * @throws DomainError `invalid`, `not_found` and `conflict` with a `reason`, `locked`
 */
export async function beginRename(
  deps: Deps,
  caller: Caller,
  wanted: { folderPath: string; newFolderName: string; takePurge?: (() => Promise<boolean>) | undefined },
): Promise<string> {
  const source = pathToFind(wanted.folderPath, 'folderPath')
  if (source === '') throw refused('INVALID_FOLDER_PATH', 'folderPath', 'The root folder has no name to change.')
  const name = nameToMake(wanted.newFolderName, 'newFolderName')
  const { parent, name: before } = splitFolderPath(source)
  refuseReserved(`${parent}/${wanted.newFolderName}`, 'newFolderName')
  if (name === before) {
    throw refused('SAME_OLD_AND_NEW_NAME', 'newFolderName', 'The folder has that name already.')
  }
  await refuseTooDeep(deps, caller, source, pathToMake(`${parent}/${name}`, 'newFolderName'), 'newFolderName')
  const type = 'RENAME_FOLDER'
  if ((await deps.store.read.folders.findByPath(caller.project.id, source)) === undefined) {
    throw noSource({ type, source, param: 'folderPath' })
  }
  // A renaming that is refused after this has spent one: limits are no part of the transaction.
  const granted = await wanted.takePurge?.()
  const purge = granted === undefined ? 'none' : granted ? 'granted' : 'refused'
  return begin(deps, caller, { type, source, param: 'folderPath', parent, name, includeVersions: true, purge })
}

async function readJourney(
  deps: Deps,
  caller: Caller,
  { sourceFolderPath, destinationPath }: FolderJourney,
): Promise<Omit<Wanted, 'type'>> {
  const source = pathToFind(sourceFolderPath, 'sourceFolderPath')
  if (source === '') {
    throw refused('SOURCE_IS_ROOT', 'sourceFolderPath', 'The root folder stays where it is; take folders in it.')
  }
  const parent = pathToMake(destinationPath, 'destinationPath')
  const { name } = splitFolderPath(source)
  refuseReserved(`${destinationPath}/${name}`, 'destinationPath')
  const place = `${parent}/${name}`
  if (parent === source || place === source) {
    throw refused('SAME_SOURCE_AND_DESTINATION', 'destinationPath', 'The folder is there already.')
  }
  if (isWithin(parent, source)) {
    throw refused('INVALID_DESTINATION_PATH', 'destinationPath', 'A folder does not go into itself.')
  }
  if (isWithin(source, place)) {
    const message = `The folder ${place} holds the source; a folder is not merged into one that it is in.`
    throw refused('INVALID_DESTINATION_PATH', 'destinationPath', message)
  }
  await refuseTooMany(deps, caller.project.id, source, 'sourceFolderPath')
  await refuseTooDeep(deps, caller, source, place, 'destinationPath')
  return { source, param: 'sourceFolderPath', parent, name, includeVersions: true, purge: 'none' }
}

/** What is below the source has to fit below its new place. @throws DomainError `invalid`, reason INVALID_FOLDER_PATH */
async function refuseTooDeep({ store }: Deps, { project }: Caller, from: string, to: string, param: string) {
  const { levels, bytes } = await store.read.folderTrees.extent(project.id, from)
  const deeper = to.split('/').length - from.split('/').length
  const longer = Buffer.byteLength(to) - Buffer.byteLength(from)
  if (levels + deeper > maxDepth) {
    throw refused('INVALID_FOLDER_PATH', param, `Folders would be more than ${maxDepth} levels deep.`)
  }
  if (bytes + longer > maxPathBytes) {
    throw refused('INVALID_FOLDER_PATH', param, `Paths would be longer than ${maxPathBytes} bytes.`)
  }
}

async function begin(deps: Deps, caller: Caller, wanted: Wanted): Promise<string> {
  const { id: project } = caller.project
  const now = deps.clock.now()
  const id = hexId(now)
  // Copies of photos are files like others; the photos themselves stay.
  if (wanted.type !== 'COPY_FOLDER') refuseReserved(wanted.source, wanted.param)
  await folderCall(deps, caller, async (tx) => {
    const source = await tx.folders.findByPath(project, wanted.source)
    if (source === undefined) throw noSource(wanted)
    await refuseHeld(tx, source)
    const parent = await openFolder(tx, deps.clock, caller, wanted.parent)
    const target = await holdTarget(tx, id, source, parent, wanted, now)
    await tx.folderTrees.update(source.id, { lockedBy: id })
    await tx.bulkJobs.insert({
      id,
      project,
      type: wanted.type,
      status: 'Pending',
      source: source.id,
      sourcePath: source.path,
      target: target.id,
      targetPath: target.path,
      targetMade: target.made,
      includeVersions: wanted.includeVersions,
      purge: wanted.purge,
      purgeRequest: null,
      cursor: null,
      failures: [],
      failed: 0,
      created: now,
      finished: null,
    })
    await tx.bulkJobs.sweep(project, now - keepMs)
    await tx.jobs.enqueue({ kind: bulkJobKind, lane: 'batch', project, subject: id })
  })
  return id
}

function noSource({ type, source, param }: Pick<Wanted, 'type' | 'source' | 'param'>) {
  return type === 'RENAME_FOLDER'
    ? refused('FOLDER_NOT_FOUND', param, `No folder found with folderPath ${source}.`, 'not_found')
    : refused('NO_FILES_FOLDER', param, `No files & folder found at ${source}.`, 'not_found')
}

/** The folder that the source becomes: the one that has the name, or one that keeps the place until the job is there. */
async function holdTarget(
  tx: Repositories,
  job: string,
  source: Folder,
  parent: Folder,
  { type, name }: Wanted,
  now: number,
): Promise<Folder & { made: boolean }> {
  const path = `${parent.path}/${name}`
  const there = await tx.folders.findByPath(source.project, path)
  if (there === undefined) {
    const { project } = source
    const customMetadata = type === 'COPY_FOLDER' ? source.customMetadata : {}
    const place = { id: hexId(now), project, parent: parent.id, path, name, customMetadata, lockedBy: job }
    // Nobody else makes it: its parent is locked.
    return { ...(await tx.folders.ensure({ ...place, created: now, updated: now })), made: true }
  }
  if (type === 'RENAME_FOLDER') {
    const message = `A folder named ${name} is at the same place already.`
    throw refused('FOLDER_ALREADY_EXISTS', 'newFolderName', message, 'conflict')
  }
  await refuseHeld(tx, there)
  await tx.folderTrees.update(there.id, { lockedBy: job })
  return { ...there, made: false }
}
