/** What `imagestead sites` tells: results on standard output, talk on standard error. */

export interface Done {
  /** Relative to the folder that was named. */
  path: string
  status: 'done' | 'skipped' | 'failed'
  /** The photo's id. */
  id?: string
  bytes?: number
  message?: string
}

export interface Report {
  add(done: Done): void
  say(line: string): void
  /**
   * Ends the line of progress, and sums up.
   * @param early something else ended the work: nothing is said of nothing
   * @returns the exit code: 5 when something failed
   */
  end(early?: boolean): number
}

/** Exit code: some were done, some were not. */
const partial = 5
const everyMs = 200

export type Streams = Pick<NodeJS.Process, 'stdout' | 'stderr'>

/** @param json one line on standard output for each photo */
export function createReport(verb: string, json: boolean, { stdout, stderr }: Streams): Report {
  const counts = { done: 0, skipped: 0, failed: 0 }
  let bytes = 0
  let shown = 0
  const progress = stderr.isTTY === true
  const line = () =>
    `${counts.done} ${verb} (${(bytes / 1e6).toFixed(1)} MB), ${counts.skipped} there already, ${counts.failed} failed`
  const clear = () => (progress ? '\r\u001b[K' : '')

  return {
    add(done) {
      counts[done.status] += 1
      if (done.status === 'done') bytes += done.bytes ?? 0
      if (json) stdout.write(`${JSON.stringify(done)}\n`)
      else if (done.status === 'failed') stderr.write(`${clear()}${done.path}: ${done.message}\n`)
      if (!progress || Date.now() - shown < everyMs) return
      shown = Date.now()
      stderr.write(`${clear()}${line()}`)
    },
    say: (text) => void stderr.write(`${clear()}${text}\n`),
    end(early = false) {
      if (!early || counts.done + counts.skipped + counts.failed > 0) stderr.write(`${clear()}${line()}\n`)
      return counts.failed > 0 ? partial : 0
    },
  }
}
