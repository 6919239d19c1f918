/**
 * What search keeps of an item: its terms, numbers and place. A term is `<field>=<value>` or `<field>~<word>`, without
 * blanks, so that all terms of an item can stand in one text with blanks between them.
 */
import { createHash } from 'node:crypto'
import type { Asset, CustomMetadata, Folder } from '../../../core/assets/records.ts'
import { vectorOf } from '../../../core/assets/search/areas.ts'
import { embeddedOf, tagsOf } from '../../../core/assets/search/item.ts'
import { isoDate } from '../../../core/assets/search/values.ts'
import { fold, wordsOf } from '../../../core/assets/search/words.ts'
import type { SearchKind, SearchPlaceRow } from '../schema.ts'

export interface Entry {
  item: string
  project: string
  kind: SearchKind
  created: number
  foldedName: string
  terms: string[]
  numbers: { field: string; value: number }[]
  place: Omit<SearchPlaceRow, 'item' | 'project' | 'kind'> | undefined
}

/** Names of fields in terms and numbers; custom fields by their own name. */
export const termFields = { name: 'n', tags: 't', keywords: 'e', takenAt: 'd' } as const
export function customTermField(name: string): string {
  const encoded = encodeURIComponent(name.toWellFormed())
  return `c.${encoded.length <= 100 ? encoded : hashOf(name)}`
}
/** Dates of a field among its numbers. */
export const dateField = (field: string) => `${field}@`

/** PostgreSQL refuses long index entries; a longer value is told apart by its hash. */
const longest = 200
/** What of a long value can be searched by its beginning. */
const beginning = 150

export function valueTerm(field: string, value: string): string {
  const short = value.length <= longest ? value : `${value.slice(0, beginning)}#${hashOf(value)}`
  return `${field}=${escaped(short)}`
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32)

export const wordTerm = (field: string, word: string) => `${field}~${word}`

/** The beginning of all value terms that begin with this; at most 150 characters of it count. */
export const valuePrefix = (field: string, prefix: string) => `${field}=${escaped(prefix.slice(0, beginning))}`

const escaped = (value: string) => value.toWellFormed().replaceAll(/[\s%\0]/g, (blank) => encodeURIComponent(blank))

export function entryOfAsset(asset: Asset): Entry {
  const { keywords, takenAt, place } = embeddedOf(asset)
  const custom = customEntries(asset.customMetadata)
  const tags = tagsOf(asset)
  return {
    item: asset.id,
    project: asset.project,
    kind: asset.current ? 'file' : 'version',
    created: asset.created,
    foldedName: fold(asset.name),
    terms: unique([
      ...wordsOf(asset.name).map((word) => wordTerm(termFields.name, word)),
      ...tags.map((tag) => valueTerm(termFields.tags, tag)),
      ...tags.flatMap(wordsOf).map((word) => wordTerm(termFields.tags, word)),
      ...keywords.map((keyword) => valueTerm(termFields.keywords, keyword)),
      ...custom.terms,
    ]),
    numbers: [...(takenAt === null ? [] : [{ field: termFields.takenAt, value: takenAt }]), ...custom.numbers],
    place: place === null ? undefined : { ...place, ...vectorOf(place) },
  }
}

export function entryOfFolder(folder: Folder): Entry {
  const custom = customEntries(folder.customMetadata)
  return {
    item: folder.id,
    project: folder.project,
    kind: 'folder',
    created: folder.created,
    foldedName: fold(folder.name),
    terms: unique([...wordsOf(folder.name).map((word) => wordTerm(termFields.name, word)), ...custom.terms]),
    numbers: custom.numbers,
    place: undefined,
  }
}

/** Values as what they are; which type their field has is not known here. */
function customEntries(metadata: CustomMetadata): Pick<Entry, 'terms' | 'numbers'> {
  const terms: string[] = []
  const numbers: Entry['numbers'] = []
  for (const [name, value] of Object.entries(metadata)) {
    const field = customTermField(name)
    for (const single of Array.isArray(value) ? value : [value]) {
      terms.push(valueTerm(field, String(single)))
      if (typeof single === 'string') {
        terms.push(...wordsOf(single).map((word) => wordTerm(field, word)))
      }
      const date = typeof single === 'string' ? isoDate(single) : undefined
      if (typeof single === 'number') numbers.push({ field, value: single })
      else if (date !== undefined) numbers.push({ field: dateField(field), value: date })
    }
  }
  const distinct = new Map(numbers.map((number) => [`${number.field} ${number.value}`, number]))
  return { terms, numbers: [...distinct.values()] }
}

const unique = (terms: readonly string[]) => [...new Set(terms)]
