/**
 * What comes from a camera changes what is known of it: its last contact, and its alerts. All inside the transaction of
 * what came, under the lock of the camera's row; where an installation is locked too, it was locked before.
 */
import type { Repositories } from '../../ports.ts'
import type { Capture } from '../records.ts'
import { tellAlertKind } from './alert-events.ts'
import { type AlertChange, after, type Reading, readingsOf, readingsOfPhoto } from './readings.ts'
import type { AlertState, Camera, Diagnostic } from './records.ts'
import { expected, isActive } from './schedule.ts'

/**
 * Notes a contact, photos and diagnostics alike; an earlier one than is known changes nothing. Ends `no_contact`.
 * @param at when it was: of a photo that is sent later when it was taken, of what the unit itself sends now
 * @returns the camera as it is now
 */
export async function seeCamera(
  tx: Repositories,
  { project, id }: Pick<Camera, 'project' | 'id'>,
  at: number,
): Promise<Camera | undefined> {
  const camera = await tx.cameras.lock(project, id)
  if (camera === undefined || (camera.seen !== null && camera.seen >= at)) return camera
  return expectContact(tx, { ...camera, seen: at }, at)
}

/** Writes the camera as it is given, with what is now expected of it; an open `no_contact` that is over by then is closed. */
export async function expectContact(tx: Repositories, camera: Camera, at: number): Promise<Camera> {
  const { id: _, project, created: __, ...fields } = camera
  const place = camera.installation === null ? undefined : await tx.installations.find(project, camera.installation)
  const next = expected(camera, place)
  const silent = (await tx.cameras.alerts([camera.id])).find(({ kind }) => kind === 'no_contact')
  const stays = silent !== undefined && next.lost !== null && at < (silent.since ?? 0)
  if (silent !== undefined && !stays) {
    await closeAlerts(tx, camera, at, ['no_contact'])
  }
  const updated = await tx.cameras.update(camera.id, { ...fields, ...next, ...(stays ? { lost: null } : {}) })
  return updated ?? camera
}

/** Opens and closes the alerts that a photo's flags speak for (section 7.2); call after the capture was added. */
export async function noticeCapture(
  tx: Repositories,
  { camera: id, project, installation, taken, minute, flags }: Capture,
): Promise<void> {
  if (id === null) return
  const camera = await tx.cameras.lock(project, id)
  // A photo of the place where the camera stood before tells nothing of where it stands.
  if (camera === undefined || camera.installation !== installation) return
  const active = camera.schedule === null || isActive(camera.schedule, minute)
  await judge(tx, camera, readingsOfPhoto(taken, flags, active))
}

/** The same of diagnostics that were not known before; in any order. */
export async function noticeDiagnostics(
  tx: Repositories,
  camera: Camera,
  records: readonly Diagnostic[],
): Promise<void> {
  const ordered = [...records].sort((one, other) => one.recorded - other.recorded)
  await judge(
    tx,
    camera,
    ordered.flatMap((record) => readingsOf(record, camera.voltageAlertMv)),
  )
}

async function judge(tx: Repositories, camera: Camera, readings: readonly Reading[]): Promise<void> {
  if (readings.length === 0) return
  const states = new Map((await tx.cameras.alertStates(camera.id)).map((state) => [state.kind, state]))
  const changed = new Map<string, AlertState>()
  const changes: AlertChange[] = []
  for (const reading of readings) {
    const next = after(camera.id, states.get(reading.kind), reading)
    if (next === undefined) continue
    states.set(reading.kind, next.state)
    changed.set(reading.kind, next.state)
    if (next.change !== undefined) changes.push(next.change)
  }
  await tx.cameras.saveAlerts([...changed.values()])
  for (const change of changes) await tell(tx, camera, change)
}

/** Nothing came for too long. @param at now */
export async function openNoContact(tx: Repositories, camera: Camera, at: number): Promise<void> {
  const since = camera.lost ?? at
  await tx.cameras.saveAlerts([
    { camera: camera.id, kind: 'no_contact', since, value: null, last: camera.seen ?? since, streak: 0 },
  ])
  // It is not lost a second time.
  await tx.cameras.update(camera.id, { lost: null })
  await tell(tx, camera, { change: 'opened', kind: 'no_contact', since, value: null, at })
}

/** Ends alerts whose cause is gone, and forgets what led to them. */
export async function closeAlerts(
  tx: Repositories,
  camera: Camera,
  at: number,
  kinds: readonly AlertState['kind'][],
): Promise<void> {
  const open = (await tx.cameras.alerts([camera.id])).filter(({ kind }) => kinds.includes(kind))
  await tx.cameras.dropAlerts(camera.id, kinds)
  for (const { kind, since, value } of open) {
    await tell(tx, camera, { change: 'closed', kind, since: since ?? at, value, at })
  }
}

/** By a job: nobody who sends photos waits for webhooks. */
async function tell(tx: Repositories, { id, project }: Camera, change: AlertChange): Promise<void> {
  await tx.jobs.enqueue({ kind: tellAlertKind, lane: 'batch', project, subject: id, payload: change })
}
