/** What the claims and kept answers of every MetadataStore do. */
import { describe, expect, it } from 'vitest'
import type { IdempotencyClaim } from '../../core/idempotency/records.ts'
import type { MetadataStore } from '../../core/ports.ts'
import { fresh } from './test-records.ts'

export function idempotencyContract(store: () => MetadataStore): void {
  const tx: MetadataStore['tx'] = (fn) => store().tx(fn)
  const aClaim = (fields: Partial<IdempotencyClaim> = {}): IdempotencyClaim => ({
    project: 'p',
    key: fresh('key'),
    claim: fresh('claim'),
    leaseUntil: 100,
    expires: 1000,
    ...fields,
  })
  const claim = (wanted: IdempotencyClaim, now: number) => tx(({ idempotency }) => idempotency.claim(wanted, now))
  const find = ({ project, key }: IdempotencyClaim) => store().read.idempotency.find(project, key)
  const answer = { status: 201, headers: { 'content-type': 'application/json' }, body: '{"a":"ü"}' }

  describe('idempotency keys', () => {
    it('are claimed by one of 20 at once', async () => {
      const key = fresh('key')
      const won = await Promise.all(Array.from({ length: 20 }, () => claim(aClaim({ key }), 50)))
      expect(won.filter(Boolean)).toHaveLength(1)
    })

    it('belong to a project', async () => {
      const first = aClaim()
      expect(await claim(first, 50)).toBe(true)
      expect(await claim({ ...first, project: fresh('project') }, 50)).toBe(true)
    })

    it('keep the answer, which nobody replaces before it expires', async () => {
      const first = aClaim()
      await claim(first, 50)
      expect(await find(first)).toEqual({ ...first, fingerprint: null, answer: null })
      expect(await tx(({ idempotency }) => idempotency.finish(first, 'print', answer))).toBe(true)
      expect(await find(first)).toEqual({ ...first, fingerprint: 'print', answer })
      expect(await tx(({ idempotency }) => idempotency.finish(first, 'other', answer))).toBe(false)
      expect(await tx(({ idempotency }) => idempotency.release(first))).toBe(false)
      expect(await claim({ ...first, claim: fresh('claim') }, 999)).toBe(false)
      const second = { ...first, claim: fresh('claim'), expires: 2000 }
      expect(await claim(second, 1000)).toBe(true)
      expect(await find(first)).toEqual({ ...second, fingerprint: null, answer: null })
    })

    it('are free again when released, or when the claim runs out unless it is extended', async () => {
      const first = aClaim()
      const held = (now: number) => claim({ ...first, claim: fresh('claim') }, now).then((won) => !won)
      await claim(first, 50)
      expect(await held(99)).toBe(true)
      expect(await tx(({ idempotency }) => idempotency.extend(first, 200))).toBe(true)
      expect(await held(199)).toBe(true)
      expect(await held(200)).toBe(false)
      // Whoever lost it changes nothing.
      expect(await tx(({ idempotency }) => idempotency.extend(first, 900))).toBe(false)
      expect(await tx(({ idempotency }) => idempotency.finish(first, 'print', answer))).toBe(false)
      expect(await tx(({ idempotency }) => idempotency.release(first))).toBe(false)
      const again = aClaim()
      await claim(again, 50)
      expect(await tx(({ idempotency }) => idempotency.release(again))).toBe(true)
      expect(await claim(again, 51)).toBe(true)
    })

    it('are swept when they have expired', async () => {
      const [old, young] = [aClaim({ expires: 300 }), aClaim({ expires: 301 })]
      await claim(old, 50)
      await claim(young, 50)
      expect(await tx(({ idempotency }) => idempotency.sweep(300))).toBeGreaterThan(0)
      expect(await find(old)).toBeUndefined()
      expect(await find(young)).toBeDefined()
    })
  })
}
