/**
 * Work of this process on one and the same thing, one after the other. A row lock alone would do, but who waits for it
 * holds a database connection: twenty uploads into one folder would keep everybody else from theirs.
 */

/** Runs `work` when all earlier work under the same key has ended, however it ended. */
export type InTurn = <T>(key: string, work: () => Promise<T>) => Promise<T>

export function createTurns(): InTurn {
  /** The end of the last in line; a key that nobody waits for is not kept. */
  const last = new Map<string, Promise<unknown>>()

  return async (key, work) => {
    const before = last.get(key)
    const mine = (before ?? Promise.resolve()).then(work)
    const ended = mine.catch(() => undefined)
    last.set(key, ended)
    try {
      return await mine
    } finally {
      if (last.get(key) === ended) last.delete(key)
    }
  }
}
