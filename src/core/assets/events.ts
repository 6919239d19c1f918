/** Telling a project's webhooks what became of a file (media-library-api.md section 13), in the transaction of the change. */
import type { Caller } from '../caller.ts'
import type { Repositories } from '../ports.ts'
import type { AssetDeps } from './deps.ts'
import type { PlacedAsset } from './records.ts'

type Deps = Pick<AssetDeps, 'events' | 'fileContent'>
type By = Pick<Caller, 'project' | 'origin'>

/** Of a file that is there afterwards; `asset` as it is then. */
export function tellFile(
  { events, fileContent }: Deps,
  tx: Repositories,
  by: By,
  type: 'file.created' | 'file.updated' | 'file-version.created',
  asset: PlacedAsset,
): Promise<void> {
  return events.tell(tx, by.project, { type, subject: asset.file, data: () => fileContent(asset, by) })
}

/** Of a file with all its versions. */
export function tellFileDeleted({ events }: Deps, tx: Repositories, { project }: By, fileId: string): Promise<void> {
  return events.tell(tx, project, { type: 'file.deleted', subject: fileId, data: () => ({ fileId }) })
}

/** Of one version of a file that has others. */
export function tellVersionDeleted(
  { events }: Deps,
  tx: Repositories,
  { project }: By,
  fileId: string,
  versionId: string,
): Promise<void> {
  const data = () => ({ fileId, versionId })
  return events.tell(tx, project, { type: 'file-version.deleted', subject: fileId, data })
}
