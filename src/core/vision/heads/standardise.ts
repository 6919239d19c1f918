/** Brings numbers of different kinds to one scale: each column to mean 0 and deviation 1 over the examples. */

export interface Scale {
  mean: Float64Array
  /** What a centred number is multiplied by; 0 for a column that never changes. */
  factor: Float64Array
}

/** `weight` of each column after standardising: its share of the length of a row. */
export function measureScale(rows: readonly Float64Array[], weights: Float64Array): Scale {
  const columns = weights.length
  const mean = new Float64Array(columns)
  const squares = new Float64Array(columns)
  for (const row of rows) for (let column = 0; column < columns; column++) add(mean, column, row[column] ?? 0)
  for (let column = 0; column < columns; column++) mean[column] = (mean[column] ?? 0) / Math.max(1, rows.length)
  for (const row of rows) {
    for (let column = 0; column < columns; column++)
      add(squares, column, ((row[column] ?? 0) - (mean[column] ?? 0)) ** 2)
  }
  const factor = squares.map((sum, column) => {
    const deviation = Math.sqrt(sum / Math.max(1, rows.length))
    return deviation < 1e-9 ? 0 : (weights[column] ?? 0) / deviation
  })
  return { mean, factor }
}

export function standardise(row: Float64Array, { mean, factor }: Scale): Float64Array {
  return row.map((value, column) => (value - (mean[column] ?? 0)) * (factor[column] ?? 0))
}

/** Weights of standardised rows as weights of rows as they come, and what is added to the result. */
export function unscale(weights: Float64Array, { mean, factor }: Scale): { weights: Float64Array; shift: number } {
  const raw = weights.map((weight, column) => weight * (factor[column] ?? 0))
  return { weights: raw, shift: -dot(raw, mean) }
}

export function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0
  for (let at = 0; at < one.length; at++) sum += (one[at] ?? 0) * (other[at] ?? 0)
  return sum
}

function add(sums: Float64Array, at: number, value: number): void {
  sums[at] = (sums[at] ?? 0) + value
}
