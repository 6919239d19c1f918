/** Every suite of the Library API's contract; each runs on both stacks. */
import { describe } from 'vitest'
import type { Stack } from '../support/stack.ts'
import { bulkSuite } from './bulk.contract.ts'
import { copyMoveRenameSuite } from './copy-move-rename.contract.ts'
import { fileSuite } from './files.contract.ts'
import { updateSuite } from './update.contract.ts'
import { versionSuite } from './versions.contract.ts'

/** Each starts a server of its own; they mostly wait, so several run at once. */
const sideBySide: Record<string, (stack: Stack) => void> = {
  files: fileSuite,
  update: updateSuite,
  bulk: bulkSuite,
  'copy, move, rename': copyMoveRenameSuite,
  versions: versionSuite,
}

export const suites = Object.entries(sideBySide).map(
  ([name, suite]) =>
    (stack: Stack) =>
      describe.concurrent(name, () => suite(stack)),
)
