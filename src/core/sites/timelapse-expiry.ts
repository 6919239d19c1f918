/** Films whose time is over, and those of installations that are gone, are removed with their files. */
import type { NewJob } from '../jobs/records.ts'
import type { Clock, MetadataStore } from '../ports.ts'
import { removeTimelapse } from './timelapses.ts'

export const expireFilmsKind = 'expire-films'
const everyMs = 600_000
const atOnce = 50

interface Deps {
  store: MetadataStore
  clock: Clock
}

export async function expireTimelapses({ store, clock }: Deps, signal: AbortSignal): Promise<void> {
  for (let more = true; more && !signal.aborted; ) {
    const overdue = await store.read.timelapses.overdue(clock.now(), atOnce)
    for (const { project, id } of overdue) await store.tx((tx) => removeTimelapse({ clock }, tx, project, id))
    more = overdue.length === atOnce
  }
}

export const filmExpiry = (clock: Clock): NewJob => ({
  kind: expireFilmsKind,
  lane: 'batch',
  project: null,
  subject: 'all',
  runAt: clock.now() + everyMs,
})

/** Enqueues the sweep unless it is there; called at every start. */
export async function scheduleFilmExpiry({ store, clock }: Deps): Promise<void> {
  await store.tx((tx) => tx.jobs.enqueueOnce(filmExpiry(clock)))
}
