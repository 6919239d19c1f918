/** Every suite of the Library API's contract; each runs on both stacks. */
import { describe } from 'vitest'
import type { Stack } from '../support/stack.ts'
import { authenticationSuite } from './authentication.contract.ts'
import { bulkJobSuite } from './bulk-jobs.contract.ts'
import { errorSuite } from './errors.contract.ts'
import { fileSuite } from './files.contract.ts'
import { folderSuite } from './folders.contract.ts'
import { idempotencySuite } from './idempotency.contract.ts'
import { limitSuite } from './limits.contract.ts'
import { purgeSuite } from './purge.contract.ts'
import { scopeSuite } from './scopes.contract.ts'
import { searchSuite } from './search.contract.ts'
import { webhookSuite } from './webhooks.contract.ts'

/** Each starts a server of its own; they mostly wait, so several run at once. */
const sideBySide: Record<string, (stack: Stack) => void> = {
  files: fileSuite,
  folders: folderSuite,
  'bulk jobs': bulkJobSuite,
  purge: purgeSuite,
  search: searchSuite,
  authentication: authenticationSuite,
  scopes: scopeSuite,
  limits: limitSuite,
  errors: errorSuite,
  idempotency: idempotencySuite,
  webhooks: webhookSuite,
}

export const suites = Object.entries(sideBySide).map(
  ([name, suite]) =>
    (stack: Stack) =>
      describe.concurrent(name, () => suite(stack)),
)
