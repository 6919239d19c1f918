/** A head for labels: softmax regression on what the detector saw, beginning from what the rules say. */
import type { Sight } from '../../processing/sight.ts'
import { calibrationOf } from '../evaluation/calibration.ts'
import type { Label } from '../labels.ts'
import type { Breath } from './breath.ts'
import { dealFolds, evenShares, heldOutNumbers, type Material } from './cross-validation.ts'
import type { LabelMetrics, LabelShape } from './records.ts'
import { productsOf, softmaxRows, solveSoftmax } from './softmax.ts'
import { dot, measureScale, standardise } from './standardise.ts'
import { fitTemperature, lossOf } from './temperature.ts'
import { decodeWeights, encodeWeights } from './weights.ts'

/** A sight that a head can learn from. */
export type SeenSight = Pick<Sight, 'embedding' | 'classes'>

export interface LabelExample {
  label: Label
  sight: SeenSight
  /** What the rules say of it: logarithm of the probability of each of the head's labels. */
  rules: readonly number[]
}

export interface TrainedLabels {
  shape: LabelShape
  weights: string
  metrics: LabelMetrics
}

const decays = [0.3, 0.1, 0.03, 0.01, 0.003, 0.001]
const mostFolds = 5
/** How much of what the rules say is believed before anything is learned. */
const ruleShare = 0.5

/**
 * @param labels those of the head, each with examples
 * The same examples in the same order give the same head.
 */
export async function trainLabels(
  labels: readonly Label[],
  examples: readonly LabelExample[],
  breath: Breath,
): Promise<TrainedLabels> {
  const classes = labels.length
  const targets = Int32Array.from(examples, ({ label }) => labels.indexOf(label))
  const rows = examples.map(({ sight }) => rowOf(sight))
  const [embedding, seen] = [examples[0]?.sight.embedding?.length ?? 0, examples[0]?.sight.classes?.length ?? 0]
  const columnShares = columnWeights(embedding, seen)
  const material: Material = {
    rows,
    targets,
    classes,
    offsets: Float64Array.from(examples.flatMap(({ rules }) => rules.map((value) => value * ruleShare))),
    scale: { shares: columnShares },
    constant: 1,
  }
  const counts = labels.map((label) => examples.filter((example) => example.label === label).length)
  const folds = Math.min(mostFolds, ...counts)
  const foldOf = dealFolds(targets, classes, folds)
  const tried = await heldOutNumbers(material, foldOf, decays, breath)
  const judged = tried.map((numbers, at) => {
    const temperature = fitTemperature(numbers, targets, classes)
    return { numbers, decay: decays[at] ?? 0, temperature, loss: lossOf(numbers, targets, classes, temperature) }
  })
  const best = judged.reduce((one, other) => (other.loss < one.loss ? other : one))

  const scale = measureScale(rows, columnShares)
  const scaled = rows.map((row) => standardise(row, scale))
  const shares = evenShares(targets, classes)
  const products = await productsOf(scaled, 1, breath)
  const parts = await solveSoftmax({ ...material, products, shares, decay: best.decay }, breath)
  const matrix = labels.map((_, name) => combine(scaled, (at) => parts[at * classes + name] ?? 0))
  const bias = labels.map((_, name) => scaled.reduce((sum, _row, at) => sum + (parts[at * classes + name] ?? 0), 0))
  const centres = labels.map((_, name) => combine(scaled, (at) => (targets[at] === name ? 1 / (counts[name] ?? 1) : 0)))
  return {
    shape: {
      kind: 'labels',
      labels,
      embedding,
      classes: seen,
      temperature: best.temperature,
      ...likeness(scaled, targets, counts, centres),
    },
    weights: encodeWeights([scale.mean, scale.factor, bias, ...matrix, ...centres]),
    metrics: metricsOf(labels, targets, best.numbers, best.temperature, { folds, decay: best.decay, counts }),
  }
}

export interface LabelHead {
  labels: readonly Label[]
  /** False: the sight has other numbers than those that it learned from. */
  fits(sight: SeenSight): boolean
  /**
   * @param rules as in `LabelExample`
   * `trust`: 0..1, how alike the picture is to the examples.
   */
  judge(sight: SeenSight, rules: readonly number[]): { probabilities: Float64Array; trust: number }
}

export function openLabelHead(shape: LabelShape, weights: string): LabelHead {
  const { labels, embedding, classes, temperature, strange, familiar } = shape
  const columns = embedding + classes
  const stored = decodeWeights(weights)
  const scale = { mean: stored.take(columns), factor: stored.take(columns) }
  const bias = stored.take(labels.length)
  const matrix = labels.map(() => stored.take(columns))
  const centres = labels.map(() => stored.take(columns))
  return {
    labels,
    fits: (sight) => sight.embedding?.length === embedding && (sight.classes?.length ?? 0) === classes,
    judge(sight, rules) {
      const row = standardise(rowOf(sight), scale)
      const probabilities = Float64Array.from(
        matrix,
        (line, name) => (dot(line, row) + (bias[name] ?? 0) + (rules[name] ?? 0) * ruleShare) / temperature,
      )
      softmaxRows(probabilities, labels.length)
      // What is far from all examples is like none of them, whatever its direction.
      const alike = Math.max(...centres.map((centre) => cosine(centre, row))) / Math.max(1, dot(row, row))
      const trust = Math.min(1, Math.max(0, (alike - strange) / Math.max(1e-6, familiar - strange)))
      return { probabilities, trust }
    },
  }
}

function rowOf({ embedding, classes }: SeenSight): Float64Array {
  return Float64Array.from([...(embedding ?? []), ...(classes ?? [])])
}

/** Embedding and classes count alike, however many numbers each has. */
function columnWeights(embedding: number, classes: number): Float64Array {
  return Float64Array.from({ length: embedding + classes }, (_, column) =>
    Math.sqrt(0.5 / (column < embedding ? embedding : classes)),
  )
}

/** How alike examples are to the centre of the others of their label: the measure of what a head knows. */
function likeness(
  rows: readonly Float64Array[],
  targets: Int32Array,
  counts: readonly number[],
  centres: Float64Array[],
) {
  const alike = rows
    .map((row, at) => {
      const name = targets[at] ?? 0
      const count = counts[name] ?? 1
      const others = (centres[name] ?? row).map((value, column) => (value * count - (row[column] ?? 0)) / (count - 1))
      return cosine(others, row)
    })
    .sort((one, other) => one - other)
  // Pictures that were not learned from lie further out than those that were.
  const middle = Math.max(0.05, alike[Math.floor(alike.length / 2)] ?? 0)
  return { familiar: 0.5 * middle, strange: 0.2 * middle }
}

function metricsOf(
  labels: readonly Label[],
  targets: Int32Array,
  numbers: Float64Array,
  temperature: number,
  { folds, decay, counts }: { folds: number; decay: number; counts: readonly number[] },
): LabelMetrics {
  const classes = labels.length
  const probabilities = numbers.map((number) => number / temperature)
  softmaxRows(probabilities, classes)
  const confusion = labels.map(() => labels.map(() => 0))
  const answers = [...targets].map((target, at) => {
    const row = probabilities.subarray(at * classes, (at + 1) * classes)
    const said = row.indexOf(Math.max(...row))
    const line = confusion[target]
    if (line !== undefined) line[said] = (line[said] ?? 0) + 1
    return { confidence: row[said] ?? 0, right: said === target }
  })
  return {
    examples: Object.fromEntries(labels.map((label, name) => [label, counts[name] ?? 0])),
    folds,
    accuracy: answers.filter(({ right }) => right).length / Math.max(1, answers.length),
    ece: calibrationOf(answers).ece,
    confusion,
    decay,
  }
}

function combine(rows: readonly Float64Array[], share: (at: number) => number): Float64Array {
  const sum = new Float64Array(rows[0]?.length ?? 0)
  for (const [at, row] of rows.entries()) {
    const factor = share(at)
    if (factor === 0) continue
    for (let column = 0; column < sum.length; column++) sum[column] = (sum[column] ?? 0) + factor * (row[column] ?? 0)
  }
  return sum
}

function cosine(one: Float64Array, other: Float64Array): number {
  return dot(one, other) / Math.max(1e-9, Math.sqrt(dot(one, one) * dot(other, other)))
}
