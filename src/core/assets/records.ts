/**
 * The library as the store keeps it. A folder knows its path, an asset only its folder: moving a folder changes the rows
 * of its subfolders and no asset. An asset has one row per version, of which one is current.
 */

/** What a custom metadata field may hold (media-library-api.md section 4.6). */
export type CustomValue = string | number | boolean | readonly (string | number | boolean)[]
/** By field name: names are unique for ever and never change. */
export type CustomMetadata = Record<string, CustomValue>

export interface Folder {
  id: string
  project: string
  /** Id of the folder it is in; null for the root. */
  parent: string | null
  /** `''` for the root, else `/a/b`: without a slash at the end. */
  path: string
  /** Last part of the path. */
  name: string
  customMetadata: CustomMetadata
  /** The bulk job that holds the folder and everything below it; folders below say so only when they are locked by row. */
  lockedBy: string | null
  created: number
  updated: number
}

/** A tag that a machine gave. */
export interface AiTag {
  name: string
  /** 0..100 */
  confidence: number
  source: string
}

export interface Video {
  /** Seconds. */
  duration: number | null
  /** Kilobits per second. */
  bitRate: number | null
  videoCodec: string | null
  audioCodec: string | null
}

/** One version of a file. */
export interface Asset {
  /** Id of the version; the first version's is the file's. */
  id: string
  /** Id of the file: the same for all its versions. */
  file: string
  project: string
  /** Id of the folder; versions of one file are always in the same one, under the same name. */
  folder: string
  name: string
  /** From 1. Numbers are never used twice in a file. */
  version: number
  /** Of the current version: the highest number of the deleted ones, as far as it had to be remembered. */
  lastDeleted: number
  current: boolean
  blob: string
  size: number
  /** By its content. */
  mime: string
  /** Usual extension of what the content is, e.g. `jpg`. */
  format: string
  kind: 'image' | 'non-image'
  /** Pixels of the upright image or of a video; null where there are none. */
  width: number | null
  height: number | null
  /** EXIF 1..8. */
  orientation: number | null
  alpha: boolean | null
  tags: string[]
  aiTags: AiTag[]
  customMetadata: CustomMetadata
  /** `x,y,width,height` */
  customCoordinates: string | null
  isPrivate: boolean
  isPublished: boolean
  description: string | null
  /** EXIF, IPTC and XMP with readable values (section 4.4). */
  embeddedMetadata: Record<string, unknown> | null
  /** Only of a video: what its container says. */
  video: Video | null
  /** Of its judgement (core/vision/records.ts), 0..10; null: not judged. */
  score: number | null
  /** Of its judgement, one of core/vision/labels.ts. */
  label: string | null
  /** Label of the key, or e-mail of the user, that uploaded it. */
  createdBy: string | null
  /** `capture`: a photo of the Sites API. */
  origin: 'library' | 'capture' | 'task'
  /** Of the file: a new version keeps it. */
  created: number
  /** Of this version. */
  updated: number
}

/** An asset with the path of its folder. */
export interface PlacedAsset extends Asset {
  folderPath: string
}

/** `<folder path>/<name>` */
export const filePathOf = ({ folderPath, name }: Pick<PlacedAsset, 'folderPath' | 'name'>) => `${folderPath}/${name}`

/** Versions of one file. */
export const maxVersions = 100

/** What a version keeps from others: a reference to its bytes, and their size. */
export type Held = Pick<Asset, 'blob' | 'size'>

/** What may change in a version while it stays where it is. */
export type AssetPatch = Partial<
  Pick<
    Asset,
    'tags' | 'aiTags' | 'customMetadata' | 'customCoordinates' | 'isPrivate' | 'isPublished' | 'description' | 'updated'
  >
>

/**
 * Names, places and versions change under the lock of their folder (`folders.lock`): whoever adds, moves, renames or
 * deletes in a folder holds it, in order of folder id where there are two.
 */
export interface AssetRepository {
  /** Adds versions. `conflict` when a folder has a current asset of that name. */
  insert(...assets: Asset[]): Promise<void>
  /** The current version of a file. */
  find(project: string, file: string): Promise<PlacedAsset | undefined>
  /** Any version of a file by its own id. */
  findVersion(project: string, file: string, id: string): Promise<PlacedAsset | undefined>
  /** The current version under this name. */
  findByName(folder: string, name: string): Promise<Asset | undefined>
  /** The same by the folder's path, in one read: image URLs. */
  findByPath(project: string, folderPath: string, name: string): Promise<PlacedAsset | undefined>
  /** The current versions of those files that there are, in no order. */
  findMany(project: string, files: readonly string[]): Promise<PlacedAsset[]>
  /** In which folders those files are, before anything is locked. */
  places(project: string, files: readonly string[]): Promise<{ file: string; folder: string }[]>
  /** Newest first: the current one, then the others. */
  versions(project: string, file: string): Promise<PlacedAsset[]>
  /** How many versions a file has, and the last number that one of them had. */
  countVersions(file: string): Promise<{ count: number; last: number }>
  /** Changes one version by its id; false when it is gone. */
  update(id: string, patch: AssetPatch): Promise<boolean>
  /** Makes all versions of the file non-current but this one (none: all). */
  setCurrent(file: string, id: string | null): Promise<void>
  /** Sets the tags of several versions, each its own, in one statement. */
  retag(versions: readonly Pick<Asset, 'id' | 'tags' | 'aiTags'>[], updated: number): Promise<void>
  /** Publishes all versions of a file, or makes drafts of them; false when all of them are so already. */
  publish(file: string, isPublished: boolean, updated: number): Promise<boolean>
  /** Puts all versions of a file into another folder, where no current asset has its name. */
  move(file: string, folder: string, updated: number): Promise<void>
  /** Gives all versions of a file another name, which no current asset of the folder has. */
  rename(file: string, name: string, updated: number): Promise<void>
  /**
   * Makes all versions of a file versions of another one, which has no current version: in its folder, numbered after
   * `after`; the one that was current stays so.
   */
  append(
    file: string,
    onto: Pick<Asset, 'file' | 'folder' | 'created'> & { after: number },
    updated: number,
  ): Promise<void>
  /** Deletes all versions of the files; returns what each of them held. */
  delete(...files: string[]): Promise<Held[]>
  /** Deletes one version that is not current; returns what it held. Its number stays used. */
  deleteVersion(id: string): Promise<Held | undefined>
}

export interface FolderRepository {
  find(project: string, id: string): Promise<Folder | undefined>
  findByPath(project: string, path: string): Promise<Folder | undefined>
  /** The folder at the path, or the nearest one above it that is there. */
  nearest(project: string, path: string): Promise<Folder | undefined>
  /** Like find; the row stays locked until the transaction ends. `lockedBy`: the job that holds it or one above it. */
  lock(project: string, id: string): Promise<Folder | undefined>
  /** Those of the folders that there are, locked one after the other in order of id. */
  lockAll(project: string, ids: readonly string[]): Promise<Folder[]>
  /** Adds the folder unless its path is there; returns the one that is there now. */
  ensure(folder: Folder): Promise<Folder>
}
