/**
 * Names for statements that come again. PostgreSQL keeps the plan of a named one, connection by connection, unless plans
 * made for the values at hand are cheaper; planning takes longer than running most of ours.
 */

export interface Statements {
  /** Undefined: it is sent as it is. */
  nameOf(text: string): string | undefined
  /** Its plan is of no use any more: a table of it was changed. */
  forget(text: string): void
}

/** Plans kept by a connection, some ten kilobytes each. */
const mostNames = 100
/** Texts that are watched, of at most so many characters: longer ones are lists of changing length. */
const mostWatched = 300
const longest = 10_000
/** A name from the third time on. */
const enough = 3

export function createStatements(): Statements {
  const names = new Map<string, string>()
  const times = new Map<string, number>()
  let last = 0
  return {
    nameOf(text) {
      const name = names.get(text)
      if (name !== undefined || names.size >= mostNames || text.length > longest) return name
      const seen = (times.get(text) ?? 0) + 1
      // Those that came last are last.
      times.delete(text)
      if (seen < enough) {
        times.set(text, seen)
        const [oldest] = times.keys()
        if (times.size > mostWatched && oldest !== undefined) times.delete(oldest)
        return undefined
      }
      last += 1
      names.set(text, `s${last}`)
      return names.get(text)
    },

    forget(text) {
      names.delete(text)
    },
  }
}
