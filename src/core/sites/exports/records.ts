/** Exports as the store keeps them (site-photos-api.md section 7.3): chosen photos as one archive. */
import type { CaptureFilter } from '../records.ts'
import type { Variant } from '../variants.ts'

export type ExportStatus = 'queued' | 'running' | 'done' | 'failed' | 'cancelled'

/** Which photos; a filter's are those that there are when the job comes to them. */
export type Chosen = { ids: readonly string[] } | { filter: CaptureFilter }

export interface SiteExport {
  /** `ex_…` */
  id: string
  project: string
  /** Who asked: with what this user may see it is made. */
  user: string
  status: ExportStatus
  variant: Variant
  chosen: Chosen
  /** Those whose photos are in it: whoever fetches it needs the right at each. */
  installations: string[]
  /** How many were chosen, when it began. */
  total: number
  /** How many are in it. */
  photos: number
  /** Gone, or not to be made. */
  skipped: number
  /** Of the photos' bytes so far; of the archive when it is done. */
  size: number
  /** Blob of the list; null: not done. */
  manifest: string | null
  error: string | null
  created: number
  finished: number | null
  /** Until when it can be fetched. */
  expires: number | null
}

export interface ExportFile {
  export: string
  /** From 0. */
  position: number
  photo: string
  installation: string
  taken: number
  /** In the archive. */
  name: string
  size: number
  crc32: number
  blob: string
  /** Of the manifest, with its line end. */
  line: string
}

export interface SiteExportRepository {
  insert(one: SiteExport): Promise<void>
  find(project: string, id: string): Promise<SiteExport | undefined>
  /** Newest first, after `after`. */
  page(
    project: string,
    user: string,
    page: { after?: { created: number; id: string }; limit: number },
  ): Promise<SiteExport[]>
  /** Of those at work. */
  countOpen(project: string, user: string): Promise<number>
  update(
    id: string,
    patch: Partial<Omit<SiteExport, 'id' | 'project' | 'user' | 'chosen' | 'created'>>,
  ): Promise<boolean>
  /** Without its files, which go first. */
  delete(id: string): Promise<void>
  addFiles(files: readonly ExportFile[]): Promise<void>
  /** In order of position, from `from` on. */
  files(id: string, from: number, limit: number): Promise<ExportFile[]>
  /** What a reader of the archive needs of every file, in order. */
  layout(
    id: string,
    from: number,
    limit: number,
  ): Promise<Pick<ExportFile, 'position' | 'name' | 'size' | 'crc32' | 'taken' | 'blob'>[]>
  /** The last file so far. */
  lastFile(id: string): Promise<ExportFile | undefined>
  /** Takes so many out and returns their blobs. */
  takeFiles(id: string, limit: number): Promise<string[]>
}
