/**
 * Thinning (site-photos-api.md sections 7.3 and 9): one photo per slot, empty slots are skipped. Slots are of the local wall
 * clock and begin anew at midnight; of each the photo nearest its start is picked, that is its first one. `1d@12:00` picks
 * the photo nearest that time of the day, at most six hours away from it.
 */
export type Every = { minutes: number } | { days: number } | { at: number }

export const everyForms = 'a span such as 15m, 1h or 1d, or a time of every day such as 1d@12:00'

/** Farthest from the time of `1d@12:00`, in minutes. */
export const reach = 6 * 60

/** Undefined for what is none of `everyForms`: minutes up to a day, days up to 366. */
export function parseEvery(text: string): Every | undefined {
  const found = /^([1-9]\d{0,3})(m|h|d)(?:@([01]\d|2[0-3]):([0-5]\d))?$/.exec(text)
  if (found === null) return undefined
  const length = Number(found[1])
  if (found[3] !== undefined) {
    return found[2] === 'd' && length === 1 ? { at: Number(found[3]) * 60 + Number(found[4]) } : undefined
  }
  if (found[2] === 'd') return length <= 366 ? { days: length } : undefined
  const minutes = found[2] === 'h' ? length * 60 : length
  if (minutes > 24 * 60) return undefined
  return minutes === 24 * 60 ? { days: 1 } : { minutes }
}
