/** Layers that classifiers of whole pictures have besides convolutions: borders, normalisation, pooling, dense ends. */
import { activation, convolution, type Draft, planesOf, type Value } from './draft.ts'
import type { Layer } from './layers-model.ts'
import type { Tensor } from './weights.ts'

type Named = Pick<Layer, 'name' | 'config'> & { kind: Layer['class_name'] }
type Weights = ReadonlyMap<string, Tensor>

/** @throws Error naming a layer that is not known */
export function classifierLayer(draft: Draft, { kind, name, config }: Named, from: Value, weights: Weights): Value {
  switch (kind) {
    case 'Dropout':
      return from
    case 'ZeroPadding2D':
      return pad(draft, from, config.padding)
    case 'BatchNormalization':
      return normalise(draft, from, { name, epsilon: config.epsilon ?? 1e-3 }, weights)
    case 'ReLU':
      return activation(draft, from, config.max_value === 6 ? 'relu6' : 'relu')
    case 'DepthwiseConv2D': {
      const kernel = weightOf(weights, `${name}/depthwise_kernel`)
      const bias = weights.get(`${name}/bias`)
      const done = convolution(draft, from, {
        shape: kernel.shape,
        kernel: Float32Array.from(kernel.data),
        bias: bias && Float32Array.from(bias.data),
        strides: config.strides ?? [1, 1],
        dilations: config.dilation_rate ?? [1, 1],
        padding: config.padding === 'same' ? 'SAME' : 'VALID',
        depthwise: true,
      })
      return activation(draft, done, config.activation ?? 'linear')
    }
    case 'AveragePooling2D':
    case 'GlobalAveragePooling2D':
      return average(draft, from, name, config.pool_size)
    case 'Flatten': {
      const { width, height } = planesOf(from)
      // Larger pictures would have to be turned: channels come last where these weights were learned.
      if (width * height !== 1) throw new Error(`layer ${name}: only single pixels can be flattened`)
      return draft.node('Flatten', [from], null)
    }
    case 'Dense':
      return dense(draft, from, name, config.activation ?? 'linear', weights)
    default:
      throw new Error(`layer ${name} is a ${kind}, which is not known to the converter`)
  }
}

function pad(draft: Draft, from: Value, padding: Layer['config']['padding']): Value {
  const { channels, height, width } = planesOf(from)
  const [[top, bottom], [left, right]] = Array.isArray(padding) ? padding : [[1, 1] as const, [1, 1] as const]
  const pads = draft.integers([0, 0, top, left, 0, 0, bottom, right])
  return draft.node('Pad', [from, pads], { channels, height: height + top + bottom, width: width + left + right })
}

/** With fixed moments it is a factor and a sum for each channel. */
function normalise(draft: Draft, from: Value, { name, epsilon }: { name: string; epsilon: number }, weights: Weights) {
  const numbers = (of: string) => weightOf(weights, `${name}/${of}`).data
  const [gamma, beta] = [numbers('gamma'), numbers('beta')]
  const [mean, variance] = [numbers('moving_mean'), numbers('moving_variance')]
  const planes = planesOf(from)
  const scale = Float32Array.from(gamma, (value, at) => value / Math.sqrt((variance[at] ?? 1) + epsilon))
  const shift = Float32Array.from(beta, (value, at) => value - (mean[at] ?? 0) * (scale[at] ?? 1))
  const shape = [1, planes.channels, 1, 1]
  return draft.node(
    'Add',
    [draft.node('Mul', [from, draft.floats(shape, scale)], planes), draft.floats(shape, shift)],
    planes,
  )
}

function average(draft: Draft, from: Value, name: string, pool: readonly [number, number] | undefined): Value {
  const { channels, height, width } = planesOf(from)
  if (pool !== undefined && (pool[0] !== height || pool[1] !== width)) {
    throw new Error(`layer ${name}: only the mean over the whole picture is known`)
  }
  return draft.node('GlobalAveragePool', [from], { channels, height: 1, width: 1 })
}

function dense(draft: Draft, from: Value, name: string, kind: string, weights: Weights): Value {
  const { shape, data } = weightOf(weights, `${name}/kernel`)
  const bias = weightOf(weights, `${name}/bias`)
  const kernel = draft.floats(shape, Float32Array.from(data))
  const sums = draft.node('Gemm', [from, kernel, draft.floats(bias.shape, Float32Array.from(bias.data))], null)
  // Decoders make probabilities: what leaves the model are the numbers before.
  return kind === 'softmax' ? sums : activation(draft, sums, kind)
}

function weightOf(weights: Weights, name: string): Tensor {
  const tensor = weights.get(name)
  if (tensor === undefined) throw new Error(`there are no weights ${name}`)
  return tensor
}
