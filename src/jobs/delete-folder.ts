/** Handler of the job that deletes what was in a deleted folder. */
import type { AssetDeps } from '../core/assets/deps.ts'
import { deleteFolderKind, deleteFolders, giveUpDelete } from '../core/folders/delete.ts'
import type { Handler } from './runner.ts'

export function deleteFolder(deps: AssetDeps): Handler {
  return {
    kind: deleteFolderKind,
    backoffMs: [1000, 5000, 30_000],
    run: (job, signal) => deleteFolders(deps, job, signal),
    giveUp: (job) => giveUpDelete(deps, job),
  }
}
