/** A deadline that can be paused: time spent waiting for others does not count. */

export interface Deadline {
  pause(): void
  resume(): void
  stop(): void
  /** From the beginning: so much is done, and the rest has its own time. */
  restart(): void
  /** Milliseconds counted so far. */
  elapsed(): number
}

export function createDeadline(ms: number, onPassed: () => void): Deadline {
  let counted = 0
  let since: number | undefined
  let timer: NodeJS.Timeout | undefined
  const elapsed = () => counted + (since === undefined ? 0 : performance.now() - since)
  const pause = () => {
    clearTimeout(timer)
    counted = elapsed()
    since = undefined
  }
  const resume = () => {
    if (since !== undefined) return
    since = performance.now()
    timer = setTimeout(onPassed, Math.max(0, ms - counted))
  }
  const restart = () => {
    if (since === undefined) return
    pause()
    counted = 0
    resume()
  }
  resume()
  return { pause, resume, stop: pause, restart, elapsed }
}
