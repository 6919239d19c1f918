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
  /** Folders whose path begins so, in order of path, behind the path `after`. */
  folders(project: string, begins: string, after: string, limit: number): Promise<{ id: string; path: string }[]>
  /** Blobs of all versions of a folder's files whose name begins so and comes behind `after`; `next`: go on behind it. */
  sources(folder: string, begins: string, after: string, limit: number): Promise<{ blobs: string[]; next?: string }>
  /** Deletes those of the project that are older. */
  sweep(project: string, before: number): Promise<void>
}
