import { describe, expect, it } from 'vitest'
import { parseScopes, requireScope, type Scope, type Scopes, scopesText } from './scopes.ts'

const may = (scopes: Scopes | null, need: Scope) => {
  try {
    requireScope({ scopes }, need)
    return true
  } catch (error) {
    expect(error).toMatchObject({ code: 'forbidden', message: expect.stringContaining(`${need.group}=${need.level}`) })
    return false
  }
}

describe('2.1 "restricted with a level per resource group: none / read / read-and-write"', () => {
  it('a standard key may do everything', () => {
    expect(may(null, { group: 'files', level: 'write' })).toBe(true)
    expect(scopesText(null)).toBe('all')
  })
  it('write includes read, read does not include write, and what is not named is none', () => {
    const scopes = parseScopes(['files=read', 'uploads=write', 'folders=none'])
    expect(may(scopes, { group: 'files', level: 'read' })).toBe(true)
    expect(may(scopes, { group: 'files', level: 'write' })).toBe(false)
    expect(may(scopes, { group: 'uploads', level: 'read' })).toBe(true)
    expect(may(scopes, { group: 'uploads', level: 'write' })).toBe(true)
    expect(may(scopes, { group: 'folders', level: 'read' })).toBe(false)
    expect(may(scopes, { group: 'tasks', level: 'read' })).toBe(false)
    expect(scopesText(scopes)).toBe('files=read uploads=write')
    expect(scopesText(parseScopes([]))).toBe('none')
  })
  it('reads read-and-write, and a later text for the same group counts', () => {
    expect(parseScopes(['files=read-and-write', 'cache=read', 'cache=none'])).toEqual({ files: 'write' })
  })
  it.each(['media=read', 'files', 'files=all', '=read', '', 'toString=read', 'files=toString'])(
    'refuses %j',
    (text) => {
      expect(() => parseScopes([text])).toThrow(/groups are uploads, files|must be none, read or write/)
    },
  )
})
