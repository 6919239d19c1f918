/**
 * Deleting an installation (site-photos-api.md section 7.1). One short transaction hides it and everything of it, in the
 * library as well; a job then moves its photos to the bin, some at a time, where they stay for thirty days.
 */
import { invalid } from '../errors.ts'
import { deleteFolderKind } from '../folders/delete.ts'
import { deletedPrefix } from '../folders/records.ts'
import { hexId } from '../ids.ts'
import type { Job } from '../jobs/records.ts'
import { requireRight, unknown } from './access.ts'
import { binInstallation, binMs } from './bin.ts'
import { storeCameras } from './cameras/cameras.ts'
import type { SiteCaller, SiteDeps } from './deps.ts'
import { folderOf } from './folder.ts'
import { findInstallation } from './installations.ts'

type Deps = Pick<SiteDeps, 'store' | 'clock' | 'assets'>

export const emptyInstallationKind = 'empty-installation'

/** The folder of an installation has none below it. */
const folders = 10

/**
 * @param confirm the installation's name
 * @throws DomainError `not_found`, `forbidden` without `manage`, `invalid`: the name is another one
 */
export async function deleteInstallation(
  { store, clock }: Deps,
  { access, project }: SiteCaller,
  id: string,
  confirm: string | undefined,
): Promise<void> {
  await findInstallation({ store }, { access, project }, id)
  requireRight(access, id, 'manage')
  await store.tx(async (tx) => {
    const nobody = `${deletedPrefix}${hexId(clock.now())}`
    // Folders before installations, as photos come in.
    await tx.folderTrees.giveAway(project.id, folderOf(id), nobody, folders)
    const place = await tx.installations.lock(project.id, id)
    if (place === undefined) throw unknown('installation')
    if (confirm !== place.name) {
      throw invalid(
        'confirm',
        `confirm must be the name of the installation, ${JSON.stringify(place.name)}: deleting it deletes its ${place.photos} photos.`,
      )
    }
    const now = clock.now()
    await storeCameras(tx, id, now)
    await tx.groups.dropInstallation(id)
    await tx.installations.endZoneChange(id)
    await tx.installations.update(project.id, id, { deleted: now, updated: now })
    const job = { kind: emptyInstallationKind, lane: 'batch', project: project.id } as const
    await tx.jobs.enqueue({ ...job, subject: id, payload: { deleted: now, nobody } })
  })
}

/** The work of the job: first the photos and their folder, thirty days later the installation itself. */
export async function emptyInstallation(deps: Deps, job: Job, signal: AbortSignal): Promise<void> {
  const { store, clock } = deps
  const { deleted, nobody } = job.payload as { deleted: number; nobody: string }
  const project = await store.read.projects.find(job.project ?? '')
  if (project !== undefined) {
    while ((await binInstallation(deps, { project }, job.subject)) > 0) signal.throwIfAborted()
  }
  await store.tx(async (tx) => {
    if (!(await tx.jobs.complete(job))) return
    await tx.siteViews.deleteOf(job.subject)
    if (await tx.installations.purge(job.subject, clock.now() - binMs)) return
    const { kind, lane, subject, payload } = job
    await tx.jobs.enqueue({ kind: deleteFolderKind, lane, project: job.project, subject: nobody })
    await tx.jobs.enqueue({ kind, lane, project: job.project, subject, payload, runAt: deleted + binMs + 60_000 })
  })
}
