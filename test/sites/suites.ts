/** Every suite of the Sites API's contract; each runs on both stacks. */
import { describe } from 'vitest'
import type { Stack } from '../support/stack.ts'
import { alertSuite } from './alerts.contract.ts'
import { cameraSuite } from './cameras.contract.ts'
import { camerasSendSuite } from './cameras-send.contract.ts'
import { diagnosticSuite } from './diagnostics.contract.ts'
import { duplicateSuite } from './duplicates.contract.ts'
import { groupSuite } from './groups.contract.ts'
import { ingestSuite } from './ingest.contract.ts'
import { installationSuite } from './installations.contract.ts'
import { mediaSuite } from './media.contract.ts'

/** Their clock is moved, or they count what is kept: one test after the other. */
const oneByOne: Record<string, (stack: Stack) => void> = {
  alerts: alertSuite,
  duplicates: duplicateSuite,
  'cameras send': camerasSendSuite,
  media: mediaSuite,
}

const sideBySide: Record<string, (stack: Stack) => void> = {
  installations: installationSuite,
  cameras: cameraSuite,
  diagnostics: diagnosticSuite,
  groups: groupSuite,
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
