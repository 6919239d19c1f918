/** What is odd about a photo (site-photos-api.md section 7.3), from its own measures and those of photos before it. */
import type { Description } from '../assets/descriptions.ts'
import type { SiteDeps } from './deps.ts'
import type { Capture, Flag } from './records.ts'

/**
 * Asked before the capture is kept; never fails: what cannot be told is not flagged.
 * @param description null: the picture could not be looked at
 */
export async function flagsOf(
  _deps: Pick<SiteDeps, 'store'>,
  _capture: Pick<Capture, 'installation' | 'camera' | 'taken'>,
  _description: Description | null,
): Promise<Flag[]> {
  return []
}
