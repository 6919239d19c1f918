/** `imagestead eval …`: how well scores and labels do on photos of this machine. One file per evaluation in eval/. */
import type { Config } from '../config.ts'
import { usage } from './operator.ts'

type Evaluation = (args: string[], config: Config) => Promise<number>

const evaluations: Record<string, () => Promise<Evaluation>> = {
  ladder: async () => (await import('./eval/ladder.ts')).evaluateLadder,
  stability: async () => (await import('./eval/stability.ts')).evaluateStability,
  aesthetic: async () => (await import('./eval/aesthetic.ts')).evaluateAesthetic,
  labels: async () => (await import('./eval/labels.ts')).evaluateLabelFolder,
  scores: async () => (await import('./eval/scores.ts')).evaluateScores,
}

export async function evaluate(args: string[], config: Config): Promise<number> {
  const [name, ...rest] = args
  const load = name === undefined ? undefined : evaluations[name]
  if (load === undefined) throw usage(`eval ${Object.keys(evaluations).join('|')} …; imagestead help shows them whole`)
  return await (await load())(rest, config)
}
