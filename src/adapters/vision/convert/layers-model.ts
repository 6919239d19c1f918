/** TensorFlow.js layers models (Keras' JSON + weights) as ONNX: the layers that super-resolution networks are made of. */
import { readFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { z } from 'zod'
import {
  activation,
  concatenate,
  convolution,
  createDraft,
  type Draft,
  planesOf,
  upsample,
  type Value,
} from './draft.ts'
import type { OnnxGraph } from './onnx.ts'
import { readWeights, type Tensor, weightsManifest } from './weights.ts'

const pair = z.tuple([z.number(), z.number()])
/** What the layers that are known say about themselves. */
const configuration = z.object({
  padding: z.enum(['same', 'valid']).optional(),
  strides: pair.optional(),
  dilation_rate: pair.optional(),
  activation: z.string().optional(),
  axis: z.number().optional(),
  size: pair.optional(),
  interpolation: z.string().optional(),
})
const layer = z.object({
  class_name: z.string(),
  name: z.string(),
  config: configuration,
  /** Calls of the layer; each the layers it takes, with three numbers and settings that are all 0 and empty. */
  inbound_nodes: z.array(z.array(z.tuple([z.string()], z.unknown()))),
})
type Layer = z.infer<typeof layer>

const layersModel = z.object({
  format: z.literal('layers-model'),
  modelTopology: z.object({
    model_config: z.object({
      config: z.object({ layers: z.array(layer), output_layers: z.array(z.tuple([z.string()], z.unknown())) }),
    }),
  }),
  weightsManifest,
})

export interface LayersModelOptions {
  /** Side of the square input; 0: any. */
  side: number
  outputs: readonly { name: string; node: string }[]
}

/** @throws Error naming the layer that cannot be converted */
export async function convertLayersModel(path: string, { side, outputs }: LayersModelOptions): Promise<OnnxGraph> {
  const model = layersModel.parse(JSON.parse(await readFile(path, 'utf8')))
  const weights = await readWeights(path, model.weightsManifest)
  const { layers } = model.modelTopology.model_config.config
  const draft = createDraft()
  const values = new Map<string, Value>()
  // Layers stand in the order they were made, each after those it takes.
  for (const entry of layers) {
    if (entry.inbound_nodes.length > 1) throw new Error(`${path}: layer ${entry.name} is used more than once`)
    const from = (entry.inbound_nodes[0] ?? []).map(([name]) => layerValue(values, name))
    values.set(entry.name, convertLayer(draft, entry, from, side, weights))
  }
  for (const { name, node } of outputs) draft.output(name, layerValue(values, node))
  return draft.finish(basename(dirname(path)))
}

function layerValue(values: ReadonlyMap<string, Value>, name: string): Value {
  const value = values.get(name)
  if (value === undefined) throw new Error(`there is no layer ${name} before the one that takes it`)
  return value
}

function convertLayer(
  draft: Draft,
  { class_name: kind, name, config }: Layer,
  from: readonly Value[],
  side: number,
  weights: ReadonlyMap<string, Tensor>,
): Value {
  if (kind === 'InputLayer') return draft.input('image', { channels: 3, height: side, width: side })
  const [first] = from
  if (first === undefined) throw new Error(`layer ${name} takes nothing`)
  switch (kind) {
    case 'Conv2D':
      return convolve(draft, first, name, config, weights)
    case 'Activation':
      return activation(draft, first, config.activation ?? 'linear')
    case 'Add':
      return from.slice(1).reduce((sum, value) => draft.node('Add', [sum, value], planesOf(sum)), first)
    case 'Concatenate':
      if (config.axis !== 3 && config.axis !== -1) throw new Error(`layer ${name}: only channels can be concatenated`)
      return concatenate(draft, from)
    case 'UpSampling2D':
      if (config.interpolation !== 'nearest') throw new Error(`layer ${name}: only the nearest pixel can be repeated`)
      return upsample(draft, first, config.size ?? [2, 2], 'nearest')
    default:
      throw new Error(`layer ${name} is a ${kind}, which is not known to the converter`)
  }
}

function convolve(
  draft: Draft,
  from: Value,
  name: string,
  config: Layer['config'],
  weights: ReadonlyMap<string, Tensor>,
): Value {
  const [kernel, bias] = [weights.get(`${name}/kernel`), weights.get(`${name}/bias`)]
  if (kernel === undefined) throw new Error(`layer ${name} has no kernel`)
  const result = convolution(draft, from, {
    shape: kernel.shape,
    kernel: Float32Array.from(kernel.data),
    bias: bias && Float32Array.from(bias.data),
    strides: config.strides ?? [1, 1],
    dilations: config.dilation_rate ?? [1, 1],
    padding: config.padding === 'same' ? 'SAME' : 'VALID',
    depthwise: false,
  })
  return activation(draft, result, config.activation ?? 'linear')
}
