/** What was learned of a picture's bytes when they came in, besides what is searched for (an asset's own columns). */
import type { ImageDescription } from '../processing/description.ts'

export type Description = Pick<
  ImageDescription,
  | 'frames'
  | 'hasColorProfile'
  | 'colorProfile'
  | 'quality'
  | 'density'
  | 'exif'
  | 'pHash'
  | 'dominantColors'
  | 'averageColor'
  | 'thumbhash'
> &
  /** Absent: described before there were any. */
  Partial<Pick<ImageDescription, 'view'>>

/** By blob: versions, copies and restored versions of the same bytes share one. It goes with the blob. */
export interface DescriptionRepository {
  insert(blob: string, description: Description): Promise<void>
  /** Undefined: no picture, or one that could not be read. */
  find(blob: string): Promise<Description | undefined>
  /** Those of the blobs that have one, by blob. */
  findMany(blobs: readonly string[]): Promise<Map<string, Description>>
  /** Perceptual hashes of the blobs that have one, by blob. */
  hashes(blobs: readonly string[]): Promise<Map<string, string>>
}
