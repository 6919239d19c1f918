/** Calibration of a classifier: the temperature that makes its probabilities fit what is true (Guo and others, 2017). */
import { softmaxRows } from './softmax.ts'

const [coldest, hottest] = [0.05, 20]

/** The temperature of least loss on numbers of examples that were not learned from; golden-section search over its logarithm. */
export function fitTemperature(numbers: Float64Array, targets: Int32Array, classes: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2
  let [low, high] = [Math.log(coldest), Math.log(hottest)]
  const loss = (logarithm: number) => lossOf(numbers, targets, classes, Math.exp(logarithm))
  for (let round = 0; round < 40; round++) {
    const left = high - ratio * (high - low)
    const right = low + ratio * (high - low)
    if (loss(left) <= loss(right)) high = right
    else low = left
  }
  return Math.exp((low + high) / 2)
}

/**
 * Mean logarithmic loss. About one answer of all is taken for a slip: few examples that came out right would else make
 * every later answer perfectly certain.
 */
export function lossOf(numbers: Float64Array, targets: Int32Array, classes: number, temperature: number): number {
  const slip = 1 / (targets.length + classes)
  const probabilities = numbers.map((number) => number / temperature)
  softmaxRows(probabilities, classes)
  let sum = 0
  for (const [at, target] of targets.entries()) {
    for (let name = 0; name < classes; name++) {
      const wanted = (name === target ? 1 - slip : 0) + slip / classes
      sum -= wanted * Math.log(Math.max(1e-12, probabilities[at * classes + name] ?? 0))
    }
  }
  return sum / Math.max(1, targets.length)
}
