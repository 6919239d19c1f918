/** Builds an ONNX model (operator set 17) node by node and writes it as a file's bytes. */
import { encode, type Field } from './protobuf.ts'

/** Numbers are floats unless the list is marked as integers. */
export type Attribute = number | string | { ints: readonly number[] } | { int: number }
export type Dimension = number | string

export interface OnnxNode {
  op: string
  inputs: readonly string[]
  outputs: readonly string[]
  attributes?: Readonly<Record<string, Attribute>>
}

export interface OnnxTensor {
  name: string
  shape: readonly number[]
  /** Float32Array: float; BigInt64Array: int64. */
  data: Float32Array | BigInt64Array
}

export interface OnnxValue {
  name: string
  /** null: whatever the nodes make it. */
  shape: readonly Dimension[] | null
  /** Default: float. */
  type?: 'int64'
}

export interface OnnxGraph {
  name: string
  inputs: readonly OnnxValue[]
  outputs: readonly OnnxValue[]
  nodes: readonly OnnxNode[]
  tensors: readonly OnnxTensor[]
}

const [floatType, int64Type] = [1, 7]
const [floatAttribute, intAttribute, textAttribute, intsAttribute] = [1, 2, 3, 7]

/** The same graph always gives the same bytes, so that a converted file has one hash everywhere. */
export function writeOnnx(graph: OnnxGraph): Buffer {
  return encode([
    [1, 'varint', 8],
    [2, 'text', 'imagestead'],
    [7, 'message', graphFields(graph)],
    [
      8,
      'message',
      [
        [1, 'text', ''],
        [2, 'varint', 17],
      ],
    ],
  ])
}

function graphFields({ name, inputs, outputs, nodes, tensors }: OnnxGraph): Field[] {
  return [
    ...nodes.map((node): Field => [1, 'message', nodeFields(node)]),
    [2, 'text', name],
    ...tensors.map((tensor): Field => [5, 'message', tensorFields(tensor)]),
    ...inputs.map((value): Field => [11, 'message', valueFields(value)]),
    ...outputs.map((value): Field => [12, 'message', valueFields(value)]),
  ]
}

function nodeFields({ op, inputs, outputs, attributes = {} }: OnnxNode): Field[] {
  return [
    ...inputs.map((name): Field => [1, 'text', name]),
    ...outputs.map((name): Field => [2, 'text', name]),
    [3, 'text', outputs[0] ?? op],
    [4, 'text', op],
    ...Object.entries(attributes).map(([name, value]): Field => [5, 'message', attributeFields(name, value)]),
  ]
}

function attributeFields(name: string, value: Attribute): Field[] {
  if (typeof value === 'number') {
    return [
      [1, 'text', name],
      [2, 'float', value],
      [20, 'varint', floatAttribute],
    ]
  }
  if (typeof value === 'string') {
    return [
      [1, 'text', name],
      [4, 'text', value],
      [20, 'varint', textAttribute],
    ]
  }
  if ('int' in value) {
    return [
      [1, 'text', name],
      [3, 'varint', value.int],
      [20, 'varint', intAttribute],
    ]
  }
  return [[1, 'text', name], ...value.ints.map((int): Field => [8, 'varint', int]), [20, 'varint', intsAttribute]]
}

function tensorFields({ name, shape, data }: OnnxTensor): Field[] {
  return [
    ...shape.map((size): Field => [1, 'varint', size]),
    [2, 'varint', data instanceof Float32Array ? floatType : int64Type],
    [8, 'text', name],
    [9, 'bytes', new Uint8Array(data.buffer, data.byteOffset, data.byteLength)],
  ]
}

function valueFields({ name, shape, type }: OnnxValue): Field[] {
  const tensorType: Field[] = [[1, 'varint', type === 'int64' ? int64Type : floatType]]
  if (shape !== null) tensorType.push([2, 'message', shape.map((size): Field => [1, 'message', [dimension(size)]])])
  return [
    [1, 'text', name],
    [2, 'message', [[1, 'message', tensorType]]],
  ]
}

function dimension(size: Dimension): Field {
  return typeof size === 'number' ? [1, 'varint', size] : [2, 'text', size]
}
