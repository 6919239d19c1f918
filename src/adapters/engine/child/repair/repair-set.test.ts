/** A sample of the seeded set of damaged files (all of it: bench/repair-table.ts): most come back, and never less than decoders give. */
import { expect, it } from 'vitest'
import { intactRows } from '../../../../../bench/repair/judge.ts'
import { type Kind, kinds, mutate } from '../../../../../bench/repair/mutate.ts'
import { makeOriginal, originalKinds } from '../../../../../bench/repair/pictures.ts'
import { decodeStrictly } from './codec.ts'
import { salvage } from './salvage.ts'

const limits = { pixels: 10_000_000, frames: 100, framePixels: 50_000_000, side: 65_535 }

it.each(originalKinds)('%s', async (name) => {
  const original = await makeOriginal(name, 2)
  expect(await salvage(original.bytes, limits)).toBe('sound')
  let files = 0
  let recovered = 0
  for (const kind of Object.keys(kinds) as Kind[]) {
    const mutant = await mutate(kind, original, 7)
    if (mutant === undefined || mutant.recoverable < 16) continue
    const outcome = await salvage(mutant.bytes, limits)
    const bytes = outcome === 'sound' ? mutant.bytes : outcome?.bytes
    const [ours, plain] = [
      await intactRows(original, bytes ?? Buffer.alloc(0)),
      await intactRows(original, mutant.bytes),
    ]
    expect(ours, `${kind}: no worse than the decoder alone`).toBeGreaterThanOrEqual(plain - 1)
    if (outcome !== 'sound' && outcome !== undefined) {
      expect(outcome.findings.length, kind).toBeGreaterThan(0)
      expect(outcome.format, kind).toBe(original.format)
      expect(await decodeStrictly(outcome.bytes, limits), kind).toBeDefined()
    }
    files += 1
    if (ours >= 0.9 * mutant.recoverable) recovered += 1
  }
  expect(recovered / files).toBeGreaterThanOrEqual(0.8)
})
