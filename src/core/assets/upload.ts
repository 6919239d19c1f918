/**
 * Uploads into the library (media-library-api.md section 5). The bytes are durable first; then one transaction adds the
 * version under the lock of its folder, so that parallel uploads of one name become versions one after the other.
 */
import { discardBytes, type StoredBytes } from '../blobs/stored.ts'
import type { Caller } from '../caller.ts'
import { DomainError, invalid } from '../errors.ts'
import { hexId } from '../ids.ts'
import type { Repositories } from '../ports.ts'
import { scoreOnIngest } from '../scorings/asset.ts'
import { takeStorage } from '../usage/storage.ts'
import type { Content } from './content.ts'
import type { AssetDeps } from './deps.ts'
import { tellFile } from './events.ts'
import { openFolder } from './folders.ts'
import { uniqueName } from './names.ts'
import { type Asset, type CustomMetadata, maxVersions, type PlacedAsset } from './records.ts'

export interface NewAsset {
  /** As `folderPath` gives it. */
  folder: string
  /** As `fileName` gives it. */
  name: string
  /** Nine random characters keep the name apart from every other. */
  unique: boolean
  /** False: an existing file of that name is an error. */
  overwrite: boolean
  stored: StoredBytes
  /** The bytes are another file's already, and stay its own: one reference more, no copy. */
  shared?: true
  content: Content
  /** Undefined: not given; then a further version takes over the last one's where `keeps` says so. */
  tags: string[] | undefined
  keepsTags: boolean
  keepsAiTags: boolean
  /** Those of a further version of `before`, or of a new file; may refuse them. */
  customMetadata: (before: Asset | undefined) => CustomMetadata
  isPrivate: boolean
  isPublished: boolean
  customCoordinates: string | null
  /** Undefined: not given; a further version keeps the last one's. */
  description: string | undefined
  /** Label of the key, or e-mail of the user, that brings it. */
  createdBy: string | null
  /** Default: `library`. */
  origin?: Asset['origin']
  /** Asked when the folder is locked and nothing is written yet; what it throws keeps the file out. */
  first?: (tx: Repositories) => Promise<void>
  /** What else belongs to the same transaction. */
  also?: (tx: Repositories, asset: PlacedAsset) => Promise<void>
}

export type Uploader = Omit<Caller, 'key'>

/** Adds the file, or a version of the one that is there. On failure the bytes are deleted. @throws DomainError conflict, locked, invalid, quota_exceeded */
export async function addAsset(deps: AssetDeps, caller: Uploader, wanted: NewAsset): Promise<PlacedAsset> {
  try {
    const add = () => deps.store.tx((tx) => insertVersion(deps, tx, caller, wanted))
    return await deps.inTurn(`${caller.project.id}${wanted.folder}`, add)
  } catch (error) {
    if (wanted.shared === undefined) await discardBytes(deps.blobs, wanted.stored)
    throw error
  }
}

async function insertVersion(
  deps: AssetDeps,
  tx: Repositories,
  caller: Uploader,
  wanted: NewAsset,
): Promise<PlacedAsset> {
  const { clock } = deps
  const { description: _, ...facts } = wanted.content
  const folder = await openFolder(tx, clock, caller, wanted.folder)
  await wanted.first?.(tx)
  const name = wanted.unique ? uniqueName(wanted.name) : wanted.name
  const before = await tx.assets.findByName(folder.id, name)
  const now = clock.now()
  const id = hexId(now)
  const last = before === undefined ? 0 : await lastVersion(tx, before, wanted)
  const asset: Asset = {
    id,
    file: before?.file ?? id,
    project: caller.project.id,
    folder: folder.id,
    name,
    version: last + 1,
    lastDeleted: 0,
    current: true,
    blob: wanted.stored.key,
    size: wanted.stored.size,
    ...facts,
    tags: wanted.tags ?? (wanted.keepsTags ? (before?.tags ?? []) : []),
    aiTags: wanted.keepsAiTags ? (before?.aiTags ?? []) : [],
    customMetadata: wanted.customMetadata(before),
    customCoordinates: wanted.customCoordinates,
    isPrivate: wanted.isPrivate,
    isPublished: wanted.isPublished,
    description: wanted.description ?? before?.description ?? null,
    score: null,
    label: null,
    createdBy: wanted.createdBy,
    origin: wanted.origin ?? 'library',
    created: before?.created ?? now,
    updated: now,
  }
  const placed = { ...asset, folderPath: folder.path }
  // In this order, and in one journey to the database.
  await Promise.all([
    wanted.shared === undefined ? insertBytes(tx, asset, wanted) : shareBytes(tx, asset.blob),
    replace(tx, before, asset),
    tellFile(deps, tx, caller, before === undefined ? 'file.created' : 'file-version.created', placed),
    wanted.also?.(tx, placed),
    scoreOnIngest(tx, caller, placed),
  ])
  await takeStorage(tx, caller.project, asset.size)
  return placed
}

async function insertBytes(
  tx: Repositories,
  { project, mime, updated }: Asset,
  { stored: { key, size, sha256, crc32 }, content: { description } }: NewAsset,
): Promise<void> {
  const blob = { key, project, size, sha256, crc32, type: mime, encryption: null, refs: 1, created: updated }
  await Promise.all([
    tx.blobs.insert(blob),
    description === null ? undefined : tx.descriptions.insert(key, description),
  ])
}

async function shareBytes(tx: Repositories, blob: string): Promise<void> {
  if (await tx.blobs.retain(blob)) return
  throw new DomainError('not_found', 'The file was deleted meanwhile.', { param: 'file_id' })
}

/** Makes the version the file's current one. */
async function replace(tx: Repositories, before: Asset | undefined, asset: Asset): Promise<void> {
  if (before !== undefined) await tx.assets.setCurrent(before.file, null)
  await tx.assets.insert(asset)
}

/** The last number that a version of the file had. */
async function lastVersion(tx: Repositories, before: Asset, { overwrite }: NewAsset): Promise<number> {
  if (!overwrite) {
    throw invalid(
      'fileName',
      'A file with the same name already exists at this location; send overwriteFile or useUniqueFileName as true.',
    )
  }
  const { count, last } = await tx.assets.countVersions(before.file)
  if (count < maxVersions) return last
  throw invalid('fileName', `A file has at most ${maxVersions} versions; delete some first.`)
}
