/** The fields of media-library-api.md section 7.2 and their operators, as data. */
import type { CustomFieldType } from '../../custom-fields/records.ts'
import type { SearchItem } from './item.ts'
import type { Field, FieldKind, FieldOperator } from './query.ts'

const choice = ['=', 'IN', 'NOT =', 'NOT IN'] as const
const text = ['=', ':', 'IN', 'NOT =', 'NOT IN'] as const
const order = ['=', '<', '<=', '>', '>=', 'IN', 'NOT =', 'NOT IN'] as const

type ItemName = Exclude<keyof SearchItem, 'custom'>

/** CONTAINS is ours: a part of the name, in whatever case; so are score and label, of a file's judgement. */
const own: Record<string, [name: ItemName, kind: FieldKind, operators: readonly FieldOperator[]]> = {
  name: ['name', 'text', [...text, 'HAS', 'CONTAINS']],
  tags: ['tags', 'text', ['IN', 'NOT IN', 'HAS', 'EXISTS']],
  type: ['type', 'type', choice],
  id: ['id', 'text', choice],
  createdAt: ['createdAt', 'date', order],
  updatedAt: ['updatedAt', 'date', order],
  width: ['width', 'number', order],
  height: ['height', 'number', order],
  size: ['size', 'size', order],
  format: ['format', 'format', choice],
  private: ['private', 'flag', ['=']],
  published: ['published', 'flag', ['=']],
  transparency: ['transparency', 'flag', ['=']],
  createdBy: ['createdBy', 'text', choice],
  path: ['path', 'path', text],
  'embeddedMetadata.Keywords': ['keywords', 'text', ['IN', 'NOT IN', 'EXISTS']],
  'embeddedMetadata.DateTimeOriginal': ['takenAt', 'date', [...order, 'EXISTS']],
  'embeddedMetadata.LocationTaken': ['place', 'place', ['=', 'EXISTS']],
  score: ['score', 'number', [...order, 'EXISTS']],
  label: ['label', 'label', [...choice, 'EXISTS']],
}

const custom: Record<CustomFieldType, [kind: FieldKind, operators: readonly FieldOperator[]]> = {
  Text: ['text', [...text, 'HAS', 'EXISTS']],
  Textarea: ['text', [...text, 'HAS', 'EXISTS']],
  Number: ['number', [...order, 'EXISTS']],
  Date: ['date', [...order, 'EXISTS']],
  Boolean: ['flag', ['=', 'EXISTS']],
  SingleSelect: ['select', [...text, '<', '<=', '>', '>=', 'EXISTS']],
  MultiSelect: ['select', ['IN', 'NOT IN', 'EXISTS']],
}

/** Not conditions but orders: what is most like a file, shows the same as it, or shows what words say (likeness.ts). */
export const likenessFields = ['similarTo', 'duplicateOf', 'shows'] as const

export const fieldNames = [...Object.keys(own), ...likenessFields, '"customMetadata.<name>"']

const customPrefix = 'customMetadata.'

/** Custom metadata fields of a project, deleted ones left out. */
export type CustomFields = (name: string) => { type: CustomFieldType } | undefined

/** The field of that name in a search query. */
export function findField(name: string, customFields: CustomFields): Field | undefined {
  if (name.startsWith(customPrefix)) {
    const customName = name.slice(customPrefix.length)
    const found = customFields(customName)
    return found && customField(customName, found.type)
  }
  return Object.hasOwn(own, name) ? ownField(name) : undefined
}

export function customField(name: string, type: CustomFieldType): Field {
  const [kind, operators] = custom[type]
  return { source: 'custom', label: customPrefix + name, name, type, kind, operators }
}

/** A field by its name in section 7.2. */
function ownField(label: string): Field | undefined {
  const [name, kind, operators] = own[label] ?? []
  if (name === undefined || kind === undefined || operators === undefined) return undefined
  return { source: 'item', label, name, kind, operators }
}

/** A field that the legacy parameters of the list filter by. */
export function itemField(name: 'name' | 'tags' | 'type' | 'path' | 'kind'): Field {
  return ownField(name) ?? { source: 'item', label: name, name, kind: 'text', operators: choice }
}
