/** `checks` of an upload (media-library-api.md section 5.5): the search grammar over facts of the request and the file. */
import { matches } from './evaluate.ts'
import { parseExpression } from './parse.ts'
import type { Field, FieldKind, FieldOperator, Query } from './query.ts'
import { typed } from './read-query.ts'
import { type FieldName, refuse, type Source } from './syntax.ts'
import { readPath } from './values.ts'

/** What is known of an upload before it is stored; null: the file has no such thing. */
export interface UploadFacts {
  /** Where it is to go, as the request or as the store writes it. */
  'request.folder': string
  /** Bytes. */
  'file.size': number
  'file.mime': string
  'mediaMetadata.width': number | null
  'mediaMetadata.height': number | null
  /** Seconds. */
  'mediaMetadata.duration': number | null
}

const order = ['=', '<', '<=', '>', '>=', 'IN', 'NOT =', 'NOT IN'] as const
const text = ['=', ':', 'IN', 'NOT =', 'NOT IN'] as const

const fields: Record<keyof UploadFacts, [kind: FieldKind, operators: readonly FieldOperator[]]> = {
  'request.folder': ['path', text],
  'file.size': ['size', order],
  'file.mime': ['text', text],
  'mediaMetadata.width': ['number', order],
  'mediaMetadata.height': ['number', order],
  'mediaMetadata.duration': ['number', order],
}

/** @throws DomainError `invalid` (param `checks`): what is wrong, at which position */
export function parseChecks(given: string): Query {
  const source: Source = { param: 'checks', text: given.toWellFormed() }
  const find = ({ name, quoted, at }: FieldName): Field => {
    if (!quoted) throw refuse(source, at, `names need quotation marks: "${name}"`)
    if (!isFact(name))
      throw refuse(source, at, `there is no field ${name}; the fields are ${Object.keys(fields).join(', ')}`)
    const [kind, operators] = fields[name]
    return { source: 'upload', label: name, name, kind, operators }
  }
  return typed(parseExpression(source), { source, find, now: 0 })
}

/** Whether the upload may be stored. */
export function passesChecks(checks: Query, facts: UploadFacts): boolean {
  return matches(checks, ({ name }) => {
    const value = isFact(name) ? facts[name] : null
    if (value === null) return []
    return name === 'request.folder' ? [readPath(String(value))] : [value]
  })
}

const isFact = (name: string): name is keyof UploadFacts => Object.hasOwn(fields, name)
