/** Which photos a share shows (site-photos-api.md section 10): of an installation day by day, or those that were chosen. */
import { rightAt, unknown } from './access.ts'
import type { SiteDeps } from './deps.ts'
import type { CaptureMark, Installation, JudgedCapture } from './records.ts'
import { type OpenShare, shownVariants } from './shares.ts'
import { allowsVariant, type Variant } from './variants.ts'
import { dayBounds } from './zones.ts'

type Deps = Pick<SiteDeps, 'store'>

export interface SharedDay {
  installation: Installation
  /** `20210531`; null: there are no photos at all. */
  day: number | null
  /** Of the whole day. */
  count: number
  photos: JudgedCapture[]
  /** There are more after the last. */
  more: boolean
  /** Days with photos before and after. */
  before: number | null
  after: number | null
}

/**
 * @param wanted a local day; absent: the latest with photos
 * @param mark photos of the day after this one
 * @throws DomainError `not_found`
 */
export async function sharedDay(
  { store }: Deps,
  { share, caller }: OpenShare,
  { wanted, mark, limit }: { wanted?: number | undefined; mark?: CaptureMark | undefined; limit: number },
): Promise<SharedDay> {
  const { captures, installations } = store.read
  const installation = await installations.find(caller.project.id, share.installation ?? '')
  if (installation === undefined) throw unknown('installation')
  const { id, timezone } = installation
  const day = wanted ?? (await captures.latest(id))?.day
  if (day === undefined)
    return { installation, day: null, count: 0, photos: [], more: false, before: null, after: null }
  const { start, end } = dayBounds(timezone, day)
  const here = { project: caller.project.id, installations: [id] }
  const [[counted], photos, [before], [after]] = await Promise.all([
    captures.days(id, day, day),
    captures.page(
      { ...here, days: [day] },
      { order: 'asc', ...(mark === undefined ? {} : { after: mark }), limit: limit + 1 },
    ),
    captures.page({ ...here, to: start }, { order: 'desc', limit: 1 }),
    captures.page({ ...here, from: end }, { order: 'asc', limit: 1 }),
  ])
  return {
    installation,
    day,
    count: counted?.count ?? 0,
    photos: photos.slice(0, limit),
    more: photos.length > limit,
    before: before?.day ?? null,
    after: after?.day ?? null,
  }
}

/** Those that were chosen, in that order; what is gone or not seen any more is left out. */
export async function chosenPhotos({ store }: Deps, { share, caller }: OpenShare): Promise<JudgedCapture[]> {
  const ids = share.photos ?? []
  const found = new Map((await store.read.captures.findMany(caller.project.id, ids)).map((one) => [one.id, one]))
  return ids.flatMap((id) => {
    const capture = found.get(id)
    return capture !== undefined && rightAt(caller.access, capture.installation) !== null ? [capture] : []
  })
}

/** The newest; undefined: there is none. */
export async function latestShared(deps: Deps, open: OpenShare): Promise<JudgedCapture | undefined> {
  const { installation } = open.share
  if (installation !== null) return deps.store.read.captures.latest(installation)
  return (await chosenPhotos(deps, open)).sort((one, other) => other.taken - one.taken)[0]
}

/** One photo and its neighbours. @throws DomainError `not_found` */
export async function sharedPhoto(deps: Deps, open: OpenShare, id: string) {
  const { share, caller } = open
  if (share.photos !== null) {
    const chosen = await chosenPhotos(deps, open)
    const at = chosen.findIndex((one) => one.id === id)
    const photo = chosen[at]
    if (photo === undefined) throw unknown('photo')
    return { photo, before: chosen[at - 1], after: chosen[at + 1] }
  }
  const { captures } = deps.store.read
  const photo = await captures.find(caller.project.id, id)
  if (photo === undefined || photo.installation !== share.installation) throw unknown('photo')
  const next = (order: 'asc' | 'desc') =>
    captures.page(
      { project: caller.project.id, installations: [photo.installation] },
      { order, after: photo, limit: 1 },
    )
  const [[before], [after]] = await Promise.all([next('desc'), next('asc')])
  return { photo, before, after }
}

/** What of a photo the visitors of the share may see: what it shows, as far as its maker may see that. */
export function visibleVariants(
  { share, caller }: OpenShare,
  photo: { installation: string },
  hasWatermark: boolean,
): readonly Variant[] {
  const right = rightAt(caller.access, photo.installation)
  return shownVariants[share.variantMax].filter(
    (variant) => allowsVariant(right, variant) && (variant !== 'watermark' || hasWatermark),
  )
}

/** Of those, the picture that pages show large. */
export const largest = (seen: readonly Variant[]): Exclude<Variant, 'original'> =>
  seen.includes('preview') ? 'preview' : seen.includes('watermark') ? 'watermark' : 'thumb'
