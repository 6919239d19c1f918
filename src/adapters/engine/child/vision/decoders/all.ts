/** The decoders by their names in manifests. */
import type { ModelDecoder } from '../../../../../core/processing/model.ts'
import { blazefaceBoxes } from './blazeface-boxes.ts'
import { centernetHeatmap } from './centernet-heatmap.ts'
import type { Decoder } from './decoder.ts'
import { sigmoidSet, softmaxDecoder } from './probabilities.ts'
import { affine, meanOfBins } from './scores.ts'
import { cosinePrompts, vectorDecoder } from './vectors.ts'

/** `mask` and `pixels` are read by the operations that use them, not by a look. */
export const decoders: Readonly<Partial<Record<ModelDecoder, Decoder>>> = {
  'centernet-heatmap': centernetHeatmap,
  'blazeface-boxes': blazefaceBoxes,
  softmax: softmaxDecoder,
  'sigmoid-set': sigmoidSet,
  'mean-of-bins': meanOfBins,
  affine,
  vector: vectorDecoder,
  'cosine-prompts': cosinePrompts,
}
