/**
 * Files that `*_url` members lead to (site-photos-api.md section 6): photos' variants, films, comparisons, exports. The first
 * step finds the file and asks whether the caller may have it, and so does the second, signed one.
 */
import { unknown } from './access.ts'
import { comparisonFiles } from './comparisons.ts'
import type { SiteCaller, SiteDeps } from './deps.ts'
import { photoFiles } from './photo-files.ts'

/** Who wants the file, as rights are asked for. */
export type MediaCaller = Pick<SiteCaller, 'access' | 'project'>

export interface MediaFile {
  /** Part of the signed link: a file that became another has another. Letters and digits. */
  rev: string
  /** As a browser saves it. */
  filename: string
  open(options: MediaOptions): Promise<MediaContent>
}

export interface MediaOptions {
  /** `?format=` of thumb and preview. */
  format?: 'webp' | 'avif'
  signal: AbortSignal
}

export interface MediaContent {
  type: string
  size: number
  /** Strong, without quotes. */
  etag: string
  /** Epoch milliseconds. */
  modified: number
  /** All bytes, or the blob that has them. */
  body: { bytes: Buffer } | { blob: string }
}

export interface MediaSource {
  /** What its ids begin with. */
  prefix: 'ph' | 'tl' | 'cp' | 'ex'
  /** @throws DomainError `not_found` (also for what the caller does not see, and unknown variants), `forbidden` */
  find(deps: SiteDeps, caller: MediaCaller, id: string, variant: string): Promise<MediaFile>
}

/** Every kind of thing that has files. */
const sources: readonly MediaSource[] = [photoFiles, comparisonFiles]

/** @throws DomainError as MediaSource.find */
export function findMedia(deps: SiteDeps, caller: MediaCaller, id: string, variant: string): Promise<MediaFile> {
  const source = sources.find(({ prefix }) => id.startsWith(`${prefix}_`))
  if (source === undefined) throw unknown('file')
  return source.find(deps, caller, id, variant)
}
