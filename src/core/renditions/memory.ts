/** Small hot things in memory, bounded by their bytes; the least recently used go first. */

export interface Memory<T> {
  get(key: string): T | undefined
  /** Larger than a thirty-second of the whole: not kept. */
  put(key: string, value: T, bytes: number): void
  /** Drops those of which `unwanted` is true. */
  drop(unwanted: (value: T) => boolean): void
  readonly bytes: number
  readonly size: number
}

/** One entry takes at most this share of the whole. */
const largest = 1 / 32
/** What an entry takes besides its bytes. */
const overhead = 500

export function createMemory<T>(capBytes: number): Memory<T> {
  // In order of use.
  const entries = new Map<string, { value: T; bytes: number }>()
  let total = 0

  function remove(key: string): void {
    const entry = entries.get(key)
    if (entry === undefined) return
    entries.delete(key)
    total -= entry.bytes
  }

  return {
    get(key) {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      entries.delete(key)
      entries.set(key, entry)
      return entry.value
    },

    put(key, value, bytes) {
      remove(key)
      if (bytes > capBytes * largest) return
      entries.set(key, { value, bytes: bytes + overhead })
      total += bytes + overhead
      for (const oldest of entries.keys()) {
        if (total <= capBytes) return
        remove(oldest)
      }
    },

    drop(unwanted) {
      for (const [key, { value }] of entries) if (unwanted(value)) remove(key)
    },

    get bytes() {
      return total
    },
    get size() {
      return entries.size
    },
  }
}
