/** Who runs next: two bounded lanes of waiting jobs, and a budget of estimated bytes for the running ones. */
import type { Lane } from '../../core/jobs/records.ts'

/** While interactive jobs wait, every fifth turn is the batch lane's: it must not starve. */
const batchEvery = 5

export interface Lanes<T> {
  readonly size: number
  waiting(): Record<Lane, number>
  add(lane: Lane, item: T): void
  /** Back at the head of its lane. */
  addFirst(lane: Lane, item: T): void
  /** Takes it out; false when it is not waiting. */
  remove(lane: Lane, item: T): boolean
  next(): T | undefined
}

/** First come first served within a lane, interactive before batch. */
export function createLanes<T>(): Lanes<T> {
  const lanes: Record<Lane, T[]> = { interactive: [], batch: [] }
  let turn = 0
  return {
    get size() {
      return lanes.interactive.length + lanes.batch.length
    },
    waiting: () => ({ interactive: lanes.interactive.length, batch: lanes.batch.length }),
    add: (lane, item) => void lanes[lane].push(item),
    addFirst: (lane, item) => void lanes[lane].unshift(item),
    remove(lane, item) {
      const at = lanes[lane].indexOf(item)
      if (at >= 0) lanes[lane].splice(at, 1)
      return at >= 0
    },
    next() {
      if (lanes.batch.length === 0) return lanes.interactive.shift()
      if (lanes.interactive.length === 0) return lanes.batch.shift()
      turn = (turn + 1) % batchEvery
      return turn === 0 ? lanes.batch.shift() : lanes.interactive.shift()
    },
  }
}

export interface Budget {
  /** Bytes granted and waited for. */
  readonly bytes: number
  /**
   * Resolves when there is room; `release` gives the bytes back, or the place in the queue. First come first served, so
   * that a large job cannot starve; with nothing granted even one beyond the whole budget goes ahead.
   */
  reserve(bytes: number): { granted: Promise<void>; release(): void }
  /** The same at once, or not at all: when others wait, or there is no room. */
  take(bytes: number): { release(): void } | undefined
}

export function createBudget(limit: number): Budget {
  interface Claim {
    bytes: number
    grant(): void
  }
  const queue: Claim[] = []
  const held = new Set<Claim>()
  const sum = (claims: Iterable<Claim>) => [...claims].reduce((total, claim) => total + claim.bytes, 0)
  const pump = () => {
    for (let first = queue[0]; first !== undefined; first = queue[0]) {
      if (held.size > 0 && sum(held) + first.bytes > limit) return
      queue.shift()
      held.add(first)
      first.grant()
    }
  }
  const give = (claim: Claim) => {
    held.delete(claim)
    const at = queue.indexOf(claim)
    if (at >= 0) queue.splice(at, 1)
    pump()
  }
  return {
    get bytes() {
      return sum(held) + sum(queue)
    },
    take(bytes) {
      if (queue.length > 0 || sum(held) + bytes > limit) return undefined
      const claim: Claim = { bytes, grant: () => undefined }
      held.add(claim)
      return { release: () => give(claim) }
    },
    reserve(bytes) {
      const claim: Claim = { bytes, grant: () => undefined }
      const granted = new Promise<void>((resolve) => {
        claim.grant = resolve
      })
      queue.push(claim)
      pump()
      return { granted, release: () => give(claim) }
    },
  }
}
