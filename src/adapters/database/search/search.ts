/** The search repository: chooses how each list is gone through, merges the lists, loads the page. */

import { sql } from 'kysely'
import { matches } from '../../../core/assets/search/evaluate.ts'
import type { ItemType } from '../../../core/assets/search/item.ts'
import { type Condition, conditionsOf, type Query, simplify } from '../../../core/assets/search/query.ts'
import type {
  Found,
  SearchAnswer,
  SearchRepository,
  SearchRequest,
  SearchTuning,
} from '../../../core/assets/search/records.ts'
import { invalid } from '../../../core/errors.ts'
import { deletedFieldNames, withoutDeleted } from '../custom-fields.ts'
import { decodeFolder } from '../folders.ts'
import { rowsOf } from '../one-of.ts'
import type { Scope } from '../schema.ts'
import { readAssets } from '../whole-assets.ts'
import {
  compile,
  inIntegers,
  inReals,
  integerColumns,
  isScore,
  needsRow,
  needsTerms,
  scoreKey,
  spanOf,
} from './conditions.ts'
import { columns, kindOf, type List, membership, type Sql, tableOf } from './lists.ts'
import { type Way, waysOf } from './sources.ts'
import { type Hit, sparsest } from './streams.ts'
import { countUpTo, gather, type Page, type Residual, type Wanted, walkList, walkStreams } from './walk.ts'

/** Where items are checked one by one, or lists are merged, those skipped have to be found as well. */
const farthest = 100_000
const defaultTuning: SearchTuning = { countedItems: 5000, firstSlice: 1600, longestSlice: 4000 }
/** Ways that are counted to choose among. */
const maxWays = 8
/** Ids named in one statement. */
const batch = 500

export function createSearch(scope: Scope): SearchRepository {
  return {
    async find(request) {
      const lists = request.types
        .map((type) => ({ type, query: decided(request.query, type) }))
        .filter(({ query }) => query.kind !== 'constant' || query.value)
      const [only] = lists
      if (only === undefined) return { found: [], total: 0, exact: true }
      const merged = lists.length > 1
      if (request.skip > farthest && (merged || only.query.kind !== 'constant')) throw tooFar()
      const deadline = scope.clock.now() + request.longestMs
      const { skip, limit } = merged ? { skip: 0, limit: request.skip + request.limit } : request
      const pages: { type: ItemType; page: Page }[] = []
      for (const { type, query } of lists) {
        const list: List = { project: request.project, kind: kindOf[type], engine: scope.engine }
        const { sort, descending, tuning = defaultTuning } = request
        const wanted = { list, sort, descending, skip, limit, deadline, tuning }
        const whole = !merged && type !== 'folder'
        pages.push({ type, page: await findIn(scope, { ...wanted, whole }, query) })
      }
      return merged ? mergeLists(scope, request, pages) : answer(scope, request.project, pages, pages[0]?.page)
    },

    async matching({ project, query: asked, longestMs }, most) {
      const query = decided(asked, 'file')
      if (query.kind === 'constant' && !query.value) return { assets: [], exact: true }
      const list: List = { project, kind: 'file', engine: scope.engine }
      const deadline = scope.clock.now() + longestMs
      const order = { sort: 'CREATED', descending: true, skip: 0, limit: most + 1 } as const
      const wanted = { list, ...order, deadline, tuning: defaultTuning, whole: false }
      const { hits } = await findIn(scope, wanted, query)
      return { assets: hits.slice(0, most).map(({ id }) => id), exact: hits.length <= most }
    },

    async among({ project, query: asked }, assets) {
      const query = decided(asked, 'file')
      if (query.kind === 'constant' && !query.value) return []
      const list: List = { project, kind: 'file', engine: scope.engine }
      const found: string[] = []
      for (let start = 0; start < assets.length; start += batch) {
        const ids = sql.join(assets.slice(start, start + batch))
        const terms = needsTerms(query)
        const { rows } = await sql<{ id: string }>`
          select a.id from (select ${columns(list)} from ${tableOf(list)}
            where id in (${ids}) and ${membership(list)}) as a${terms ? sql` cross join search_items as i` : sql``}
          where ${terms ? sql`i.item = a.id and ` : sql``}${compile(query, list)}`.execute(scope.db)
        found.push(...rows.map(({ id }) => id))
      }
      return found
    },

    async load(project, assets) {
      const found = new Map<string, Found>()
      await loadAssets(scope, project, assets, found)
      return assets.flatMap((id) => {
        const one = found.get(id)
        return one !== undefined && 'asset' in one ? [one.asset] : []
      })
    },
  }
}

function tooFar() {
  return invalid(
    'skip',
    `skip reaches ${farthest} items where a list is filtered or has files and folders; narrow the query instead.`,
  )
}

/** What the type alone decides is decided: conditions on it, and on what folders do not have. */
function decided(query: Query, type: ItemType): Query {
  return simplify(query, (condition) => {
    const { field } = condition
    if (field.source !== 'item') return undefined
    if (field.name === 'type') return matches(condition, () => [type])
    if (type !== 'folder' || ownOfFolders.has(field.name)) return undefined
    return matches(condition, () => [])
  })
}

const ownOfFolders: ReadonlySet<string> = new Set(['name', 'path', 'id', 'createdAt', 'updatedAt'])

async function findIn(scope: Scope, wanted: Wanted, query: Query): Promise<Page> {
  const { list, sort } = wanted
  const parts = query.kind === 'and' ? query.parts : query.kind === 'constant' ? [] : [query]
  const rest = (done: Query | undefined): Residual => {
    const left = parts.filter((part) => part !== done)
    return {
      where: left.map((part) => compile(part, list)),
      row: left.some(needsRow),
      terms: left.some(needsTerms),
      weight: left.flatMap(conditionsOf).reduce((sum, condition) => sum + weightOf(condition), 0),
    }
  }
  const along = (way: Way) => walkStreams(scope, wanted, way.sources, rest(way.exact ? way.part : undefined))
  const ways = (await Promise.all(parts.map((part) => waysOf(part, list, scope)))).flat().slice(0, maxWays)
  // A condition that nothing in the index meets.
  if (ways.some(({ sources }) => sources.length === 0)) return { hits: [], total: 0, exact: true }
  const byAge = sort === 'CREATED'
  const [first] = ways
  if (byAge && first !== undefined && ways.every(({ streams }) => streams)) {
    return along((await sparsest(scope, wanted, ways)) ?? first)
  }
  if (first !== undefined) {
    const counts = await countUpTo(
      scope,
      wanted.tuning.countedItems,
      ways.map(({ sources }) => sources),
    )
    const smallest = ways[counts.indexOf(Math.min(...counts))] ?? first
    if (Math.min(...counts) <= wanted.tuning.countedItems) {
      return byAge && smallest.streams
        ? along(smallest)
        : gather(scope, wanted, smallest.sources, rest(smallest.exact ? smallest.part : undefined))
    }
    const stream = ways.filter(({ streams }) => streams).sort((a, b) => a.sources.length - b.sources.length)[0]
    if (byAge && stream !== undefined) return along(stream)
  }
  return walkList(scope, wanted, rest(undefined), bounds(parts, wanted))
}

const weightOf = (condition: Condition) =>
  condition.kind === 'oneOf' ? condition.values.length : condition.kind === 'spans' ? condition.spans.length : 1

/** Ranges of what the list is ordered by need no looking at what lies outside. */
function bounds(parts: readonly Query[], { sort }: Wanted): Sql[] {
  const column = sort.toLowerCase()
  return parts.flatMap((part) => {
    if (part.kind !== 'compare' || part.field.source !== 'item') return []
    if (isScore(part.field)) return sort === 'SCORE' ? [inReals(scoreKey, spanOf(part))] : []
    if (integerColumns[part.field.name] !== column) return []
    const key = column === 'width' || column === 'height' ? `coalesce(${column}, -1)` : column
    return [inIntegers(sql.raw(key), spanOf(part))]
  })
}

async function mergeLists(
  scope: Scope,
  request: SearchRequest,
  pages: readonly { type: ItemType; page: Page }[],
): Promise<SearchAnswer> {
  const { skip, limit, descending } = request
  const all = pages.flatMap(({ type, page }) => page.hits.map((hit) => ({ type, hit })))
  all.sort((a, b) => (descending ? -1 : 1) * compareHits(a.hit, b.hit))
  const kept = new Set(all.slice(skip, skip + limit).map(({ hit }) => hit))
  const found = await load(scope, request.project, pages, [...kept])
  const total = pages.reduce((sum, { page }) => sum + page.total, 0)
  return { found, total, exact: pages.every(({ page }) => page.exact) }
}

/** As the databases compare: texts by their bytes. */
export function compareHits(a: Hit, b: Hit): number {
  return compareKeys(a.sortKey, b.sortKey) || compareKeys(a.id, b.id)
}

function compareKeys(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)))
}

async function answer(
  scope: Scope,
  project: string,
  pages: readonly { type: ItemType; page: Page }[],
  page: Page | undefined,
): Promise<SearchAnswer> {
  const { hits, assets, total, exact } = page ?? { hits: [], total: 0, exact: true }
  if (assets !== undefined) return { found: assets.map((asset) => ({ asset })), total, exact }
  return { found: await load(scope, project, pages, hits), total, exact }
}

/** The records of the hits, in their order; what is gone by now is left out. */
async function load(
  scope: Scope,
  project: string,
  pages: readonly { type: ItemType; page: Page }[],
  hits: readonly Hit[],
): Promise<Found[]> {
  const folders = new Set(
    pages.filter(({ type }) => type === 'folder').flatMap(({ page }) => page.hits.map(({ id }) => id)),
  )
  const found = new Map<string, Found>()
  const ids = hits.map(({ id }) => id)
  await loadAssets(
    scope,
    project,
    ids.filter((id) => !folders.has(id)),
    found,
  )
  await loadFolders(
    scope,
    project,
    ids.filter((id) => folders.has(id)),
    found,
  )
  return ids.flatMap((id) => found.get(id) ?? [])
}

async function loadAssets(scope: Scope, project: string, ids: readonly string[], found: Map<string, Found>) {
  for (let start = 0; start < ids.length; start += batch) {
    const named = rowsOf(scope, 'id', ids.slice(start, start + batch))
    const page = sql`select id, 0 as sort_key from ${named} as named`
    const { assets } = await readAssets(scope, project, { page, descending: false, total: sql.lit(0) })
    for (const asset of assets) found.set(asset.id, { asset })
  }
}

async function loadFolders(scope: Scope, project: string, ids: readonly string[], found: Map<string, Found>) {
  for (let start = 0; start < ids.length; start += batch) {
    const rows = await scope.db
      .selectFrom('folders')
      .selectAll()
      .select(deletedFieldNames(scope, project).as('deletedFields'))
      .where('id', 'in', ids.slice(start, start + batch))
      // Not those that were deleted, which are nobody's.
      .where('project', '=', project)
      .execute()
    for (const { deletedFields, ...row } of rows) {
      const folder = decodeFolder(row)
      const customMetadata = withoutDeleted(folder.customMetadata, deletedFields)
      found.set(row.id, { folder: { ...folder, customMetadata } })
    }
  }
}
