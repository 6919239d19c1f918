/** Files that the library does not have, from the origins of a URL endpoint (media-library-api.md section 12). */
import type { Project } from '../projects/records.ts'
import type { DeliveryDeps } from './deps.ts'
import type { Place } from './place.ts'
import type { Source } from './source.ts'

/** @returns undefined: no origin has it */
export async function fromOrigins(
  _deps: DeliveryDeps,
  _project: Project,
  _place: Pick<Place, 'endpoint' | 'path' | 'remote'>,
  _signal: AbortSignal,
): Promise<Source | undefined> {
  return undefined
}
