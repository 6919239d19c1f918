/** Models that rate a picture: one number, brought to 0..10 by the manifest's calibration. */
import type { Model } from '../../../../../core/processing/model.ts'
import { type Decoder, parameter } from './decoder.ts'
import { fitting } from './probabilities.ts'

/** How probable each of the ratings 1, 2, 3 … is (NIMA); their mean. */
export const meanOfBins: Decoder = (outputOf, model) => {
  const bins = fitting(outputOf('bins'), model)
  const sum = bins.reduce((total, bin) => total + bin, 0)
  if (!(sum > 0)) throw new Error('the ratings have no probability at all')
  const mean = bins.reduce((total, bin, index) => total + bin * (index + 1), 0) / sum
  return { numbers: [calibrated(mean, model)] }
}

/**
 * A linear head on the output: `parameters.weights` · (output, of length 1 when `parameters.normalise` is 1) +
 * `parameters.bias`. Without weights the output is the number itself, times `parameters.scale`.
 */
export const affine: Decoder = (outputOf, model) => {
  const vector = fitting(outputOf('vector'), model)
  const weights = model.parameters?.weights
  const bias = parameter(model, 'bias', 0)
  if (weights === undefined) {
    if (vector.length !== 1) throw new Error(`the output has ${vector.length} numbers; parameters.weights are missing`)
    return { numbers: [calibrated((vector[0] ?? 0) * parameter(model, 'scale', 1) + bias, model)] }
  }
  if (!isVector(weights) || weights.length !== vector.length) {
    throw new Error(`parameters.weights do not fit the ${vector.length} numbers of the output`)
  }
  const unit = parameter(model, 'normalise', 0) === 1 ? normalised(vector) : vector
  return { numbers: [calibrated(dot(unit, weights) + bias, model)] }
}

/** Straight between the calibration's points, level beyond them; without points the number itself. */
export function calibrated(value: number, { calibration }: Pick<Model, 'calibration'>): number {
  const points = calibration ?? []
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined) return value
  if (value <= first[0]) return first[1]
  const above = points.findIndex(([from]) => from >= value)
  const [low, high] = [points[above - 1], points[above]]
  if (low === undefined || high === undefined) return last[1]
  return low[1] + ((value - low[0]) / (high[0] - low[0])) * (high[1] - low[1])
}

export function isVector(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'number')
}

export function dot(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0)
}

/** Of length 1. @throws Error for a vector without length */
export function normalised(vector: readonly number[]): number[] {
  const length = Math.sqrt(dot(vector, vector))
  if (!(length > 0)) throw new Error('the vector has no length')
  return vector.map((value) => value / length)
}
