/** Bounds of one search expression: far beyond what people write, and small enough that no expression costs much to read. */
export const searchLimits = {
  /** Characters of the whole text. */
  length: 10_000,
  /** Brackets inside brackets. */
  depth: 20,
  /** Comparisons. */
  comparisons: 60,
  /** Values in all arrays together. */
  values: 500,
  /** Words of one HAS. */
  words: 20,
  /** Characters of what a text of a custom field begins with. */
  beginning: 100,
} as const
