/** The ladder on photos of our own: in CI what `imagestead eval ladder` does on real ones (docs/scoring.md). */
import { expect, it } from 'vitest'
import { drawRoom } from '../../../../../test/support/drawn-rooms.ts'
import { judgeLadder, ladders, overallPairs, rungsOf } from '../../../../core/vision/evaluation/ladder.ts'
import { scoreOf } from '../../../../core/vision/score.ts'
import { look } from './look.ts'
import { createSessions } from './sessions.ts'

const limits = { pixels: 1e8, side: 65_535, frames: 10, framePixels: 1e8 }
const looking = { models: [], sessions: createSessions(), limits, admit: () => Promise.resolve() }

it('spoilt copies of drawn photos score in order', { timeout: 120_000 }, async () => {
  const photos = [await drawRoom('bedroom', 600, 400), await drawRoom('house', 400, 500)]
  const results = []
  for (const ladder of ladders) {
    const scores: number[][] = []
    for (const [seed, photo] of photos.entries()) {
      const rungs: number[] = []
      for (const degradation of rungsOf(ladder, 1024, seed))
        rungs.push(scoreOf(await look(photo, {}, { ...looking, degradation })).score)
      scores.push(rungs)
    }
    results.push(judgeLadder(ladder, scores))
  }
  expect(overallPairs(results)).toBeGreaterThanOrEqual(0.95)
  for (const { name, pairs } of results) expect([name, pairs >= 0.8]).toEqual([name, true])
})

it('the same pixels score the same in PNG and lossless WebP', async () => {
  const photo = await drawRoom('kitchen', 720, 480)
  const scoreAs = async (format: 'png' | 'webp') => {
    const degradation = { kind: 'none', strength: 0, side: 1024, seed: 1, format } as const
    return scoreOf(await look(photo, {}, { ...looking, degradation })).score
  }
  expect(Math.abs((await scoreAs('png')) - (await scoreAs('webp')))).toBeLessThanOrEqual(0.05)
})
