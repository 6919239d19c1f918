/** Models that turn a picture into a vector: for likeness, and to compare with the vectors of sentences. */
import { type Decoder, parameter, sigmoid } from './decoder.ts'
import { softmax } from './probabilities.ts'
import { dot, isVector, normalised } from './scores.ts'

/** The vector itself, of length 1. */
export const vectorDecoder: Decoder = (outputOf) => ({ embedding: normalised([...outputOf('vector').data]) })

/**
 * How well each prompt describes the picture. `parameters.prompts`: their vectors, several for one label when
 * `parameters.owners` says which label each belongs to (then the best counts). `parameters.scale` and `bias` are the
 * model's own; `parameters.exclusive` 1: probabilities that sum to 1 (CLIP), 0: each for itself (SigLIP).
 */
export const cosinePrompts: Decoder = (outputOf, model) => {
  const picture = normalised([...outputOf('vector').data])
  const prompts = model.parameters?.prompts
  if (!Array.isArray(prompts) || prompts.length === 0) {
    throw new Error('parameters.prompts are missing; imagestead models pull computes them')
  }
  const [scale, bias] = [parameter(model, 'scale'), parameter(model, 'bias', 0)]
  const owners = model.parameters?.owners
  const logits = new Array<number>(model.labels?.length ?? prompts.length).fill(Number.NEGATIVE_INFINITY)
  for (const [index, prompt] of prompts.entries()) {
    if (!isVector(prompt) || prompt.length !== picture.length) {
      throw new Error(`parameters.prompts.${index} does not fit a vector of ${picture.length} numbers`)
    }
    const owner = isVector(owners) ? (owners[index] ?? -1) : index
    const before = logits[owner]
    if (before === undefined) throw new Error(`parameters.owners.${index} is no label`)
    logits[owner] = Math.max(before, scale * dot(picture, normalised(prompt)) + bias)
  }
  const numbers = parameter(model, 'exclusive', 0) === 1 ? softmax(logits, 1) : logits.map(sigmoid)
  return { numbers, embedding: picture }
}
