/** Handler of the job that looks at the pictures of a lesson and trains a head. */
import { type Heads, trainHeadKind } from '../core/vision/heads/heads.ts'
import type { Handler } from './runner.ts'

export function trainHead(heads: Pick<Heads, 'train' | 'giveUp'>): Handler {
  return {
    kind: trainHeadKind,
    backoffMs: [1000, 10_000, 60_000],
    run: (job, signal) => heads.train(job, signal),
    giveUp: (job) => heads.giveUp(job),
  }
}
