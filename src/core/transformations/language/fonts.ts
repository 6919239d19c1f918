/** Names of fonts (`ff`, image-urls.md section 8). */
import { builtInFonts } from '../../processing/fonts.ts'
import type { TextLayer } from '../../processing/transformation.ts'
import { isPlain, path, some } from './values.ts'

const spaced = (name: string) => name.replaceAll('_', ' ')
const bySpaced: ReadonlyMap<string, string> = new Map(builtInFonts.map(({ name }) => [spaced(name), name]))

/** A font is a file when its name has `@@` or ends in .ttf or .otf. Names that nobody knows are left to the engine. */
export function font(text: string): TextLayer['font'] {
  if (text.includes('@@') || /\.(ttf|otf)$/i.test(text)) return some(path(text), (found) => ({ path: found }))
  if (text === '' || text.length > 100 || !isPlain(text)) return undefined
  return { name: bySpaced.get(spaced(text)) ?? text }
}
