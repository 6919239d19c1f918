/** The decoders by their names in manifests. */
import type { ModelDecoder } from '../../../../../core/processing/model.ts'
import { blazefaceBoxes } from './blazeface-boxes.ts'
import { centernetHeatmap } from './centernet-heatmap.ts'
import type { Decoder } from './decoder.ts'

/** `mask` and `pixels` are read by the operations that use them, not by a look. */
export const decoders: Readonly<Partial<Record<ModelDecoder, Decoder>>> = {
  'centernet-heatmap': centernetHeatmap,
  'blazeface-boxes': blazefaceBoxes,
}
