/**
 * Pictures of one project as codes: a bit for each number of a vector, set where it is above the library's mean. Codes
 * of like pictures differ in few bits; a million of 480 bits take 60 MB and some 40 ms to go through.
 */

/** Bytes of an id of 24 hex digits. */
export const idBytes = 12
const firstRows = 1024
const segmentRows = 65_536

interface Segment {
  rows: number
  codes: Uint32Array
  ids: Uint8Array
}

/** Vectors that came together. */
export interface Rows {
  count: number
  /** Signed bytes, one vector after the other. */
  vectors: Int8Array
  scales: Float64Array
  /** One id after the other. */
  ids: Uint8Array
}

export interface Codes {
  add(rows: Rows): void
  /** Ids of the nearest, the nearest first. */
  nearest(vector: Int8Array, scale: number, count: number): string[]
  /** Forgets the oldest until so many rows are left, or a few more. */
  trim(rows: number): void
  rows(): number
  bytes(): number
}

/** @param centre the mean of each number */
export function createCodes(centre: Float32Array): Codes {
  const dimensions = centre.length
  const words = Math.ceil(dimensions / 32)
  const segments: Segment[] = []
  let rows = 0
  let distances = new Uint16Array(0)

  function encode(vectors: Int8Array, from: number, scale: number, codes: Uint32Array, to: number): void {
    for (let word = 0; word < words; word += 1) {
      let bits = 0
      const end = Math.min(32, dimensions - word * 32)
      for (let bit = 0; bit < end; bit += 1) {
        const at = word * 32 + bit
        if ((vectors[from + at] ?? 0) * scale > (centre[at] ?? 0)) bits |= 1 << bit
      }
      codes[to + word] = bits
    }
  }

  /** A segment with room for one more. */
  function open(): Segment {
    const last = segments.at(-1)
    if (last !== undefined && last.rows * idBytes < last.ids.length) return last
    if (last !== undefined && last.rows < segmentRows) {
      const capacity = Math.min(segmentRows, last.rows * 4)
      const [codes, ids] = [new Uint32Array(capacity * words), new Uint8Array(capacity * idBytes)]
      codes.set(last.codes)
      ids.set(last.ids)
      return Object.assign(last, { codes, ids })
    }
    const capacity = segments.length === 0 ? firstRows : segmentRows
    const fresh = { rows: 0, codes: new Uint32Array(capacity * words), ids: new Uint8Array(capacity * idBytes) }
    segments.push(fresh)
    return fresh
  }

  return {
    add({ count, vectors, scales, ids }) {
      for (let row = 0; row < count; row += 1) {
        const segment = open()
        encode(vectors, row * dimensions, scales[row] ?? 0, segment.codes, segment.rows * words)
        segment.ids.set(ids.subarray(row * idBytes, (row + 1) * idBytes), segment.rows * idBytes)
        segment.rows += 1
        rows += 1
      }
    },

    nearest(vector, scale, count) {
      const wanted = new Uint32Array(words)
      encode(vector, 0, scale, wanted, 0)
      if (distances.length < rows) distances = new Uint16Array(rows)
      const histogram = new Uint32Array(dimensions + 1)
      let base = 0
      for (const segment of segments) {
        measure(segment, wanted, distances, base, histogram)
        base += segment.rows
      }
      return collect(segments, distances, histogram, Math.min(count, rows))
    },

    trim(most) {
      for (let first = segments[0]; first !== undefined && rows - first.rows >= most; first = segments[0]) {
        segments.shift()
        rows -= first.rows
        distances = new Uint16Array(0)
      }
    },

    rows: () => rows,
    bytes: () => segments.reduce((sum, { codes, ids }) => sum + codes.byteLength + ids.byteLength, 0),
  }
}

/** Bytes that so many rows take. */
export const bytesOfRows = (rows: number, dimensions: number) => rows * (Math.ceil(dimensions / 32) * 4 + idBytes)

/** The number of bits that differ, of each row. */
function measure(
  { rows, codes }: Segment,
  wanted: Uint32Array,
  distances: Uint16Array,
  base: number,
  histogram: Uint32Array,
): void {
  const words = wanted.length
  for (let row = 0, at = 0; row < rows; row += 1) {
    let sum = 0
    for (let word = 0; word < words; ) {
      // Counts of 30 words fit into the four bytes of one number.
      const end = Math.min(words, word + 30)
      let counts = 0
      for (; word < end; word += 2, at += 2) {
        const one = nibbles((codes[at] ?? 0) ^ (wanted[word] ?? 0))
        const other = word + 1 < end ? nibbles((codes[at + 1] ?? 0) ^ (wanted[word + 1] ?? 0)) : 0
        const both = (one + other) | 0
        counts = (counts + (both & 0x0f0f_0f0f) + ((both >>> 4) & 0x0f0f_0f0f)) | 0
      }
      const halves = (counts & 0x00ff_00ff) + ((counts >>> 8) & 0x00ff_00ff)
      sum += (halves & 0xffff) + (halves >>> 16)
    }
    at = (row + 1) * words
    distances[base + row] = sum
    histogram[sum] = (histogram[sum] ?? 0) + 1
  }
}

/** How many bits are set in each half byte. */
function nibbles(word: number): number {
  const pairs = (word - ((word >>> 1) & 0x5555_5555)) | 0
  return ((pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333)) | 0
}

function collect(
  segments: readonly Segment[],
  distances: Uint16Array,
  histogram: Uint32Array,
  count: number,
): string[] {
  // Where each distance begins among the found; beyond the last one that fits not all are taken.
  const starts = new Uint32Array(histogram.length)
  let before = 0
  for (let distance = 0; distance < histogram.length; distance += 1) {
    starts[distance] = before
    before += histogram[distance] ?? 0
  }
  const found = new Array<string>(count)
  let base = 0
  for (const { rows, ids } of segments) {
    for (let row = 0; row < rows; row += 1) {
      const distance = distances[base + row] ?? 0
      const place = starts[distance] ?? 0
      if (place >= count) continue
      starts[distance] = place + 1
      found[place] = hexOf(ids, row)
    }
    base += rows
  }
  return found
}

function hexOf(ids: Uint8Array, row: number): string {
  return Buffer.from(ids.buffer, ids.byteOffset + row * idBytes, idBytes).toString('hex')
}
