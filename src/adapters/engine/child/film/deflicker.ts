/** How much brighter each frame is made, so that a film does not flicker: toward the rolling median of its neighbours. */

/** Neighbours on each side that a median is taken over: a window of nine. */
const reach = 4
/** Weather changes less than this from photo to photo; what differs more is another light, and is only brought nearer. */
const most = 1.4
/** Of 255: below it there is noise to amplify and nothing to see. */
const night = 14

/** @param means brightness of all frames in order, 0..255 @param at the frame meant */
export function gainOf(means: readonly number[], at: number): number {
  const mean = means[at] ?? 0
  if (mean < night) return 1
  return Math.min(most, Math.max(1 / most, targetOf(means, at) / mean))
}

/**
 * The median, and half of those beside it: where every other frame is brighter, each median is its own frame's. Dusk and
 * lamps stay sudden: medians of another light do not count.
 */
function targetOf(means: readonly number[], at: number): number {
  const own = medianAt(means, at)
  const beside = [at - 1, at + 1]
    .filter((one) => one >= 0 && one < means.length)
    .map((one) => medianAt(means, one))
    .filter((one) => one < own * most && one > own / most)
  return (own * 2 + beside.reduce((sum, one) => sum + one, 0)) / (2 + beside.length)
}

function medianAt(means: readonly number[], at: number): number {
  const around = means.slice(Math.max(0, at - reach), at + reach + 1).sort((one, two) => one - two)
  const middle = around[Math.floor(around.length / 2)] ?? 0
  return around.length % 2 === 1 ? middle : (middle + (around[around.length / 2 - 1] ?? middle)) / 2
}
