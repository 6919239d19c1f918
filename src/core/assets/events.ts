/** Telling a project's webhooks what became of a file (media-library-api.md section 13), in the transaction of the change. */
import type { Caller } from '../caller.ts'
import type { Repositories } from '../ports.ts'
import type { AssetDeps } from './deps.ts'
import type { PlacedAsset } from './records.ts'

type Deps = Pick<AssetDeps, 'events' | 'fileContent'>
type By = Pick<Caller, 'project' | 'origin'>

/** Of files that are there afterwards; `assets` as they are then. */
export function tellFile(
  { events, fileContent }: Deps,
  tx: Repositories,
  by: By,
  type: 'file.created' | 'file.updated' | 'file-version.created',
  ...assets: PlacedAsset[]
): Promise<void> {
  return events.tell(
    tx,
    by.project,
    ...assets.map((asset) => ({ type, subject: asset.file, data: () => fileContent(asset, by) })),
  )
}

/** Of files with all their versions. */
export function tellFileDeleted(
  { events }: Pick<Deps, 'events'>,
  tx: Repositories,
  { project }: Pick<By, 'project'>,
  ...ids: string[]
): Promise<void> {
  return events.tell(
    tx,
    project,
    ...ids.map((fileId) => ({ type: 'file.deleted' as const, subject: fileId, data: () => ({ fileId }) })),
  )
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
