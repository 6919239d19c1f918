/** Statistics of evaluations: correlations, percentiles, shares. */

/** Pearson's correlation, -1..1; NaN for fewer than two pairs or when one side never changes. */
export function pearson(first: readonly number[], second: readonly number[]): number {
  const [meanFirst, meanSecond] = [mean(first), mean(second)]
  let [both, ones, others] = [0, 0, 0]
  for (const [index, value] of first.entries()) {
    const one = value - meanFirst
    const other = (second[index] ?? 0) - meanSecond
    both += one * other
    ones += one * one
    others += other * other
  }
  return ones === 0 || others === 0 ? Number.NaN : both / Math.sqrt(ones * others)
}

/** Spearman's rank correlation; equal values share the mean of their ranks. */
export function spearman(first: readonly number[], second: readonly number[]): number {
  return pearson(ranksOf(first), ranksOf(second))
}

function ranksOf(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((one, other) => (values[one] ?? 0) - (values[other] ?? 0))
  const ranks = new Array<number>(values.length).fill(0)
  for (let from = 0; from < order.length; ) {
    let to = from
    while (to + 1 < order.length && values[order[to + 1] ?? 0] === values[order[from] ?? 0]) to++
    for (let place = from; place <= to; place++) ranks[order[place] ?? 0] = (from + to) / 2
    from = to + 1
  }
  return ranks
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The value that this share (0..1) of the values lies below, between two in proportion; NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  const place = share * (sorted.length - 1)
  const low = sorted[Math.floor(place)] ?? Number.NaN
  return low + ((sorted[Math.ceil(place)] ?? low) - low) * (place - Math.floor(place))
}

/** Share of the values that hold; NaN of none. */
export function shareOf<T>(values: readonly T[], holds: (value: T) => boolean): number {
  return values.filter(holds).length / values.length
}
