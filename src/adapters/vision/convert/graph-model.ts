/** TensorFlow.js graph models (JSON + weights) as ONNX: the part of the graph that the wanted outputs need. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { createDraft, type Draft, type Planes, planesOf, type Value } from './draft.ts'
import { operations } from './graph-operations.ts'
import type { OnnxGraph } from './onnx.ts'
import { simplify } from './simplify.ts'
import { readWeights, type Tensor, weightsManifest } from './weights.ts'

const attribute = z.object({
  s: z.string().optional(),
  i: z.coerce.number().optional(),
  f: z.number().optional(),
  b: z.boolean().optional(),
  list: z.object({ i: z.array(z.coerce.number()).optional(), s: z.array(z.string()).optional() }).optional(),
  shape: z.object({ dim: z.array(z.object({ size: z.coerce.number() })).optional() }).optional(),
})
const node = z.object({
  name: z.string(),
  op: z.string(),
  input: z.array(z.string()).default([]),
  attr: z.record(z.string(), attribute).default({}),
})
export type GraphNode = z.infer<typeof node>
const graphModel = z.object({
  format: z.literal('graph-model'),
  modelTopology: z.object({ node: z.array(node) }),
  weightsManifest,
})

/** An output of the converted model. */
export interface WantedOutput {
  name: string
  /** The node of the graph that gives it. */
  node: string
  /** Its mean over the picture instead of itself: one number for each channel. */
  pool?: boolean
}

export interface GraphModelOptions {
  /** Side of the square input; another than the graph's own works for graphs that are convolutions all through. */
  side: number
  outputs: readonly WantedOutput[]
}

/** What the converter of one operation has. */
export interface Converting {
  draft: Draft
  node: GraphNode
  /** The node's inputs that are pictures, in order. */
  values: readonly Value[]
  /** Constant inputs by their place among all inputs. */
  constant(place: number): Tensor
  isConstant(place: number): boolean
  value(place: number): Value
  /** The wanted side by the graph's own. */
  growth: number
}

/** @throws Error naming the node that cannot be converted */
export async function convertGraphModel(path: string, { side, outputs }: GraphModelOptions): Promise<OnnxGraph> {
  const model = graphModel.parse(JSON.parse(await readFile(path, 'utf8')))
  const weights = await readWeights(path, model.weightsManifest)
  const nodes = new Map(model.modelTopology.node.map((entry) => [entry.name, entry]))
  const draft = createDraft()
  const values = new Map<string, Value>()
  const own = sideOf(model.modelTopology.node)

  function visit(name: string): Value {
    const known = values.get(name)
    if (known !== undefined) return known
    const entry = nodes.get(name)
    if (entry === undefined) throw new Error(`${path}: there is no node ${name}`)
    const value = convert(entry)
    values.set(name, value)
    return value
  }

  function convert(entry: GraphNode): Value {
    if (entry.op === 'Placeholder') return draft.input('image', { channels: 3, height: side, width: side })
    const operation = operations[entry.op]
    if (operation === undefined)
      throw new Error(`${path}: operation ${entry.op} of ${entry.name} is not known to the converter`)
    const inputs = entry.input.filter((input) => !input.startsWith('^')).map((input) => input.replace(/:0$/, ''))
    const value = (place: number) => visit(inputs[place] ?? '')
    return operation({
      draft,
      node: entry,
      value,
      get values() {
        return inputs.filter((input) => !weights.has(input)).map(visit)
      },
      isConstant: (place) => weights.has(inputs[place] ?? ''),
      constant(place) {
        const tensor = weights.get(inputs[place] ?? '')
        if (tensor === undefined) throw new Error(`${path}: input ${place} of ${entry.name} is no constant`)
        return tensor
      },
      growth: side / own,
    })
  }

  for (const { name, node: from, pool = false } of outputs) {
    const value = visit(from)
    draft.output(name, pool ? pooled(draft, value) : value)
  }
  return simplify(draft.finish(path.replace(/^.*\//, '').replace(/\.json$/, '')))
}

function pooled(draft: Draft, value: Value): Value {
  const mean = draft.node('GlobalAveragePool', [value], { ...planesOf(value), height: 1, width: 1 } satisfies Planes)
  return draft.node('Flatten', [mean], null)
}

function sideOf(nodes: readonly GraphNode[]): number {
  const size = nodes.find(({ op }) => op === 'Placeholder')?.attr.shape?.shape?.dim?.[1]?.size
  if (size === undefined) throw new Error('the graph does not say the size of its input')
  return size
}
