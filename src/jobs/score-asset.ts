/** Handler of the job that looks at one file: for its judgement, or for tags that were asked for. */
import { end, scoreAsset as run, type ScoreAssetDeps, scoreAssetKind } from '../core/scorings/asset.ts'
import type { Handler } from './runner.ts'

export function scoreAsset(deps: ScoreAssetDeps): Handler {
  return {
    kind: scoreAssetKind,
    backoffMs: [1000, 10_000, 60_000],
    // Tags and judgement of one file: the second look finds the first one's.
    atOncePerSubject: 1,
    run: (job, signal) => run(deps, job, signal),
    giveUp: (job) => end(deps, job, undefined),
  }
}
