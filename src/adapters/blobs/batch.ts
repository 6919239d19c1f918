/** Gathers chunks of any size into batches of an exact size. */

/** Chunks below this are copied together: a small slice may keep a whole socket buffer alive. */
const smallBytes = 16 * 1024
const slabBytes = 64 * 1024

export interface Batches {
  add(chunk: Buffer): void
  /** Bytes gathered and not yet taken. */
  readonly bytes: number
  readonly full: boolean
  /** Takes one batch: exactly the batch size when full, else what there is. */
  take(): { chunks: Buffer[]; bytes: number }
}

export function createBatches(batchBytes: number): Batches {
  let chunks: Buffer[] = []
  let bytes = 0
  // The last chunk is slab[from..to) while small chunks follow each other.
  let slab: Buffer | undefined
  let from = 0
  let to = 0

  function addSmall(chunk: Buffer): void {
    if (slab === undefined || to + chunk.length > slab.length) {
      slab = Buffer.allocUnsafeSlow(slabBytes)
      from = 0
      to = 0
    } else if (from < to) chunks.pop()
    chunk.copy(slab, to)
    to += chunk.length
    chunks.push(slab.subarray(from, to))
  }

  return {
    add(chunk) {
      bytes += chunk.length
      if (chunk.length < smallBytes) return addSmall(chunk)
      from = to
      chunks.push(chunk)
    },
    get bytes() {
      return bytes
    },
    get full() {
      return bytes >= batchBytes
    },
    take() {
      const [head, tail] = split(chunks, batchBytes)
      const taken = Math.min(bytes, batchBytes)
      chunks = tail
      bytes -= taken
      slab = undefined
      return { chunks: head, bytes: taken }
    },
  }
}

/** The first `count` bytes and the rest. */
function split(chunks: Buffer[], count: number): [Buffer[], Buffer[]] {
  let left = count
  for (const [index, chunk] of chunks.entries()) {
    if (chunk.length <= left) {
      left -= chunk.length
      continue
    }
    const head = chunks.slice(0, index)
    if (left > 0) head.push(chunk.subarray(0, left))
    return [head, [chunk.subarray(left), ...chunks.slice(index + 1)]]
  }
  return [chunks, []]
}
