/**
 * Softmax regression with L2, for few examples of many columns: its weights are sums of the examples, so only one number
 * per example and class is looked for (accelerated gradient descent over the examples' products). Deterministic.
 */
import type { Breath } from './breath.ts'
import { dot } from './standardise.ts'

export interface SoftmaxProblem {
  /** Products of each two examples, row by row. */
  products: Float64Array
  /** Class of each example, from 0. */
  targets: Int32Array
  classes: number
  /** What is added to the classes' numbers of each example before anything is learned: what is known already. */
  offsets: Float64Array
  /** How much each example counts; they sum to 1. */
  shares: Float64Array
  /** Strength of the L2 term. */
  decay: number
  /** Where to begin: the answer for another strength. */
  begin?: Float64Array
}

const mostRounds = 400
/** Largest slope of an example's part, where an example's share is 1, that counts as arrived. */
const settled = 1e-3

/** Products of each two rows, with the product of a constant that every row has besides. */
export async function productsOf(
  rows: readonly Float64Array[],
  constant: number,
  breath: Breath,
): Promise<Float64Array> {
  const count = rows.length
  const products = new Float64Array(count * count)
  for (const [one, row] of rows.entries()) {
    for (let other = 0; other <= one; other++) {
      const value = constant + dot(row, rows[other] ?? row)
      products[one * count + other] = value
      products[other * count + one] = value
    }
    const pause = breath()
    if (pause !== undefined) await pause
  }
  return products
}

/** The part of each example (rows) in each class (columns): the weights of a class are the sum of its parts times the examples. */
export async function solveSoftmax(problem: SoftmaxProblem, breath: Breath): Promise<Float64Array> {
  const { products, targets, classes, offsets, shares, decay } = problem
  const count = targets.length
  const step = 1 / (0.5 * (await largestShare(products, shares, breath)) + decay)
  let parts = problem.begin?.slice() ?? new Float64Array(count * classes)
  let ahead = parts.slice()
  let speed = 1
  for (let round = 0; round < mostRounds; round++) {
    const numbers = await multiply(products, ahead, count, classes, breath)
    for (let at = 0; at < numbers.length; at++) numbers[at] = (numbers[at] ?? 0) + (offsets[at] ?? 0)
    softmaxRows(numbers, classes)
    let change = 0
    let uphill = 0
    const next = new Float64Array(parts.length)
    for (let example = 0; example < count; example++) {
      for (let name = 0; name < classes; name++) {
        const at = example * classes + name
        const wanted = targets[example] === name ? 1 : 0
        const slope = ((numbers[at] ?? 0) - wanted) * (shares[example] ?? 0) + decay * (ahead[at] ?? 0)
        next[at] = (ahead[at] ?? 0) - step * slope
        const moved = (next[at] ?? 0) - (parts[at] ?? 0)
        uphill += slope * moved
        change = Math.max(change, Math.abs(slope))
      }
    }
    if (change * count < settled) return next
    // Too far: begins to gather speed anew.
    const faster = uphill > 0 ? 1 : (1 + Math.sqrt(1 + 4 * speed * speed)) / 2
    const momentum = uphill > 0 ? 0 : (speed - 1) / faster
    for (let at = 0; at < next.length; at++)
      ahead[at] = (next[at] ?? 0) + momentum * ((next[at] ?? 0) - (parts[at] ?? 0))
    if (momentum === 0) ahead = next.slice()
    parts = next
    speed = faster
  }
  return parts
}

/** Numbers of each row become probabilities. */
export function softmaxRows(numbers: Float64Array, classes: number): void {
  for (let start = 0; start < numbers.length; start += classes) {
    const row = numbers.subarray(start, start + classes)
    const highest = row.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
    let sum = 0
    for (let at = 0; at < classes; at++) {
      const value = Math.exp((row[at] ?? 0) - highest)
      row[at] = value
      sum += value
    }
    for (let at = 0; at < classes; at++) row[at] = (row[at] ?? 0) / sum
  }
}

/** How steep the loss can be: largest eigenvalue of the weighted products, by the power method. */
async function largestShare(products: Float64Array, shares: Float64Array, breath: Breath): Promise<number> {
  const count = shares.length
  const roots = shares.map(Math.sqrt)
  let vector = new Float64Array(count).fill(1 / Math.sqrt(count))
  let value = 1
  for (let round = 0; round < 20; round++) {
    const weighted = vector.map((part, at) => part * (roots[at] ?? 0))
    const next = await multiply(products, weighted, count, 1, breath)
    for (let at = 0; at < count; at++) next[at] = (next[at] ?? 0) * (roots[at] ?? 0)
    value = Math.sqrt(dot(next, next))
    if (value === 0) return 1
    vector = next.map((part) => part / value)
  }
  return value * 1.05
}

async function multiply(
  square: Float64Array,
  columns: Float64Array,
  count: number,
  width: number,
  breath: Breath,
): Promise<Float64Array> {
  const result = new Float64Array(count * width)
  for (let row = 0; row < count; row++) {
    for (let inner = 0; inner < count; inner++) {
      const factor = square[row * count + inner] ?? 0
      for (let column = 0; column < width; column++) {
        const at = row * width + column
        result[at] = (result[at] ?? 0) + factor * (columns[inner * width + column] ?? 0)
      }
    }
    const pause = breath()
    if (pause !== undefined) await pause
  }
  return result
}
