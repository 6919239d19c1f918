/** Telling webhooks of a project that an alert of a camera was opened or closed (site-photos-api.md section 7.2). */
import type { Job } from '../../jobs/records.ts'
import type { Clock, MetadataStore } from '../../ports.ts'
import type { LibraryEvents } from '../../webhooks/library-events.ts'
import { formatInstant } from '../zones.ts'
import type { AlertChange } from './readings.ts'

export const tellAlertKind = 'tell-camera-alert'

/** What is told; a year of photos that is sent afterwards changes alerts as well, but is no news. */
const newsMs = 24 * 60 * 60_000

interface Deps {
  store: MetadataStore
  clock: Clock
  events: LibraryEvents
}

/** The work of the job. */
export async function tellAlert({ store, clock, events }: Deps, job: Job): Promise<void> {
  const { change, kind, since, value, at } = job.payload as AlertChange
  await store.tx(async (tx) => {
    const project = await tx.projects.find(job.project ?? '')
    const camera = project && (await tx.cameras.find(project.id, job.subject))
    const isNews = at > clock.now() - newsMs
    if (project !== undefined && camera !== undefined && isNews) {
      await events.tell(tx, project, {
        type: change === 'opened' ? 'camera.alert.opened' : 'camera.alert.closed',
        subject: camera.id,
        data: () => ({
          camera: {
            id: camera.id,
            serial: camera.serial,
            name: camera.name,
            installation_id: camera.installation,
            last_seen_at: camera.seen === null ? null : formatInstant(camera.seen),
          },
          alert: {
            type: kind,
            since: formatInstant(since),
            value,
            [change === 'opened' ? 'opened_at' : 'closed_at']: formatInstant(at),
          },
        }),
      })
    }
    await tx.jobs.complete(job)
  })
}
