/** Classifiers: raw numbers of the classes become probabilities. */
import type { Model } from '../../../../../core/processing/model.ts'
import { type Decoder, type Output, parameter, sigmoid } from './decoder.ts'

/** Of classes that exclude each other. `parameters.temperature` above 1 makes them less certain. */
export const softmaxDecoder: Decoder = (outputOf, model) => {
  return { numbers: softmax(fitting(outputOf('logits'), model), parameter(model, 'temperature', 1)) }
}

/** Of classes that may be there together. */
export const sigmoidSet: Decoder = (outputOf, model) => {
  const temperature = parameter(model, 'temperature', 1)
  return { numbers: fitting(outputOf('logits'), model).map((value) => sigmoid(value / temperature)) }
}

/** @throws Error when there are not as many numbers as labels, or some are no numbers */
export function fitting({ data, shape }: Output, { labels }: Model): number[] {
  if (labels !== undefined && data.length !== labels.length) {
    throw new Error(`output ${shape.join('x')} does not fit ${labels.length} labels`)
  }
  const numbers = [...data]
  if (!numbers.every(Number.isFinite)) throw new Error('the output holds what is no number')
  return numbers
}

export function softmax(logits: readonly number[], temperature: number): number[] {
  const highest = Math.max(...logits)
  const powers = logits.map((logit) => Math.exp((logit - highest) / temperature))
  const sum = powers.reduce((total, power) => total + power, 0)
  return powers.map((power) => power / sum)
}
