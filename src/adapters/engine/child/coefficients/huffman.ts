/** Huffman tables: for fast reading, and made for a picture. */
import { type HuffmanSpec, Unsuited } from './jpeg-file.ts'

/** Bits that one look-up sees; longer codes take the slow way. */
export const lookBits = 11

export interface Decoder {
  /** By the next bits: length of the code | symbol << 8; 0: longer than the look-up. */
  look: Int32Array
  /** By length: the largest code (left-aligned in 16 bits) + 1, and what to add to a code for its place in `symbols`. */
  ends: Int32Array
  offsets: Int32Array
  symbols: Uint8Array
}

/** @throws Unsuited for more codes than there are */
export function decoderOf({ counts, symbols }: HuffmanSpec): Decoder {
  const look = new Int32Array(1 << lookBits)
  const [ends, offsets] = [new Int32Array(17), new Int32Array(17)]
  let code = 0
  let index = 0
  for (let length = 1; length <= 16; length++) {
    const count = counts[length - 1] ?? 0
    if (code + count > 1 << length) throw new Unsuited('a bad Huffman table')
    offsets[length] = index - code
    for (let each = 0; each < count && length <= lookBits; each++) {
      const from = (code + each) << (lookBits - length)
      look.fill(length | ((symbols[index + each] ?? 0) << 8), from, from + (1 << (lookBits - length)))
    }
    code += count
    index += count
    ends[length] = code << (16 - length)
    code <<= 1
  }
  return { look, ends, offsets, symbols }
}

/** Length | symbol << 8 of a code longer than the look-up; 0: no such code. `bits`: the next 16. */
export function lookFurther({ ends, offsets, symbols }: Decoder, bits: number): number {
  for (let length = lookBits + 1; length <= 16; length++) {
    if (bits < (ends[length] ?? 0)) {
      return length | ((symbols[(bits >> (16 - length)) + (offsets[length] ?? 0)] ?? 0) << 8)
    }
  }
  return 0
}

/** Bits that one look-up of a code together with its value sees. */
export const valueBits = 12

/**
 * For AC coefficients: by the next bits, code and value at once. Bits taken | places to go on << 5 | 1 << 12 when there is
 * no value | value << 16. An end of block goes on beyond the block. 0: not within these bits.
 */
export function valuesOf(decoder: Decoder): Int32Array {
  const table = new Int32Array(1 << valueBits)
  for (let at = 0; at < table.length; at++) {
    const bits = at << (32 - valueBits)
    const entry = decoder.look[bits >>> (32 - lookBits)] ?? 0
    const [length, run, size] = [entry & 255, entry >> 12, (entry >> 8) & 15]
    if (entry === 0 || length + size > valueBits) continue
    if (size === 0) table[at] = length | ((run === 15 ? 16 : 64) << 5) | (1 << 12)
    else table[at] = (length + size) | (run << 5) | (signed(bits << length, size) << 16)
  }
  return table
}

/** The upper `size` (1 or more) bits as the JPEG standard codes values: a leading zero says negative. */
export function signed(bits: number, size: number): number {
  // Without branches: no processor guesses signs.
  return (bits >>> (32 - size)) + (~(bits >> 31) & (1 - (1 << size)))
}

export interface Encoder extends HuffmanSpec {
  /** By symbol. */
  codes: Uint16Array
  lengths: Uint8Array
}

/** The best code of at most 16 bits for these frequencies, by symbol. The code of all ones is not given. */
export function encoderFor(frequencies: Uint32Array): Encoder {
  const lengths = limited(codeLengths(frequencies))
  const symbols = Uint8Array.from(
    [...lengths.keys()]
      .filter((symbol) => symbol < 256 && (lengths[symbol] ?? 0) > 0)
      .sort((a, b) => {
        return (lengths[a] ?? 0) - (lengths[b] ?? 0) || a - b
      }),
  )
  const counts = new Uint8Array(16)
  const codes = new Uint16Array(256)
  let [code, length] = [0, 1]
  for (const symbol of symbols) {
    const own = lengths[symbol] ?? 1
    code <<= own - length
    length = own
    codes[symbol] = code++
    counts[own - 1] = (counts[own - 1] ?? 0) + 1
  }
  return { counts, symbols, codes, lengths: lengths.subarray(0, 256) }
}

/** Huffman's algorithm; symbol 256, of frequency 1, is there to take the code of all ones. */
function codeLengths(frequencies: Uint32Array): Uint8Array {
  const lengths = new Uint8Array(257)
  let nodes = [...frequencies, 1].flatMap((weight, symbol) => (weight > 0 ? [{ weight, symbols: [symbol] }] : []))
  while (nodes.length > 1) {
    // The lightest two; of equal ones the later, so that 256 gets a longest code.
    nodes.sort((a, b) => b.weight - a.weight)
    const [one, other] = [nodes.pop(), nodes.pop()]
    if (one === undefined || other === undefined) break
    const symbols = [...one.symbols, ...other.symbols]
    for (const symbol of symbols) lengths[symbol] = (lengths[symbol] ?? 0) + 1
    nodes = [...nodes, { weight: one.weight + other.weight, symbols }]
  }
  return lengths
}

/** Shortens codes beyond 16 bits as Annex K.3 of the JPEG standard does, keeping the order, and takes symbol 256 out. */
function limited(lengths: Uint8Array): Uint8Array {
  const order = [...lengths.keys()].filter((symbol) => (lengths[symbol] ?? 0) > 0)
  order.sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0) || a - b)
  const counts = new Uint32Array(258)
  for (const symbol of order) counts[lengths[symbol] ?? 0] = (counts[lengths[symbol] ?? 0] ?? 0) + 1
  const move = (length: number, by: number) => {
    counts[length] = (counts[length] ?? 0) + by
  }
  for (let length = 257; length > 16; length--) {
    while ((counts[length] ?? 0) > 0) {
      let shorter = length - 2
      while (counts[shorter] === 0) shorter--
      move(length, -2)
      move(length - 1, 1)
      move(shorter + 1, 2)
      move(shorter, -1)
    }
  }
  // The last of the longest codes is all ones.
  let longest = 16
  while (counts[longest] === 0) longest--
  move(longest, -1)
  const result = new Uint8Array(257)
  const real = order.filter((symbol) => symbol !== 256)
  let at = 0
  for (let length = 1; length <= 16; length++) {
    for (let each = counts[length] ?? 0; each > 0; each--) result[real[at++] ?? 256] = length
  }
  return result
}
