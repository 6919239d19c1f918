/** Pages of assets, whole. */
import { sql } from 'kysely'
import type { PlacedAsset } from '../../core/assets/records.ts'
import { deletedFieldNames, withoutDeleted } from './custom-fields.ts'
import type { AssetRow, Scope } from './schema.ts'
import type { Sql } from './search/lists.ts'
import { type Kind, wholeRows } from './whole-rows.ts'

const columns: Record<keyof AssetRow, readonly ['a', Kind]> = {
  id: ['a', 'plain'],
  file: ['a', 'plain'],
  project: ['a', 'plain'],
  folder: ['a', 'plain'],
  name: ['a', 'plain'],
  version: ['a', 'plain'],
  lastDeleted: ['a', 'plain'],
  current: ['a', 'flag'],
  blob: ['a', 'plain'],
  size: ['a', 'plain'],
  mime: ['a', 'plain'],
  format: ['a', 'plain'],
  kind: ['a', 'plain'],
  width: ['a', 'plain'],
  height: ['a', 'plain'],
  orientation: ['a', 'plain'],
  alpha: ['a', 'flag'],
  tags: ['a', 'json'],
  aiTags: ['a', 'json'],
  customMetadata: ['a', 'json'],
  customCoordinates: ['a', 'plain'],
  isPrivate: ['a', 'flag'],
  isPublished: ['a', 'flag'],
  description: ['a', 'plain'],
  embeddedMetadata: ['a', 'json'],
  video: ['a', 'json'],
  score: ['a', 'real'],
  label: ['a', 'plain'],
  createdBy: ['a', 'plain'],
  origin: ['a', 'plain'],
  created: ['a', 'plain'],
  updated: ['a', 'plain'],
}
const placed = wholeRows({ ...columns, folderPath: ['f', 'plain'] })

export interface WholePage {
  assets: PlacedAsset[]
  /** What `total` of the statement gave. */
  total: number
}

/**
 * @param page selects `id` (of versions) and `sort_key`
 * @param descending the order, by `sort_key` and `id`; versions whose folder was deleted are left out
 * @param total a value of the same statement; it may aggregate what else `page`, called `p`, has
 */
export async function readAssets(
  scope: Scope,
  project: string,
  { page, descending, total }: { page: Sql; descending: boolean; total: Sql },
): Promise<WholePage> {
  const way = descending ? sql`desc` : sql`asc`
  const { rows } = await sql<{ assets: string | null; total: number | null; deletedFields: string }>`
    select ${placed.list(scope.engine, sql`p.sort_key ${way}, p.id ${way}`)} as assets,
      ${total} as total, ${deletedFieldNames(scope, project)} as deleted_fields
    from (${page}) as p
    cross join assets as a
    cross join (select id, project, path as folder_path from folders) as f
    where a.id = p.id and f.id = a.folder and f.project = a.project and a.project = ${project}`.execute(scope.db)
  const [row] = rows
  const assets = placed.read(row?.assets ?? null).map((record) => decode(record, row?.deletedFields ?? '[]'))
  return { assets, total: row?.total ?? 0 }
}

function decode(record: Record<string, unknown>, deletedFields: string): PlacedAsset {
  const asset = record as unknown as PlacedAsset
  asset.customMetadata = withoutDeleted(asset.customMetadata, deletedFields)
  return asset
}
