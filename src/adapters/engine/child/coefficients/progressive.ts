/** Blocks of the four kinds of progressive scans: DC and AC, each first its upper bits, then one more bit at a time. */
import { bitsAt } from './bits.ts'
import { type Decoder, lookBits, lookFurther } from './huffman.ts'
import { Unsuited } from './jpeg-file.ts'
import type { Plane } from './planes.ts'
import type { BlockReader, Reading } from './read-scans.ts'
import { valueAt } from './sequential.ts'

/** Length of the code | symbol << 8. */
function symbolAt(words: Int32Array, position: number, table: Decoder): number {
  const bits = bitsAt(words, position)
  const entry = table.look[bits >>> (32 - lookBits)] || lookFurther(table, bits >>> 16)
  if (entry === 0) throw new Unsuited('no such code')
  return entry
}

const bitAt = (words: Int32Array, position: number) => ((words[position >>> 5] ?? 0) >>> (31 - (position & 31))) & 1

export function firstDirect({ scan, words, dc }: Reading): BlockReader {
  const tables = scan.components.map((_, part) => dc(part))
  const predictions = new Int32Array(tables.length)
  return {
    reset: () => {
      predictions.fill(0)
    },
    read({ values }, block, part, from) {
      const table = tables[part]
      if (table === undefined) return from
      const entry = symbolAt(words, from, table)
      const size = entry >> 8
      if (size > 11) throw new Unsuited('a value too large')
      const position = from + (entry & 255)
      const prediction = (predictions[part] ?? 0) + valueAt(words, position, size)
      predictions[part] = prediction
      values[block * 64] = prediction << scan.low
      return position + size
    },
  }
}

export function refineDirect({ scan, words }: Reading): BlockReader {
  return {
    reset: () => undefined,
    read({ values }, block, _part, position) {
      if (bitAt(words, position) === 1) values[block * 64] = (values[block * 64] ?? 0) | (1 << scan.low)
      return position + 1
    },
  }
}

/** Notes that a coefficient is not zero. */
function mark({ masks }: Plane, block: number, target: number): void {
  const word = block * 2 + (target >> 5)
  masks[word] = (masks[word] ?? 0) | (1 << (target & 31))
}

/** Length of a run of blocks that end here: the symbol says how many bits follow. */
function runAt(words: Int32Array, position: number, bits: number): number {
  let extra = 0
  for (let bit = 0; bit < bits; bit++) extra = extra * 2 + bitAt(words, position + bit)
  return (1 << bits) + extra
}

export function firstAlternating({ scan, words, turned, ac }: Reading): BlockReader {
  const table = ac(0)
  const { place, sign } = turned
  /** Blocks still to come of which nothing is coded. */
  let ended = 0
  return {
    reset: () => {
      ended = 0
    },
    read(plane, block, _part, from) {
      if (ended > 0) {
        ended -= 1
        return from
      }
      let position = from
      for (let k = scan.from; k <= scan.to; k++) {
        const entry = symbolAt(words, position, table)
        position += entry & 255
        const [run, size] = [entry >> 12, (entry >> 8) & 15]
        if (size === 0 && run < 15) {
          ended = runAt(words, position, run) - 1
          return position + run
        }
        k += run
        if (size === 0) continue
        if (k > scan.to || size > 10) throw new Unsuited('a value out of place')
        const value = valueAt(words, position, size) * (1 << scan.low)
        position += size
        const [target, flip] = [place[k] ?? 0, sign[k] ?? 0]
        plane.values[block * 64 + target] = (value ^ flip) - flip
        mark(plane, block, target)
      }
      return position
    },
  }
}

export function refineAlternating({ scan, words, turned, ac }: Reading): BlockReader {
  const table = ac(0)
  const { place, sign } = turned
  const step = 1 << scan.low
  let ended = 0

  /** One more bit of a coefficient that is known already: away from zero. */
  function refine(values: Int16Array, at: number, position: number): void {
    const value = values[at] ?? 0
    if (bitAt(words, position) === 1 && (Math.abs(value) & step) === 0) values[at] = value + (value < 0 ? -step : step)
  }

  return {
    reset: () => {
      ended = 0
    },
    read(plane, block, _part, from) {
      const { values } = plane
      const base = block * 64
      let position = from
      let k = scan.from
      while (ended === 0 && k <= scan.to) {
        const entry = symbolAt(words, position, table)
        position += entry & 255
        const [run, size] = [entry >> 12, (entry >> 8) & 15]
        let value = 0
        if (size === 0 && run < 15) {
          ended = runAt(words, position, run)
          position += run
          break
        }
        if (size > 1) throw new Unsuited('a value too large for its place')
        if (size === 1) value = bitAt(words, position++) === 1 ? step : -step
        // Passes `run` zeros, refining what is not zero on the way.
        let zeros = run
        for (; k <= scan.to; k++) {
          const target = place[k] ?? 0
          if ((values[base + target] ?? 0) !== 0) refine(values, base + target, position++)
          else if (zeros-- === 0) break
        }
        if (value !== 0) {
          if (k > scan.to) throw new Unsuited('a value out of place')
          const [target, flip] = [place[k] ?? 0, sign[k] ?? 0]
          values[base + target] = (value ^ flip) - flip
          mark(plane, block, target)
        }
        k++
      }
      if (ended > 0) {
        for (; k <= scan.to; k++) {
          const target = base + (place[k] ?? 0)
          if ((values[target] ?? 0) !== 0) refine(values, target, position++)
        }
        ended -= 1
      }
      return position
    },
  }
}
