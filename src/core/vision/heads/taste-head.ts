/** A head for taste: which of two pictures the owner likes better (Bradley and Terry), as one number for each picture. */
import type { Sight } from '../../processing/sight.ts'
import type { Breath } from './breath.ts'
import { dealFolds, evenShares, heldOutNumbers } from './cross-validation.ts'
import type { TasteMetrics, TasteShape } from './records.ts'
import { productsOf, solveSoftmax } from './softmax.ts'
import { dot, measureScale, type Scale, standardise, unscale } from './standardise.ts'
import { decodeWeights, encodeWeights } from './weights.ts'

export type TastedSight = Pick<Sight, 'embedding' | 'features'>

/** Places in the list of sights. */
export interface Preference {
  better: number
  worse: number
}

export interface TrainedTaste {
  shape: TasteShape
  weights: string
  metrics: TasteMetrics
}

const decays = [0.3, 0.1, 0.03, 0.01, 0.003]
const mostFolds = 5

/** The same sights and pairs in the same order give the same head. */
export async function trainTaste(
  sights: readonly TastedSight[],
  pairs: readonly Preference[],
  breath: Breath,
): Promise<TrainedTaste> {
  const embedding = sights[0]?.embedding?.length ?? 0
  const features = Object.keys(sights[0]?.features ?? {}).sort()
  const rows = sights.map((sight) => rowOf(sight, features))
  const scale = measureScale(rows, columnWeights(embedding, features.length))
  const scaled = rows.map((row) => standardise(row, scale))
  const none = new Float64Array(scale.mean.length)
  const differences = pairs.map(({ better, worse }) => {
    const other = scaled[worse] ?? none
    return (scaled[better] ?? none).map((value, column) => value - (other[column] ?? 0))
  })
  // The better one is first in every other pair, so that there are two classes to learn.
  const signed = differences.map((row, at) => (at % 2 === 0 ? row : row.map((value) => -value)))
  const targets = Int32Array.from(signed, (_, at) => at % 2)
  const material = {
    rows: signed,
    targets,
    classes: 2,
    offsets: new Float64Array(signed.length * 2),
    scale: asTheyAre(none.length),
    constant: 0,
  }
  const folds = Math.min(mostFolds, Math.floor(pairs.length / 2))
  const tried = await heldOutNumbers(material, dealFolds(targets, 2, folds), decays, breath)
  const judged = tried.map((numbers, at) => {
    const margins = [...targets].map((target, row) => {
      const margin = (numbers[row * 2] ?? 0) - (numbers[row * 2 + 1] ?? 0)
      return target === 0 ? margin : -margin
    })
    const loss = margins.reduce((sum, margin) => sum + Math.log1p(Math.exp(-margin)), 0)
    const accuracy = margins.filter((margin) => margin > 0).length / Math.max(1, margins.length)
    return { decay: decays[at] ?? 0, loss, accuracy }
  })
  const best = judged.reduce((one, other) => (other.loss < one.loss ? other : one))

  const products = await productsOf(signed, 0, breath)
  const shares = evenShares(targets, 2)
  const parts = await solveSoftmax({ ...material, products, shares, decay: best.decay }, breath)
  const direction = new Float64Array(none.length)
  for (const [at, row] of signed.entries()) {
    const factor = (parts[at * 2] ?? 0) - (parts[at * 2 + 1] ?? 0)
    for (let column = 0; column < direction.length; column++)
      direction[column] = (direction[column] ?? 0) + factor * (row[column] ?? 0)
  }
  const { weights } = unscale(direction, scale)
  const numbers = rows.map((row) => dot(weights, row))
  const middle = mean(numbers)
  const spread = Math.sqrt(mean(numbers.map((number) => (number - middle) ** 2)))
  return {
    shape: { kind: 'taste', embedding, features, middle, spread },
    weights: encodeWeights([weights]),
    metrics: { pairs: pairs.length, pictures: sights.length, folds, accuracy: best.accuracy, decay: best.decay },
  }
}

export interface TasteHead {
  fits(sight: TastedSight): boolean
  /** 0..10: 5 is the middle of the pictures that it learned from. */
  rate(sight: TastedSight): number
}

export function openTasteHead({ embedding, features, middle, spread }: TasteShape, text: string): TasteHead {
  const weights = decodeWeights(text).take(embedding + features.length)
  return {
    fits: (sight) => (sight.embedding?.length ?? 0) === embedding && features.every((name) => name in sight.features),
    rate(sight) {
      const deviations = (dot(weights, rowOf(sight, features)) - middle) / Math.max(1e-9, spread)
      return 10 / (1 + Math.exp(-1.2 * deviations))
    },
  }
}

/** Features span orders of magnitude: their logarithms count. */
function rowOf({ embedding, features }: TastedSight, names: readonly string[]): Float64Array {
  const logarithms = names.map((name) => {
    const value = features[name] ?? 0
    return Math.sign(value) * Math.log1p(Math.abs(value))
  })
  return Float64Array.from([...(embedding ?? []), ...logarithms])
}

function columnWeights(embedding: number, features: number): Float64Array {
  return Float64Array.from({ length: embedding + features }, (_, column) =>
    Math.sqrt(0.5 / (column < embedding ? embedding : features)),
  )
}

function asTheyAre(columns: number): Scale {
  return { mean: new Float64Array(columns), factor: new Float64Array(columns).fill(1) }
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
