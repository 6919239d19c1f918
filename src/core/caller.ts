/** Who asks: what every core call needs to know of a request. */
import type { Key } from './keys/records.ts'
import type { Project } from './projects/records.ts'

export interface Caller {
  project: Project
  key: Key
  requestId: string
  /** Aborted when the client goes away. */
  signal: AbortSignal
}
