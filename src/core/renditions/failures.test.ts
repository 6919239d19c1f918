import { expect, test } from 'vitest'
import { DomainError } from '../errors.ts'
import { createFailures } from './failures.ts'

test('what took all its time is told so for half a minute, and then tried again', () => {
  let now = 1000
  const failures = createFailures({ now: () => now })
  failures.note('slow', new DomainError('timed_out', 'It took longer than 30 s.'))
  const told = () => {
    try {
      failures.check('slow')
      return undefined
    } catch (error) {
      return error
    }
  }
  now += 29_999
  expect(told()).toMatchObject({ code: 'timed_out', message: 'It took longer than 30 s.', retryAt: 31_000 })
  failures.check('another')
  now += 1
  expect(told()).toBeUndefined()
})

test('nothing else is remembered', () => {
  const failures = createFailures({ now: () => 1000 })
  for (const code of ['overloaded', 'cancelled', 'damaged_image', 'internal'] as const) {
    failures.note('one', new DomainError(code, 'No.'))
  }
  failures.note('one', new Error('no'))
  expect(() => failures.check('one')).not.toThrow()
})
