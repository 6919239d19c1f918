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
    bytes: 8_079_788,
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
export const centernet384 = centernet(384, 'ab5c421b5f4e1dc4052b614e34a5712525dc8f3fdd7883caab5bff09a991f1e1', true)
/** Finds smaller objects. */
export const centernet512 = centernet(512, '05f3f27a44fcbfad26b0b1602de84288cd9ebe498000fae55bac39e08794276e', false)
