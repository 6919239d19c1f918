/** `imagestead eval ladder`: do spoilt copies score below the photo, and worse ones below better ones? */
import { parseArgs } from 'node:util'
import type { Config } from '../../config.ts'
import { DomainError } from '../../core/errors.ts'
import type { Degradation } from '../../core/processing/degradation.ts'
import {
  judgeLadder,
  type LadderResult,
  ladders,
  orderedPairs,
  overallPairs,
  rungsOf,
} from '../../core/vision/evaluation/ladder.ts'
import { markdownTable } from '../../core/vision/evaluation/table.ts'
import { usage } from '../operator.ts'
import { type Scorer, withScorer } from './looking.ts'
import { findPhotos, type Photo, seedOf, splitNamed } from './photos.ts'
import { deliver, reportOptions } from './report.ts'

export async function evaluateLadder(args: string[], config: Config): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      photos: { type: 'string' },
      split: { type: 'string', default: 'test' },
      side: { type: 'string', default: '1024' },
      ...reportOptions,
    },
  })
  if (values.photos === undefined) throw usage('eval ladder --photos DIR [--split test|tuning|all] [--side 1024]')
  const side = Number(values.side)
  if (!Number.isInteger(side) || side < 64) throw new DomainError('invalid', '--side must be 64 or more pixels.')
  const split = splitNamed(values.split)
  const photos = await findPhotos(values.photos, split)
  return await withScorer(config, async (scorer) => {
    const climbed = await scorer.each(photos, (photo) => climb(scorer, photo, side))
    const results = ladders.map((ladder) =>
      judgeLadder(
        ladder,
        climbed.map(({ rungs }) => rungs[ladder.name] ?? []),
      ),
    )
    const overall = overallPairs(results)
    const heading = `Degradation ladder: ${climbed.length} photos (split: ${split}) at up to ${side} pixels, ${scorer.version}`
    const markdown = `${heading}\n\n${table(results)}\n\nOrdered pairs over the nine kinds: **${overall.toFixed(3)}**`
    await deliver(
      {
        markdown,
        json: { evaluation: 'ladder', version: scorer.version, split, side, overall, results, photos: climbed },
      },
      values,
    )
    return 0
  })
}

interface Climbed {
  name: string
  /** Of each ladder, the scores of its four rungs. */
  rungs: Record<string, number[]>
  wrong: string[]
}

async function climb(scorer: Scorer, photo: Photo, side: number): Promise<Climbed> {
  const seed = seedOf(photo.name)
  const known = new Map<string, number>()
  const scoreAt = async (degradation: Degradation) => {
    const key = JSON.stringify(degradation)
    const score = known.get(key) ?? (await scorer.score(photo, degradation)).score
    known.set(key, score)
    return score
  }
  const rungs: Climbed['rungs'] = {}
  for (const ladder of ladders) {
    const scores: number[] = []
    for (const degradation of rungsOf(ladder, side, seed)) scores.push(await scoreAt(degradation))
    rungs[ladder.name] = scores
  }
  const wrong = Object.keys(rungs).filter((name) => orderedPairs(rungs[name] ?? []) < 1)
  return { name: photo.name, rungs, wrong }
}

function table(results: readonly LadderResult[]): string {
  return markdownTable(
    ['Degradation', 'pairs right', 'above the worst', 'all four in order', 'mean score, photo to worst'],
    results.map(({ title, extra, pairs, aboveWorst, inOrder, means }) => [
      extra ? `${title} (beside the nine)` : title,
      pairs.toFixed(3),
      aboveWorst.toFixed(2),
      inOrder.toFixed(2),
      means.map((score) => score.toFixed(2)).join(' '),
    ]),
  )
}
