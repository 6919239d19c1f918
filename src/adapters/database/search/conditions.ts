/**
 * A query as SQL over one item: its row is called `a` (columns of lists.ts), its row of search_items `i`. Whatever a
 * column holds, a condition is true or false, never null, so that its opposite is right as well.
 */
import { sql } from 'kysely'
import type { Area } from '../../../core/assets/search/areas.ts'
import type { Condition, Field, Query, Span } from '../../../core/assets/search/query.ts'
import type { List, Sql } from './lists.ts'
import { customTermField, dateField, termFields, valuePrefix, valueTerm, wordTerm } from './terms.ts'

export function compile(query: Query, list: List): Sql {
  if (query.kind === 'constant') return query.value ? sql`true` : sql`false`
  if ('parts' in query) {
    const parts = query.parts.map((part) => compile(part, list))
    return sql`(${sql.join(parts, query.kind === 'and' ? sql` and ` : sql` or `)})`
  }
  const positive = condition(query, list)
  return 'negated' in query && query.negated ? sql`not (${positive})` : positive
}

/** Without `negated`. */
function condition(given: Condition, list: List): Sql {
  const { field } = given
  switch (given.kind) {
    case 'oneOf':
      return given.values.length === 0 ? sql`false` : oneOf(field, given.values, list)
    case 'spans':
      return anyOf(given.spans.map((span) => inSpan(field, span)))
    case 'compare':
      return inSpan(field, spanOf(given))
    case 'is':
      return isFlag(field, given.value, list)
    case 'prefix':
      return field.name === 'name'
        ? sql`substr(a.name, 1, ${sql.lit([...given.prefix].length)}) = ${given.prefix}`
        : hasTerm(` ${valuePrefix(termField(field), given.prefix)}`, list)
    case 'under':
      return sql`a.folder in (${foldersUnder(given.path, list)})`
    case 'words': {
      const texts = given.words.map((word) => ` ${wordTerm(termField(field), word)}`)
      return sql`(${sql.join(
        texts.map((text, index) => hasTerm(index === texts.length - 1 ? text : `${text} `, list)),
        sql` and `,
      )})`
    }
    case 'contains':
      return has(sql`i.folded_name`, given.part, list)
    case 'exists':
      if (field.name === 'place') return sql`exists (select 1 from search_places p where p.item = a.id)`
      if (field.source === 'item' && field.name === 'takenAt') return numberExists(field, sql`true`)
      if (field.source === 'item' && (field.name === 'score' || field.name === 'label'))
        return sql`${sql.raw(`a.${field.name}`)} is not null`
      return hasTerm(` ${termField(field)}=`, list)
    case 'within':
      return sql`exists (select 1 from search_places p where p.item = a.id and ${inside(given.area)})`
  }
}

function oneOf(field: Field, values: readonly string[], list: List): Sql {
  if (field.source === 'item') {
    const column = columnsOf[field.name]
    if (column !== undefined) return sql`coalesce(${sql.raw(`a.${column}`)} in (${sql.join(values)}), false)`
    if (field.name === 'path') {
      return sql`a.folder in (select id from folders where project = ${list.project} and path in (${sql.join(values)}))`
    }
  }
  return anyOf(values.map((value) => hasTerm(` ${valueTerm(termField(field), value)} `, list)))
}

/** Text columns of single values. */
export const columnsOf: Partial<Record<string, string>> = {
  name: 'name',
  id: 'file',
  format: 'format',
  kind: 'kind',
  createdBy: 'created_by',
  label: 'label',
}

/** The folder at the path and all below it. */
export function foldersUnder(path: string, { project }: List): Sql {
  // `0` follows `/`.
  return sql`select id from folders where project = ${project} and (path = ${path} or (path >= ${`${path}/`} and path < ${`${path}0`}))`
}

const hasTerm = (text: string, list: List) => has(sql`i.terms`, text, list)

const has = (column: Sql, text: string, { engine }: List) =>
  engine === 'sqlite' ? sql`instr(${column}, ${text}) > 0` : sql`strpos(${column}, ${text}) > 0`

const anyOf = (conditions: readonly Sql[]) =>
  conditions.length === 0 ? sql`false` : sql`(${sql.join(conditions, sql` or `)})`

export function spanOf({ operator, value }: Extract<Condition, { kind: 'compare' }>): OpenSpan {
  switch (operator) {
    case '<':
      return { to: value, toOpen: true }
    case '<=':
      return { to: value }
    case '>':
      return { from: value, fromOpen: true }
    case '>=':
      return { from: value }
  }
}

/** `fromOpen`, `toOpen`: without the end itself. */
export interface OpenSpan extends Partial<Span> {
  fromOpen?: boolean
  toOpen?: boolean
}

function inSpan(field: Field, span: OpenSpan): Sql {
  const column = field.source === 'item' ? integerColumns[field.name] : undefined
  if (column !== undefined) return sql`coalesce(${inIntegers(sql.raw(`a.${column}`), span)}, false)`
  if (isScore(field)) return sql`coalesce(${inReals(sql`a.score`, span)}, false)`
  return numberExists(field, inReals(sql`n.value`, span))
}

/** The one column of numbers that are not whole. */
export const isScore = (field: Field) => field.source === 'item' && field.name === 'score'
/** As its index has it; files without a score stand at -1. */
export const scoreKey = sql`coalesce(score, -1)`

export const integerColumns: Partial<Record<string, string>> = {
  createdAt: 'created',
  updatedAt: 'updated',
  width: 'width',
  height: 'height',
  size: 'size',
}

/** Bounds of whole numbers are whole numbers: any other type would keep PostgreSQL from its index. */
export function inIntegers(column: Sql, { from, to, fromOpen, toOpen }: OpenSpan): Sql {
  const parts: Sql[] = []
  if (from !== undefined) parts.push(sql`${column} >= ${whole(fromOpen ? Math.floor(from) + 1 : Math.ceil(from))}`)
  if (to !== undefined) parts.push(sql`${column} <= ${whole(toOpen ? Math.ceil(to) - 1 : Math.floor(to))}`)
  return sql.join(parts, sql` and `)
}

/** Beyond all that is stored, and still a bigint. */
const outermost = 2 ** 62
const whole = (value: number) => Math.min(Math.max(value, -outermost), outermost)

export function inReals(column: Sql, { from, to, fromOpen, toOpen }: OpenSpan): Sql {
  const parts: Sql[] = []
  if (from !== undefined) parts.push(fromOpen ? sql`${column} > ${from}` : sql`${column} >= ${from}`)
  if (to !== undefined) parts.push(toOpen ? sql`${column} < ${to}` : sql`${column} <= ${to}`)
  return sql.join(parts, sql` and `)
}

const numberExists = (field: Field, inner: Sql) =>
  sql`exists (select 1 from search_numbers n where n.item = a.id and n.field = ${numberField(field)} and ${inner})`

/** The field's name in terms. */
export function termField(field: Field): string {
  if (field.source === 'custom') return customTermField(field.name)
  return termFields[field.name as keyof typeof termFields]
}

/** The field's name in numbers. */
export const numberField = (field: Field) =>
  field.source === 'custom' && field.kind === 'date' ? dateField(termField(field)) : termField(field)

const flagColumns: Partial<Record<string, string>> = {
  private: 'is_private',
  published: 'is_published',
  transparency: 'alpha',
}

function isFlag(field: Field, value: boolean, list: List): Sql {
  const column = field.source === 'item' ? flagColumns[field.name] : undefined
  if (column === undefined) return hasTerm(` ${valueTerm(termField(field), String(value))} `, list)
  return sql`coalesce(${sql.raw(`a.${column}`)} = ${sql.lit(value ? 1 : 0)}, false)`
}

/** The place `p` lies in the area: the same sums in the same order as in core/assets/search/areas.ts. */
export function inside(area: Area): Sql {
  switch (area.kind) {
    case 'circle': {
      const { x, y, z } = area.centre
      return sql`(p.x - ${x}) * (p.x - ${x}) + (p.y - ${y}) * (p.y - ${y}) + (p.z - ${z}) * (p.z - ${z}) <= ${area.chordSquared}`
    }
    case 'box':
      return sql`p.latitude >= ${area.south} and p.latitude <= ${area.north} and p.longitude >= ${area.west} and p.longitude <= ${area.east}`
    case 'polygon': {
      if (area.edges.length === 0) return sql`false`
      const crossings = area.edges.map(
        ({ low, high, latitude0, longitude0, slope }) =>
          sql`case when p.latitude >= ${low} and p.latitude < ${high} and p.longitude < ${slope} * (p.latitude - ${latitude0}) + ${longitude0} then 1 else 0 end`,
      )
      return sql`(${sql.join(crossings, sql` + `)}) % 2 = 1`
    }
  }
}

/** Whether the SQL of a query speaks of columns of `a` besides its id. */
export function needsRow(query: Query): boolean {
  if (query.kind === 'constant') return false
  if ('parts' in query) return query.parts.some(needsRow)
  const { field, kind } = query
  if (field.source === 'custom' || kind === 'contains' || kind === 'words' || kind === 'within') return false
  return field.name !== 'tags' && field.name !== 'keywords' && field.name !== 'takenAt' && field.name !== 'place'
}

/** Whether the SQL of a query speaks of `i`. */
export function needsTerms(query: Query): boolean {
  if (query.kind === 'constant') return false
  if ('parts' in query) return query.parts.some(needsTerms)
  const { field, kind } = query
  if (kind === 'contains' || kind === 'words') return true
  if (kind === 'spans' || kind === 'compare' || kind === 'under' || kind === 'within') return false
  return field.source === 'custom' || field.name === 'tags' || field.name === 'keywords'
}
