/** Files fetched from origins, kept for a while: no assets of the library. */
import type { Asset } from '../assets/records.ts'

export interface OriginFile
  extends Pick<Asset, 'project' | 'blob' | 'mime' | 'format' | 'kind' | 'size' | 'width' | 'height' | 'isPrivate'> {
  origin: string
  /** The origin's own settings when it was fetched: another bucket has other files. */
  revision: number
  /** Path, or the URL of a web proxy. */
  path: string
  etag: string | null
  /** The origin's Last-Modified, as it came. */
  lastModified: string | null
  /** When it was fetched last with other bytes, epoch milliseconds. */
  created: number
  /** When the origin last said that it is so. */
  checked: number
}

export interface OriginFileRepository {
  find(project: string, origin: string, path: string): Promise<OriginFile | undefined>
  /** Adds it or replaces the one of its place; returns the blob that was there, if any. */
  put(file: OriginFile): Promise<string | undefined>
  touch(file: Pick<OriginFile, 'project' | 'origin' | 'path'>, checked: number): Promise<void>
  /** Returns the blob that was there, if any. */
  delete(file: Pick<OriginFile, 'project' | 'origin' | 'path'>): Promise<string | undefined>
  /** Bytes of all files of all projects. */
  totalSize(): Promise<number>
  /** Those that were checked longest ago. */
  oldest(limit: number): Promise<OriginFile[]>
}
