/** Lists of the library (media-library-api.md section 7): parameters to a query, and the order by relevance. */
import type { Caller } from '../caller.ts'
import type { AssetDeps } from './deps.ts'
import { likest } from './likest.ts'
import { itemField } from './search/fields.ts'
import { type ItemType, itemOfAsset, itemOfFolder, itemTypes } from './search/item.ts'
import type { Likeness } from './search/likeness.ts'
import { conditionsOf, everything, type Query } from './search/query.ts'
import { readSearch } from './search/read-query.ts'
import type { Found, SearchAnswer, SortKey } from './search/records.ts'
import { relevance } from './search/relevance.ts'
import { readPath } from './search/values.ts'

export interface ListRequest {
  type: ItemType | 'all'
  sort: SortKey | 'RELEVANCE'
  descending: boolean
  /** Only what is directly in this folder. */
  path?: string | undefined
  fileType: 'all' | 'image' | 'non-image'
  limit: number
  skip: number
  /** Ignored, like `tags` and `type`, when there is a `searchQuery`. */
  name?: string | undefined
  /** Any of them. */
  tags?: readonly string[] | undefined
  searchQuery?: string | undefined
}

/** RELEVANCE ranks so many of the newest matches. */
export const rankedItems = 500

/** @throws DomainError `invalid` (searchQuery), `timed_out` (searchQuery) */
export async function listFiles(
  deps: AssetDeps,
  { project }: Pick<Caller, 'project'>,
  wanted: ListRequest,
): Promise<SearchAnswer> {
  const { types, query, likeness } = await queryOf(deps, project.id, wanted)
  const request = { project: project.id, query, types, longestMs: deps.searchMs }
  const { sort, descending, skip, limit } = wanted
  // In the order of likeness, whatever other one was asked for.
  if (likeness !== undefined) return likest(deps, { ...request, likeness, skip, limit })
  if (sort !== 'RELEVANCE') return deps.store.read.search.find({ ...request, sort, descending, skip, limit })
  const newest = await deps.store.read.search.find({
    ...request,
    sort: 'CREATED',
    descending: true,
    skip: 0,
    limit: rankedItems,
  })
  const ranked = newest.found
    .map((found) => ({ found, points: relevance(query, itemOf(found)) }))
    // Equals stay newest first.
    .sort((a, b) => (descending ? b.points - a.points : a.points - b.points))
  return { ...newest, found: ranked.slice(skip, skip + limit).map(({ found }) => found) }
}

const itemOf = (found: Found) => ('asset' in found ? itemOfAsset(found.asset) : itemOfFolder(found.folder))

async function queryOf(
  deps: AssetDeps,
  project: string,
  wanted: ListRequest,
): Promise<{ types: readonly ItemType[]; query: Query; likeness: Likeness | undefined }> {
  const { path, fileType, searchQuery } = wanted
  const parts: Query[] = []
  let types: readonly ItemType[]
  let likeness: Likeness | undefined
  if (searchQuery !== undefined) {
    const search = readSearch(searchQuery, await readOptions(deps, project, searchQuery))
    const { query } = search
    likeness = search.likeness
    // "With `searchQuery` and no `type` term, files only"
    const typed = conditionsOf(query).some(({ field }) => field.source === 'item' && field.name === 'type')
    types = typed ? itemTypes : ['file']
    parts.push(query)
  } else {
    types = wanted.type === 'all' ? ['file', 'folder'] : [wanted.type]
    if (wanted.name !== undefined) parts.push(oneOf('name', [wanted.name.normalize('NFC')]))
    if (wanted.tags !== undefined) parts.push(oneOf('tags', wanted.tags))
  }
  if (path !== undefined) parts.push(oneOf('path', [readPath(path)]))
  // Folders are of no file type: the filter leaves them in.
  if (fileType !== 'all') parts.push({ kind: 'or', parts: [oneOf('type', ['folder']), oneOf('kind', [fileType])] })
  return { types, query: parts.length === 0 ? everything : { kind: 'and', parts }, likeness }
}

const oneOf = (name: Parameters<typeof itemField>[0], values: readonly string[]): Query => ({
  kind: 'oneOf',
  field: itemField(name),
  values,
  negated: false,
})

async function readOptions({ store, clock }: AssetDeps, project: string, text: string) {
  const fields = text.includes('customMetadata.') ? await store.read.customFields.list(project) : []
  const known = new Map(fields.filter(({ deleted }) => !deleted).map(({ name, schema }) => [name, schema]))
  return { customFields: (name: string) => known.get(name), now: clock.now() }
}
