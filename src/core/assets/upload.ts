/**
 * Uploads into the library (media-library-api.md section 5). The bytes are durable first; then one transaction adds the
 * version under the lock of its folder, so that parallel uploads of one name become versions one after the other.
 */
import { discardBytes, type StoredBytes } from '../blobs/stored.ts'
import type { Caller } from '../caller.ts'
import { DomainError } from '../errors.ts'
import { hexId } from '../ids.ts'
import type { Repositories } from '../ports.ts'
import { takeStorage } from '../usage/storage.ts'
import type { AssetDeps } from './deps.ts'
import { tellFile } from './events.ts'
import { openFolder } from './folders.ts'
import { uniqueName } from './names.ts'
import type { Asset, PlacedAsset } from './records.ts'

/** What the content is. */
export type Content = Pick<
  Asset,
  'mime' | 'format' | 'kind' | 'width' | 'height' | 'orientation' | 'alpha' | 'embeddedMetadata'
>

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
  content: Content
  tags: string[]
  isPrivate: boolean
  isPublished: boolean
  customCoordinates: string | null
  description: string | null
}

const maxVersions = 100

/** Adds the file, or a version of the one that is there. On failure the bytes are deleted. @throws DomainError conflict, locked, invalid, quota_exceeded */
export async function addAsset(deps: AssetDeps, caller: Caller, wanted: NewAsset): Promise<PlacedAsset> {
  try {
    const add = () => deps.store.tx((tx) => insertVersion(deps, tx, caller, wanted))
    return await deps.inTurn(`${caller.project.id}${wanted.folder}`, add)
  } catch (error) {
    await discardBytes(deps.blobs, wanted.stored)
    throw error
  }
}

async function insertVersion(
  deps: AssetDeps,
  tx: Repositories,
  caller: Caller,
  wanted: NewAsset,
): Promise<PlacedAsset> {
  const { clock } = deps
  const folder = await openFolder(tx, clock, caller, wanted.folder)
  const name = wanted.unique ? uniqueName(wanted.name) : wanted.name
  const before = await tx.assets.findByName(folder.id, name)
  const now = clock.now()
  const id = hexId(now)
  const last = before === undefined ? undefined : (await lastVersion(tx, before, wanted)).version
  const asset: Asset = {
    id,
    file: before?.file ?? id,
    project: caller.project.id,
    folder: folder.id,
    name,
    version: (last ?? 0) + 1,
    current: true,
    blob: wanted.stored.key,
    size: wanted.stored.size,
    ...wanted.content,
    tags: wanted.tags,
    aiTags: [],
    customMetadata: {},
    customCoordinates: wanted.customCoordinates,
    isPrivate: wanted.isPrivate,
    isPublished: wanted.isPublished,
    description: wanted.description,
    createdBy: null,
    origin: 'library',
    created: before?.created ?? now,
    updated: now,
  }
  const { key, size, sha256, crc32 } = wanted.stored
  const blob = { key, project: asset.project, size, sha256, crc32, type: asset.mime, encryption: null, refs: 1 }
  await tx.blobs.insert({ ...blob, created: now })
  if (before !== undefined) await tx.assets.setCurrent(before.file, null)
  await tx.assets.insert(asset)
  const placed = { ...asset, folderPath: folder.path }
  await tellFile(deps, tx, caller, before === undefined ? 'file.created' : 'file-version.created', placed)
  await takeStorage(tx, caller.project, asset.size)
  return placed
}

/** Numbers are never used twice in a file, also after its newest version was deleted or an older one restored. */
async function lastVersion(tx: Repositories, before: Asset, { overwrite }: NewAsset): Promise<Asset> {
  if (!overwrite) {
    throw new DomainError(
      'invalid',
      'A file with the same name already exists at this location; send overwriteFile or useUniqueFileName as true.',
      { param: 'fileName' },
    )
  }
  const versions = await tx.assets.versions(before.project, before.file)
  if (versions.length >= maxVersions) {
    throw new DomainError('invalid', `A file has at most ${maxVersions} versions; delete some first.`, {
      param: 'fileName',
    })
  }
  return versions.reduce((last, version) => (version.version > last.version ? version : last), versions[0] ?? before)
}
