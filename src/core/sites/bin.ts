/**
 * The bin (site-photos-api.md section 7.3): deleted photos leave every list, count and search with their files and come back
 * unchanged for thirty days. Their bytes count as stored until a job deletes them for good.
 */
import { letGo } from '../assets/delete.ts'
import { tellFile, tellFileDeleted } from '../assets/events.ts'
import { openFolder } from '../assets/folders.ts'
import { changeFiles } from '../assets/lock-files.ts'
import type { Caller } from '../caller.ts'
import { DomainError } from '../errors.ts'
import type { NewJob } from '../jobs/records.ts'
import type { Repositories } from '../ports.ts'
import { requireRight, unknown } from './access.ts'
import { findCapture } from './captures.ts'
import type { SiteCaller, SiteDeps } from './deps.ts'
import { folderOf } from './folder.ts'
import type { Capture, JudgedCapture } from './records.ts'
import { localAt } from './zones.ts'

type Deps = Pick<SiteDeps, 'store' | 'clock'> & { assets: Pick<SiteDeps['assets'], 'events' | 'fileContent'> }
/** Whose photos; `origin` is in what webhooks tell. */
type By = Pick<Caller, 'project' | 'origin'>

export const purgeCapturesKind = 'purge-captures'

export const binMs = 30 * 86_400_000
/** Captures of one transaction. */
export const binAtOnce = 300
/** Between looks at the bin. */
const everyMs = 3_600_000

/** The user deletes a photo. @throws DomainError `not_found`, `forbidden` without `manage` */
export async function deleteCapture(deps: Deps, caller: SiteCaller, id: string): Promise<void> {
  const { asset } = await findCapture(deps, caller, id, 'manage')
  if ((await binCaptures(deps, caller, [{ id, asset }])).length === 0) throw unknown('photo')
}

/** Moves these to the bin, at most `binAtOnce`; returns those that there were. Rights are the caller's business. */
export function binCaptures(
  deps: Deps,
  by: By,
  captures: readonly Pick<Capture, 'id' | 'asset'>[],
): Promise<Capture[]> {
  const { id: project } = by.project
  const files = captures.map(({ asset }) => asset)
  return changeFiles(deps.store, project, files, async (tx) => {
    await holdOf(tx, project, files)
    const ids = captures.map(({ id }) => id)
    const gone = await tx.captureBin.put(project, ids, deps.clock.now())
    if (gone.length === 0) return []
    await tellFileDeleted(deps.assets, tx, by, ...gone.map(({ asset }) => asset))
    await tx.jobs.enqueueOnce(purgeJob(deps.clock.now() + everyMs))
    return gone
  })
}

/**
 * Moves the first captures of an installation to the bin: how many. Zero: none was left. For the job that empties a deleted
 * installation, whose row is marked before.
 */
export async function binInstallation(deps: Deps, by: By, installation: string, limit = binAtOnce): Promise<number> {
  const captures = await deps.store.read.captures.some(by.project.id, installation, limit)
  if (captures.length === 0) return 0
  return (await binCaptures(deps, by, captures)).length
}

/**
 * Takes a photo out of the bin, as it was; its local time is that of its installation's zone now.
 * @throws DomainError `not_found`; `forbidden` without `manage`; `conflict`: its installation was deleted, or the same
 * bytes were sent again
 */
export async function restoreCapture(deps: Deps, caller: SiteCaller, id: string): Promise<JudgedCapture> {
  const { id: project } = caller.project
  const binned = await deps.store.read.captureBin.find(project, id)
  if (binned === undefined) {
    // One that is there is restored already.
    return findCapture(deps, caller, id, 'manage')
  }
  const { installation, taken, camera, sha256, asset } = binned.capture
  requireRight(caller.access, installation, 'manage', 'photo')
  await deps.store.tx(async (tx) => {
    const folder = await openFolder(tx, deps.clock, caller, folderOf(installation))
    const place = await tx.installations.lock(project, installation)
    if (place === undefined) {
      throw new DomainError('conflict', 'The installation of this photo was deleted; the photo cannot come back to it.')
    }
    const same = await tx.captures.findSame(installation, camera, sha256)
    if (same !== undefined && same.id !== id) {
      throw new DomainError(
        'conflict',
        `The same photo was sent again and is there as ${same.id}; delete that one first.`,
      )
    }
    const local = localAt(place.timezone, taken)
    // False: another call was faster.
    if (!(await tx.captureBin.restore(project, id, { folder: folder.id, local }))) return
    const file = await tx.assets.find(project, asset)
    if (file !== undefined) await tellFile(deps.assets, tx, caller, 'file.created', file)
  })
  return findCapture(deps, caller, id, 'manage')
}

/** Locks the installations of these files' captures. */
async function holdOf(tx: Repositories, project: string, files: readonly string[]): Promise<void> {
  const captures = await tx.captures.ofAssets(project, files)
  const installations = [...new Set(captures.map(({ installation }) => installation))]
  if (installations.length > 0) await tx.captures.hold(installations)
}

/** Deletes for good what is in the bin for longer than thirty days, some at a time. */
export async function purgeBin({ store, clock }: Pick<Deps, 'store' | 'clock'>, signal: AbortSignal): Promise<void> {
  for (let more = true; more; ) {
    signal.throwIfAborted()
    const expired = await store.read.captureBin.expired(clock.now() - binMs, binAtOnce)
    for (const [project, ids] of byProject(expired)) {
      await store.tx(async (tx) => letGo(tx, clock, project, await tx.captureBin.purge(project, ids)))
    }
    more = expired.length === binAtOnce
  }
}

function byProject(expired: readonly { id: string; project: string }[]): Map<string, string[]> {
  const ids = new Map<string, string[]>()
  for (const { id, project } of expired) ids.set(project, [...(ids.get(project) ?? []), id])
  return ids
}

/** The recurring look at the bin: made with the first deletion, it comes back every hour. */
export const purgeJob = (runAt: number): NewJob => ({
  kind: purgeCapturesKind,
  lane: 'batch',
  project: null,
  subject: 'all',
  runAt,
})
