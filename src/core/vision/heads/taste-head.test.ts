/** Heads for taste: an invented taste is found again from 50 pairs. */
import { describe, expect, it } from 'vitest'
import { createBreath } from './breath.ts'
import { openTasteHead, type Preference, trainTaste } from './taste-head.ts'
import { createWorld, type MadeUpSight } from './test-sights.ts'

/** Pairs of pictures that nobody saw before, ordered by a taste. */
function pairsBy(taste: (sight: MadeUpSight) => number, seed: number, count: number) {
  const world = createWorld(seed)
  const sights = Array.from({ length: 300 }, () => world.make())
  const pairs = Array.from({ length: count }, (): Preference => {
    const one = Math.floor(world.chance() * sights.length)
    const other = (one + 1 + Math.floor(world.chance() * (sights.length - 1))) % sights.length
    const [first, second] = [sights[one], sights[other]]
    const firstIsBetter = first !== undefined && second !== undefined && taste(first) > taste(second)
    return firstIsBetter ? { better: one, worse: other } : { better: other, worse: one }
  })
  return { sights, pairs }
}

async function agreement(taste: (sight: MadeUpSight) => number, seed: number): Promise<number> {
  const { sights, pairs } = pairsBy(taste, seed, 350)
  const { shape, weights } = await trainTaste(sights, pairs.slice(0, 50), createBreath())
  const head = openTasteHead(shape, weights)
  const rated = sights.map((sight) => head.rate(sight))
  const held = pairs.slice(50)
  return held.filter(({ better, worse }) => (rated[better] ?? 0) > (rated[worse] ?? 0)).length / held.length
}

describe('a head for taste', () => {
  it('finds "prefers bright" again from 50 pairs: at least 0.85 of unseen pairs', async () => {
    for (const seed of [1, 2, 3]) expect(await agreement(({ traits }) => traits[0] ?? 0, seed)).toBeGreaterThan(0.85)
  })

  it('finds a mixed taste again that no single feature shows', async () => {
    const taste = ({ traits }: MadeUpSight) => (traits[3] ?? 0) - (traits[7] ?? 0)
    for (const seed of [4, 5, 6]) expect(await agreement(taste, seed)).toBeGreaterThan(0.85)
  })

  it('knows from its own pairs how good it is', async () => {
    const chance = createWorld(7).chance
    const { sights, pairs } = pairsBy(() => chance(), 7, 60)
    const { metrics } = await trainTaste(sights, pairs, createBreath())
    expect(metrics.accuracy).toBeLessThan(0.7)
    expect(metrics).toMatchObject({ pairs: 60, folds: 5 })
  })

  it('rates from 0 to 10 around the middle of its pictures', async () => {
    const { sights, pairs } = pairsBy(({ traits }) => traits[0] ?? 0, 8, 50)
    const { shape, weights } = await trainTaste(sights, pairs, createBreath())
    const head = openTasteHead(shape, weights)
    const rated = sights.map((sight) => head.rate(sight))
    const mean = rated.reduce((sum, value) => sum + value, 0) / rated.length
    expect(mean).toBeGreaterThan(4)
    expect(mean).toBeLessThan(6)
    expect(Math.min(...rated)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...rated)).toBeLessThanOrEqual(10)
    const [first] = sights
    expect(first !== undefined && head.fits({ ...first, features: {} })).toBe(false)
  })
})
