/** From text to a typed query: each comparison held against the field table, each value read as its field wants it. */

import { labels } from '../../vision/labels.ts'
import { type CustomFields, fieldNames, findField, likenessFields } from './fields.ts'
import { itemTypes } from './item.ts'
import { type Likeness, takeLikeness } from './likeness.ts'
import { searchLimits } from './limits.ts'
import { parseExpression } from './parse.ts'
import { type Condition, everything, type Field, type Query, type Span } from './query.ts'
import {
  type Expression,
  type FieldName,
  type Operator,
  refuse,
  type Scalar,
  type Source,
  type Value,
} from './syntax.ts'
import { readArea, readDate, readNumber, readPath, readSize } from './values.ts'
import { fold, wordsOf } from './words.ts'

export interface ReadOptions {
  customFields: CustomFields
  /** Epoch milliseconds that relative dates count from. */
  now: number
}

/** What a search asks for: what must hold, and what the found must be like. */
export interface Search {
  query: Query
  likeness: Likeness | undefined
}

/**
 * @param text the `searchQuery` of a request
 * @throws DomainError `invalid` (param `searchQuery`): what is wrong, at which position
 */
export function readSearch(text: string, options: ReadOptions): Search {
  const source = { param: 'searchQuery', text: text.toWellFormed() }
  const { likeness, rest } = takeLikeness(parseExpression(source), source)
  return { query: rest === undefined ? everything : typed(rest, reading(source, options)), likeness }
}

/** The same of what must hold alone. @throws DomainError as readSearch */
export function readQuery(text: string, options: ReadOptions): Query {
  const source = { param: 'searchQuery', text: text.toWellFormed() }
  return typed(parseExpression(source), reading(source, options))
}

function reading(source: Source, { customFields, now }: ReadOptions): Reading {
  return { source, find: (name) => findField(name.name, customFields) ?? refuseField(source, name), now }
}

function refuseField(source: Source, { name, at }: FieldName): never {
  if (likenessFields.some((known) => known === name)) {
    const value = name === 'shows' ? 'words' : 'fileId'
    throw refuse(source, at, `${name} = "<${value}>" stands once, alone or beside other conditions with AND`)
  }
  if (name.startsWith('customMetadata.')) {
    throw refuse(source, at, `there is no custom metadata field ${name.slice('customMetadata.'.length)}`)
  }
  const meant = fieldNames.find((known) => known.toLowerCase() === name.toLowerCase())
  const hint = meant === undefined ? `the fields are ${fieldNames.join(', ')}` : `write ${meant}`
  throw refuse(source, at, `there is no field ${name}; ${hint}`)
}

export interface Reading {
  source: Source
  /** @throws DomainError `invalid` when there is no such field */
  find(name: FieldName): Field
  now: number
}

export function typed(expression: Expression, reading: Reading): Query {
  if ('parts' in expression) {
    return { kind: expression.kind, parts: expression.parts.map((part) => typed(part, reading)) }
  }
  const field = reading.find(expression.field)
  if (expression.kind === 'exists') {
    refuseOperator(field, 'EXISTS', expression.field.at, reading)
    return { kind: 'exists', field, negated: expression.negated }
  }
  refuseOperator(field, expression.operator, expression.field.at, reading)
  return condition(field, expression.operator, expression.value, reading)
}

function refuseOperator(field: Field, operator: Operator | 'EXISTS', at: number, { source }: Reading): void {
  if (field.operators.includes(operator)) return
  const known = field.operators.flatMap((name) => (name === 'EXISTS' ? ['EXISTS', 'NOT EXISTS'] : [name]))
  throw refuse(source, at, `${field.label} takes ${known.join(', ')}, not ${operator}`)
}

function condition(field: Field, operator: Operator, value: Value, reading: Reading): Condition {
  const { source } = reading
  switch (operator) {
    case '=':
    case 'NOT =':
      return equality(field, [single(value, operator, source)], operator === 'NOT =', reading)
    case 'IN':
    case 'NOT IN':
      return equality(field, value.kind === 'array' ? value.items : [value], operator === 'NOT IN', reading)
    case ':': {
      const given = single(value, operator, source)
      if (field.kind === 'path') return { kind: 'under', field, path: readPath(given.text) }
      const prefix = textOf(field, given)
      if (field.source === 'custom' && prefix.length > searchLimits.beginning) {
        throw refuse(source, given.at, `: takes ${searchLimits.beginning} characters at most`)
      }
      return { kind: 'prefix', field, prefix }
    }
    case 'HAS':
      return hasWords(field, single(value, operator, source), source)
    case 'CONTAINS': {
      const given = single(value, operator, source)
      const part = fold(given.text)
      if (part === '') throw refuse(source, given.at, 'CONTAINS needs a text')
      return { kind: 'contains', field, part }
    }
    default:
      return { kind: 'compare', field, operator, value: spanOf(field, single(value, operator, source), reading).from }
  }
}

function single(value: Value, operator: Operator, source: Source): Scalar {
  if (value.kind === 'array') throw refuse(source, value.at, `${operator} takes one value; several go with IN`)
  return value
}

function hasWords(field: Field, given: Scalar, source: Source): Condition {
  const words = wordsOf(given.text)
  if (words.length === 0) throw refuse(source, given.at, 'HAS needs a letter or digit')
  if (words.length > searchLimits.words) throw refuse(source, given.at, `HAS takes ${searchLimits.words} words at most`)
  return { kind: 'words', field, words }
}

/** `=`, `IN` and their opposites. */
function equality(field: Field, given: readonly Scalar[], negated: boolean, reading: Reading): Condition {
  const { source } = reading
  switch (field.kind) {
    case 'number':
    case 'size':
    case 'date':
      return { kind: 'spans', field, spans: given.map((value) => spanOf(field, value, reading)), negated }
    case 'flag': {
      const [value] = given
      if (value?.kind !== 'boolean') {
        throw refuse(source, value?.at ?? 0, `${field.label} takes true or false, without quotation marks`)
      }
      return { kind: 'is', field, value: value.text === 'true' }
    }
    case 'place': {
      const [value] = given
      const area = readArea(value?.text ?? '')
      if (area !== undefined) return { kind: 'within', field, area }
      const forms = '"lat,lon 5km" (a circle), "lat,lon|lat,lon" (a box) or four points (a polygon)'
      throw refuse(source, value?.at ?? 0, `${field.label} takes ${forms}`)
    }
    case 'type':
    case 'label': {
      const all: readonly string[] = field.kind === 'type' ? itemTypes : labels
      for (const { text, at } of given) {
        if (!all.includes(text)) throw refuse(source, at, `${field.label} is ${all.join(', ')}, not ${text}`)
      }
    }
  }
  return { kind: 'oneOf', field, values: given.map((value) => textOf(field, value)), negated }
}

/** A value as the text that the field's values are compared with. */
function textOf({ kind, name }: Field, { kind: written, text }: Scalar): string {
  if (kind === 'path') return readPath(text)
  // Names are stored in this form.
  if (name === 'name') return text.normalize('NFC')
  // Options may be numbers: 5.0 is 5.
  if (kind === 'select' && written === 'number') return String(Number(text))
  if (kind !== 'format') return text
  const format = text.toLowerCase()
  return format === 'jpeg' ? 'jpg' : format
}

function spanOf(field: Field, { text, at }: Scalar, { source, now }: Reading): Span {
  if (field.kind === 'date') {
    const span = readDate(text, now)
    if (span !== undefined) return span
    throw refuse(
      source,
      at,
      `${field.label} takes YYYY-MM-DD, YYYY-MM-DDTHH:MM:SS or an age such as 12h, 7d, 2w, 6m, 1y`,
    )
  }
  const value = field.kind === 'size' ? readSize(text) : readNumber(text)
  if (value !== undefined) return { from: value, to: value }
  const forms = field.kind === 'size' ? 'bytes or a size such as "10kb" or "1.5mb"' : 'a number'
  throw refuse(source, at, `${field.label} takes ${forms}`)
}
