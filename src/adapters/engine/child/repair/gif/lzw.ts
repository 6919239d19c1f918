/**
 * LZW as GIF uses it, on indices. The reader goes on over damage: the width of codes depends on their number alone, so
 * later ones are still found; each clear code begins a part that damage before it cannot reach.
 */

export interface LzwParts {
  /** Indices in the order in which they were read. */
  indices: Uint8Array
  length: number
  /** Where parts begin (at clear codes), as places in `indices`. */
  starts: number[]
  /** The end code was read. */
  ended: boolean
  /** A code was met that cannot be. */
  torn: boolean
}

/** Reads at most `most` indices; `size`: bits of an index, 1..8. */
export function readLzw(data: Uint8Array, size: number, most: number): LzwParts {
  const clear = 1 << size
  const prefix = new Uint16Array(4096)
  const suffix = new Uint8Array(4096)
  const lengths = new Uint16Array(4096)
  const indices = new Uint8Array(most)
  const result: LzwParts = { indices, length: 0, starts: [0], ended: false, torn: false }
  for (let code = 0; code < clear; code += 1) {
    suffix[code] = code
    lengths[code] = 1
  }
  let next = clear + 2
  let width = size + 1
  let previous = -1
  let held = 0
  let bits = 0
  let length = 0
  for (let at = 0; at < data.length || bits >= width; ) {
    while (bits < width && at < data.length) {
      held |= (data[at++] ?? 0) << bits
      bits += 8
    }
    if (bits < width) break
    const code = held & ((1 << width) - 1)
    held >>>= width
    bits -= width
    if (code === clear) {
      next = clear + 2
      width = size + 1
      previous = -1
      if (length > 0) result.starts.push(length)
      continue
    }
    if (code === clear + 1) {
      result.ended = true
      break
    }
    if (code > next || (previous < 0 && code >= clear)) {
      result.torn = true
      if (previous < 0) continue
    }
    // A code that is not there yet is the last string and its first index once more.
    const known = code < next
    const string = known ? code : previous
    const run = lengths[string] ?? 1
    if (length + run + 1 > most) {
      length = most
      break
    }
    let place = length + run - 1
    for (let walk = string; place >= length; place -= 1) {
      indices[place] = suffix[walk] ?? 0
      walk = prefix[walk] ?? 0
    }
    const first = indices[length] ?? 0
    length += run
    if (!known) indices[length++] = first
    if (previous >= 0 && next < 4096) {
      prefix[next] = previous
      suffix[next] = first
      lengths[next] = (lengths[previous] ?? 1) + 1
      next += 1
      if (next === 1 << width && width < 12) width += 1
    }
    previous = code < next ? code : string
  }
  result.length = length
  return result
}

/** Writes indices as LZW data (without sub-blocks). */
export function writeLzw(indices: Uint8Array, size: number): Buffer {
  const clear = 1 << size
  const out = Buffer.allocUnsafe(Math.ceil(indices.length * 1.6) + 16)
  let length = 0
  let held = 0
  let bits = 0
  let width = size + 1
  const put = (code: number) => {
    held |= code << bits
    bits += width
    while (bits >= 8) {
      out[length++] = held & 255
      held >>>= 8
      bits -= 8
    }
  }
  let strings = new Map<number, number>()
  let next = clear + 2
  put(clear)
  let current = indices[0] ?? 0
  for (let at = 1; at < indices.length; at += 1) {
    const index = indices[at] ?? 0
    const found = strings.get((current << 8) | index)
    if (found !== undefined) {
      current = found
      continue
    }
    put(current)
    if (next < 4096) {
      strings.set((current << 8) | index, next)
      if (next === 1 << width && width < 12) width += 1
      next += 1
    } else {
      put(clear)
      strings = new Map()
      next = clear + 2
      width = size + 1
    }
    current = index
  }
  put(current)
  // The reader has made one more string by now, and may read the end wider.
  if (next === 1 << width && width < 12) width += 1
  put(clear + 1)
  if (bits > 0) out[length++] = held & 255
  return out.subarray(0, length)
}
