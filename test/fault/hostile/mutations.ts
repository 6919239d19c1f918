/** Broken files made from valid ones, the same for the same seed. */

/** Numbers in [0, 1), the same in every run. */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

type Mutation = (bytes: Buffer, next: () => number, other: Buffer) => Buffer

const place = (bytes: Buffer, next: () => number) => Math.floor(next() * Math.max(1, bytes.length))

/** 0.1 to 5 % of the bytes replaced, as fuzzers do. */
const scatter: Mutation = (bytes, next) => {
  const changed = Buffer.from(bytes)
  const share = 0.001 * 50 ** next()
  for (let count = Math.ceil(bytes.length * share); count > 0; count -= 1) {
    changed[place(bytes, next)] = Math.floor(next() * 256)
  }
  return changed
}
const flipBits: Mutation = (bytes, next) => {
  const changed = Buffer.from(bytes)
  for (let count = 1 + Math.floor(next() * 8); count > 0; count -= 1) {
    const at = place(bytes, next)
    changed[at] = (changed[at] ?? 0) ^ (1 << Math.floor(next() * 8))
  }
  return changed
}
/** Where sizes, offsets and tables stand. */
const scatterHead: Mutation = (bytes, next) =>
  Buffer.concat([scatter(bytes.subarray(0, 200), next, bytes), bytes.subarray(200)])
const truncate: Mutation = (bytes, next) => bytes.subarray(0, place(bytes, next))
const cutOut: Mutation = (bytes, next) => {
  const [from, to] = [place(bytes, next), place(bytes, next)].sort((a, b) => a - b)
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)])
}
const splice: Mutation = (bytes, next, other) =>
  Buffer.concat([bytes.subarray(0, place(bytes, next)), other.subarray(place(other, next))])
const repeat: Mutation = (bytes, next) => {
  const [from, to] = [place(bytes, next), place(bytes, next)].sort((a, b) => a - b)
  const part = bytes.subarray(from, Math.min(to ?? 0, (from ?? 0) + 4096))
  return Buffer.concat([bytes.subarray(0, to), ...Array(1 + Math.floor(next() * 20)).fill(part), bytes.subarray(to)])
}
/** Numbers in the file become as large as they can be. */
const saturate: Mutation = (bytes, next) => {
  const changed = Buffer.from(bytes)
  const at = place(bytes, next)
  return changed.fill(next() < 0.5 ? 0xff : 0, at, Math.min(bytes.length, at + 1 + Math.floor(next() * 4)))
}

export const mutations: readonly Mutation[] = [
  scatter,
  flipBits,
  scatterHead,
  truncate,
  cutOut,
  splice,
  repeat,
  saturate,
]
