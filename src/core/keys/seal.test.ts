import { expect, it } from 'vitest'
import { createSealer } from './seal.ts'

const sealer = createSealer('a master key of more than 32 characters')

it('gives back what it sealed, and never the same text twice', () => {
  const sealed = sealer.seal('secret ünïcode')
  expect(sealer.unseal(sealed)).toBe('secret ünïcode')
  expect(sealer.seal('secret ünïcode')).not.toBe(sealed)
  expect(sealed).toMatch(/^1\.[\w-]+$/)
})

it('refuses values that were changed or sealed with another key', () => {
  const sealed = sealer.seal('secret')
  const changed = sealed.slice(0, -2) + (sealed.endsWith('AA') ? 'BB' : 'AA')
  expect(() => sealer.unseal(changed)).toThrow('cannot be read with this master key')
  expect(() => createSealer('another master key of over 32 characters').unseal(sealed)).toThrow('master key')
  expect(() => sealer.unseal('nonsense')).toThrow('master key')
})
