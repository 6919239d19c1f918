/**
 * Names as the code spells them and as the tables do. Turned where the SQL is written and where rows arrive; Kysely's own
 * plugin copies the tree of every query and every row for it.
 */

/** Turns `customInt` into `custom_int`. Remembers what it turned: a statement holds dozens of names. */
export function createSnakeCase(): (name: string) => string {
  const known = new Map<string, string>()
  return (name) => {
    let turned = known.get(name)
    if (turned === undefined) {
      turned = name.replaceAll(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`)
      known.set(name, turned)
    }
    return turned
  }
}

/** `custom_int` as `customInt`. */
export function toCamelCase(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase())
}
