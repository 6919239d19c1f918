/** Asking for a purge (media-library-api.md section 9): a row that tells how it stands, and the job that does it. */
import { hexId } from '../ids.ts'
import type { Clock, Repositories } from '../ports.ts'

export const purgeRenditionsKind = 'purge-renditions'

/** How long a request can be asked for. */
const keepMs = 30 * 86_400_000

/** @param pattern path below the project, as URLs have it; a `*` at the end for all that begin so @returns the request's id */
export async function requestPurge(
  tx: Pick<Repositories, 'purges' | 'jobs'>,
  clock: Clock,
  project: string,
  pattern: string,
): Promise<string> {
  const now = clock.now()
  const id = hexId(now)
  await tx.purges.insert({ id, project, pattern, status: 'Pending', created: now })
  await tx.purges.sweep(project, now - keepMs)
  await tx.jobs.enqueue({ kind: purgeRenditionsKind, lane: 'batch', project, subject: id })
  return id
}
