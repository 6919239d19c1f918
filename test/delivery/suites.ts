/** Every suite of the image URLs' contract; each runs on both stacks. */
import { describe } from 'vitest'
import type { Stack } from '../support/stack.ts'
import { sizeSuite } from './sizes.contract.ts'
import { urlSuite } from './urls.contract.ts'

const suites: readonly (readonly [string, (stack: Stack) => void])[] = [
  ['sizes', sizeSuite],
  ['urls', urlSuite],
]

export function deliverySuites(stack: Stack): void {
  for (const [name, suite] of suites) describe(`image URLs on ${stack.name}: ${name}`, () => suite(stack))
}
