/** What a restricted key may do: one level per group of endpoints (media-library-api.md section 2.1). */
import { DomainError } from '../errors.ts'
import type { Key } from './records.ts'

/** Every group and what belongs to it, in the order in which people see them. */
export const scopeGroups = {
  uploads: 'files into the library (section 5)',
  files: 'list, search, details, versions, tags, metadata, copy, move, rename (sections 6 and 7)',
  folders: 'folders and bulk jobs (section 8)',
  cache: 'purging (section 9)',
  customMetadataFields: 'definitions of custom fields (section 10)',
  namedTransformations: 'named transformations (section 11)',
  savedExtensions: 'saved extensions (section 12)',
  origins: 'origins (section 12)',
  urlEndpoints: 'URL endpoints (section 12)',
  usage: 'usage and analytics of the account (section 12)',
  tasks: 'the Tasks API',
} as const

export type ScopeGroup = keyof typeof scopeGroups

/** `write` includes `read`. */
export type ScopeLevel = 'read' | 'write'

/** A group that is absent: none. */
export type Scopes = { readonly [Group in ScopeGroup]?: ScopeLevel }

/** What an endpoint asks of the key. */
export interface Scope {
  group: ScopeGroup
  level: ScopeLevel
}

const levels = new Map<string, ScopeLevel | 'none'>([
  ['none', 'none'],
  ['read', 'read'],
  ['write', 'write'],
  ['read-and-write', 'write'],
])

/**
 * @param texts each `group=level`; a later one for the same group counts
 * @throws DomainError invalid, naming what is known
 */
export function parseScopes(texts: readonly string[]): Scopes {
  const scopes: Partial<Record<ScopeGroup, ScopeLevel>> = {}
  for (const text of texts) {
    const [group = '', word = ''] = text.split('=')
    if (!isGroup(group)) {
      throw new DomainError('invalid', `"${group}" is no group; the groups are ${Object.keys(scopeGroups).join(', ')}.`)
    }
    const level = levels.get(word)
    if (level === undefined)
      throw new DomainError('invalid', `${group} must be none, read or write, e.g. ${group}=read.`)
    if (level === 'none') delete scopes[group]
    else scopes[group] = level
  }
  return scopes
}

const isGroup = (text: string): text is ScopeGroup => Object.hasOwn(scopeGroups, text)

/** `files=read uploads=write`; `all` for a standard key, `none` for one that may do nothing. */
export function scopesText(scopes: Scopes | null): string {
  if (scopes === null) return 'all'
  return (
    Object.entries(scopes)
      .map(([group, level]) => `${group}=${level}`)
      .join(' ') || 'none'
  )
}

/** @throws DomainError forbidden, with the way out */
export function requireScope({ scopes }: Pick<Key, 'scopes'>, { group, level }: Scope): void {
  const given = scopes === null ? 'write' : scopes[group]
  if (given === 'write' || given === level) return
  const has = given === undefined ? `no access to ${group}` : `${group} for reading only`
  throw new DomainError('forbidden', `This restricted key has ${has}; use one with ${group}=${level}.`)
}
