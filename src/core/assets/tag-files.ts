/** Tags of many files at once (media-library-api.md section 6): added, or taken away. */
import type { Caller } from '../caller.ts'
import { retagCaptures } from '../sites/library.ts'
import type { BulkOutcome } from './delete.ts'
import type { AssetDeps } from './deps.ts'
import { tellFile } from './events.ts'
import { refuseMissing } from './find.ts'
import { changeFiles } from './lock-files.ts'
import type { PlacedAsset } from './records.ts'
import { fitTogether } from './tags.ts'

type Tags = Pick<PlacedAsset, 'tags' | 'aiTags'>

/** Adds those that a file does not have; a file whose tags would be too long together keeps what it has. */
export function addTags(deps: AssetDeps, caller: Caller, ids: readonly string[], tags: readonly string[]) {
  return retag(deps, caller, ids, (file) => ({ ...file, tags: [...new Set([...file.tags, ...tags])] }))
}

export function removeTags(deps: AssetDeps, caller: Caller, ids: readonly string[], tags: readonly string[]) {
  return retag(deps, caller, ids, (file) => ({ ...file, tags: file.tags.filter((tag) => !tags.includes(tag)) }))
}

export function removeAiTags(deps: AssetDeps, caller: Caller, ids: readonly string[], names: readonly string[]) {
  return retag(deps, caller, ids, (file) => ({
    ...file,
    aiTags: file.aiTags.filter(({ name }) => !names.includes(name)),
  }))
}

/** @throws DomainError `not_found` with `missingFileIds`: then nothing is changed */
function retag(
  deps: AssetDeps,
  caller: Caller,
  ids: readonly string[],
  change: (file: PlacedAsset) => Tags,
): Promise<BulkOutcome> {
  return changeFiles(deps.store, caller.project.id, ids, async (tx, { files }) => {
    refuseMissing(ids, files)
    const after = files.map((file) => ({ ...file, ...change(file) }))
    const tooLong = new Set(after.filter(({ tags }) => !fitTogether(tags)).map(({ file }) => file))
    const changed = after.filter((file, index) => !tooLong.has(file.file) && !sameTags(file, files[index]))
    const updated = deps.clock.now()
    await tx.assets.retag(changed, updated)
    await retagCaptures(tx, caller.project.id, changed)
    await tellFile(deps, tx, caller, 'file.updated', ...changed.map((file) => ({ ...file, updated })))
    return {
      done: ids.filter((id) => !tooLong.has(id)),
      errors: [...tooLong].map((fileId) => ({
        fileId,
        error: 'The combined length of all tags of this file would exceed 500 characters.',
      })),
    }
  })
}

/** Tags are only ever added at the end or taken away. */
function sameTags(after: Tags, before: Tags | undefined): boolean {
  return after.tags.length === before?.tags.length && after.aiTags.length === before.aiTags.length
}
