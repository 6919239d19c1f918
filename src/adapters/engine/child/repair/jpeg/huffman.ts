/** Huffman codes of JPEG: fast look-up for reading, and tables made for given frequencies for writing. */

export interface HuffmanSpec {
  /** Number of codes of each length, 1 to 16. */
  counts: Uint8Array
  /** Symbols in the order of their codes. */
  values: Uint8Array
}

/** By the next 16 bits: length << 8 | symbol; 0 where no code begins so. */
export type HuffmanLookup = Uint16Array

/** Undefined for codes that cannot be: too many of a length. */
export function lookupOf({ counts, values }: HuffmanSpec): HuffmanLookup | undefined {
  const lookup = new Uint16Array(65_536)
  let code = 0
  let index = 0
  for (let length = 1; length <= 16; length += 1) {
    for (let left = counts[length - 1] ?? 0; left > 0; left -= 1) {
      const from = code << (16 - length)
      if (from >= 65_536 || index >= values.length) return undefined
      lookup.fill((length << 8) | (values[index] ?? 0), from, from + (1 << (16 - length)))
      code += 1
      index += 1
    }
    code <<= 1
  }
  return index === 0 ? undefined : lookup
}

/** Code and length by symbol: length << 16 | code. */
export function codesOf({ counts, values }: HuffmanSpec): Uint32Array {
  const codes = new Uint32Array(256)
  let code = 0
  let index = 0
  for (let length = 1; length <= 16; length += 1) {
    for (let left = counts[length - 1] ?? 0; left > 0; left -= 1) {
      codes[values[index] ?? 0] = (length << 16) | code
      code += 1
      index += 1
    }
    code <<= 1
  }
  return codes
}

/** The shortest codes for these frequencies, none longer than 16 bits and none all ones (annex K.2 of the standard). */
export function specFor(frequencies: Uint32Array): HuffmanSpec {
  // One more symbol that is never used takes the code of all ones.
  const weights = [...frequencies, 1]
  const lengths = new Array<number>(257).fill(0)
  const next = new Array<number>(257).fill(-1)
  for (;;) {
    const [least, second] = twoLeast(weights)
    if (second < 0) break
    weights[least] = (weights[least] ?? 0) + (weights[second] ?? 0)
    weights[second] = 0
    let last = least
    for (let symbol = least; symbol >= 0; symbol = next[symbol] ?? -1) {
      lengths[symbol] = (lengths[symbol] ?? 0) + 1
      last = symbol
    }
    next[last] = second
    for (let symbol = second; symbol >= 0; symbol = next[symbol] ?? -1) lengths[symbol] = (lengths[symbol] ?? 0) + 1
  }
  const counts = limitLengths(lengths)
  const values = [...frequencies.keys()]
    .filter((symbol) => (lengths[symbol] ?? 0) > 0)
    .sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0) || a - b)
  return { counts, values: Uint8Array.from(values) }
}

function twoLeast(weights: readonly number[]): [number, number] {
  let least = -1
  let second = -1
  for (const [symbol, weight] of weights.entries()) {
    if (weight === 0) continue
    if (least < 0 || weight <= (weights[least] ?? 0)) [least, second] = [symbol, least]
    else if (second < 0 || weight <= (weights[second] ?? 0)) second = symbol
  }
  return [least, second]
}

function limitLengths(lengths: readonly number[]): Uint8Array {
  const bits = new Array<number>(260).fill(0)
  for (const length of lengths) if (length > 0) bits[length] = (bits[length] ?? 0) + 1
  for (let length = 259; length > 16; length -= 1) {
    while ((bits[length] ?? 0) > 0) {
      let shorter = length - 2
      while ((bits[shorter] ?? 0) === 0) shorter -= 1
      bits[length] = (bits[length] ?? 0) - 2
      bits[length - 1] = (bits[length - 1] ?? 0) + 1
      bits[shorter + 1] = (bits[shorter + 1] ?? 0) + 2
      bits[shorter] = (bits[shorter] ?? 0) - 1
    }
  }
  let longest = 16
  while ((bits[longest] ?? 0) === 0) longest -= 1
  bits[longest] = (bits[longest] ?? 0) - 1
  return Uint8Array.from(bits.slice(1, 17))
}
