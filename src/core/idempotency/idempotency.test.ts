/** Claims and kept answers against a real store; the clock moves leases and the day. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openSqlite } from '../../adapters/database/sqlite/open.ts'
import { createTestClock, fresh } from '../../adapters/database/test-records.ts'
import type { MetadataStore } from '../ports.ts'
import { type Begun, type Claim, createIdempotency, type Idempotency } from './idempotency.ts'

const clock = createTestClock()
const answer = { status: 201, headers: {}, body: '{}' }
const { signal } = new AbortController()
let folder: string
let store: MetadataStore
let patient: Idempotency
let impatient: Idempotency

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imagestead-idempotency-'))
  store = await openSqlite({ path: folder, clock, exclusive: true })
  await store.migrate()
  const options = { store, clock, secret: Buffer.from('secret'), leaseMs: 1000, pollMs: 5 }
  patient = createIdempotency({ ...options, waitMs: 20_000 })
  impatient = createIdempotency({ ...options, waitMs: 20 })
})
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

function claimOf(begun: Begun): Claim {
  if ('claim' in begun) return begun.claim
  throw new Error('it was answered before')
}
const begin = (key: string, by = patient) => by.begin('p', key, signal)

it('of 20 at once one works, and the others get its answer', async () => {
  const key = fresh('key')
  let worked = 0
  const results = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const begun = await begin(key)
      if (!('claim' in begun)) return begun.answer
      worked += 1
      await begun.claim.finish('print', answer)
      return answer
    }),
  )
  expect(worked).toBe(1)
  expect(results).toEqual(Array(20).fill(answer))
})

it('what was released is worked on again', async () => {
  const key = fresh('key')
  const first = claimOf(await begin(key))
  const waiting = begin(key)
  await first.release()
  await claimOf(await waiting).finish('print', answer)
  expect(await begin(key)).toEqual({ fingerprint: 'print', answer })
})

it('who waits too long is told so, and who goes away waits no more', async () => {
  const key = fresh('key')
  const first = claimOf(await begin(key))
  await expect(begin(key, impatient)).rejects.toMatchObject({ code: 'idempotency_in_progress' })
  const gone = new AbortController()
  const waiting = patient.begin('p', key, gone.signal)
  gone.abort(new Error('gone'))
  await expect(waiting).rejects.toThrow('gone')
  await first.release()
})

it('a claim whose node died is free after its lease, and the dead come back to nothing', async () => {
  const key = fresh('key')
  const dead = claimOf(await begin(key))
  clock.advance(1001)
  const next = claimOf(await begin(key))
  await dead.finish('of the dead', { ...answer, status: 500 })
  await dead.release()
  await next.finish('print', answer)
  expect(await begin(key)).toEqual({ fingerprint: 'print', answer })
})

it('a claim is held for as long as its node lives', async () => {
  const key = fresh('key')
  const first = claimOf(await begin(key))
  clock.advance(900)
  const held = async () => (await store.read.idempotency.find('p', key))?.leaseUntil
  await expect.poll(held).toBe(clock.now() + 1000)
  await first.release()
})

it('an answer is kept for a day', async () => {
  const key = fresh('key')
  await claimOf(await begin(key)).finish('print', answer)
  clock.advance(86_399_999)
  expect(await begin(key)).toEqual({ fingerprint: 'print', answer })
  clock.advance(1)
  await claimOf(await begin(key)).release()
})

it('fingerprints are equal whatever the order of names, and differ by anything else', () => {
  const print = (value: unknown) => patient.fingerprint(value)
  expect(print({ a: 1, b: { c: [1, 2], d: null } })).toBe(print({ b: { d: null, c: [1, 2] }, a: 1 }))
  const others = [{ a: 2 }, { a: '1' }, { b: 1 }, { a: [1] }, {}, { a: 1, b: 1 }]
  expect(new Set([{ a: 1 }, ...others].map(print)).size).toBe(7)
  expect(print({ a: 1 })).not.toBe(createIdempotency({ store, clock, secret: Buffer.from('y') }).fingerprint({ a: 1 }))
})
