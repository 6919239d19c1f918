/**
 * An installation gets another time zone: the local times of all its captures, and the counts of their days, follow. A few
 * do so in the transaction of the change; of more a job does some at a time, from the newest to the oldest. Meanwhile each
 * capture says its local time with the offset that it was reckoned with, and lists and calendars both go by the days that
 * the captures have: every step changes both in one transaction.
 */
import { DomainError } from '../errors.ts'
import type { Job } from '../jobs/records.ts'
import type { MetadataStore, Repositories } from '../ports.ts'
import type { Installation, ZoneChange } from './records.ts'
import { localAt } from './zones.ts'

export const changeZoneKind = 'change-zone'

/** Captures of one transaction. */
export const zoneStep = 1000

/** Inside the transaction that changes the zone, which holds the installation. */
export async function beginZoneChange(
  tx: Repositories,
  installation: Installation,
  zoneBefore: string,
  atOnce = zoneStep,
): Promise<void> {
  const { id, project } = installation
  const change: ZoneChange = { installation: id, zoneBefore, moved: 0, after: null }
  if (await step(tx, installation, change, atOnce)) return
  await tx.jobs.enqueueOnce({ kind: changeZoneKind, lane: 'batch', project, subject: id })
}

/** The work of the job; goes on where it ended. */
export async function changeZone(
  { store }: { store: MetadataStore },
  job: Job,
  signal: AbortSignal,
  atOnce = zoneStep,
): Promise<void> {
  for (let more = true; more; ) {
    signal.throwIfAborted()
    more = await store.tx(async (tx) => {
      // Before the job's row, as those do who change the zone.
      const installation = await tx.installations.lock(job.project ?? '', job.subject)
      if (!(await tx.jobs.holds(job))) throw new DomainError('fenced', 'The job was taken over.')
      const [change] = await tx.installations.zoneChanges([job.subject])
      const isDone =
        installation === undefined || change === undefined || (await step(tx, installation, change, atOnce))
      if (!isDone) return true
      await tx.installations.endZoneChange(job.subject)
      await tx.jobs.complete(job)
      return false
    })
  }
}

/** True when none is left. */
async function step(
  tx: Repositories,
  { id, project, timezone }: Installation,
  change: ZoneChange,
  atOnce: number,
): Promise<boolean> {
  const captures = await tx.captures.times(id, change.after, atOnce)
  const moving = captures
    .map((before) => ({ before, local: localAt(timezone, before.taken) }))
    .filter(({ before, local }) => before.offset !== local.offset)
  if (moving.length > 0) await tx.captures.setTimes(project, moving)
  const last = captures.at(-1)
  if (last === undefined || captures.length < atOnce) {
    await tx.installations.endZoneChange(id)
    return true
  }
  const moved = change.moved + captures.length
  await tx.installations.saveZoneChange({ ...change, moved, after: { taken: last.taken, id: last.id } })
  return false
}
