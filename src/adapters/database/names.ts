/**
 * Names as the code spells them and as the tables do. Turned where the SQL is written and where rows arrive; Kysely's own
 * plugin copies the tree of every query and every row for it.
 */

/** `customInt` as `custom_int`. */
export function toSnakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`)
}

/** `custom_int` as `customInt`. */
export function toCamelCase(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase())
}
