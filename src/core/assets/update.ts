/** Changing the details of a file's current version (media-library-api.md section 6). */
import { isDeepStrictEqual } from 'node:util'
import type { Caller } from '../caller.ts'
import { mergeCustomMetadata } from '../custom-fields/validate.ts'
import { invalid } from '../errors.ts'
import type { Repositories } from '../ports.ts'
import { runExtensions, type WantedExtensions } from '../scorings/asset.ts'
import { retagCaptures } from '../sites/library.ts'
import type { AssetDeps } from './deps.ts'
import { tellFile } from './events.ts'
import { changeFile } from './lock-files.ts'
import type { AssetPatch, PlacedAsset } from './records.ts'

/** Absent members change nothing. */
export interface FileChanges {
  /** Names of machines' tags to take away; done before everything else. */
  removeAiTags?: readonly string[] | 'all' | undefined
  /** As `cleanTags` gives them; instead of those there were. */
  tags?: string[] | undefined
  /** As `areaOf` gives it; null: none. */
  customCoordinates?: string | null | undefined
  description?: string | null | undefined
  /** As it came: values by field, null unsets one, the others stay. */
  customMetadata?: unknown
  /** Work of models (section 5.4). */
  extensions?: WantedExtensions | undefined
  publish?: { isPublished: boolean; includeVersions: boolean } | undefined
}

/** The file with its changes. @throws DomainError `invalid`, `not_found` with param `fileId` */
export function updateFile(deps: AssetDeps, caller: Caller, id: string, changes: FileChanges): Promise<PlacedAsset> {
  return changeFile(deps.store, caller.project.id, id, async (tx, file) => {
    const updated = deps.clock.now()
    const patch = onlyNew(await patchOf(tx, file, changes), file)
    const changed = Object.keys(patch).length === 0 ? file : { ...file, ...patch, updated }
    const { publish } = changes
    const others =
      publish?.includeVersions === true && (await tx.assets.publish(file.file, publish.isPublished, updated))
    if (changed !== file) await tx.assets.update(file.id, { ...patch, updated })
    if (patch.tags !== undefined) await retagCaptures(tx, caller.project.id, [changed])
    if (changed !== file || others) await tellFile(deps, tx, caller, 'file.updated', changed)
    if (changes.extensions !== undefined) await runExtensions(deps, tx, caller, changed, changes.extensions)
    return changed
  })
}

/** Without what is so already: an update that changes nothing leaves `updatedAt`, and with it the file's URL, as it is. */
function onlyNew(patch: AssetPatch, file: PlacedAsset): AssetPatch {
  const was: Record<string, unknown> = { ...file }
  return Object.fromEntries(Object.entries(patch).filter(([name, value]) => !isDeepStrictEqual(value, was[name])))
}

async function patchOf(
  tx: Repositories,
  file: PlacedAsset,
  { removeAiTags, publish, ...given }: FileChanges,
): Promise<AssetPatch> {
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
  if (given.customMetadata !== undefined) {
    const fields = await tx.customFields.list(file.project)
    patch.customMetadata = mergeCustomMetadata(fields, file.customMetadata, given.customMetadata)
  }
  if (publish !== undefined) patch.isPublished = publish.isPublished
  return patch
}
