/**
 * Models that an operator fetches or brings: better than the bundled ones, too large for an npm package. Nobody here has
 * run them: their hashes are not known, so the first pull writes down what came (or checks what the operator states).
 */
import { labels } from '../../../core/vision/labels.ts'
import type { ManifestInput } from '../manifest.ts'

const square = (width: number) =>
  ({ name: 'pixel_values', width, height: width, layout: 'NCHW', channels: 'RGB' }) as const
const half: [number, number, number] = [127.5, 127.5, 127.5]

/** Probability of each label = sigmoid(scale · cosine + bias), with the numbers of the model's publisher. */
export const siglip2: ManifestInput = {
  id: 'siglip2-base-224',
  task: 'embed',
  license: 'Apache-2.0',
  source: {
    kind: 'hub',
    repository: 'onnx-community/siglip2-base-patch16-224-ONNX',
    revision: 'main',
    file: 'onnx/vision_model_fp16.onnx',
  },
  sha256: null,
  bytes: 186_000_000,
  input: { ...square(224), mean: half, std: half, resize: 'stretch' },
  outputs: { vector: 'pooler_output' },
  decoder: 'cosine-prompts',
  labels: labels.filter((label) => label !== 'unknown'),
  parameters: { scale: Math.exp(4.7244534), bias: -16.7717247 },
  needs: ['prompts'],
  text: {
    file: 'onnx/text_model_fp16.onnx',
    tokenizer: 'tokenizer.json',
    tokenizerConfig: 'tokenizer_config.json',
    input: 'input_ids',
    output: 'pooler_output',
    length: 64,
    padding: 0,
  },
}

/** A linear head on CLIP's vector (LAION's aesthetic predictor v1); the head's 512 numbers are the operator's to bring. */
export const clipAesthetic: ManifestInput = {
  id: 'clip-b32-aesthetic',
  task: 'aesthetic',
  license: 'MIT',
  licenseNote: 'MIT is said of the tower and of the head by their publishers; check it for your use.',
  source: {
    kind: 'hub',
    repository: 'Xenova/clip-vit-base-patch32',
    revision: 'main',
    file: 'onnx/vision_model_quantized.onnx',
  },
  sha256: null,
  bytes: 88_000_000,
  input: {
    ...square(224),
    mean: [122.7709383, 116.7460125, 104.09373615],
    std: [68.5005327, 66.6321579, 70.32316305],
    resize: 'cover',
  },
  outputs: { vector: 'image_embeds' },
  decoder: 'affine',
  parameters: { normalise: 1 },
  needs: ['weights'],
  howTo:
    'write the numbers of sa_0_4_vit_b_32_linear.pth (repository LAION-AI/aesthetic-predictor) as {"weights": [512 numbers], "bias": number}',
  calibration: [
    [1, 0],
    [10, 10],
  ],
}

/** NIMA on MobileNet: how people would distribute the ratings 1 to 10. */
function nima(kind: 'aesthetic' | 'technical'): ManifestInput {
  return {
    id: `nima-${kind}`,
    task: 'aesthetic',
    license: 'Apache-2.0',
    source: { kind: 'file', file: `nima-${kind}.onnx` },
    sha256: null,
    bytes: 13_000_000,
    input: {
      name: 'input_1',
      width: 224,
      height: 224,
      layout: 'NHWC',
      channels: 'RGB',
      mean: half,
      std: half,
      resize: 'stretch',
    },
    outputs: { bins: 'dense_1' },
    decoder: 'mean-of-bins',
    calibration: [
      [1, 0],
      [10, 10],
    ],
    howTo: `convert the ${kind} weights of the repository idealo/image-quality-assessment to ONNX once, input input_1, output dense_1`,
  }
}
export const nimaAesthetic = nima('aesthetic')
export const nimaTechnical = nima('technical')

/** 365 kinds of scenes; their names belong into `labels` of a manifest of your own. */
export const places365: ManifestInput = {
  id: 'places365-resnet18',
  task: 'classify',
  license: 'CC-BY-4.0',
  licenseNote: 'The licence is that of the data set; name Places365 where you publish results.',
  acceptLicense: true,
  source: { kind: 'file', file: 'places365-resnet18.onnx' },
  sha256: null,
  bytes: 45_000_000,
  input: {
    ...square(224),
    name: 'input',
    mean: [123.675, 116.28, 103.53],
    std: [58.395, 57.12, 57.375],
    resize: 'cover',
  },
  outputs: { logits: 'output' },
  decoder: 'softmax',
  howTo: 'export resnet18_places365 of the repository CSAILVision/places365 to ONNX once, input input, output output',
}
