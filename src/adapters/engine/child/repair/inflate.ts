/** Inflates a damaged deflate stream as far as it goes: node:zlib gives nothing of a stream that breaks. */

export interface Inflated {
  bytes: Buffer
  /** The stream ended as it should. */
  complete: boolean
}

interface Codes {
  /** By length, number of codes; symbols in the order of their codes. */
  counts: Uint16Array
  symbols: Uint16Array
}

interface Reader {
  input: Uint8Array
  at: number
  held: number
  count: number
}

const lengthBase = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
]
const lengthExtra = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
const distanceBase = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12_289, 16_385, 24_577,
]
const distanceExtra = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13]
const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

/** The stream behind its zlib header, at most `most` bytes of it. */
export function inflateFrom(input: Uint8Array, start: number, most: number): Inflated {
  const reader: Reader = { input, at: start, held: 0, count: 0 }
  const out = { bytes: Buffer.allocUnsafe(Math.min(most, Math.max(65_536, input.length * 4))), length: 0, most }
  let complete = false
  try {
    for (let last = false; !last; ) {
      last = take(reader, 1) === 1
      const kind = take(reader, 2)
      if (kind === 0) stored(reader, out)
      else if (kind === 1) coded(reader, out, fixedLengths, fixedDistances)
      else if (kind === 2) {
        const { lengths, distances } = readCodes(reader)
        coded(reader, out, lengths, distances)
      } else throw broken
      complete = last
    }
  } catch (error) {
    if (error !== broken) throw error
  }
  return { bytes: out.bytes.subarray(0, out.length), complete }
}

/** Thrown inside only: the stream cannot be read on. */
const broken = new Error('broken deflate stream')

interface Output {
  bytes: Buffer
  length: number
  most: number
}

function put(out: Output, byte: number): void {
  if (out.length >= out.bytes.length) {
    if (out.length >= out.most) throw broken
    const larger = Buffer.allocUnsafe(Math.min(out.most, out.bytes.length * 2))
    out.bytes.copy(larger)
    out.bytes = larger
  }
  out.bytes[out.length++] = byte
}

function take(reader: Reader, bits: number): number {
  while (reader.count < bits) {
    if (reader.at >= reader.input.length) throw broken
    reader.held |= (reader.input[reader.at++] ?? 0) << reader.count
    reader.count += 8
  }
  const value = reader.held & ((1 << bits) - 1)
  reader.held >>>= bits
  reader.count -= bits
  return value
}

function stored(reader: Reader, out: Output): void {
  reader.held = 0
  reader.count = 0
  const { input, at } = reader
  const length = (input[at] ?? 0) | ((input[at + 1] ?? 0) << 8)
  if (at + 4 > input.length || (length ^ 0xffff) !== ((input[at + 2] ?? 0) | ((input[at + 3] ?? 0) << 8))) throw broken
  reader.at += 4
  for (let n = 0; n < length; n += 1) {
    if (reader.at >= input.length) throw broken
    put(out, input[reader.at++] ?? 0)
  }
}

function coded(reader: Reader, out: Output, lengths: Codes, distances: Codes): void {
  for (;;) {
    const symbol = decode(reader, lengths)
    if (symbol < 256) put(out, symbol)
    else if (symbol === 256) return
    else {
      const base = lengthBase[symbol - 257]
      if (base === undefined) throw broken
      const length = base + take(reader, lengthExtra[symbol - 257] ?? 0)
      const far = decode(reader, distances)
      const distance = (distanceBase[far] ?? Number.POSITIVE_INFINITY) + take(reader, distanceExtra[far] ?? 0)
      if (distance > out.length) throw broken
      for (let n = 0; n < length; n += 1) put(out, out.bytes[out.length - distance] ?? 0)
    }
  }
}

function decode(reader: Reader, { counts, symbols }: Codes): number {
  let code = 0
  let first = 0
  let index = 0
  for (let length = 1; length <= 15; length += 1) {
    code |= take(reader, 1)
    const count = counts[length] ?? 0
    if (code - count < first) return symbols[index + code - first] ?? 0
    index += count
    first = (first + count) << 1
    code <<= 1
  }
  throw broken
}

function codesOf(lengths: Uint8Array): Codes {
  const counts = new Uint16Array(16)
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1
  counts[0] = 0
  let room = 1
  for (let length = 1; length <= 15; length += 1) {
    room = room * 2 - (counts[length] ?? 0)
    if (room < 0) throw broken
  }
  const offsets = new Uint16Array(16)
  for (let length = 1; length < 15; length += 1) offsets[length + 1] = (offsets[length] ?? 0) + (counts[length] ?? 0)
  const symbols = new Uint16Array(lengths.length)
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue
    const at = offsets[length] ?? 0
    symbols[at] = symbol
    offsets[length] = at + 1
  }
  return { counts, symbols }
}

function readCodes(reader: Reader): { lengths: Codes; distances: Codes } {
  const many = take(reader, 5) + 257
  const far = take(reader, 5) + 1
  const count = take(reader, 4) + 4
  if (many > 286 || far > 30) throw broken
  const first = new Uint8Array(19)
  for (let index = 0; index < count; index += 1) first[order[index] ?? 0] = take(reader, 3)
  const codes = codesOf(first)
  const all = new Uint8Array(many + far)
  for (let index = 0; index < all.length; ) {
    const symbol = decode(reader, codes)
    if (symbol < 16) {
      all[index++] = symbol
      continue
    }
    const value = symbol === 16 ? all[index - 1] : 0
    if (value === undefined) throw broken
    const repeat = symbol === 16 ? 3 + take(reader, 2) : symbol === 17 ? 3 + take(reader, 3) : 11 + take(reader, 7)
    if (index + repeat > all.length) throw broken
    all.fill(value, index, index + repeat)
    index += repeat
  }
  if (all[256] === 0) throw broken
  return { lengths: codesOf(all.subarray(0, many)), distances: codesOf(all.subarray(many)) }
}

const fixedLengths = codesOf(
  Uint8Array.from({ length: 288 }, (_, symbol) => (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8)),
)
const fixedDistances = codesOf(new Uint8Array(30).fill(5))
