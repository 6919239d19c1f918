/**
 * The MCUs of a scan in the order in which they were decoded, before it is known where each belongs: where its bits
 * begin, its DC predictors, and the brightness of its upper and lower edge, by which pieces are fitted together.
 */
import { extend, peek, readBlock, type ScanData } from './bits.ts'
import type { ScanBlock, ScanLayout } from './frame.ts'

/** Reads one block at `bit` into `out`; -1 where none can be. */
export type ReadBlock = (bytes: Uint8Array, bit: number, block: ScanBlock, out: Int16Array, base: number) => number

export const readSequential: ReadBlock = (bytes, bit, { dc, ac }, out, base) => readBlock(bytes, bit, dc, ac, out, base)

/** First scan of the DC of a progressive picture; values come scaled by `1 << low`. */
export const readFirstDc =
  (low: number): ReadBlock =>
  (bytes, bit, { dc }, out, base) => {
    const found = dc[peek(bytes, bit)] ?? 0
    const size = found & 0xff
    if (found === 0 || size > 15) return -1
    const at = bit + (found >>> 8)
    out[base] = size === 0 ? 0 : extend(peek(bytes, at) >>> (16 - size), size) << low
    return at + size
  }

export interface Sequence {
  length: number
  bits: Int32Array
  /** By part: predictor before the MCU, mean of its upper edge and of its lower edge (in levels, without offset). */
  parts: { before: Int32Array; top: Float32Array; bottom: Float32Array }[]
}

export interface Walk {
  count: number
  /** Behind the last whole MCU. */
  bit: number
  /** The data ended; otherwise something there cannot be read. */
  ended: boolean
}

export interface Walker {
  sequence: Sequence
  /** Decodes up to `most` MCUs from bit `from` to `to` onto the sequence; predictors begin at 0 unless it goes on. */
  walk(from: number, to: number, most: number, goesOn?: boolean): Walk
  /** Mean roughness of the next MCUs read from here; infinite where they cannot be read. */
  probe(from: number, to: number, mcus: number): number
}

/** Zigzag places of the vertical frequencies, and what they add to the edges. */
const vertical = [0, 2, 3, 9, 10, 20, 21, 35]
const edge = (y: number) =>
  vertical.map((_, v) => (v === 0 ? 1 / 8 : Math.cos(((2 * y + 1) * v * Math.PI) / 16) / (4 * Math.SQRT2)))
const atTop = edge(0)
const atBottom = edge(7)

/** `cut`: the data ends with the file; the MCU that it cuts is read on with zeros, as decoders do. */
export function createWalker(
  data: ScanData,
  layout: ScanLayout,
  read: ReadBlock,
  capacity: number,
  cut = false,
): Walker {
  const { bytes } = data
  const { blocks } = layout
  const scratch = new Int16Array(64)
  const sequence: Sequence = {
    length: 0,
    bits: new Int32Array(capacity),
    parts: Array.from({ length: layout.parts }, () => ({
      before: new Int32Array(capacity),
      top: new Float32Array(capacity),
      bottom: new Float32Array(capacity),
    })),
  }
  const steps = blocks.map(({ plane }) => plane.quantisation)
  const highest = blocks.map(({ part }) => Math.max(...blocks.map((other) => (other.part === part ? other.dy : 0))))
  const across = blocks.map(({ part, dy }) => blocks.filter((other) => other.part === part && other.dy === dy).length)

  const predictors = new Int32Array(layout.parts)

  function walk(from: number, to: number, most: number, goesOn = false): Walk {
    if (!goesOn) predictors.fill(0)
    let at = from
    let count = 0
    while (count < most && sequence.length < capacity) {
      const index = sequence.length
      sequence.bits[index] = at
      for (const [part, lanes] of sequence.parts.entries()) {
        lanes.before[index] = predictors[part] ?? 0
        lanes.top[index] = 0
        lanes.bottom[index] = 0
      }
      let bit = at
      for (let n = 0; n < blocks.length && bit >= 0; n += 1) {
        const block = blocks[n]
        if (block === undefined) break
        scratch.fill(0)
        bit = read(bytes, bit, block, scratch, 0)
        if (bit < 0) break
        if (bit > to && !(cut && to === data.length * 8)) return { count, bit: at, ended: true }
        const dc = (predictors[block.part] ?? 0) + (scratch[0] ?? 0)
        predictors[block.part] = dc
        scratch[0] = 0
        const lanes = sequence.parts[block.part]
        const table = steps[n]
        if (lanes === undefined || table === undefined) continue
        const share = across[n] ?? 1
        const level = (dc * (table[0] ?? 1)) / 8
        if (block.dy === 0) lanes.top[index] = (lanes.top[index] ?? 0) + (level + slope(scratch, table, atTop)) / share
        if (block.dy === highest[n])
          lanes.bottom[index] = (lanes.bottom[index] ?? 0) + (level + slope(scratch, table, atBottom)) / share
      }
      if (bit < 0) return { count, bit: at, ended: at + 8 > to }
      count += 1
      sequence.length += 1
      if (bit > to) return { count, bit: to, ended: true }
      at = bit
    }
    return { count, bit: at, ended: at + 8 > to }
  }

  function probe(from: number, to: number, mcus: number): number {
    let bit = from
    let rough = 0
    for (let mcu = 0; mcu < mcus; mcu += 1) {
      for (let n = 0; n < blocks.length; n += 1) {
        const block = blocks[n]
        if (block === undefined) break
        bit = read(bytes, bit, block, scratch, 0)
        if (bit < 0 || bit > to) return Number.POSITIVE_INFINITY
        rough += Math.min(255, (Math.abs(scratch[0] ?? 0) * (steps[n]?.[0] ?? 1)) / 8)
      }
      // The data ends here, as it should.
      if (to - bit < 8) return mcu > 0 ? rough / ((mcu + 1) * blocks.length) : Number.POSITIVE_INFINITY
    }
    return rough / (mcus * blocks.length)
  }

  return { sequence, walk, probe }
}

function slope(coefficients: Int16Array, table: Uint16Array, weights: readonly number[]): number {
  let sum = 0
  for (let v = 1; v < 8; v += 1) {
    const k = vertical[v] ?? 0
    const value = coefficients[k] ?? 0
    if (value !== 0) sum += value * (table[k] ?? 1) * (weights[v] ?? 0)
  }
  return sum
}
