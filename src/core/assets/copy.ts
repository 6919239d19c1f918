/** Copying a file into another folder (media-library-api.md section 6). The copy shares the bytes, by reference. */
import type { Caller } from '../caller.ts'
import { DomainError } from '../errors.ts'
import { hexId } from '../ids.ts'
import { takeStorage } from '../usage/storage.ts'
import type { AssetDeps } from './deps.ts'
import { tellFile } from './events.ts'
import { inTurnAt, type Journey, openPlaces, type Places, refuseTooMany } from './place.ts'
import type { Asset } from './records.ts'

/**
 * Copies the current version, or all of them, under the same name; a file of that name at the destination gets them as
 * further versions. The destination is made when it is missing.
 * @throws DomainError as `openPlaces`; `quota_exceeded`: copies count like uploads
 */
export async function copyFile(
  deps: AssetDeps,
  caller: Caller,
  { includeVersions, ...journey }: Journey & { includeVersions: boolean },
): Promise<void> {
  await inTurnAt(deps, caller, journey, async (tx) => {
    const places = await openPlaces(deps, tx, caller, journey)
    const { source, to, there } = places
    const versions = includeVersions ? await tx.assets.versions(source.project, source.file) : [source]
    refuseTooMany(places, versions.length)
    if (!(await tx.blobs.retainAll(versions.map(({ blob }) => blob)))) {
      throw new DomainError('internal', 'The bytes of a file have no row.')
    }
    if (there !== undefined) await tx.assets.setCurrent(there.asset.file, null)
    const copies = copiesOf(versions, places, deps.clock.now())
    await tx.assets.insert(...copies)
    await tx.judgements.copy(pairsOf(versions, copies), deps.clock.now())
    const placed = copies.map((copy) => ({ ...copy, folderPath: to.path }))
    if (there !== undefined) await tellFile(deps, tx, caller, 'file-version.created', ...placed)
    else await tellFile(deps, tx, caller, 'file.created', ...placed.filter(({ current }) => current))
    await takeStorage(
      tx,
      caller.project,
      copies.reduce((sum, { size }) => sum + size, 0),
    )
  })
}

/** The versions as they are at the destination: numbered one after the other, in their order. */
function copiesOf(versions: readonly Asset[], { to, there }: Places, now: number): Asset[] {
  const last = there?.last ?? 0
  const oldestFirst = [...versions].sort((a, b) => a.version - b.version)
  const ids = oldestFirst.map(() => hexId(now))
  const file = there?.asset.file ?? ids[0] ?? ''
  return oldestFirst.map((version, index) => ({
    ...plain(version),
    id: ids[index] ?? '',
    file,
    folder: to.id,
    // A copy of a photo of the Sites API is a file like others.
    origin: 'library',
    version: last + index + 1,
    lastDeleted: 0,
    created: there?.asset.created ?? now,
    updated: now,
  }))
}

/** Which versions became which, of those that were judged; both in order of their numbers. */
export function pairsOf(versions: readonly Asset[], copies: readonly Asset[]): { from: string; to: string }[] {
  const oldestFirst = [...versions].sort((a, b) => a.version - b.version)
  return copies.flatMap(({ id, score }, index) => {
    const from = oldestFirst[index]
    return score === null || from === undefined ? [] : [{ from: from.id, to: id }]
  })
}

/** Without the folder's path, which a version that was looked up carries. */
function plain({ folderPath: _, ...asset }: Asset & { folderPath?: string }): Asset {
  return asset
}
