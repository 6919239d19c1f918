/** How alike two pictures are, from their vectors: the cosine of what sets each apart from the others of its library. */
import type { Vector } from './vector.ts'

/** What pictures of a library have in common: likeness is measured from there. */
export interface LikenessBasis {
  /** Mean of each number. */
  centre: Float32Array
  /** One over the deviation of each number. */
  weight: Float32Array
}

type Numbers = Pick<Vector, 'scale' | 'bytes'>

/** Few pictures say little about all: their mean and deviations count as much as theirs of so many others that are even. */
const prior = 64

/** @param sample vectors of one space; any number of them */
export function basisOf(sample: readonly Numbers[], dimensions: number): LikenessBasis {
  const [mean, square] = [new Float64Array(dimensions), new Float64Array(dimensions)]
  for (const vector of sample) {
    const signed = signedBytes(vector)
    for (let at = 0; at < dimensions; at += 1) {
      const value = (signed[at] ?? 0) * vector.scale
      mean[at] = (mean[at] ?? 0) + value
      square[at] = (square[at] ?? 0) + value * value
    }
  }
  const count = Math.max(1, sample.length)
  const variance = Array.from(mean, (sum, at) => Math.max(0, (square[at] ?? 0) / count - (sum / count) ** 2))
  const even = variance.reduce((sum, value) => sum + value, 0) / Math.max(1, dimensions) || 1
  const trust = sample.length / (sample.length + prior)
  return {
    centre: Float32Array.from(mean, (sum) => (sum / count) * trust),
    weight: Float32Array.from(variance, (value) => 1 / Math.sqrt(value * trust + even * (1 - trust) + even * 1e-3)),
  }
}

/** The vector as it lies from the basis, of length 1. */
export function directionOf(vector: Numbers, { centre, weight }: LikenessBasis): Float32Array {
  const signed = signedBytes(vector)
  const direction = new Float32Array(signed.length)
  let sum = 0
  for (let at = 0; at < signed.length; at += 1) {
    const value = ((signed[at] ?? 0) * vector.scale - (centre[at] ?? 0)) * (weight[at] ?? 0)
    direction[at] = value
    sum += value * value
  }
  const length = Math.sqrt(sum) || 1
  for (let at = 0; at < direction.length; at += 1) direction[at] = (direction[at] ?? 0) / length
  return direction
}

/** -1..1; 1: the same. @param direction of one picture @param vector of the other */
export function likenessOf(direction: Float32Array, vector: Numbers, { centre, weight }: LikenessBasis): number {
  const signed = signedBytes(vector)
  let [product, sum] = [0, 0]
  for (let at = 0; at < signed.length; at += 1) {
    const value = ((signed[at] ?? 0) * vector.scale - (centre[at] ?? 0)) * (weight[at] ?? 0)
    product += value * (direction[at] ?? 0)
    sum += value * value
  }
  return sum === 0 ? 0 : product / Math.sqrt(sum)
}

/** The cosine of the vectors themselves: high for most pairs, and very high only for copies. */
export function sameness(one: Numbers, other: Numbers): number {
  const [a, b] = [signedBytes(one), signedBytes(other)]
  let [product, ofA, ofB] = [0, 0, 0]
  for (let at = 0; at < a.length; at += 1) {
    const [x, y] = [a[at] ?? 0, b[at] ?? 0]
    product += x * y
    ofA += x * x
    ofB += y * y
  }
  return product / Math.sqrt(ofA * ofB || 1)
}

export const signedBytes = ({ bytes }: Pick<Vector, 'bytes'>) =>
  new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Bits that differ in two perceptual hashes of 16 hex digits, 0..64. */
export function hashDistance(one: string, other: string): number {
  let differing = BigInt(`0x${one}`) ^ BigInt(`0x${other}`)
  let count = 0
  for (; differing !== 0n; differing &= differing - 1n) count += 1
  return count
}
