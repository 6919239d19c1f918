/** Who asks: what every core call needs to know of a request. */
import type { FileKey } from './keys/file-key.ts'
import type { Key } from './keys/records.ts'
import type { Project } from './projects/records.ts'

export interface Caller {
  project: Project
  key: Key
  requestId: string
  /** Scheme and authority that the request came to: where URLs in what it causes begin. */
  origin?: string
  /** The key that the caller wants its files encrypted with (tasks-api.md section 11). */
  fileKey?: FileKey | undefined
  /** Aborted when the client goes away. */
  signal: AbortSignal
}
