/** Every suite of the Sites API's contract; each runs on both stacks. */
import { describe } from 'vitest'
import type { Stack } from '../support/stack.ts'
import { accountSuite } from './account.contract.ts'
import { camerasSendSuite } from './cameras-send.contract.ts'
import { duplicateSuite } from './duplicates.contract.ts'
import { envelopeSuite } from './envelope.contract.ts'
import { ingestSuite } from './ingest.contract.ts'
import { installationSuite } from './installations.contract.ts'
import { limitsSuite, noLimitsSuite } from './limits.contract.ts'
import { mediaSuite } from './media.contract.ts'
import { shareSuite } from './shares.contract.ts'
import { deprecationsSuite, versionsSuite } from './versions.contract.ts'

/** Their clock is moved, or they count what is kept: one test after the other. */
const oneByOne: Record<string, (stack: Stack) => void> = {
  account: accountSuite,
  limits: limitsSuite,
  versions: versionsSuite,
  duplicates: duplicateSuite,
  'cameras send': camerasSendSuite,
  media: mediaSuite,
  shares: shareSuite,
}

const sideBySide: Record<string, (stack: Stack) => void> = {
  envelope: envelopeSuite,
  installations: installationSuite,
  'limits switched off': noLimitsSuite,
  deprecations: deprecationsSuite,
  ingest: ingestSuite,
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
