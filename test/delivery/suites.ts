/** Every suite of the image URLs' contract; each runs on both stacks. */
import { describe } from 'vitest'
import type { Stack } from '../support/stack.ts'
import { appearanceSuite } from './appearance.contract.ts'
import { sizeSuite } from './sizes.contract.ts'

const suites: readonly (readonly [string, (stack: Stack) => void])[] = [
  ['sizes', sizeSuite],
  ['appearance', appearanceSuite],
]

export function deliverySuites(stack: Stack): void {
  for (const [name, suite] of suites) describe(`image URLs on ${stack.name}: ${name}`, () => suite(stack))
}
