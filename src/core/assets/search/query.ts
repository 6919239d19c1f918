/** A search query whose fields and values are known and typed: what evaluators and the compilers to SQL work on. */
import type { CustomFieldType } from '../../custom-fields/records.ts'
import type { Area } from './areas.ts'
import type { SearchItem } from './item.ts'
import type { Operator } from './syntax.ts'

/** What a field's values are, which decides how written values are read and compared. */
export type FieldKind =
  | 'text'
  | 'path'
  | 'number'
  | 'size'
  | 'date'
  | 'flag'
  | 'format'
  | 'type'
  | 'place'
  | 'select'
  | 'label'

export type FieldOperator = Operator | 'EXISTS'

interface FieldBase {
  /** As it is written in queries. */
  label: string
  kind: FieldKind
  operators: readonly FieldOperator[]
}

/** A member of SearchItem, a custom metadata field by its name, or a fact of an upload (checks). */
export type Field =
  | (FieldBase & { source: 'item'; name: Exclude<keyof SearchItem, 'custom'> })
  | (FieldBase & { source: 'custom'; name: string; type: CustomFieldType })
  | (FieldBase & { source: 'upload'; name: string })

/** Both ends included. */
export interface Span {
  from: number
  to: number
}

export type Condition =
  /** One of the field's values is one of these (`negated`: none is). Select options are compared by their text. */
  | { kind: 'oneOf'; field: Field; values: readonly string[]; negated: boolean }
  /** One of the field's numbers lies in one of these spans (`negated`: none does). */
  | { kind: 'spans'; field: Field; spans: readonly Span[]; negated: boolean }
  | { kind: 'compare'; field: Field; operator: '<' | '<=' | '>' | '>='; value: number }
  | { kind: 'is'; field: Field; value: boolean }
  | { kind: 'prefix'; field: Field; prefix: string }
  /** In this folder or below it. */
  | { kind: 'under'; field: Field; path: string }
  /** Every word occurs, the last one as the beginning of a word. Never empty. */
  | { kind: 'words'; field: Field; words: readonly string[] }
  /** Folded. */
  | { kind: 'contains'; field: Field; part: string }
  | { kind: 'exists'; field: Field; negated: boolean }
  | { kind: 'within'; field: Field; area: Area }

export type Query = { kind: 'and' | 'or'; parts: readonly Query[] } | { kind: 'constant'; value: boolean } | Condition

export const everything: Query = { kind: 'constant', value: true }

/** All conditions of a query, in their order. */
export function conditionsOf(query: Query): Condition[] {
  if (query.kind === 'constant') return []
  return 'parts' in query ? query.parts.flatMap(conditionsOf) : [query]
}

/** The query with conditions that `known` decides put in as constants, and constants folded away. */
export function simplify(query: Query, known: (condition: Condition) => boolean | undefined): Query {
  if (query.kind === 'constant') return query
  if (!('parts' in query)) {
    const value = known(query)
    return value === undefined ? query : { kind: 'constant', value }
  }
  const { kind } = query
  // What decides the whole: one false of an AND, one true of an OR.
  const deciding = kind === 'or'
  const parts: Query[] = []
  for (const part of query.parts.map((inner) => simplify(inner, known))) {
    if (part.kind === 'constant') {
      if (part.value === deciding) return part
    } else if (part.kind === kind) parts.push(...part.parts)
    else parts.push(part)
  }
  const [first] = parts
  if (first === undefined) return { kind: 'constant', value: !deciding }
  return parts.length === 1 ? first : { kind, parts }
}
