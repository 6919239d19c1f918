/** Made-up sights for the tests of heads: a few hidden traits, mixed into as many numbers as the detector gives. */

import { createChance } from '../evaluation/draw.ts'
import type { Label } from '../labels.ts'

export interface MadeUpSight {
  embedding: number[]
  classes: number[]
  features: Record<string, number>
  /** The hidden traits. */
  traits: number[]
}

const [traitCount, embeddingLength, classCount] = [12, 480, 80]

/** Sights of one world: `make(centre)` gives one whose traits lie around the centre. */
export function createWorld(seed: number, noise = 0.5) {
  const chance = createChance(seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance())
  const mix = Array.from({ length: embeddingLength + classCount }, () => Array.from({ length: traitCount }, normal))
  function make(centre: readonly number[] = []): MadeUpSight {
    const traits = Array.from({ length: traitCount }, (_, at) => (centre[at] ?? 0) + normal())
    const numbers = mix.map((line) => line.reduce((sum, part, at) => sum + part * (traits[at] ?? 0), noise * normal()))
    return {
      embedding: numbers.slice(0, embeddingLength),
      classes: numbers.slice(embeddingLength).map((number) => 1 / (1 + Math.exp(2 - number))),
      features: { brightness: 1 / (1 + Math.exp(-(traits[0] ?? 0))), sharpness: Math.exp(normal()) },
      traits,
    }
  }
  return { make, chance }
}

/** `count` sights of each label, which stand `distance` apart. */
export function examplesOf(
  world: ReturnType<typeof createWorld>,
  names: readonly Label[],
  count: number,
  distance = 3,
) {
  return names.flatMap((label, at) =>
    Array.from({ length: count }, () => {
      const centre = Array.from({ length: traitCount }, (_, trait) => (trait === at ? distance : 0))
      return { label, sight: world.make(centre), rules: names.map(() => 0) }
    }),
  )
}
