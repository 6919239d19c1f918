/** What units report of themselves (site-photos-api.md section 7.2). */
import type { SiteCaller, SiteDeps } from '../deps.ts'
import { findCamera, findSendingCamera, requireEnabled } from './cameras.ts'
import { noticeDiagnostics, seeCamera } from './notice.ts'
import type { Camera, Diagnostic, DiagnosticPage } from './records.ts'

type Deps = Pick<SiteDeps, 'store' | 'clock'>

/**
 * Keeps those that are new: one per moment and event, so a unit may send them again.
 * @returns how many were new
 * @throws DomainError `not_found`, `forbidden`, `conflict`: the camera is switched off
 */
export async function addDiagnostics(
  { store, clock }: Deps,
  caller: Pick<SiteCaller, 'access' | 'project' | 'key'>,
  id: string,
  records: readonly Omit<Diagnostic, 'camera'>[],
): Promise<number> {
  const known = await findSendingCamera({ store }, caller, id)
  return store.tx(async (tx) => {
    const now = clock.now()
    // The unit itself is here now; what somebody else hands in says when it was.
    const newest = Math.max(...records.map(({ recorded }) => recorded))
    const camera: Camera =
      (await seeCamera(tx, known, caller.key?.camera === id ? now : Math.min(now, newest))) ?? known
    requireEnabled(camera)
    const added = await tx.cameras.addDiagnostics(once(records).map((record) => ({ camera: id, ...record })))
    await noticeDiagnostics(tx, camera, added)
    return added.length
  })
}

/** Newest first. @throws DomainError `not_found`, `forbidden` */
export async function listDiagnostics(
  { store }: Pick<Deps, 'store'>,
  caller: Pick<SiteCaller, 'access' | 'project'>,
  id: string,
  page: DiagnosticPage,
): Promise<Diagnostic[]> {
  await findCamera({ store }, caller, id, 'view')
  return store.read.cameras.diagnostics(id, page)
}

/** Of several with one moment and event the first. */
function once<Sent extends Pick<Diagnostic, 'recorded' | 'event'>>(records: readonly Sent[]): Sent[] {
  const known = new Map<string, Sent>()
  for (const record of records) {
    const name = `${record.recorded} ${record.event}`
    if (!known.has(name)) known.set(name, record)
  }
  return [...known.values()]
}
