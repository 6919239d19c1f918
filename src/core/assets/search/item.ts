/** What search knows of a file, a version of one, or a folder. */
import type { CustomMetadata, Folder, PlacedAsset } from '../records.ts'
import { isoDate } from './values.ts'

export const itemTypes = ['file', 'file-version', 'folder'] as const
export type ItemType = (typeof itemTypes)[number]

export interface Place {
  /** Degrees, north and east positive. */
  latitude: number
  longitude: number
}

export interface SearchItem {
  type: ItemType
  /** fileId or folderId. */
  id: string
  name: string
  /** The folder it is in: `''` for the root, else `/a/b`. */
  path: string
  /** Given by people and by machines. */
  tags: readonly string[]
  createdAt: number
  updatedAt: number
  width: number | null
  height: number | null
  size: number | null
  format: string | null
  kind: 'image' | 'non-image' | null
  private: boolean | null
  published: boolean | null
  /** Has an alpha channel. */
  transparency: boolean | null
  createdBy: string | null
  /** embeddedMetadata.Keywords */
  keywords: readonly string[]
  /** embeddedMetadata.DateTimeOriginal, epoch milliseconds. */
  takenAt: number | null
  /** embeddedMetadata.GPSLatitude and GPSLongitude. */
  place: Place | null
  /** Of its judgement, 0..10. */
  score: number | null
  /** Of its judgement. */
  label: string | null
  /** By field name. */
  custom: CustomMetadata
}

export function itemOfAsset(asset: PlacedAsset): SearchItem {
  return {
    type: asset.current ? 'file' : 'file-version',
    id: asset.file,
    name: asset.name,
    path: asset.folderPath,
    tags: tagsOf(asset),
    createdAt: asset.created,
    updatedAt: asset.updated,
    width: asset.width,
    height: asset.height,
    size: asset.size,
    format: asset.format,
    kind: asset.kind,
    private: asset.isPrivate,
    published: asset.isPublished,
    transparency: asset.alpha,
    createdBy: asset.createdBy,
    ...embeddedOf(asset),
    score: asset.score,
    label: asset.label,
    custom: asset.customMetadata,
  }
}

export function itemOfFolder(folder: Folder): SearchItem {
  return {
    type: 'folder',
    id: folder.id,
    name: folder.name,
    path: folder.path.slice(0, Math.max(0, folder.path.lastIndexOf('/'))),
    tags: [],
    createdAt: folder.created,
    updatedAt: folder.updated,
    width: null,
    height: null,
    size: null,
    format: null,
    kind: null,
    private: null,
    published: null,
    transparency: null,
    createdBy: null,
    keywords: [],
    takenAt: null,
    place: null,
    score: null,
    label: null,
    custom: folder.customMetadata,
  }
}

export function tagsOf({ tags, aiTags }: Pick<PlacedAsset, 'tags' | 'aiTags'>): string[] {
  return [...new Set([...tags, ...aiTags.map(({ name }) => name)])]
}

/** What of the embedded metadata can be searched. */
export function embeddedOf({
  embeddedMetadata,
}: Pick<PlacedAsset, 'embeddedMetadata'>): Pick<SearchItem, 'keywords' | 'takenAt' | 'place'> {
  const { Keywords, DateTimeOriginal, GPSLatitude, GPSLongitude } = embeddedMetadata ?? {}
  const keywords = (Array.isArray(Keywords) ? Keywords : [Keywords]).filter((value) => typeof value === 'string')
  return {
    keywords: [...new Set(keywords)],
    takenAt: (typeof DateTimeOriginal === 'string' ? isoDate(DateTimeOriginal) : undefined) ?? null,
    place: placeOf(GPSLatitude, GPSLongitude),
  }
}

function placeOf(latitude: unknown, longitude: unknown): Place | null {
  if (typeof latitude !== 'number' || typeof longitude !== 'number') return null
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : null
}
