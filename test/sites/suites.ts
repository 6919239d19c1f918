/** Every suite of the Sites API's contract; each runs on both stacks. */
import { describe } from 'vitest'
import type { Stack } from '../support/stack.ts'
import { accountSuite } from './account.contract.ts'
import { envelopeSuite } from './envelope.contract.ts'
import { installationSuite } from './installations.contract.ts'
import { limitsSuite, noLimitsSuite } from './limits.contract.ts'
import { deprecationsSuite, versionsSuite } from './versions.contract.ts'

/** Their clock is moved: one test after the other. */
const oneByOne: Record<string, (stack: Stack) => void> = {
  account: accountSuite,
  limits: limitsSuite,
  versions: versionsSuite,
}

const sideBySide: Record<string, (stack: Stack) => void> = {
  envelope: envelopeSuite,
  installations: installationSuite,
  'limits switched off': noLimitsSuite,
  deprecations: deprecationsSuite,
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
