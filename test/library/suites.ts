/** Every suite of the Library API's contract; each runs on both stacks. */
import { describe } from 'vitest'
import type { Stack } from '../support/stack.ts'
import { authenticationSuite } from './authentication.contract.ts'
import { bulkSuite } from './bulk.contract.ts'
import { bulkJobSuite } from './bulk-jobs.contract.ts'
import { captureSuite } from './captures.contract.ts'
import { copyMoveRenameSuite } from './copy-move-rename.contract.ts'
import { customFieldSuite } from './custom-fields.contract.ts'
import { errorSuite } from './errors.contract.ts'
import { fileEventSuite } from './file-events.contract.ts'
import { fileSuite } from './files.contract.ts'
import { folderBoundSuite } from './folder-bounds.contract.ts'
import { folderSuite } from './folders.contract.ts'
import { idempotencySuite } from './idempotency.contract.ts'
import { ingestSuite } from './ingest.contract.ts'
import { limitSuite } from './limits.contract.ts'
import { metadataSuite } from './metadata.contract.ts'
import { namedTransformationSuite } from './named-transformations.contract.ts'
import { originSuite } from './origins.contract.ts'
import { purgeSuite } from './purge.contract.ts'
import { savedExtensionSuite } from './saved-extensions.contract.ts'
import { scopeSuite } from './scopes.contract.ts'
import { scoringSuite } from './scoring.contract.ts'
import { searchSuite } from './search.contract.ts'
import { updateSuite } from './update.contract.ts'
import { uploadSuite } from './upload.contract.ts'
import { uploadOverwriteSuite } from './upload-overwrite.contract.ts'
import { uploadSignatureSuite } from './upload-signature.contract.ts'
import { uploadSourcesSuite } from './upload-sources.contract.ts'
import { uploadTokenSuite } from './upload-token.contract.ts'
import { uploadTransformationSuite } from './upload-transformation.contract.ts'
import { urlEndpointSuite } from './url-endpoints.contract.ts'
import { usageSuite } from './usage.contract.ts'
import { versionSuite } from './versions.contract.ts'
import { webhookSuite } from './webhooks.contract.ts'

/** Each starts a server of its own; they mostly wait, so several run at once. */
const sideBySide: Record<string, (stack: Stack) => void> = {
  authentication: authenticationSuite,
  'bulk jobs': bulkJobSuite,
  bulk: bulkSuite,
  captures: captureSuite,
  'copy, move, rename': copyMoveRenameSuite,
  errors: errorSuite,
  'file events': fileEventSuite,
  files: fileSuite,
  'folder bounds': folderBoundSuite,
  folders: folderSuite,
  idempotency: idempotencySuite,
  ingest: ingestSuite,
  limits: limitSuite,
  metadata: metadataSuite,
  purge: purgeSuite,
  scopes: scopeSuite,
  scoring: scoringSuite,
  search: searchSuite,
  update: updateSuite,
  'upload, overwrite': uploadOverwriteSuite,
  'upload, signature': uploadSignatureSuite,
  'upload, sources': uploadSourcesSuite,
  'upload, token': uploadTokenSuite,
  'upload, transformation': uploadTransformationSuite,
  upload: uploadSuite,
  versions: versionSuite,
  webhooks: webhookSuite,
}

/** These wait for nothing but the database. */
const oneByOne: Record<string, (stack: Stack) => void> = {
  'custom fields': customFieldSuite,
  'named transformations': namedTransformationSuite,
  origins: originSuite,
  'saved extensions': savedExtensionSuite,
  'URL endpoints': urlEndpointSuite,
  usage: usageSuite,
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
