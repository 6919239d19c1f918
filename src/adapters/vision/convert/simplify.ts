/**
 * Says in fewer operations what a converted graph says in many. TensorFlow writes a hard swish as five: x · k · clip(x + 3,
 * 0, 6) with k = 1/6. Said as x · HardSigmoid(x) the runtime merges it with the convolution before it.
 */
import type { OnnxGraph, OnnxNode } from './onnx.ts'

/** The sources' weights were half floats: 1/6 among them is off by this share at most. */
const halfPrecision = 2 ** -10

export function simplify(graph: OnnxGraph): OnnxGraph {
  const nodes = new Map(graph.nodes.map((node) => [node.outputs[0] ?? '', node]))
  const numbers = new Map(graph.tensors.flatMap(({ name, data }) => (data.length === 1 ? [[name, data[0]]] : [])))
  const isNear = (name: string, wanted: number) =>
    Math.abs(Number(numbers.get(name) ?? Number.NaN) - wanted) <= wanted * halfPrecision
  /** The other input of a node of this kind that has the number among its two; undefined: it is another node. */
  const besides = (node: OnnxNode | undefined, op: string, wanted: number) =>
    node?.op === op && node.inputs.some((name) => isNear(name, wanted))
      ? node.inputs.find((name) => !isNear(name, wanted))
      : undefined

  const gates = new Map<string, string>()
  for (const [name, { op, inputs }] of nodes) {
    const [from = '', low = '', high = ''] = inputs
    if (op !== 'Clip' || !isNear(low, 0) || !isNear(high, 6)) continue
    const source = besides(nodes.get(from), 'Add', 3)
    if (source !== undefined) gates.set(name, source)
  }

  /** The same node, or what stands for it. */
  function said(node: OnnxNode): OnnxNode[] {
    const gate = node.op === 'Mul' ? node.inputs.find((name) => gates.has(name)) : undefined
    const source = gate === undefined ? undefined : gates.get(gate)
    if (gate === undefined || source === undefined) return [node]
    const other = node.inputs.find((name) => name !== gate) ?? ''
    const sigmoid = (outputs: readonly string[]): OnnxNode => ({
      op: 'HardSigmoid',
      inputs: [source],
      outputs,
      attributes: { alpha: 1 / 6, beta: 0.5 },
    })
    if (isNear(other, 1 / 6)) return [sigmoid(node.outputs)]
    if (besides(nodes.get(other), 'Mul', 1 / 6) !== source) return [node]
    const open = `${gate}_open`
    return [sigmoid([open]), { ...node, inputs: [source, open] }]
  }

  return withoutUnread({ ...graph, nodes: graph.nodes.flatMap(said) })
}

/** Nodes stand behind those they read. */
function withoutUnread(graph: OnnxGraph): OnnxGraph {
  const read = new Set(graph.outputs.map(({ name }) => name))
  const nodes = graph.nodes.toReversed().filter(({ inputs, outputs }) => {
    if (!outputs.some((name) => read.has(name))) return false
    for (const name of inputs) read.add(name)
    return true
  })
  return { ...graph, nodes: nodes.reverse(), tensors: graph.tensors.filter(({ name }) => read.has(name)) }
}
