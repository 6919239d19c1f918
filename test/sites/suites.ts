/** Every suite of the Sites API's contract; each runs on both stacks. */
import { describe } from 'vitest'
import type { Stack } from '../support/stack.ts'
import { compareSuite } from './compare.contract.ts'
import { duplicateSuite } from './duplicates.contract.ts'
import { exportSuite } from './exports.contract.ts'
import { flagsSuite } from './flags.contract.ts'
import { ingestSuite } from './ingest.contract.ts'
import { installationSuite } from './installations.contract.ts'
import { judgedSuite } from './judged.contract.ts'
import { mediaSuite } from './media.contract.ts'

/** Their clock is moved, or they count what is kept: one test after the other. */
const oneByOne: Record<string, (stack: Stack) => void> = {
  duplicates: duplicateSuite,
  media: mediaSuite,
}

const sideBySide: Record<string, (stack: Stack) => void> = {
  installations: installationSuite,
  ingest: ingestSuite,
  flags: flagsSuite,
  compare: compareSuite,
  exports: exportSuite,
  judged: judgedSuite,
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
