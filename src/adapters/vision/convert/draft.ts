/**
 * An ONNX graph while it is converted. Pictures inside are NCHW, where the runtime is fast, whatever the source's layout:
 * converters of single operations say shapes as [channels, height, width] and never see a batch.
 */
import type { Attribute, OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from './onnx.ts'

/** Of a picture inside the graph. */
export interface Planes {
  channels: number
  height: number
  width: number
}

/** A value inside the graph; null planes: no picture any more (reshaped). */
export interface Value {
  name: string
  planes: Planes | null
}

export interface Draft {
  input(name: string, planes: Planes): Value
  /** Adds a node and gives its output. */
  node(
    op: string,
    inputs: readonly (Value | string)[],
    planes: Planes | null,
    attributes?: OnnxNode['attributes'],
  ): Value
  /** Adds numbers and gives their name. */
  floats(shape: readonly number[], data: Float32Array | readonly number[]): string
  integers(data: readonly number[]): string
  output(name: string, value: Value): void
  finish(name: string): OnnxGraph
}

export function createDraft(): Draft {
  const inputs: OnnxValue[] = []
  const outputs: OnnxValue[] = []
  const nodes: OnnxNode[] = []
  const tensors: OnnxTensor[] = []

  function tensor(shape: readonly number[], data: OnnxTensor['data']): string {
    const name = `w${tensors.length}`
    tensors.push({ name, shape, data })
    return name
  }

  return {
    input(name, planes) {
      inputs.push({ name, shape: [1, planes.channels, planes.height || 'height', planes.width || 'width'] })
      return { name, planes }
    },
    node(op, from, planes, attributes) {
      const name = `v${nodes.length}`
      const names = from.map((value) => (typeof value === 'string' ? value : value.name))
      nodes.push({ op, inputs: names, outputs: [name], ...(attributes && { attributes }) })
      return { name, planes }
    },
    floats: (shape, data) => tensor(shape, data instanceof Float32Array ? data : Float32Array.from(data)),
    integers: (data) => tensor([data.length], BigInt64Array.from(data, BigInt)),
    output(name, value) {
      nodes.push({ op: 'Identity', inputs: [value.name], outputs: [name] })
      outputs.push({ name, shape: null })
    },
    finish: (name) => ({ name, inputs, outputs, nodes, tensors }),
  }
}

// ── Operations that both source formats have ────────────────────────────────────────────────────────────────────────

export interface ConvolutionOptions {
  /** Rows, columns, inputs, outputs; of a depthwise one: rows, columns, channels, outputs per channel. */
  shape: readonly number[]
  kernel: Float32Array
  bias: Float32Array | undefined
  strides: readonly [number, number]
  dilations: readonly [number, number]
  padding: 'SAME' | 'VALID'
  depthwise: boolean
}

export function convolution(draft: Draft, from: Value, options: ConvolutionOptions): Value {
  const { shape, kernel, bias, strides, dilations, depthwise } = options
  const [rows = 1, columns = 1, inputs = 1, outputs = 1] = shape
  const channels = depthwise ? inputs * outputs : outputs
  const weights = depthwise
    ? draft.floats([channels, 1, rows, columns], turnKernel(kernel, rows * columns, inputs * outputs, 1))
    : draft.floats([outputs, inputs, rows, columns], turnKernel(kernel, rows * columns, inputs, outputs))
  const biases = bias === undefined ? [] : [draft.floats([channels], bias)]
  const reach = [(rows - 1) * dilations[0] + 1, (columns - 1) * dilations[1] + 1] as const
  const { pads, height, width } = place(planesOf(from), reach, strides, options.padding)
  return draft.node(
    'Conv',
    [from, weights, ...biases],
    { channels, height, width },
    {
      kernel_shape: { ints: [rows, columns] },
      strides: { ints: strides },
      dilations: { ints: dilations },
      pads: { ints: pads },
      group: { int: depthwise ? inputs : 1 },
    },
  )
}

/** From [place][input][output] to [output][input][place]; a depthwise kernel has its channels as inputs. */
function turnKernel(kernel: Float32Array, places: number, inputs: number, outputs: number): Float32Array {
  const turned = new Float32Array(kernel.length)
  for (let place = 0; place < places; place++) {
    for (let input = 0; input < inputs; input++) {
      for (let output = 0; output < outputs; output++) {
        turned[(output * inputs + input) * places + place] = kernel[(place * inputs + input) * outputs + output] ?? 0
      }
    }
  }
  return turned
}

export function maxPool(
  draft: Draft,
  from: Value,
  kernel: readonly [number, number],
  strides: readonly [number, number],
  padding: 'SAME' | 'VALID',
): Value {
  const { pads, height, width } = place(planesOf(from), kernel, strides, padding)
  return draft.node(
    'MaxPool',
    [from],
    { ...planesOf(from), height, width },
    {
      kernel_shape: { ints: kernel },
      strides: { ints: strides },
      pads: { ints: pads },
    },
  )
}

/** Where a window goes: TensorFlow's SAME puts the odd pixel of its border at the end. */
function place(
  { height, width }: Planes,
  reach: readonly [number, number],
  strides: readonly [number, number],
  padding: 'SAME' | 'VALID',
): { pads: number[]; height: number; width: number } {
  const side = (size: number, axis: 0 | 1): { size: number; before: number; after: number } => {
    if (padding === 'VALID') return { size: Math.floor((size - reach[axis]) / strides[axis]) + 1, before: 0, after: 0 }
    const result = Math.ceil(size / strides[axis])
    // A size that is only known at run time (0): the same border whatever it is, as long as the stride is 1.
    const border = Math.max(0, size === 0 ? reach[axis] - 1 : (result - 1) * strides[axis] + reach[axis] - size)
    return { size: result, before: Math.floor(border / 2), after: Math.ceil(border / 2) }
  }
  const [vertical, horizontal] = [side(height, 0), side(width, 1)]
  return {
    pads: [vertical.before, horizontal.before, vertical.after, horizontal.after],
    height: vertical.size,
    width: horizontal.size,
  }
}

export function activation(draft: Draft, from: Value, kind: string): Value {
  switch (kind.toLowerCase()) {
    case 'linear':
    case 'identity':
      return from
    case 'relu':
      return draft.node('Relu', [from], from.planes)
    case 'relu6':
      return draft.node('Clip', [from, draft.floats([], [0]), draft.floats([], [6])], from.planes)
    case 'sigmoid':
      return draft.node('Sigmoid', [from], from.planes)
    default:
      throw new Error(`activation ${kind} is not known to the converter`)
  }
}

/** Channels after each other. */
export function concatenate(draft: Draft, from: readonly Value[]): Value {
  const channels = from.reduce((sum, value) => sum + planesOf(value).channels, 0)
  const [first] = from
  if (first === undefined) throw new Error('nothing to concatenate')
  return draft.node('Concat', from, { ...planesOf(first), channels }, { axis: { int: 1 } })
}

/** Larger by whole factors. `linear` as TensorFlow does without half pixel centres. */
export function upsample(
  draft: Draft,
  from: Value,
  factors: readonly [number, number],
  mode: 'nearest' | 'linear',
): Value {
  const { channels, height, width } = planesOf(from)
  const scales = draft.floats([4], [1, 1, ...factors])
  const attributes: Record<string, Attribute> = { mode, coordinate_transformation_mode: 'asymmetric' }
  if (mode === 'nearest') attributes.nearest_mode = 'floor'
  const planes = { channels, height: height * factors[0], width: width * factors[1] }
  return draft.node('Resize', [from, '', scales], planes, attributes)
}

export function planesOf({ name, planes }: Value): Planes {
  if (planes === null) throw new Error(`${name} is no picture any more`)
  return planes
}
