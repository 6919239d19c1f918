/** What is odd about a photo (site-photos-api.md section 7.3), from its own measures and those of photos before it. */
import type { Description } from '../assets/descriptions.ts'
import { prefixedUlid } from '../ids.ts'
import type { Repositories } from '../ports.ts'
import type { ViewMeasures } from '../processing/description.ts'
import type { SiteDeps } from './deps.ts'
import { type Capture, type Flag, flags as inOrder } from './records.ts'
import { learn } from './usual-view.ts'
import { compareView, isBlank, isBlurred, isDark, isMoved, isObstructed, isSame } from './view-flags.ts'
import { type NextView, type SiteView, viewAt } from './views.ts'

type Place = Pick<Capture, 'installation' | 'camera' | 'taken'>

/** A view that was seen elsewhere so often is the usual one from then on. */
const photosToStay = 12
/** A view that is known well changes slowly: it is written this seldom. */
const wellKnown = 24
const learnEveryMs = 30 * 60_000

const holderOf = ({ camera, installation }: Pick<Place, 'camera' | 'installation'>) => camera ?? installation

/**
 * Asked before the capture is kept; never fails: what cannot be told is not flagged. Decided once: later photos change
 * nothing about it.
 * @param description null: the picture could not be looked at
 */
export async function flagsOf(
  { store }: Pick<SiteDeps, 'store'>,
  capture: Place,
  description: Description | null,
): Promise<Flag[]> {
  const measures = description?.view ?? undefined
  if (measures === undefined) return []
  try {
    const [views, before] = await Promise.all([
      store.read.siteViews.around(capture.installation, holderOf(capture), capture.taken),
      photoBefore(store.read, capture),
    ])
    const found = judge(measures, viewAt(views, capture.taken), before)
    return inOrder.filter((flag) => found.has(flag))
  } catch {
    // The store is gone or busy: whoever keeps the photo hears of that.
    return []
  }
}

function judge(measures: ViewMeasures, view: SiteView | undefined, before: ViewMeasures | undefined): Set<Flag> {
  const found = new Set<Flag>()
  if (isBlank(measures)) found.add('blank')
  if (isDark(measures)) found.add('dark')
  // Nothing can be told of what is not to be seen; and one night is like another.
  if (found.size > 0) return found
  if (before !== undefined && isSame(measures, before)) found.add('duplicate_view')
  if (view === undefined) return found
  const comparison = compareView(view.usual, measures)
  if (isMoved(comparison, view.usual)) return found.add('view_moved')
  if (isObstructed(comparison)) found.add('obstructed')
  if (isBlurred(comparison)) found.add('blurred')
  return found
}

/** Measures of the photo just before it in time, as far as photos have come. */
async function photoBefore(
  read: Repositories,
  { installation, camera, taken }: Place,
): Promise<ViewMeasures | undefined> {
  const [last] = await read.captures.page(
    { installations: [installation], ...(camera === null ? {} : { camera }), to: taken },
    { order: 'desc', limit: 1 },
  )
  if (last === undefined || last.camera !== camera) return undefined
  return (await read.descriptions.find(last.blob))?.view ?? undefined
}

/**
 * Learns the view from a photo that is kept, in the transaction that keeps it, under `installations.lock`. A good photo
 * makes the usual view a little more like itself; one that shows another view counts for that one, which is the usual
 * one from its first photo on when it has stayed for twelve.
 * @param capture with its flags, as flagsOf gave them
 */
export async function learnView(
  tx: Pick<Repositories, 'siteViews'>,
  capture: Place & Pick<Capture, 'flags' | 'project'>,
  description: Description | null,
): Promise<void> {
  const measures = description?.view ?? undefined
  const useless: readonly Flag[] = ['blank', 'dark', 'blurred', 'obstructed', 'duplicate_view']
  if (measures === undefined || capture.flags.some((flag) => useless.includes(flag))) return
  const { project, installation, taken } = capture
  const holder = holderOf(capture)
  const view = viewAt(await tx.siteViews.around(installation, holder, taken), taken)
  const begun = (next: NextView): SiteView => ({
    id: prefixedUlid('vw', taken),
    project,
    installation,
    holder,
    ...next,
    learned: next.until,
    next: null,
  })
  if (view === undefined) {
    await tx.siteViews.insert(begun({ since: taken, until: taken, usual: learn(undefined, measures) }))
    return
  }
  if (!capture.flags.includes('view_moved')) {
    const known = within(view, measures, taken)
    if (known !== undefined) await tx.siteViews.update(known)
    return
  }
  const next = elsewhere(view.next, measures, taken)
  if (next.usual.photos < photosToStay) {
    await tx.siteViews.update({ ...view, next })
    return
  }
  await tx.siteViews.update({ ...view, next: null })
  await tx.siteViews.insert(begun(next))
}

/** The view with a photo that shows it; undefined: nothing worth writing. */
function within(view: SiteView, measures: ViewMeasures, taken: number): SiteView | undefined {
  const { since, until, learned, usual, next } = view
  // What was seen elsewhere did not stay when a photo in or behind its time shows this view again.
  const ended = next !== null && (taken < since ? taken <= next.until : taken >= next.since)
  const rests = usual.photos >= wellKnown && Math.abs(taken - learned) < learnEveryMs
  if (rests && !ended) return undefined
  return {
    ...view,
    since: Math.min(since, taken),
    until: Math.max(until, taken),
    ...(rests ? {} : { learned: taken, usual: learn(usual, measures) }),
    next: ended ? null : next,
  }
}

/** What is seen elsewhere: more of the same, or something else again. */
function elsewhere(next: NextView | null, measures: ViewMeasures, taken: number): NextView {
  const isSameView = next !== null && !isMoved(compareView(next.usual, measures), next.usual)
  if (!isSameView) return { since: taken, until: taken, usual: learn(undefined, measures) }
  return {
    since: Math.min(next.since, taken),
    until: Math.max(next.until, taken),
    usual: learn(next.usual, measures),
  }
}
