/** Handler of the job that makes a film. */
import type { SiteDeps } from '../core/sites/deps.ts'
import { giveUpTimelapse, makeTimelapse } from '../core/sites/timelapse-run.ts'
import { makeFilmKind } from '../core/sites/timelapses.ts'
import type { Handler } from './runner.ts'

export function makeFilm(deps: SiteDeps): Handler {
  return {
    kind: makeFilmKind,
    // What is encoded stays: a further try goes on.
    backoffMs: [1000, 10_000, 60_000, 300_000],
    run: (job, signal) => makeTimelapse(deps, job, signal),
    giveUp: (job, error) => giveUpTimelapse(deps, job, error),
  }
}
