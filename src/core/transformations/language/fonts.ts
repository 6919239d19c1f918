/** Names of fonts (`ff`, image-urls.md section 8). */
import type { TextLayer } from '../../processing/transformation.ts'
import { isPlain, path, some } from './values.ts'

/** As the contract spells them; a blank and `_` are the same. */
export const builtInFonts = [
  'AbrilFatFace',
  'Amaranth',
  'Arvo',
  'Audiowide',
  'Chivo',
  'Crimson Text',
  'exo',
  'Fredoka One',
  'Gravitas One',
  'Kanit',
  'Lato',
  'Lobster',
  'Lora',
  'Monoton',
  'Montserrat',
  'PT Mono',
  'PT_Serif',
  'Open Sans',
  'Roboto',
  'Old Standard',
  'Ubuntu',
  'Vollkorn',
] as const

const spaced = (name: string) => name.replaceAll('_', ' ')
const bySpaced: ReadonlyMap<string, string> = new Map(builtInFonts.map((name) => [spaced(name), name]))

/** A font is a file when its name has `@@` or ends in .ttf or .otf. Names that nobody knows are left to the engine. */
export function font(text: string): TextLayer['font'] {
  if (text.includes('@@') || /\.(ttf|otf)$/i.test(text)) return some(path(text), (found) => ({ path: found }))
  if (text === '' || text.length > 100 || !isPlain(text)) return undefined
  return { name: bySpaced.get(spaced(text)) ?? text }
}
