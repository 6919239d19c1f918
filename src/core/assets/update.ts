/** Changing the details of a file's current version (media-library-api.md section 6). */
import type { Caller } from '../caller.ts'
import { invalid } from '../errors.ts'
import type { AssetDeps } from './deps.ts'
import { changeFile } from './lock-files.ts'
import type { AssetPatch, PlacedAsset } from './records.ts'

/** Absent members change nothing. */
export interface FileChanges {
  /** Names of tags to take away; done before everything else. */
  removeAiTags?: readonly string[] | 'all' | undefined
  /** As `cleanTags` gives them; instead of those there were. */
  tags?: string[] | undefined
  /** As `areaOf` gives it; null: none. */
  customCoordinates?: string | null | undefined
  description?: string | null | undefined
  publish?: { isPublished: boolean; includeVersions: boolean } | undefined
}

/** The file with its changes. @throws DomainError `invalid`, `not_found` with param `fileId` */
export function updateFile(
  { store, clock }: AssetDeps,
  caller: Caller,
  id: string,
  changes: FileChanges,
): Promise<PlacedAsset> {
  return changeFile(store, caller.project.id, id, async (tx, file) => {
    const patch = patchOf(file, changes)
    const published = changes.publish?.includeVersions === true
    if (Object.keys(patch).length === 0 && !published) return file
    const updated = clock.now()
    if (published) await tx.assets.publish(file.file, changes.publish?.isPublished === true, updated)
    await tx.assets.update(file.id, { ...patch, updated })
    return { ...file, ...patch, updated }
  })
}

function patchOf(file: PlacedAsset, { removeAiTags, publish, ...given }: FileChanges): AssetPatch {
  const patch: AssetPatch = {}
  if (removeAiTags !== undefined) {
    patch.aiTags = file.aiTags.filter(({ name }) => removeAiTags !== 'all' && !removeAiTags.includes(name))
  }
  if (given.tags !== undefined) patch.tags = given.tags
  if (given.description !== undefined) patch.description = given.description
  if (given.customCoordinates !== undefined) {
    if (given.customCoordinates !== null && file.kind !== 'image') {
      throw invalid('customCoordinates', 'customCoordinates are for images; this file is none.')
    }
    patch.customCoordinates = given.customCoordinates
  }
  if (publish !== undefined) patch.isPublished = publish.isPublished
  return patch
}
