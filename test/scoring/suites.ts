/** Every suite of the Scoring API's contract; each runs on both stacks. */
import { describe } from 'vitest'
import type { Stack } from '../support/stack.ts'
import { accountSuite } from './accounts.contract.ts'
import { errorSuite } from './errors.contract.ts'
import { extensionSuite } from './extensions.contract.ts'
import { headSuite } from './heads.contract.ts'
import { imageSuite } from './images.contract.ts'
import { limitSuite } from './limits.contract.ts'
import { sortSuite } from './sort.contract.ts'

/** Their clock is moved: one test after the other. */
const oneByOne: Record<string, (stack: Stack) => void> = {
  accounts: accountSuite,
  errors: errorSuite,
  limits: limitSuite,
  heads: headSuite,
}

const sideBySide: Record<string, (stack: Stack) => void> = {
  extensions: extensionSuite,
  images: imageSuite,
  sort: sortSuite,
}

export const suites = [
  ...Object.entries(sideBySide).map(
    ([name, suite]) =>
      (stack: Stack) =>
        describe.concurrent(name, () => suite(stack)),
  ),
  ...Object.entries(oneByOne).map(
    ([name, suite]) =>
      (stack: Stack) =>
        describe(name, () => suite(stack)),
  ),
]
