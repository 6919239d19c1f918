/** MobileNetV3-CenterNet: 80 kinds of objects, and 480 numbers that say what a picture is like. */
import type { ManifestInput } from '../manifest.ts'
import { cocoClasses } from './coco.ts'

/** `sha256`: of the file that the converter makes for this side. */
function centernet(side: number, sha256: string | null, standard: boolean): ManifestInput {
  return {
    id: `centernet-${side}`,
    task: 'detect',
    license: 'MIT (package)',
    licenseNote:
      'The npm package gives these weights under MIT; the repository they come from (610265158/mobilenetv3_centernet) states no licence of its own.',
    source: {
      kind: 'package',
      package: '@vladmandic/human',
      file: 'models/centernet.json',
      format: 'tfjs-graph',
      side,
      outputs: [
        { name: 'heatmap', node: 'tower_0/keypoints' },
        { name: 'sides', node: 'tower_0/wh' },
        { name: 'embedding', node: 'tower_0/extern1/hard_swish/mul_1', pool: true },
      ],
    },
    sha256,
    bytes: 8_082_086,
    standard,
    input: {
      name: 'image',
      width: side,
      height: side,
      layout: 'NCHW',
      channels: 'RGB',
      mean: [0, 0, 0],
      std: [1, 1, 1],
      resize: 'stretch',
    },
    outputs: { heatmap: 'heatmap', sides: 'sides', embedding: 'embedding' },
    decoder: 'centernet-heatmap',
    labels: cocoClasses,
    parameters: { stride: 4, minConfidence: 0.25, maxOverlap: 0.5, most: 100 },
  }
}

/** Rooms are told apart as well at 384 pixels as at 512, in half the time (vision.md section 3). */
export const centernet384 = centernet(384, 'a2ad3c5c371424318bef06ff0e71809eb2b405b41463f97ee38b40ab8880427e', true)
/** Finds smaller objects. */
export const centernet512 = centernet(512, '80fe6db6d2125b3b851d8412ae02946fc9689fda9d00f76f962c57df4dbcd351', false)
