/**
 * Frees the pictures of a job when it ends. They lie outside the heap that V8 watches, and so little is made there that they
 * would linger for dozens of jobs: 60 MB and more in each child. Looking through the young objects takes half a millisecond.
 */

/** A child that holds so much more than after the last sweep has something to sweep. */
const worthIt = 8 * 1024 * 1024

/** Returns what is called between jobs: it answers the resident bytes. `--expose-gc` gives the means to sweep. */
export function createSweep(): () => number {
  const { gc } = globalThis
  let rest = 0
  return () => {
    const resident = process.memoryUsage.rss()
    if (gc === undefined || resident < rest + worthIt) return resident
    gc({ type: 'minor' })
    rest = process.memoryUsage.rss()
    return rest
  }
}
