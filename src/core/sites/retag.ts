/** Changing photos (site-photos-api.md section 7.3): their tags, which are those of their files, and when they were taken. */
import { tellFile } from '../assets/events.ts'
import { changeFiles } from '../assets/lock-files.ts'
import { cleanTags, fitTogether } from '../assets/tags.ts'
import { invalid } from '../errors.ts'
import { includes, rightAt, unknown } from './access.ts'
import { findCapture } from './captures.ts'
import type { SiteCaller, SiteDeps } from './deps.ts'
import type { Capture, CapturePatch, JudgedCapture } from './records.ts'
import { localAt } from './zones.ts'

type Deps = Pick<SiteDeps, 'store' | 'clock' | 'assets'>

/** A photo is not from farther ahead than this. */
export const aheadMs = 24 * 3_600_000

/**
 * @throws DomainError `not_found`; `forbidden`: tags need `contribute`, the time `manage`; `invalid`
 */
export async function updateCapture(
  deps: Deps,
  caller: SiteCaller,
  id: string,
  wanted: { tags?: readonly string[] | undefined; taken?: number | undefined },
): Promise<JudgedCapture> {
  const before = await findCapture(deps, caller, id, wanted.taken === undefined ? 'contribute' : 'manage')
  const { taken } = wanted
  if (taken !== undefined && taken > deps.clock.now() + aheadMs) {
    throw invalid('taken_at', 'taken_at must not be more than 24 hours ahead.')
  }
  const tags = wanted.tags && cleanTags(wanted.tags, 'tags')
  const changed = await change(deps, caller, [before], async (tx, [capture]) => {
    if (capture === undefined) return new Map()
    const patch: CapturePatch = tags === undefined ? {} : { tags }
    if (taken !== undefined) {
      const place = await tx.installations.find(caller.project.id, capture.installation)
      if (place === undefined) throw unknown('photo')
      Object.assign(patch, { taken, ...localAt(place.timezone, taken), timeSource: 'given' })
    }
    return new Map([[capture.id, patch]])
  })
  if (changed.length === 0) throw unknown('photo')
  return findCapture(deps, caller, id)
}

export interface Retagging {
  updated: string[]
  /** There are no such photos, or the user does not see them. */
  notFound: string[]
  /** The user sees them and has no right to tag them. */
  forbidden: string[]
  /** Their tags would be too long together. */
  tooLong: string[]
}

/** Adds tags to photos and takes others away: of those that the user may tag; the others are named. @throws DomainError `invalid` */
export async function retagCaptures(
  deps: Deps,
  caller: SiteCaller,
  ids: readonly string[],
  { add, remove }: { add: readonly string[]; remove: readonly string[] },
): Promise<Retagging> {
  const [added, removed] = [cleanTags(add, 'add'), new Set(cleanTags(remove, 'remove'))]
  const found = await deps.store.read.captures.findMany(caller.project.id, [...new Set(ids)])
  const right = (capture: Capture) => rightAt(caller.access, capture.installation)
  const seen = found.filter((capture) => right(capture) !== null)
  const allowed = seen.filter((capture) => includes(right(capture), 'contribute'))
  const tooLong: string[] = []
  const there = await change(deps, caller, allowed, async (_tx, captures) => {
    tooLong.length = 0
    const patches = new Map<string, CapturePatch>()
    for (const { id, tags } of captures) {
      const next = [...new Set([...tags.filter((tag) => !removed.has(tag)), ...added])]
      if (!fitTogether(next)) tooLong.push(id)
      else patches.set(id, { tags: next })
    }
    return patches
  })
  const visible = new Set(seen.map(({ id }) => id))
  const [done, may] = [new Set(there), new Set(allowed.map(({ id }) => id))]
  const each = [...new Set(ids)]
  return {
    updated: each.filter((id) => done.has(id)),
    notFound: each.filter((id) => !visible.has(id) || (may.has(id) && !done.has(id) && !tooLong.includes(id))),
    forbidden: each.filter((id) => visible.has(id) && !may.has(id)),
    tooLong,
  }
}

/**
 * Changes captures with their files' tags in one transaction, with everything locked that they belong to.
 * @param patchesOf gets them as they are then; by id, what changes
 * @returns ids of those that have a patch, changed or not
 */
async function change(
  { store, clock, assets }: Deps,
  caller: Pick<SiteCaller, 'project' | 'origin'>,
  captures: readonly Capture[],
  patchesOf: (
    tx: Parameters<Parameters<typeof changeFiles>[3]>[0],
    captures: Capture[],
  ) => Promise<Map<string, CapturePatch>>,
): Promise<string[]> {
  const { id: project } = caller.project
  const files = captures.map(({ asset }) => asset)
  if (files.length === 0) return []
  return changeFiles(store, project, files, async (tx, locked) => {
    if (locked.files.length === 0) return []
    await tx.captures.hold([...new Set(captures.map(({ installation }) => installation))])
    const now = await tx.captures.ofAssets(project, files)
    const patches = await patchesOf(tx, now)
    const changes = now.flatMap((capture) => {
      const patch = patches.get(capture.id)
      return patch !== undefined && !isSame(capture, patch) ? [{ id: capture.id, patch }] : []
    })
    await tx.captures.updateMany(project, changes)
    const tags = new Map(now.map(({ id, asset }) => [asset, patches.get(id)?.tags]))
    const updated = clock.now()
    const retagged = locked.files.flatMap((file) => {
      const next = tags.get(file.file)
      return next === undefined || next.join('\0') === file.tags.join('\0') ? [] : [{ ...file, tags: next, updated }]
    })
    await tx.assets.retag(retagged, updated)
    await tellFile(assets, tx, caller, 'file.updated', ...retagged)
    return now.map(({ id }) => id).filter((id) => patches.has(id))
  })
}

const isSame = (capture: Capture, patch: CapturePatch) =>
  JSON.stringify({ ...capture, ...patch }) === JSON.stringify(capture)
