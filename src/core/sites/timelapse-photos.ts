/** Which photos a film has (site-photos-api.md section 9): those that fit, one per slot, not more than the film may have. */
import { DomainError } from '../errors.ts'
import type { MetadataStore } from '../ports.ts'
import { thinnedCaptures } from './captures.ts'
import type { Every } from './every.ts'
import type { CaptureFilter, Flag, JudgedCapture } from './records.ts'

/** More are not looked through for one film. */
const mostCandidates = 20_000
export const fewestFrames = 2

export interface FilmPhotos {
  /** Half open, epoch milliseconds. */
  from?: number
  to?: number
  /** Local minutes of the day, both inclusive. */
  minutes?: { from: number; to: number }
  every?: Every
  excludeFlags: readonly Flag[]
  /** Of more the film has as many, evenly chosen. */
  maxFrames: number
}

/**
 * In order of time.
 * @throws DomainError `invalid`: fewer than two, or more than can be looked through
 */
export async function filmPhotos(
  { store }: { store: MetadataStore },
  installation: { id: string; project: string },
  { from, to, minutes, every, excludeFlags, maxFrames }: FilmPhotos,
): Promise<JudgedCapture[]> {
  const filter: CaptureFilter = {
    project: installation.project,
    installations: [installation.id],
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(minutes === undefined ? {} : { minutes }),
    ...(excludeFlags.length === 0 ? {} : { notFlags: excludeFlags }),
  }
  const found = await thinnedCaptures({ store }, filter, every, mostCandidates + 1)
  if (found.length < fewestFrames) {
    const many = found.length === 0 ? 'No photo fits' : 'Only one photo fits'
    const message = `${many}; a film has at least ${fewestFrames}. Widen from and to, time_from and time_to, or exclude fewer flags.`
    throw new DomainError('invalid', message, { param: 'from' })
  }
  if (found.length > mostCandidates) {
    const message = `more than ${mostCandidates.toLocaleString('en-US')} photos fit; give every (such as 1h), or a shorter time.`
    throw new DomainError('invalid', `every is needed: ${message}`, { param: 'every' })
  }
  return evenly(found, maxFrames)
}

/** The first, the last and those between at equal distances. */
export function evenly<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items]
  const step = (items.length - 1) / (most - 1)
  return Array.from({ length: most }, (_, index) => items[Math.round(index * step)]).filter(
    (item) => item !== undefined,
  )
}
