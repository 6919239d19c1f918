/** Every suite of the Sites API's contract; each runs on both stacks. */
import { describe } from 'vitest'
import type { Stack } from '../support/stack.ts'
import { accountSuite } from './account.contract.ts'
import { alertSuite } from './alerts.contract.ts'
import { binSuite } from './bin.contract.ts'
import { calendarSuite } from './calendar.contract.ts'
import { cameraSuite } from './cameras.contract.ts'
import { camerasSendSuite } from './cameras-send.contract.ts'
import { compareSuite } from './compare.contract.ts'
import { diagnosticSuite } from './diagnostics.contract.ts'
import { duplicateSuite } from './duplicates.contract.ts'
import { envelopeSuite } from './envelope.contract.ts'
import { exportSuite } from './exports.contract.ts'
import { flagsSuite } from './flags.contract.ts'
import { groupSuite } from './groups.contract.ts'
import { ingestSuite } from './ingest.contract.ts'
import { installationSuite } from './installations.contract.ts'
import { isolationSuite } from './isolation.contract.ts'
import { judgedSuite } from './judged.contract.ts'
import { limitsSuite, noLimitsSuite } from './limits.contract.ts'
import { mediaSuite } from './media.contract.ts'
import { photoSuite } from './photos.contract.ts'
import { shareSuite } from './shares.contract.ts'
import { timelapseSuite } from './timelapses.contract.ts'
import { deprecationsSuite, versionsSuite } from './versions.contract.ts'

/** Their clock is moved, or they count what is kept: one test after the other. */
const oneByOne: Record<string, (stack: Stack) => void> = {
  duplicates: duplicateSuite,
  'cameras send': camerasSendSuite,
  media: mediaSuite,
  account: accountSuite,
  limits: limitsSuite,
  versions: versionsSuite,
  shares: shareSuite,
  alerts: alertSuite,
  bin: binSuite,
}

const sideBySide: Record<string, (stack: Stack) => void> = {
  installations: installationSuite,
  ingest: ingestSuite,
  envelope: envelopeSuite,
  'limits switched off': noLimitsSuite,
  deprecations: deprecationsSuite,
  timelapses: timelapseSuite,
  isolation: isolationSuite,
  cameras: cameraSuite,
  diagnostics: diagnosticSuite,
  groups: groupSuite,
  photos: photoSuite,
  calendar: calendarSuite,
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
