/** LZW as TIFF uses it, read as far as it goes. */

/** At most `most` bytes. */
export function readTiffLzw(data: Uint8Array, most: number): Buffer {
  const out = Buffer.allocUnsafe(most)
  const prefix = new Uint16Array(4097)
  const suffix = new Uint8Array(4097)
  const lengths = new Uint16Array(4097)
  for (let code = 0; code < 256; code += 1) {
    suffix[code] = code
    lengths[code] = 1
  }
  let next = 258
  let width = 9
  let previous = -1
  let length = 0
  for (let bit = 0; bit + width <= data.length * 8; ) {
    const byte = bit >> 3
    const three = ((data[byte] ?? 0) << 16) | ((data[byte + 1] ?? 0) << 8) | (data[byte + 2] ?? 0)
    const code = (three >> (24 - width - (bit & 7))) & ((1 << width) - 1)
    bit += width
    if (code === 257) break
    if (code === 256) {
      next = 258
      width = 9
      previous = -1
      continue
    }
    if (code > next || (previous < 0 && code > 255)) break
    const known = code < next
    const string = known ? code : previous
    const run = lengths[string] ?? 1
    if (length + run + 1 > most) {
      for (let place = length + run - 1, walk = string; place >= length; place -= 1) {
        if (place < most) out[place] = suffix[walk] ?? 0
        walk = prefix[walk] ?? 0
      }
      length = Math.min(most, length + run)
      if (length >= most) break
    } else {
      for (let place = length + run - 1, walk = string; place >= length; place -= 1) {
        out[place] = suffix[walk] ?? 0
        walk = prefix[walk] ?? 0
      }
      length += run
    }
    const first = out[length - run] ?? 0
    if (!known && length < most) out[length++] = first
    if (previous >= 0 && next < 4096) {
      prefix[next] = previous
      suffix[next] = first
      lengths[next] = (lengths[previous] ?? 1) + 1
      next += 1
      // The code becomes wider one early.
      if (next + 1 === 1 << width && width < 12) width += 1
    }
    previous = known ? code : next - 1
  }
  return out.subarray(0, length)
}

/** PackBits, at most `most` bytes. */
export function readPackBits(data: Uint8Array, most: number): Buffer {
  const out = Buffer.allocUnsafe(most)
  let length = 0
  for (let at = 0; at < data.length && length < most; ) {
    const head = data[at++] ?? 0
    if (head < 128) {
      for (let n = 0; n <= head && at < data.length && length < most; n += 1) out[length++] = data[at++] ?? 0
    } else if (head > 128) {
      const value = data[at++] ?? 0
      for (let n = 0; n < 257 - head && length < most; n += 1) out[length++] = value
    }
  }
  return out.subarray(0, length)
}
