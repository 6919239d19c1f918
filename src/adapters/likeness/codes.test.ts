import { expect, it } from 'vitest'
import { directionOf, hashDistance, likenessOf, sameness } from '../../core/vision/likeness.ts'
import { createCodes, idBytes, type Rows } from './codes.ts'

const dimensions = 70

/** Numbers that are always the same. */
function noise(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return (state >>> 8) / 0x100_0000 - 0.5
  }
}

function rowsOf(vectors: readonly number[][], first = 0): Rows {
  const rows = {
    count: vectors.length,
    vectors: Int8Array.from(vectors.flat()),
    scales: new Float64Array(vectors.length).fill(0.5),
    ids: new Uint8Array(vectors.length * idBytes),
  }
  for (const row of vectors.keys()) Buffer.from(rows.ids.buffer).writeUInt32BE(first + row, row * idBytes)
  return rows
}
const idOf = (row: number) => row.toString(16).padStart(8, '0') + '0'.repeat(16)

it('the nearest come first, also over more rows than a segment has', () => {
  const random = noise(7)
  const codes = createCodes(new Float32Array(dimensions))
  const one = () => Array.from({ length: dimensions }, () => Math.round(random() * 200))
  const vectors = Array.from({ length: 70_000 }, one)
  const wanted = vectors[69_000] ?? []
  for (let start = 0; start < vectors.length; start += 999) codes.add(rowsOf(vectors.slice(start, start + 999), start))
  expect(codes.rows()).toBe(70_000)
  const distance = (vector: readonly number[]) =>
    vector.filter((value, at) => value > 0 !== (wanted[at] ?? 0) > 0).length
  const distances = vectors.map((vector, row) => ({ row, distance: distance(vector) }))
  const expected = distances.sort((a, b) => a.distance - b.distance || a.row - b.row).slice(0, 50)
  expect(codes.nearest(Int8Array.from(wanted), 0.5, 50)).toEqual(expected.map(({ row }) => idOf(row)))
  // Whole segments go, the oldest first.
  codes.trim(4464)
  expect(codes.rows()).toBe(4464)
  expect(codes.nearest(Int8Array.from(wanted), 0.5, 1)).toEqual([idOf(69_000)])
  expect(codes.nearest(Int8Array.from(wanted), 0.5, 9000)).toHaveLength(4464)
})

it('bits are set above the centre, not above zero', () => {
  const codes = createCodes(Float32Array.from({ length: dimensions }, () => 20))
  const high = Array.from({ length: dimensions }, () => 100)
  const low = Array.from({ length: dimensions }, () => 10)
  codes.add(rowsOf([high, low]))
  expect(codes.nearest(Int8Array.from(low), 0.5, 1)).toEqual([idOf(1)])
})

it('likeness is 1 with itself and less with all others; hashes differ in bits', () => {
  const vector = (...values: number[]) => ({ scale: 0.1, bytes: new Uint8Array(Int8Array.from(values).buffer) })
  const basis = { centre: Float32Array.of(1, 1, 1), weight: Float32Array.of(1, 2, 1) }
  const [a, b] = [vector(30, 5, -10), vector(-30, 5, 40)]
  expect(likenessOf(directionOf(a, basis), a, basis)).toBeCloseTo(1)
  expect(likenessOf(directionOf(a, basis), b, basis)).toBeLessThan(0)
  expect(sameness(a, a)).toBeCloseTo(1)
  expect(sameness(a, vector(60, 10, -20))).toBeCloseTo(1)
  expect(hashDistance('f06830ca9f1e3e90', 'f06830ca9f1e3e91')).toBe(1)
  expect(hashDistance('0000000000000000', 'ffffffffffffffff')).toBe(64)
})
