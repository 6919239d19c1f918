/** Whether a picture is fit for everybody: five classes, of which only the share of the unfit ones means something. */
import type { ManifestInput } from '../manifest.ts'

/** Off unless VISION_MODELS names it; its package is not one of ours: `npm install nsfwjs`. */
export const moderation: ManifestInput = {
  id: 'nsfw-mobilenet',
  task: 'moderation',
  license: 'MIT (package)',
  licenseNote: 'The npm package nsfwjs is not installed with Imagestead: install it beside, then name this model.',
  source: {
    kind: 'package',
    package: 'nsfwjs',
    file: 'dist/models/mobilenet_v2/model.min.js',
    format: 'tfjs-layers',
    side: 224,
    outputs: [{ name: 'logits', node: 'dense_3' }],
  },
  sha256: '489b82295ae5c66c0db28c6220b7cff6afe2fcf02f7af059014973f379ed3012',
  bytes: 10_358_019,
  standard: false,
  input: {
    name: 'image',
    width: 224,
    height: 224,
    layout: 'NCHW',
    channels: 'RGB',
    mean: [0, 0, 0],
    std: [255, 255, 255],
    resize: 'stretch',
  },
  outputs: { logits: 'logits' },
  decoder: 'softmax',
  labels: ['Drawing', 'Hentai', 'Neutral', 'Porn', 'Sexy'],
}
