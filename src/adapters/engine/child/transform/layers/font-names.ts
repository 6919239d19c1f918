/** The fonts that text layers may name (image-urls.md section 8), and how names are read. */
import { fontFamilies } from '../../../../../core/processing/operations.ts'

/** What text is drawn in when no font is named, or one that is not known. */
export const defaultFamily = 'Arial'

/** The families of the 22 names of the contract. */
export const builtInFamilies = [
  'Abril Fatface',
  'Amaranth',
  'Arvo',
  'Audiowide',
  'Chivo',
  'Crimson Text',
  'Exo',
  'Fredoka One',
  'Gravitas One',
  'Kanit',
  'Lato',
  'Lobster',
  'Lora',
  'Monoton',
  'Montserrat',
  'PT Mono',
  'PT Serif',
  'Open Sans',
  'Roboto',
  'Old Standard TT',
  'Ubuntu',
  'Vollkorn',
] as const

/** Names of the contract that are not their family's, blanks and case apart. */
const otherNames: Readonly<Record<string, string>> = { oldstandard: 'Old Standard TT' }

const families: Readonly<Record<string, string>> = {
  ...Object.fromEntries([...builtInFamilies, ...fontFamilies].map((family) => [plain(family), family])),
  ...otherNames,
}

/** "AbrilFatFace", "abril_fatface" and "Abril Fatface" are one; what is not known is the default sans. */
export function familyOf(name: string): string {
  const key = plain(name)
  return Object.hasOwn(families, key) ? (families[key] ?? defaultFamily) : defaultFamily
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}
