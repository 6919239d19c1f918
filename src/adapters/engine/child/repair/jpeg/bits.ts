/** Entropy-coded data of one scan: stuffing taken out, restart markers noted; and the reading of sequential blocks. */
import type { HuffmanLookup } from './huffman.ts'

export interface ScanData {
  /** Without stuffing and markers; a few zero bytes follow `length`. */
  bytes: Uint8Array
  length: number
  /** Restart markers: before which byte, and their number 0..7. */
  restarts: { at: number; number: number }[]
  /** Bytes that cannot stand in coded data were met. */
  torn: boolean
}

/** Takes the stuffing out of `bytes` from `from` to `to`. */
export function unstuff(bytes: Uint8Array, from: number, to: number): ScanData {
  const out = new Uint8Array(to - from + 8)
  const restarts: ScanData['restarts'] = []
  let length = 0
  let torn = false
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte !== 0xff) {
      out[length++] = byte
      continue
    }
    const next = at + 1 < to ? (bytes[at + 1] ?? 0) : 0
    if (next === 0xff) continue
    at += 1
    if (next >= 0xd0 && next <= 0xd7) restarts.push({ at: length, number: next - 0xd0 })
    else {
      // Any other marker was stuffing before it was damaged.
      out[length++] = 0xff
      if (next !== 0) torn = true
    }
  }
  return { bytes: out, length, restarts, torn }
}

/** The 16 bits from bit `at` on; zeros behind the end. */
export function peek(bytes: Uint8Array, at: number): number {
  const byte = at >>> 3
  const three = ((bytes[byte] ?? 0) << 16) | ((bytes[byte + 1] ?? 0) << 8) | (bytes[byte + 2] ?? 0)
  return (three >>> (8 - (at & 7))) & 0xffff
}

/** The value of `size` bits, as JPEG writes signed numbers. */
export function extend(bits: number, size: number): number {
  return bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits
}

/**
 * Reads one sequential block at bit `at`: the difference of its DC at `base`, its AC behind. Returns the bit behind it,
 * or -1 where no block can be.
 */
export function readBlock(
  bytes: Uint8Array,
  at: number,
  dc: HuffmanLookup,
  ac: HuffmanLookup,
  out: Int16Array,
  base: number,
): number {
  let bit = at
  let found = dc[peek(bytes, bit)] ?? 0
  if (found === 0) return -1
  bit += found >>> 8
  let size = found & 0xff
  if (size > 15) return -1
  out[base] = size === 0 ? 0 : extend(peek(bytes, bit) >>> (16 - size), size)
  bit += size
  for (let k = 1; k < 64; k += 1) {
    found = ac[peek(bytes, bit)] ?? 0
    if (found === 0) return -1
    bit += found >>> 8
    size = found & 15
    const run = (found >>> 4) & 15
    if (size === 0) {
      if (run !== 15) break
      k += 15
      continue
    }
    k += run
    if (k > 63) return -1
    out[base + k] = extend(peek(bytes, bit) >>> (16 - size), size)
    bit += size
  }
  return bit
}
