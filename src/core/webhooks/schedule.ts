/** When a failed webhook is tried again: a list of waits, blurred so that a receiver that comes back is not overrun. */

/** Share of a wait by which it may be shorter or longer. */
const jitter = 0.2
/** No receiver puts its deliveries off for longer than this at a time. */
const maxRetryAfterMs = 3_600_000

interface Failure {
  /** Failed tries so far, at least 1. */
  tries: number
  now: number
  /** The answer's Retry-After header. */
  retryAfter?: string | undefined
}

/**
 * Epoch milliseconds of the next try; undefined when the list is spent. Retry-After makes a wait longer, up to an hour,
 * never shorter.
 * @param waitsMs before the second, third… try
 * @param random 0 to 1
 */
export function nextAttempt(
  waitsMs: readonly number[],
  { tries, now, retryAfter }: Failure,
  random: () => number = Math.random,
): number | undefined {
  const wait = waitsMs[tries - 1]
  if (wait === undefined) return undefined
  const blurred = wait * (1 - jitter + 2 * jitter * random())
  const asked = Math.min(maxRetryAfterMs, retryAfterMs(retryAfter, now))
  return now + Math.round(Math.max(blurred, asked * (1 + jitter * random())))
}

/** Seconds or a date; 0 for anything else. */
function retryAfterMs(text: string | undefined, now: number): number {
  const value = text?.trim() ?? ''
  if (/^\d+$/.test(value)) return Number(value) * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? 0 : Math.max(0, date - now)
}
