/** Every suite of the Tasks API's contract; each runs on both stacks. */
import { describe } from 'vitest'
import type { Stack } from '../support/stack.ts'
import { authenticationSuite } from './authentication.contract.ts'
import { backgroundSuite } from './background.contract.ts'
import { chunkSuite } from './chunks.contract.ts'
import { clientSuite } from './clients.contract.ts'
import { cloudFileSuite } from './cloud-file.contract.ts'
import { compressSuite } from './compress.contract.ts'
import { debugSuite } from './debug.contract.ts'
import { downloadSuite } from './download.contract.ts'
import { encryptionSuite } from './encryption.contract.ts'
import { expirySuite } from './expiry.contract.ts'
import { filterSuite } from './filters.contract.ts'
import { formatSuite } from './formats.contract.ts'
import { processSuite } from './process.contract.ts'
import { protocolSuite } from './protocol.contract.ts'
import { quotaSuite } from './quotas.contract.ts'
import { repairSuite } from './repair.contract.ts'
import { rotateSuite } from './rotate.contract.ts'
import { startSuite } from './start.contract.ts'
import { taskSuite } from './tasks.contract.ts'
import { toolSuite } from './tools.contract.ts'
import { uploadSuite } from './upload.contract.ts'
import { upscaleSuite } from './upscale.contract.ts'
import { watermarkSuite } from './watermark.contract.ts'
import { webhookSuite } from './webhooks.contract.ts'

const all: Record<string, (stack: Stack) => void> = {
  protocol: protocolSuite,
  authentication: authenticationSuite,
  start: startSuite,
  upload: uploadSuite,
  'cloud files': cloudFileSuite,
  tasks: taskSuite,
  filters: filterSuite,
  debug: debugSuite,
  quotas: quotaSuite,
  expiry: expirySuite,
}

/** Their tests touch nothing but tasks of their own, and mostly wait for the engine: several run at once. */
const sideBySide: Record<string, (stack: Stack) => void> = {
  chunks: chunkSuite,
  process: processSuite,
  tools: toolSuite,
  watermark: watermarkSuite,
  formats: formatSuite,
  compress: compressSuite,
  rotate: rotateSuite,
  repair: repairSuite,
  upscale: upscaleSuite,
  background: backgroundSuite,
  download: downloadSuite,
  webhooks: webhookSuite,
  clients: clientSuite,
  encryption: encryptionSuite,
}

export const suites = [
  ...Object.entries(all).map(
    ([name, suite]) =>
      (stack: Stack) =>
        describe(name, () => suite(stack)),
  ),
  ...Object.entries(sideBySide).map(
    ([name, suite]) =>
      (stack: Stack) =>
        describe.concurrent(name, () => suite(stack)),
  ),
]
