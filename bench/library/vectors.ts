/**
 * Made-up vectors of a made-up library: pictures come in clusters (rooms, series, retouched copies) of uneven sizes, each
 * around a centre that itself lies near one of a few kinds; all numbers are positive, as a detector's are. Number n is
 * always the same.
 */
import { vectorOf } from '../../src/core/vision/vector.ts'
import { spread } from './assets.ts'

export const dimensions = 480
const kinds = 40
/** Pictures of a cluster, on average. */
const perCluster = 50

function noise(seed: number): () => number {
  let state = seed | 0
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  // About normal: the sum of four even ones.
  return () => (next() + next() + next() + next() - 2) * 1.732
}

const kindOf = cached((kind: number) => numbers(noise(1000 + kind), () => 0, 1))
const clusterOf = cached((cluster: number) => {
  const kind = kindOf(spread(cluster, 41, kinds))
  return numbers(noise(100_000 + cluster), (at) => kind[at] ?? 0, 0.8)
})

/** The embedding of picture `number` of `count`. */
export function embedding(number: number, count: number): number[] {
  const clusters = Math.max(1, Math.floor(count / perCluster))
  // A few clusters are large, most are small.
  const share = spread(number, 40, 1_000_000) / 1_000_000
  const centre = clusterOf(Math.floor(share * share * clusters))
  const values = numbers(noise(10_000_000 + number), (at) => centre[at] ?? 0, 0.6)
  return Array.from(values, (value) => Math.max(0, value + 0.5))
}

export function vector(number: number, count: number) {
  const made = vectorOf({ embedding: embedding(number, count), models: ['bench@0'] })
  if (made === undefined) throw new Error('a vector of nothing')
  return made
}

function numbers(random: () => number, centre: (at: number) => number, deviation: number): Float32Array {
  return Float32Array.from({ length: dimensions }, (_, at) => centre(at) + random() * deviation)
}

function cached(make: (key: number) => Float32Array): (key: number) => Float32Array {
  const known = new Map<number, Float32Array>()
  return (key) => {
    const before = known.get(key)
    if (before !== undefined) return before
    const made = make(key)
    known.set(key, made)
    return made
  }
}
