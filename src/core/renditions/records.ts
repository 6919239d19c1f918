/** Renditions that are kept. Losing one costs the work of making it again, never more. */
import type { ImageFormat } from '../processing/operations.ts'

export interface RenditionRow {
  /** Hash of everything it was made from (renditions.ts), the project included. */
  key: string
  project: string
  /** The blob it was made from: it goes with that. */
  source: string
  /** Key of its own bytes. */
  blob: string
  size: number
  sha256: string
  format: ImageFormat
  width: number
  height: number
  created: number
  /** Last use, exact to a minute. */
  used: number
}

export interface RenditionRepository {
  find(project: string, key: string): Promise<RenditionRow | undefined>
  /** Keys of those made from the blob, at most `limit`. */
  keysOf(source: string, limit: number): Promise<string[]>
  /** Adds those whose key is new and whose source is still there; returns the others, whose bytes are nobody's. */
  insert(rows: readonly RenditionRow[]): Promise<RenditionRow[]>
  /** Sets `used`. */
  touch(keys: readonly string[], used: number): Promise<void>
  /** Bytes of all renditions. */
  total(): Promise<number>
  /** Deletes the least recently used ones until `bytes` are freed, at most `limit`; returns what it deleted. */
  evict(bytes: number, limit: number): Promise<RenditionRow[]>
  /** Deletes one, if its bytes are still these. */
  drop(row: Pick<RenditionRow, 'key' | 'blob'>): Promise<boolean>
  /** Deletes at most `limit` of those made from these blobs; returns them. */
  dropOf(sources: readonly string[], limit: number): Promise<RenditionRow[]>
  /** Whether some rendition's bytes are under this key. */
  holds(blob: string): Promise<boolean>
}
