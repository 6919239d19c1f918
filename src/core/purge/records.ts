/** Requests to drop what is cached of a file or of everything whose path begins so (media-library-api.md section 9). */

export interface Purge {
  id: string
  project: string
  /** Path below the project, as URLs have it (percent-encoded); a `*` at the end: every path that begins so. */
  pattern: string
  status: 'Pending' | 'Completed'
  created: number
}

export interface PurgeRepository {
  insert(purge: Purge): Promise<void>
  find(project: string, id: string): Promise<Purge | undefined>
  complete(id: string): Promise<void>
  /** Deletes those of the project that are older. */
  sweep(project: string, before: number): Promise<void>
}
