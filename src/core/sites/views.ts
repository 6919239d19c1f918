/**
 * Usual views as they are kept. A camera that was moved has several, one after the other; a photo belongs to the one of its
 * own time, so that photos of years ago, which come late, are compared with what was seen then and change nothing of today's.
 */
import type { UsualView } from './usual-view.ts'

export interface SiteView {
  /** `vw_…` */
  id: string
  project: string
  installation: string
  /** The camera; of photos without one the installation. */
  holder: string
  /** Times of the first and the last photo that showed it. */
  since: number
  until: number
  /** Time of the last photo it was learned from. */
  learned: number
  usual: UsualView
  /** Seen elsewhere than this view: it becomes a view of its own when it stays. */
  next: NextView | null
}

export interface NextView {
  since: number
  until: number
  usual: UsualView
}

export interface SiteViewRepository {
  /** Of this holder: the last that began at or before the moment, and the first that began after it. */
  around(installation: string, holder: string, moment: number): Promise<SiteView[]>
  insert(view: SiteView): Promise<void>
  update(view: SiteView): Promise<void>
  /** All of an installation. */
  deleteOf(installation: string): Promise<void>
}

/** The one that was there at this moment, or was there nearest to it. */
export function viewAt(views: readonly SiteView[], moment: number): SiteView | undefined {
  const away = ({ since, until }: SiteView) => Math.max(since - moment, moment - until, 0)
  return [...views].sort((one, other) => away(one) - away(other))[0]
}
