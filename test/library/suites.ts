/** Every suite of the Library API's contract; each runs on both stacks. */
import { describe } from 'vitest'
import type { Stack } from '../support/stack.ts'
import { authenticationSuite } from './authentication.contract.ts'
import { bulkSuite } from './bulk.contract.ts'
import { copyMoveRenameSuite } from './copy-move-rename.contract.ts'
import { errorSuite } from './errors.contract.ts'
import { fileSuite } from './files.contract.ts'
import { idempotencySuite } from './idempotency.contract.ts'
import { limitSuite } from './limits.contract.ts'
import { scopeSuite } from './scopes.contract.ts'
import { updateSuite } from './update.contract.ts'
import { uploadSuite } from './upload.contract.ts'
import { uploadOverwriteSuite } from './upload-overwrite.contract.ts'
import { uploadSignatureSuite } from './upload-signature.contract.ts'
import { uploadSourcesSuite } from './upload-sources.contract.ts'
import { uploadTokenSuite } from './upload-token.contract.ts'
import { uploadTransformationSuite } from './upload-transformation.contract.ts'
import { versionSuite } from './versions.contract.ts'
import { webhookSuite } from './webhooks.contract.ts'

/** Each starts a server of its own; they mostly wait, so several run at once. */
const sideBySide: Record<string, (stack: Stack) => void> = {
  files: fileSuite,
  update: updateSuite,
  bulk: bulkSuite,
  'copy, move, rename': copyMoveRenameSuite,
  versions: versionSuite,
  authentication: authenticationSuite,
  scopes: scopeSuite,
  limits: limitSuite,
  errors: errorSuite,
  idempotency: idempotencySuite,
  webhooks: webhookSuite,
  upload: uploadSuite,
  'upload, overwrite': uploadOverwriteSuite,
  'upload, signature': uploadSignatureSuite,
  'upload, sources': uploadSourcesSuite,
  'upload, token': uploadTokenSuite,
  'upload, transformation': uploadTransformationSuite,
}

export const suites = Object.entries(sideBySide).map(
  ([name, suite]) =>
    (stack: Stack) =>
      describe.concurrent(name, () => suite(stack)),
)
