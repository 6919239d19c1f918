/** Bounded concurrency over a list. */

/** Runs `work` over all items, at most `limit` at once; after a failure starts no more, waits for those running, throws it. */
export async function forEachAtOnce<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values()
  let failure: { error: unknown } | undefined
  const runner = async () => {
    for (const item of queue) {
      if (failure !== undefined) return
      try {
        await work(item)
      } catch (error) {
        failure ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, runner))
  if (failure !== undefined) throw failure.error
}
