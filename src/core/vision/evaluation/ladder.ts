/**
 * The ladder of degradations (vision.md section 4): a photo and three ever worse copies of it must score in that order.
 * Nine kinds; every one of the six pairs among the four counts.
 */
import type { Degradation, DegradationKind } from '../../processing/degradation.ts'
import { mean, shareOf } from './statistics.ts'

export interface Ladder {
  name: string
  /** Of tables. */
  title: string
  kind: DegradationKind
  /** What counts as unspoilt. */
  origin: DegradationKind
  strengths: readonly [number, number, number]
  format: Degradation['format']
  /** Not part of the nine: shown beside them. */
  extra?: true
}

export const ladders: readonly Ladder[] = [
  ladder('blur', 'blur, sigma 1, 2, 4', 'blur', [1, 2, 4]),
  ladder('noise', 'noise 10, 25, 50', 'noise', [10, 25, 50]),
  { ...ladder('jpeg', 'JPEG quality 40, 20, 8', 'jpeg', [40, 20, 8]), format: 'jpg' },
  ladder('under', 'under-exposure × 0.6, 0.35, 0.18', 'exposure', [0.6, 0.35, 0.18]),
  ladder('over', 'over-exposure × 1.4, 1.8, 2.4', 'exposure', [1.4, 1.8, 2.4]),
  ladder('contrast', 'low contrast × 0.7, 0.45, 0.25', 'contrast', [0.7, 0.45, 0.25]),
  ladder('smaller', 'smaller file, 1/2, 1/4, 1/8', 'smaller', [2, 4, 8]),
  ladder('enlarged', 'shrunk then enlarged 2, 4, 8', 'enlarged', [2, 4, 8]),
  { ...ladder('tilt', 'tilt 4, 8, 12° (same crop)', 'tilt', [4, 8, 12]), origin: 'tilt' },
  { ...ladder('tilt-left', 'tilt −4, −8, −12°', 'tilt', [-4, -8, -12]), origin: 'tilt', extra: true },
  { ...ladder('jpeg-again', 'the JPEGs saved again as PNG', 'jpeg', [40, 20, 8]), extra: true },
]

function ladder(name: string, title: string, kind: DegradationKind, strengths: Ladder['strengths']): Ladder {
  return { name, title, kind, origin: 'none', strengths, format: 'png' }
}

/** The photo itself and its three copies, the best first. */
export function rungsOf({ kind, origin, strengths, format }: Ladder, side: number, seed: number): Degradation[] {
  const start: Degradation = { kind: origin, strength: 0, side, seed, format: 'png' }
  return [start, ...strengths.map((strength) => ({ kind, strength, side, seed, format }))]
}

export interface LadderResult {
  name: string
  title: string
  extra: boolean
  photos: number
  /** Share of the six pairs in the right order, equal scores being wrong. */
  pairs: number
  /** Share of photos that beat their worst copy. */
  aboveWorst: number
  /** Share of photos with all four in order. */
  inOrder: number
  /** Mean scores from the photo to its worst copy. */
  means: readonly number[]
}

/** `scores`: of each photo, its four rungs. */
export function judgeLadder({ name, title, extra }: Ladder, scores: readonly (readonly number[])[]): LadderResult {
  return {
    name,
    title,
    extra: extra === true,
    photos: scores.length,
    pairs: mean(scores.map(orderedPairs)),
    aboveWorst: shareOf(scores, (rungs) => (rungs[0] ?? 0) > (rungs[rungs.length - 1] ?? 0)),
    inOrder: shareOf(scores, (rungs) => orderedPairs(rungs) === 1),
    means: [0, 1, 2, 3].map((rung) => mean(scores.map((rungs) => rungs[rung] ?? Number.NaN))),
  }
}

/** Share of pairs whose earlier one scores higher. */
export function orderedPairs(scores: readonly number[]): number {
  let [right, all] = [0, 0]
  for (let better = 0; better < scores.length; better++) {
    for (let worse = better + 1; worse < scores.length; worse++) {
      all++
      if ((scores[better] ?? 0) > (scores[worse] ?? 0)) right++
    }
  }
  return right / all
}

/** Over the nine kinds. */
export function overallPairs(results: readonly LadderResult[]): number {
  return mean(results.filter(({ extra }) => !extra).map(({ pairs }) => pairs))
}
