/** A model that is ready to run in an engine child: what its manifest says, and where its ONNX file lies. */

/** What a model's answers are used for. */
export const modelTasks = [
  'detect',
  'embed',
  'classify',
  'aesthetic',
  'faces',
  'moderation',
  'mask',
  'upscale',
  'text',
] as const
export type ModelTask = (typeof modelTasks)[number]

/** How raw outputs become a Sight's numbers; one file each in adapters/engine/child/vision/decoders. */
export const modelDecoders = [
  'centernet-heatmap',
  'blazeface-boxes',
  'softmax',
  'sigmoid-set',
  'mean-of-bins',
  'cosine-prompts',
  'affine',
  'vector',
  'mask',
  'pixels',
] as const
export type ModelDecoder = (typeof modelDecoders)[number]

export interface ModelInput {
  name: string
  /** 0: as large as the picture. */
  width: number
  height: number
  layout: 'NCHW' | 'NHWC'
  channels: 'RGB' | 'BGR'
  /** Of the values 0..255: (value - mean) / std, per channel. */
  mean: readonly [number, number, number]
  std: readonly [number, number, number]
  resize: 'stretch' | 'cover' | 'contain'
}

export interface Model {
  id: string
  task: ModelTask
  /** SHA-256 of the file, hex. */
  sha256: string
  /** The ONNX file on this machine. */
  path: string
  input: ModelInput
  /** The decoder's outputs by the role it knows them under. */
  outputs: Readonly<Record<string, string>>
  decoder: ModelDecoder
  /** Names of the classes or prompts, in the order of the output. */
  labels?: readonly string[]
  /** Decoder's numbers: prompt vectors, weights of a linear head, temperature … */
  parameters?: Readonly<Record<string, readonly number[] | readonly (readonly number[])[] | number>>
  /** Points from the model's number to 0..10, rising; pieces between are straight. */
  calibration?: readonly (readonly [number, number])[]
}
