/**
 * Whole subtrees of folders, and the durable jobs that copy, move and rename them (media-library-api.md section 8). A
 * job holds two folders by `lockedBy`: what it takes and where that goes; a folder below a held one is held with it.
 */
import type { Asset, Folder } from '../assets/records.ts'

/** Begins the project of deleted folders, which nobody has: no project's id has a colon. */
export const deletedPrefix = 'deleted:'

export type BulkJobType = 'COPY_FOLDER' | 'MOVE_FOLDER' | 'RENAME_FOLDER'

/** What a job could not do. */
export interface BulkFailure {
  /** Of the file that stayed behind; absent: it is not about one file. */
  filePath?: string
  reason: 'VERSION_LIMIT_EXCEEDED' | 'STORAGE_LIMIT_EXCEEDED' | 'PURGE_FAILED' | 'GIVEN_UP'
}

/** How far a job got; what is done is never looked at again. */
export interface BulkCursor {
  /** The folder at work: all before it in order of path are done. */
  path: string
  /** The file in it that was done last. */
  after: FilePosition | null
  /** Everything was moved; emptied folders are being deleted. */
  sweeping: boolean
}

/** Files of a folder are walked by age. */
export type FilePosition = Pick<Asset, 'created' | 'id'>

export interface BulkJob {
  id: string
  project: string
  type: BulkJobType
  status: 'Pending' | 'Completed' | 'Partial success'
  /** Id of the folder that is copied or moved, and its path when the job began. */
  source: string
  sourcePath: string
  /** Id of the folder that it becomes or is merged into, and its path. */
  target: string
  targetPath: string
  /** The target was made to keep its place: nothing was there. */
  targetMade: boolean
  includeVersions: boolean
  /** `refused`: purging was asked for and not granted. */
  purge: 'none' | 'granted' | 'refused'
  purgeRequest: string | null
  cursor: BulkCursor | null
  /** The first hundred. */
  failures: BulkFailure[]
  failed: number
  created: number
  finished: number | null
}

export interface BulkJobRepository {
  insert(job: BulkJob): Promise<void>
  find(project: string, id: string): Promise<BulkJob | undefined>
  update(
    id: string,
    patch: Partial<Pick<BulkJob, 'status' | 'purgeRequest' | 'cursor' | 'failures' | 'failed' | 'finished'>>,
  ): Promise<boolean>
  /** Deletes those of the project that finished before. */
  sweep(project: string, before: number): Promise<void>
}

/** A file as bulk jobs walk over it: its current version and how many it has. */
export interface WalkedFile extends FilePosition {
  file: string
  name: string
  versions: number
}

/** A path here is never the root's. Methods with a limit change at most so many rows and tell how many they changed. */
export interface FolderTreeRepository {
  /** Folders below the path and files in it and them, counted up to `most`. */
  count(project: string, path: string, most: number): Promise<number>
  /** The longest path in the subtree: its levels and its bytes. */
  extent(project: string, path: string): Promise<{ levels: number; bytes: number }>
  /** Path of a folder, at or below the path, that a bulk job holds. */
  held(project: string, path: string): Promise<string | undefined>
  /** Folders below the path, each before what is in it, that come after the path `after`. */
  page(project: string, path: string, after: string, limit: number): Promise<Folder[]>
  /** Gives folders below `from`, the last in order of path first, the same place below `to`. */
  rebase(project: string, from: string, to: string, limit: number): Promise<number>
  /** Gives the folders below the path, the last in order of path first, and then the folder itself to another project. */
  giveAway(project: string, path: string, to: string, limit: number): Promise<number>
  update(id: string, patch: Partial<Pick<Folder, 'path' | 'name' | 'parent' | 'lockedBy' | 'updated'>>): Promise<void>
  /** The folder that a job holds and works on. */
  heldBy(project: string, job: string): Promise<Folder | undefined>
  /** Takes a job's hold off all folders. */
  unlock(job: string): Promise<void>
  isEmpty(id: string): Promise<boolean>
  /** Deletes folders at and below the path that hold neither files nor folders. */
  deleteEmpty(project: string, path: string, limit: number): Promise<number>
  /** Folders of a project that nobody has, in no order. */
  some(project: string, limit: number): Promise<string[]>
  /** @param project whose they are, or were before they were given away */
  delete(project: string, ids: readonly string[]): Promise<void>

  /** Files of a folder by age. */
  files(folder: string, after: FilePosition | null, limit: number): Promise<WalkedFile[]>
  /** Files of the folder by those of the names that are taken, with their number of versions and the highest one. */
  taken(folder: string, names: readonly string[]): Promise<Map<string, TakenName>>
  /** All versions of the files; `onlyCurrent`: one of each. Oldest first. */
  versions(files: readonly string[], onlyCurrent: boolean): Promise<Asset[]>
  /** Puts files, with all versions, into another folder, where none of their names is taken. */
  moveFiles(files: readonly string[], folder: string): Promise<void>
  /** Some files of these folders: those of so many versions, found in no order. */
  filesIn(folders: readonly string[], versions: number): Promise<DeletedFile[]>
}

/** What is to be known of a file before it is deleted. */
export interface DeletedFile {
  file: string
  versions: number
  /** Of all versions. */
  bytes: number
}

export interface TakenName {
  file: string
  created: number
  versions: number
  /** The last number that a version had. */
  last: number
}
