/** Heads for labels: learn from few examples, the same each time, and know what they do not know. */
import { describe, expect, it } from 'vitest'
import type { Label } from '../labels.ts'
import { createBreath } from './breath.ts'
import { openLabelHead, trainLabels } from './label-head.ts'
import { createWorld, examplesOf } from './test-sights.ts'

const names: Label[] = ['bathroom', 'kitchen', 'pool']
const noRules = names.map(() => 0)

describe('a head for labels', () => {
  it('learns from five examples of each label', async () => {
    const world = createWorld(1)
    const { shape, weights, metrics } = await trainLabels(names, examplesOf(world, names, 5, 4), createBreath())
    const head = openLabelHead(shape, weights)
    const unseen = examplesOf(world, names, 40, 4)
    const right = unseen.filter(({ label, sight }) => {
      const { probabilities } = head.judge(sight, noRules)
      return names[probabilities.indexOf(Math.max(...probabilities))] === label
    })
    expect(right.length / unseen.length).toBeGreaterThan(0.9)
    expect(metrics).toMatchObject({ examples: { bathroom: 5, kitchen: 5, pool: 5 }, folds: 5 })
    expect(metrics.confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(15)
  })

  it('is the same for the same examples, and probabilities sum to 1', async () => {
    const train = async () => trainLabels(names, examplesOf(createWorld(2), names, 6), createBreath())
    const [one, other] = [await train(), await train()]
    expect(one).toEqual(other)
    const { probabilities } = openLabelHead(one.shape, one.weights).judge(createWorld(3).make(), noRules)
    expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9)
  })

  it('measures itself honestly: examples without any order are not learned', async () => {
    const world = createWorld(4)
    const examples = examplesOf(world, names, 20, 0)
    const { metrics, shape } = await trainLabels(names, examples, createBreath())
    expect(metrics.accuracy).toBeLessThan(0.6)
    // Its confidences do not claim more than that.
    expect(metrics.ece).toBeLessThan(0.2)
    expect(shape.temperature).toBeGreaterThan(0.5)
  })

  it('trusts itself with what is like its examples, and not with what is strange', async () => {
    const world = createWorld(5)
    const { shape, weights } = await trainLabels(names, examplesOf(world, names, 10, 4), createBreath())
    const head = openLabelHead(shape, weights)
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
    const alike = examplesOf(world, names, 20, 4).map(({ sight }) => head.judge(sight, noRules).trust)
    const strange = Array.from({ length: 20 }, () => head.judge(world.make([-4, -4, -4, 0, 0, 6, 6, 6]), noRules)).map(
      ({ trust }) => trust,
    )
    expect(mean(alike)).toBeGreaterThan(0.8)
    expect(mean(strange)).toBeLessThan(0.2)
  })

  it('fits sights of its own models only', async () => {
    const world = createWorld(6)
    const { shape, weights } = await trainLabels(names, examplesOf(world, names, 5), createBreath())
    const head = openLabelHead(shape, weights)
    const sight = world.make()
    expect(head.fits(sight)).toBe(true)
    expect(head.fits({ ...sight, embedding: null })).toBe(false)
    expect(head.fits({ ...sight, embedding: sight.embedding.slice(1) })).toBe(false)
  })

  it('trains on hundreds of examples in seconds and lets others in meanwhile', async () => {
    const examples = examplesOf(createWorld(7), names, 70, 2)
    let turns = 0
    const timer = setInterval(() => {
      turns += 1
    }, 5)
    const { metrics } = await trainLabels(names, examples, createBreath())
    clearInterval(timer)
    expect(metrics.accuracy).toBeGreaterThan(0.8)
    expect(turns).toBeGreaterThan(5)
  })

  it('stops when nobody waits any more', async () => {
    const signal = AbortSignal.timeout(20)
    const training = trainLabels(names, examplesOf(createWorld(8), names, 100, 2), createBreath(signal))
    await expect(training).rejects.toThrow()
  })
})
