/**
 * Ways into a list: index ranges that hold every match of a condition. A stream has its items by age; what is no stream
 * has them in no useful order, perhaps twice.
 */
import { sql } from 'kysely'
import type { Area } from '../../../core/assets/search/areas.ts'
import type { Condition, Field, Query } from '../../../core/assets/search/query.ts'
import type { Scope } from '../schema.ts'
import {
  columnsOf,
  foldersUnder,
  inIntegers,
  inReals,
  inside,
  integerColumns,
  isScore,
  numberField,
  type OpenSpan,
  scoreKey,
  spanOf,
  termField,
} from './conditions.ts'
import { current, type List, membership, type Sql, tableOf } from './lists.ts'
import { valuePrefix, valueTerm, wordTerm } from './terms.ts'

export interface Source {
  from: Sql
  /** The column with the item's id. */
  item: Sql
  where: Sql
}

export interface Way {
  /** The part of the query that it comes from. */
  part: Query
  sources: Source[]
  /** All sources are streams. */
  streams: boolean
  /** What it leads to matches the part; otherwise it may not. */
  exact: boolean
}

/** Streams merged at a time: of more words, folders or values no single order by age is made. */
const maxStreams = 64

/** Every way that a part of an AND (or the whole query) offers. */
export async function waysOf(part: Query, list: List, scope: Scope): Promise<Way[]> {
  if (part.kind === 'constant') return []
  if ('parts' in part) {
    if (part.kind === 'and') return waysOfAll(part, part.parts, list, scope)
    const ways: Way[] = []
    for (const inner of part.parts) {
      const [first] = await waysOf(inner, list, scope)
      if (first === undefined) return []
      ways.push(first)
    }
    return [union(part, ways)]
  }
  if ('negated' in part && part.negated) return []
  return (await ways(part, list, scope)).filter(({ sources }) => sources.length <= maxStreams)
}

async function waysOfAll(whole: Query, parts: readonly Query[], list: List, scope: Scope): Promise<Way[]> {
  const found: Way[] = []
  for (const part of parts) {
    for (const way of await waysOf(part, list, scope)) found.push({ ...way, part: whole, exact: false })
  }
  return found
}

function union(part: Query, ways: readonly Way[]): Way {
  return {
    part,
    sources: ways.flatMap(({ sources }) => sources),
    streams: ways.every(({ streams }) => streams),
    exact: ways.every(({ exact }) => exact),
  }
}

async function ways(part: Condition, list: List, scope: Scope): Promise<Way[]> {
  const { field } = part
  const streams = (sources: Source[], exact = true): Way[] => [{ part, sources, streams: true, exact }]
  const set = (source: Source | undefined): Way[] =>
    source === undefined ? [] : [{ part, sources: [source], streams: false, exact: false }]
  switch (part.kind) {
    case 'oneOf':
      return waysOfValues(part, list, scope)
    case 'prefix':
      if (field.name === 'name') {
        const { prefix } = part
        return set(inTable(list, sql`name >= ${prefix} and name < ${after(prefix)}`))
      }
      return waysOfTerms(part, valuePrefix(termField(field), part.prefix), true, list, scope)
    case 'under':
      return waysOfFolders(part, foldersUnder(part.path, list), list, scope)
    case 'words': {
      const terms = part.words.map((word) => wordTerm(termField(field), word))
      const beginning = terms.at(-1) ?? ''
      const whole = terms.slice(0, -1).flatMap((term) => streams([ofTerm(term, list)], false))
      return [...whole, ...(await waysOfTerms(part, beginning, whole.length === 0, list, scope))]
    }
    case 'is':
      return streams(ofFlag(field, part.value, list)).filter(({ sources }) => sources.length > 0)
    case 'spans': {
      const points = part.spans.every(({ from, to }) => from === to)
      const ranges = part.spans.flatMap((span) => ofNumbers(field, span, list) ?? [])
      const streaming = points && !isColumn(field)
      return ranges.length < part.spans.length ? [] : [{ part, sources: ranges, streams: streaming, exact: streaming }]
    }
    case 'compare':
      return set(ofNumbers(field, spanOf(part), list))
    case 'within':
      return set(inBounds(part.area, list))
    case 'contains':
    case 'exists':
      return []
  }
}

async function waysOfValues(part: Extract<Condition, { kind: 'oneOf' }>, list: List, scope: Scope): Promise<Way[]> {
  const { field, values } = part
  if (values.length === 0) return [{ part, sources: [], streams: true, exact: true }]
  if (field.name === 'path' && field.source === 'item') {
    const folders = sql`select id from folders where project = ${list.project} and path in (${sql.join(values)})`
    return waysOfFolders(part, folders, list, scope)
  }
  const column = field.source === 'item' ? columnsOf[field.name] : undefined
  if (column === undefined) {
    const terms = values.map((value) => valueTerm(termField(field), value))
    if (terms.length > maxStreams) {
      const where = sql`project = ${list.project} and kind = ${list.kind} and term in (${sql.join(terms)})`
      return [{ part, sources: [{ from: sql`search_terms`, item: sql`item`, where }], streams: false, exact: true }]
    }
    const sources = terms.map((term) => ofTerm(term, list))
    return [{ part, sources, streams: true, exact: true }]
  }
  if (column === 'name' || column === 'file') {
    // Ids of folders are their own.
    const own = sql.raw(list.kind === 'folder' && column === 'file' ? 'id' : column)
    const source = inTable(list, sql`${own} in (${sql.join(values)})`)
    return [{ part, sources: [source], streams: false, exact: true }]
  }
  if (column === 'kind' && values.includes('image')) return []
  const sources = values.map((value) =>
    // The partial index is found by its own condition only.
    inTable(list, column === 'kind' ? sql`kind = 'non-image'` : sql`${sql.raw(column)} = ${value}`),
  )
  return [{ part, sources, streams: true, exact: true }]
}

/** Terms that begin so, each a stream; too many of them: one range. */
async function waysOfTerms(
  part: Condition,
  beginning: string,
  exact: boolean,
  list: List,
  { db }: Scope,
): Promise<Way[]> {
  const { project, kind } = list
  const here = sql`project = ${project} and kind = ${kind}`
  const end = after(beginning)
  // From each term to the next: reads one entry of the index per term.
  const { rows } = await sql<{ term: string }>`
    with recursive steps (term) as (
      select min(term) from search_terms where ${here} and term >= ${beginning} and term < ${end}
      union all
      select (select min(t.term) from search_terms t
        where t.project = ${project} and t.kind = ${kind} and t.term > steps.term and t.term < ${end})
      from steps where steps.term is not null
    )
    select term from steps where term is not null limit ${sql.lit(maxStreams + 1)}`.execute(db)
  if (rows.length <= maxStreams) {
    return [{ part, sources: rows.map(({ term }) => ofTerm(term, list)), streams: true, exact }]
  }
  const range = sql`${here} and term >= ${beginning} and term < ${end}`
  const source = { from: sql`search_terms`, item: sql`item`, where: range }
  return [{ part, sources: [source], streams: false, exact }]
}

/** Folders, each a stream; too many of them: all that is in them. */
async function waysOfFolders(part: Condition, folders: Sql, list: List, { db }: Scope): Promise<Way[]> {
  const { rows } = await sql<{ id: string }>`${folders} limit ${sql.lit(maxStreams + 1)}`.execute(db)
  const inFolder = (folder: Sql) =>
    list.kind === 'folder' ? sql`parent in (${folder})` : sql`folder in (${folder}) and current = ${current(list.kind)}`
  const one = (where: Sql): Source => ({ from: tableOf(list), item: sql`id`, where })
  if (rows.length <= maxStreams) {
    const sources = rows.map(({ id }) =>
      one(list.kind === 'folder' ? sql`parent = ${id}` : sql`folder = ${id} and current = ${current(list.kind)}`),
    )
    return [{ part, sources, streams: true, exact: true }]
  }
  return [{ part, sources: [one(inFolder(folders))], streams: false, exact: true }]
}

function ofTerm(term: string, { project, kind }: List): Source {
  const where = sql`project = ${project} and kind = ${kind} and term = ${term}`
  return { from: sql`search_terms`, item: sql`item`, where }
}

function inTable(list: List, where: Sql): Source {
  return { from: tableOf(list), item: sql`id`, where: sql`${membership(list)} and ${where}` }
}

/** Flags have an index in their rarer state only. */
function ofFlag(field: Field, value: boolean, list: List): Source[] {
  if (field.source === 'custom') return [ofTerm(valueTerm(termField(field), String(value)), list)]
  if (field.name === 'private' && value) return [inTable(list, sql`is_private = 1`)]
  if (field.name === 'published' && !value) return [inTable(list, sql`is_published = 0`)]
  if (field.name === 'transparency' && value) return [inTable(list, sql`alpha = 1`)]
  return []
}

const isColumn = (field: Field) =>
  isScore(field) || (field.source === 'item' && integerColumns[field.name] !== undefined)

function ofNumbers(field: Field, span: OpenSpan, list: List): Source | undefined {
  const column = field.source === 'item' ? integerColumns[field.name] : undefined
  if (column !== undefined) {
    const indexed = column === 'width' || column === 'height' ? `coalesce(${column}, -1)` : column
    // Items without sides stand at -1.
    const known = indexed === column ? sql`` : sql` and ${sql.raw(indexed)} >= 0`
    return inTable(list, sql`${inIntegers(sql.raw(indexed), span)}${known}`)
  }
  if (isScore(field)) return inTable(list, sql`${inReals(scoreKey, span)} and ${scoreKey} >= 0`)
  const { project, kind } = list
  const here = sql`project = ${project} and kind = ${kind} and field = ${numberField(field)}`
  // Equality, so that the entries of the value are in the order of their age.
  const there =
    span.from === span.to && !span.fromOpen && !span.toOpen ? sql`value = ${span.from}` : inReals(sql`value`, span)
  return { from: sql`search_numbers`, item: sql`item`, where: sql`${here} and ${there}` }
}

function inBounds(area: Area, { project, kind }: List): Source {
  const [south, north] = latitudes(area)
  const here = sql`p.project = ${project} and p.kind = ${kind} and p.latitude >= ${south} and p.latitude <= ${north}`
  return { from: sql`search_places p`, item: sql`p.item`, where: sql`${here} and ${inside(area)}` }
}

function latitudes(area: Area): [south: number, north: number] {
  if (area.kind === 'box') return [area.south, area.north]
  if (area.kind === 'polygon') {
    return [Math.min(...area.edges.map(({ low }) => low)), Math.max(...area.edges.map(({ high }) => high))]
  }
  const angle = 2 * Math.asin(Math.min(1, Math.sqrt(area.chordSquared) / 2))
  // A hair more than the circle: rounding must not lose what lies on it.
  const half = (angle * 180) / Math.PI + 1e-6
  const centre = (Math.asin(Math.max(-1, Math.min(1, area.centre.z))) * 180) / Math.PI
  return [centre - half, centre + half]
}

/** The end of all texts that begin so: no text has this character. */
const after = (beginning: string) => `${beginning}\u{10ffff}`
