import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createBatches } from './batch.ts'

it('gives every byte once, in order, in batches of the exact size', () => {
  const sizes = fc.array(fc.oneof(fc.nat(40), fc.nat(20_000), fc.nat(300_000)), { maxLength: 60 })
  fc.assert(
    fc.property(sizes, fc.constantFrom(1000, 65_536, 100_001), (chunkSizes, batchBytes) => {
      const batches = createBatches(batchBytes)
      const given: Buffer[] = []
      const taken: Buffer[] = []
      for (const size of chunkSizes) {
        const chunk = randomBytes(size)
        given.push(Buffer.from(chunk))
        batches.add(chunk)
        while (batches.full) {
          const { chunks, bytes } = batches.take()
          expect(bytes).toBe(batchBytes)
          expect(chunks.reduce((sum, part) => sum + part.length, 0)).toBe(bytes)
          taken.push(...chunks)
        }
      }
      const { bytes } = batches
      const last = batches.take()
      expect(last.bytes).toBe(bytes)
      taken.push(...last.chunks)
      expect(Buffer.concat(taken).equals(Buffer.concat(given))).toBe(true)
      expect(batches.bytes).toBe(0)
    }),
    { numRuns: 60 },
  )
})

it('keeps tiny chunks together', () => {
  const batches = createBatches(1_000_000)
  for (let index = 0; index < 100_000; index += 1) batches.add(Buffer.from([index & 255]))
  expect(batches.take().chunks.length).toBeLessThanOrEqual(2)
})
