/** What the steps of bulk jobs share: they walk over the folders of the source in order of path, a few rows at a time. */
import type { Folder } from '../assets/records.ts'
import type { Repositories } from '../ports.ts'
import type { BulkCursor, BulkFailure, BulkJob, WalkedFile } from './records.ts'

/** What a step did in its transaction. */
export interface Step {
  /** True: nothing is left to do. */
  done: boolean
  /** Where the next step goes on. */
  cursor: BulkCursor | null
  failures: BulkFailure[]
  /** Rows that changed, about. */
  work: number
}

/** Files of one step. */
export const filesAtOnce = 300
/** What a folder costs, in rows. */
export const folderWork = 10

export const start = (bulk: BulkJob): BulkCursor => ({ path: bulk.sourcePath, after: null, sweeping: false })

/** Where a folder of the source goes. */
export const placeOf = ({ sourcePath, targetPath }: BulkJob, path: string) => targetPath + path.slice(sourcePath.length)

/** The folder after this one; undefined: it was the last. */
export async function following(tx: Repositories, bulk: BulkJob, path: string): Promise<BulkCursor | undefined> {
  const [next] = await tx.folderTrees.page(bulk.project, bulk.sourcePath, path, 1)
  return next && { path: next.path, after: null, sweeping: false }
}

/** Behind these files in the same folder; undefined: they were its last. */
export function behind(cursor: BulkCursor, files: readonly WalkedFile[], complete: boolean): BulkCursor | undefined {
  const last = files.at(-1)
  if (complete || last === undefined) return undefined
  return { ...cursor, after: { created: last.created, id: last.id } }
}

/** Locks both in order of id, as everybody does. */
export async function lockBoth(tx: Repositories, one: Folder, other: Folder): Promise<void> {
  await tx.folders.lockAll(one.project, [one.id, other.id])
}

/** The first files that have so many versions together; at least one. */
export function upToVersions<File extends { versions: number }>(files: readonly File[], most: number): File[] {
  let sum = 0
  return files.filter(({ versions }, index) => {
    sum += versions
    return index === 0 || sum <= most
  })
}
