/** Which family the name of a font means. */
import { builtInFonts } from '../../../../../core/processing/fonts.ts'
import { fontFamilies } from '../../../../../core/processing/operations.ts'

/** What text is drawn in when no font is named, or one that is not known. */
export const defaultFamily = 'Arial'

/** By the contract's name and by the family's own, blanks and case apart. */
const families: Readonly<Record<string, string>> = Object.fromEntries([
  ...builtInFonts.flatMap(({ name, family }) => [name, family].map((each) => [plain(each), family])),
  ...fontFamilies.map((family) => [plain(family), family]),
])

/** "AbrilFatFace", "abril_fatface" and "Abril Fatface" are one; what is not known is the default sans. */
export function familyOf(name: string): string {
  const key = plain(name)
  return Object.hasOwn(families, key) ? (families[key] ?? defaultFamily) : defaultFamily
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}
