/** Whether an item matches a query, in plain code: what every compiled form of a query must agree with. */
import { isInside } from './areas.ts'
import type { SearchItem } from './item.ts'
import type { Condition, Field, Query } from './query.ts'
import { isoDate } from './values.ts'
import { fold, wordsOf } from './words.ts'

type Single = string | number | boolean

/** The values of a field; none when it is absent. */
export type Values = (field: Field) => readonly Single[]

export function evaluate(query: Query, item: SearchItem): boolean {
  return matches(query, (field) => valuesOf(field, item), item)
}

/** @param item only for places */
export function matches(query: Query, values: Values, item?: SearchItem): boolean {
  if (query.kind === 'constant') return query.value
  if ('parts' in query) {
    return query.kind === 'and'
      ? query.parts.every((part) => matches(part, values, item))
      : query.parts.some((part) => matches(part, values, item))
  }
  if (query.kind === 'within') return item !== undefined && item.place !== null && isInside(query.area, item.place)
  return holds(query, values(query.field))
}

function holds(condition: Exclude<Condition, { kind: 'within' }>, values: readonly Single[]): boolean {
  switch (condition.kind) {
    case 'oneOf':
      return values.some((value) => condition.values.includes(String(value))) !== condition.negated
    case 'spans': {
      const inside = (value: number) => condition.spans.some(({ from, to }) => value >= from && value <= to)
      return numbers(values).some(inside) !== condition.negated
    }
    case 'compare':
      return numbers(values).some((value) => compare(value, condition.operator, condition.value))
    case 'is':
      return values.includes(condition.value)
    case 'prefix':
      return values.some((value) => String(value).startsWith(condition.prefix))
    case 'under':
      return condition.path === '' || values.some((value) => `${value}/`.startsWith(`${condition.path}/`))
    case 'words':
      return hasWords(condition.words, values.map(String))
    case 'contains':
      return values.some((value) => fold(String(value)).includes(condition.part))
    case 'exists':
      return values.length > 0 !== condition.negated
  }
}

const numbers = (values: readonly Single[]) => values.filter((value) => typeof value === 'number')

function compare(value: number, operator: '<' | '<=' | '>' | '>=', limit: number): boolean {
  if (operator === '<') return value < limit
  if (operator === '<=') return value <= limit
  return operator === '>' ? value > limit : value >= limit
}

function hasWords(words: readonly string[], texts: readonly string[]): boolean {
  const there = new Set(texts.flatMap(wordsOf))
  const beginning = words.at(-1) ?? ''
  if (!words.slice(0, -1).every((word) => there.has(word))) return false
  for (const word of there) if (word.startsWith(beginning)) return true
  return false
}

export function valuesOf(field: Field, item: SearchItem): readonly Single[] {
  if (field.source === 'custom') return customValues(field, item)
  if (field.source === 'upload') return []
  if (field.name === 'place') return item.place === null ? [] : [true]
  const value = item[field.name]
  if (value === null) return []
  return typeof value === 'object' ? value : [value]
}

function customValues({ name, kind }: Field, { custom }: SearchItem): readonly Single[] {
  const value = Object.hasOwn(custom, name) ? custom[name] : undefined
  if (value === undefined) return []
  const values = typeof value === 'object' ? value : [value]
  // Dates are kept as ISO 8601 texts.
  return kind === 'date' ? values.map((text) => isoDate(String(text))).filter((time) => time !== undefined) : values
}
