/** What search goes through: current files, other versions, or folders, with the same columns; and their orders. */
import { type RawBuilder, sql } from 'kysely'
import type { ItemType } from '../../../core/assets/search/item.ts'
import type { SortKey } from '../../../core/assets/search/records.ts'
import type { EngineName, SearchKind } from '../schema.ts'

/** Any piece of SQL. */
export type Sql = RawBuilder<unknown>

/** One list of one project. */
export interface List {
  project: string
  kind: SearchKind
  engine: EngineName
}

export const kindOf: Record<ItemType, SearchKind> = { file: 'file', 'file-version': 'version', folder: 'folder' }

/** The table that holds the list. */
export const tableOf = ({ kind }: List) => sql.raw(kind === 'folder' ? 'folders' : 'assets')

/** What keeps a table's rows to the list: the first columns of its indexes. The root is in no list. */
export function membership({ kind, project }: List): Sql {
  if (kind === 'folder') return sql`project = ${project} and parent is not null`
  return sql`project = ${project} and current = ${current(kind)}`
}

export const current = (kind: SearchKind) => sql.lit(kind === 'file' ? 1 : 0)

/** The columns that conditions speak of. */
export function columns({ kind }: List): Sql {
  return sql.raw(
    kind === 'folder'
      ? 'id, id as file, parent as folder, name, created, updated'
      : 'id, file, folder, name, size, width, height, format, kind, alpha, is_private, is_published, created_by, score, label, created, updated',
  )
}

const orders: Record<SortKey, string> = {
  NAME: 'name',
  CREATED: 'created',
  UPDATED: 'updated',
  HEIGHT: 'coalesce(height, -1)',
  WIDTH: 'coalesce(width, -1)',
  SIZE: 'size',
  SCORE: 'coalesce(score, -1)',
}

/** What the order compares, as its index has it. */
export function orderKey({ kind }: List, sort: SortKey): Sql {
  const flat = kind === 'folder' && (sort === 'HEIGHT' || sort === 'WIDTH' || sort === 'SIZE' || sort === 'SCORE')
  // Not a bare number: that would name a column.
  return sql.raw(flat ? '(0 - 1)' : orders[sort])
}

export const all = (conditions: readonly Sql[]): Sql =>
  conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `)
