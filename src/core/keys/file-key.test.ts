import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createFileKeys, fileKeyOf, isFileKeyText, isSameFileKey } from './file-key.ts'

const text = 'sixteen letters!'

describe('file encryption keys', () => {
  it('are texts of 16, 24 or 32 ASCII characters', () => {
    for (const good of [text, 'x'.repeat(24), ' '.repeat(32)]) expect(isFileKeyText(good)).toBe(true)
    for (const bad of ['', 'x'.repeat(14), 'x'.repeat(17), 'é'.repeat(16), 'é'.repeat(8), 16, null, undefined, {}])
      expect(isFileKeyText(bad)).toBe(false)
  })
  it('are shown by no logger', () => {
    const key = fileKeyOf(text)
    expect(JSON.stringify({ key })).not.toContain('sixteen')
    expect(inspect({ key }, { depth: 9, showHidden: true })).not.toContain('sixteen')
    expect(String(key)).not.toContain('sixteen')
  })
  it('compare by their bytes', () => {
    expect(isSameFileKey(fileKeyOf(text), fileKeyOf(text))).toBe(true)
    expect(isSameFileKey(fileKeyOf(text), fileKeyOf('sixteen letterS!'))).toBe(false)
    expect(isSameFileKey(fileKeyOf('x'.repeat(16)), fileKeyOf('x'.repeat(24)))).toBe(false)
  })
})

describe('check values', () => {
  const keys = createFileKeys(randomBytes(32))
  const key = fileKeyOf(text)

  it('know their key, differ each time and do not show it', () => {
    const [one, two] = [keys.checkOf(key), keys.checkOf(key)]
    expect(one).not.toBe(two)
    for (const check of [one, two]) {
      expect(keys.matches(key, check)).toBe(true)
      expect(keys.matches(fileKeyOf('sixteen letterS!'), check)).toBe(false)
      expect(check).not.toContain(Buffer.from(text).toString('base64url').slice(0, 8))
    }
  })
  it('say nothing with the secret of another installation', () => {
    expect(createFileKeys(randomBytes(32)).matches(key, keys.checkOf(key))).toBe(false)
  })
  it.each(['', '1', '1.', '1..', '2.AAAA.AAAA', 'nonsense', '1.AAAA.AAAA'])(
    'that are none match nothing: %j',
    (check) => expect(keys.matches(key, check)).toBe(false),
  )
})

it('a key held for a job is handed over once', () => {
  const keys = createFileKeys(randomBytes(32))
  const key = fileKeyOf(text)
  keys.hold('job', key)
  expect(keys.take('other')).toBeUndefined()
  expect(keys.take('job')).toBe(key)
  expect(keys.take('job')).toBeUndefined()
})
