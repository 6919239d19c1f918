import { expect, it } from 'vitest'
import { hashPassword, verifyPassword } from './password.ts'

it('accepts the password it hashed and no other', async () => {
  const stored = await hashPassword('correct horse')
  expect(await verifyPassword('correct horse', stored)).toBe(true)
  expect(await verifyPassword('correct horsf', stored)).toBe(false)
  expect(await verifyPassword('correct horse', 'not a hash')).toBe(false)
})
