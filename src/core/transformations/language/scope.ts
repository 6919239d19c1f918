/** What is known where an item stands. */
import type { Known } from './expressions.ts'
import type { Source } from './refuse.ts'

export interface Scope {
  source: Source
  /** Inside which kind of layer, if in one. */
  place: 'base' | 'image' | 'drawn'
  /** Variables of expressions. */
  known: Known
  /** Inside a condition. */
  conditional: boolean
  /** `n-…` may stay: a stored text, whose names are looked up when it is used. */
  names: boolean
}
