/**
 * `similarTo = "<fileId>"`, `duplicateOf = "<fileId>"` and `shows = "a red door"` in a search: what the found must be like,
 * besides what must hold.
 */
import { likenessFields } from './fields.ts'
import { type Expression, refuse, type Source } from './syntax.ts'

export interface Likeness {
  field: (typeof likenessFields)[number]
  /** Id of the file; of `shows` the words. */
  value: string
  /** Where it stands in the text, for errors. */
  at: number
  source: Source
}

/** Models read a few dozen words at most. */
const mostCharacters = 500

/**
 * Takes the likeness out of an expression: the whole of it, or one part of its AND.
 * @returns `rest` undefined: nothing else must hold
 * @throws DomainError `invalid` (param `searchQuery`)
 */
export function takeLikeness(
  expression: Expression,
  source: Source,
): { likeness: Likeness | undefined; rest: Expression | undefined } {
  const parts = expression.kind === 'and' ? expression.parts : [expression]
  const [wanted] = parts.flatMap((part) => likenessOf(part, source) ?? [])
  if (wanted === undefined) return { likeness: undefined, rest: expression }
  const others = parts.filter((part) => part !== wanted.part)
  const [first] = others
  const rest = others.length > 1 ? { kind: 'and' as const, parts: others } : first
  return { likeness: wanted.likeness, rest }
}

function likenessOf(part: Expression, source: Source): { part: Expression; likeness: Likeness } | undefined {
  if ('parts' in part) return undefined
  const field = likenessFields.find((name) => name === part.field.name)
  if (field === undefined) return undefined
  const { at } = part.field
  const takes = field === 'shows' ? 'a few words of what pictures show' : 'the id of one file'
  if (part.kind === 'exists' || part.operator !== '=' || part.value.kind === 'array') {
    throw refuse(source, at, `${field} takes =, and ${takes}`)
  }
  const { text, at: place } = part.value
  const value = field === 'shows' ? text.normalize('NFC').trim() : text
  if (field === 'shows') {
    if (value === '' || value.length > mostCharacters) {
      throw refuse(source, place, `shows takes 1 to ${mostCharacters} characters`)
    }
  } else if (!/^[0-9a-f]{24}$/.test(value)) {
    throw refuse(source, place, `${field} takes the id of a file: 24 characters of 0-9 and a-f`)
  }
  return { part, likeness: { field, value, at, source } }
}
