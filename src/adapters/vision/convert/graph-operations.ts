/** How each operation of a TensorFlow graph is said in ONNX. Sources are NHWC, results NCHW. */
import { activation, concatenate, convolution, maxPool, type Planes, planesOf, upsample, type Value } from './draft.ts'
import type { Converting, GraphNode } from './graph-model.ts'
import type { Tensor } from './weights.ts'

type Operation = (converting: Converting) => Value

export const operations: Readonly<Record<string, Operation>> = {
  Conv2D: (converting) => convolve(converting, false),
  _FusedConv2D: (converting) => convolve(converting, false),
  DepthwiseConv2dNative: (converting) => convolve(converting, true),
  FusedDepthwiseConv2dNative: (converting) => convolve(converting, true),
  MaxPool: ({ draft, node, value }) =>
    maxPool(draft, value(0), pairOf(node, 'ksize'), pairOf(node, 'strides'), paddingOf(node)),
  Add: (converting) => combine(converting, 'Add'),
  AddV2: (converting) => combine(converting, 'Add'),
  Sub: (converting) => combine(converting, 'Sub'),
  Mul: (converting) => combine(converting, 'Mul'),
  Relu: ({ draft, value }) => activation(draft, value(0), 'relu'),
  Relu6: ({ draft, value }) => activation(draft, value(0), 'relu6'),
  Sigmoid: ({ draft, value }) => activation(draft, value(0), 'sigmoid'),
  Identity: ({ value }) => value(0),
  Mean: mean,
  ConcatV2: ({ draft, node, values, constant }) => {
    const axis = constant(node.input.length - 1).data[0]
    if (axis !== 3 && axis !== -1) throw new Error(`${node.name}: only channels can be concatenated`)
    return concatenate(draft, values)
  },
  ResizeBilinear: resize,
  Pad: pad,
  Reshape: reshape,
}

function convolve({ draft, node, value, constant, isConstant }: Converting, depthwise: boolean): Value {
  const fused = (node.attr.fused_ops?.list?.s ?? []).map(fromBase64)
  const kernel = constant(1)
  const biased = fused[0] === 'BiasAdd' && isConstant(2)
  const result = convolution(draft, value(0), {
    shape: kernel.shape,
    kernel: floatsOf(kernel),
    bias: biased ? floatsOf(constant(2)) : undefined,
    strides: pairOf(node, 'strides'),
    dilations: pairOf(node, 'dilations'),
    padding: paddingOf(node),
    depthwise,
  })
  return fused.slice(biased ? 1 : 0).reduce((from, kind) => activation(draft, from, kind), result)
}

/** Two pictures, or a picture and numbers that belong to all of it or to its channels. */
function combine({ draft, value, constant, isConstant }: Converting, op: string): Value {
  const sides = [0, 1].map((place) => {
    if (!isConstant(place)) return value(place)
    const { shape, data } = constant(place)
    const channels = data.length
    if (channels > 1 && shape.at(-1) !== channels) throw new Error('a constant must belong to channels')
    return draft.floats(channels === 1 ? [] : [channels, 1, 1], Float32Array.from(data))
  })
  const pictures = sides.flatMap((side) => (typeof side === 'string' || side.planes === null ? [] : [side.planes]))
  return draft.node(op, sides, pictures.length === 0 ? null : broadcast(pictures))
}

function broadcast(pictures: readonly Planes[]): Planes {
  const largest = (name: keyof Planes) => Math.max(...pictures.map((planes) => planes[name]))
  return { channels: largest('channels'), height: largest('height'), width: largest('width') }
}

function mean({ draft, node, value, constant }: Converting): Value {
  const axes = [...constant(1).data].sort()
  if (axes.join() !== '1,2') throw new Error(`${node.name}: only the mean of a whole picture is known`)
  const from = value(0)
  const result = draft.node('GlobalAveragePool', [from], { ...planesOf(from), height: 1, width: 1 })
  return node.attr.keep_dims?.b === true ? result : draft.node('Flatten', [result], null)
}

function resize({ draft, node, value, constant, growth }: Converting): Value {
  const centred = node.attr.align_corners?.b === true || node.attr.half_pixel_centers?.b === true
  if (centred) throw new Error(`${node.name}: only plain bilinear resizing is known`)
  const from = value(0)
  const { height, width } = planesOf(from)
  const [rows = 0, columns = 0] = constant(1).data
  return upsample(draft, from, [(rows * growth) / height, (columns * growth) / width], 'linear')
}

function pad({ draft, value, constant }: Converting): Value {
  const { data } = constant(1)
  const [before, after] = [0, 1].map((end) => [0, 1, 2, 3].map((axis) => data[axis * 2 + end] ?? 0))
  const inOrder = (ends: readonly number[] = []) => [0, 3, 1, 2].map((axis) => ends[axis] ?? 0)
  const from = value(0)
  const pads = [...inOrder(before), ...inOrder(after)]
  const { channels, height, width } = planesOf(from)
  const grown = (size: number, axis: number) => size + (pads[axis] ?? 0) + (pads[axis + 4] ?? 0)
  const planes = { channels: grown(channels, 1), height: grown(height, 2), width: grown(width, 3) }
  return draft.node('Pad', [from, draft.integers(pads)], planes, { mode: 'constant' })
}

/** Out of the picture: the numbers go back into the source's order first. */
function reshape({ draft, value, constant }: Converting): Value {
  const from = value(0)
  const ordered = from.planes === null ? from : draft.node('Transpose', [from], null, { perm: { ints: [0, 2, 3, 1] } })
  return draft.node('Reshape', [ordered, draft.integers([...constant(1).data])], null)
}

function pairOf({ attr }: GraphNode, name: string): [number, number] {
  const list = attr[name]?.list?.i ?? []
  return [list[1] ?? 1, list[2] ?? 1]
}

function paddingOf(node: GraphNode): 'SAME' | 'VALID' {
  const padding = fromBase64(node.attr.padding?.s ?? '')
  if (padding === 'SAME' || padding === 'VALID') return padding
  throw new Error(`${node.name}: padding ${padding} is not known to the converter`)
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString()
}

function floatsOf({ data }: Tensor): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data)
}
