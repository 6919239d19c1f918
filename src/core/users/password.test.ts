import { expect, it } from 'vitest'
import { createPasswordCheck, hashPassword, verifyPassword } from './password.ts'

it('accepts the password it hashed and no other', async () => {
  const stored = await hashPassword('correct horse')
  expect(await verifyPassword('correct horse', stored)).toBe(true)
  expect(await verifyPassword('correct horsf', stored)).toBe(false)
  expect(await verifyPassword('correct horse', 'not a hash')).toBe(false)
})

it('checks a few at once and refuses when too many wait', async () => {
  const isPassword = createPasswordCheck({ now: () => 1000 })
  // Malformed hashes cost nothing.
  const outcomes = await Promise.allSettled(Array.from({ length: 103 }, () => isPassword('x', 'no hash')))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(102)
  expect(outcomes[102]).toMatchObject({ reason: { code: 'overloaded', retryAt: 6000 } })
  const stored = await hashPassword('correct horse')
  expect(await Promise.all([isPassword('correct horse', stored), isPassword('x', null)])).toEqual([true, false])
})
