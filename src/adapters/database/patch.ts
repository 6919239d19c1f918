/** What a partial update sets. */

/** The patch, or `same` (a value the row has already) when it is empty: `update` needs at least one column. */
export function changes<Patch extends object, Same extends object>(patch: Patch, same: Same): Patch | Same {
  return Object.values(patch).some((value) => value !== undefined) ? patch : same
}
