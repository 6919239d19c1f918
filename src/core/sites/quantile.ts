/** The value that a share (0..1) of the list is below; 0 of an empty one. */
export function quantile(list: Iterable<number>, share: number): number {
  const sorted = [...list].sort((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}
