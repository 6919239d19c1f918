/** What a head is worth on examples that it has not seen: each part of them is judged by a head made of the others. */
import type { Breath } from './breath.ts'
import { productsOf, solveSoftmax } from './softmax.ts'
import { dot, measureScale, type Scale, standardise } from './standardise.ts'

/** Rows as they come, with their classes. */
export interface Material {
  rows: readonly Float64Array[]
  targets: Int32Array
  classes: number
  /** What each class is known to have before (`SoftmaxProblem.offsets`), row by row. */
  offsets: Float64Array
  /** How rows are scaled: measured anew over the examples of each head, by the share of each column; or always alike. */
  scale: Scale | { shares: Float64Array }
  /** Product of the constant that each row has beside its columns; 0: none. */
  constant: number
}

/** Deals the examples of each class over the folds in turn. */
export function dealFolds(targets: Int32Array, classes: number, folds: number): Int32Array {
  const dealt = new Int32Array(classes)
  return targets.map((target) => {
    const next = dealt[target] ?? 0
    dealt[target] = next + 1
    return next % folds
  })
}

/** For each strength of the L2 term, the strongest first: numbers of each class for each example, by a head that has not seen it. */
export async function heldOutNumbers(
  material: Material,
  foldOf: Int32Array,
  decays: readonly number[],
  breath: Breath,
): Promise<Float64Array[]> {
  const { rows, classes, offsets, constant } = material
  const results = decays.map(() => new Float64Array(rows.length * classes))
  for (const fold of new Set(foldOf)) {
    const seen = [...rows.keys()].filter((at) => foldOf[at] !== fold)
    const unseen = [...rows.keys()].filter((at) => foldOf[at] === fold)
    const part = pick(material, seen)
    const scale = 'shares' in material.scale ? measureScale(part.rows, material.scale.shares) : material.scale
    const scaled = part.rows.map((row) => standardise(row, scale))
    const products = await productsOf(scaled, constant, breath)
    const shares = evenShares(part.targets, classes)
    let parts: Float64Array = new Float64Array(seen.length * classes)
    for (const [number, decay] of decays.entries()) {
      parts = await solveSoftmax({ ...part, products, shares, decay, begin: parts }, breath)
      for (const at of unseen) {
        const row = standardise(rows[at] ?? new Float64Array(), scale)
        const alike = Float64Array.from(scaled, (other) => constant + dot(row, other))
        for (let name = 0; name < classes; name++) {
          let sum = offsets[at * classes + name] ?? 0
          for (let other = 0; other < alike.length; other++)
            sum += (alike[other] ?? 0) * (parts[other * classes + name] ?? 0)
          const result = results[number]
          if (result !== undefined) result[at * classes + name] = sum
        }
      }
    }
  }
  return results
}

/** Every class counts alike, however many examples it has. */
export function evenShares(targets: Int32Array, classes: number): Float64Array {
  const counts = new Float64Array(classes)
  for (const target of targets) counts[target] = (counts[target] ?? 0) + 1
  const present = counts.filter((count) => count > 0).length
  return Float64Array.from(targets, (target) => 1 / (present * (counts[target] ?? 1)))
}

function pick({ rows, targets, classes, offsets }: Material, chosen: readonly number[]) {
  const picked = new Float64Array(chosen.length * classes)
  for (const [place, at] of chosen.entries())
    picked.set(offsets.subarray(at * classes, (at + 1) * classes), place * classes)
  return {
    rows: chosen.map((at) => rows[at] ?? new Float64Array()),
    targets: Int32Array.from(chosen, (at) => targets[at] ?? 0),
    classes,
    offsets: picked,
  }
}
