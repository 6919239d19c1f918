import { describe, expect, it } from 'vitest'
import { DomainError } from '../../core/errors.ts'
import { createErrorRenderer } from './errors.ts'

const now = 1_800_000_000_000
const render = (error: DomainError) => createErrorRenderer('help@shop.example', { now: () => now })(error, undefined)

describe('3.1 what clients are told about trying again', () => {
  it('"send x-should-retry: false with 409 so that a rename conflict fails at once"', () => {
    const { status, headers } = render(new DomainError('conflict', 'Taken.'))
    expect(status).toBe(409)
    expect(headers).toMatchObject({ 'x-should-retry': 'false' })
  })
  it('"Retry-After and retry-after-ms on 429", whose body "has only message"', () => {
    const { status, headers, body } = render(new DomainError('rate_limited', 'Wait.', { retryAt: now + 1500 }))
    expect(status).toBe(429)
    expect(headers).toMatchObject({ 'retry-after': '2', 'retry-after-ms': '1500' })
    expect(body).toEqual({ message: 'Wait.' })
  })
  it('"an overloaded server is 503 + Retry-After", also without a known time', () => {
    for (const code of ['overloaded', 'unavailable'] as const) {
      const { status, headers } = render(new DomainError(code, 'Busy.'))
      expect(status).toBe(503)
      expect(headers).toMatchObject({ 'retry-after': '2', 'retry-after-ms': '2000' })
    }
  })
  it('nothing about trying again with other refusals', () => {
    for (const code of ['invalid', 'forbidden', 'locked', 'idempotency_mismatch'] as const) {
      expect(Object.keys(render(new DomainError(code, 'No.')).headers ?? {})).toEqual(['content-type'])
    }
  })
})

it('3.2 "Some endpoints add reason, missingFileIds, errors"', () => {
  const { body } = render(new DomainError('not_found', 'Gone.', { param: 'fileIds', extra: { missingFileIds: ['a'] } }))
  expect(body).toEqual({
    message: 'Gone.',
    help: 'For support kindly contact us at help@shop.example .',
    missingFileIds: ['a'],
  })
})
