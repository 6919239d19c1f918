/** Handler of the job that scores a library. */
import {
  giveUpScoring,
  scoreLibrary as run,
  type ScoreLibraryDeps,
  scoreLibraryKind,
} from '../core/scorings/library.ts'
import type { Handler } from './runner.ts'

export function scoreLibrary(deps: ScoreLibraryDeps): Handler {
  return {
    kind: scoreLibraryKind,
    // It takes days on a large library, and every restart of the server is a try.
    backoffMs: [1000, 5000, 30_000, ...Array.from({ length: 100 }, () => 300_000)],
    run: (job, signal) => run(deps, job, signal),
    giveUp: (job) => giveUpScoring(deps, job),
  }
}
