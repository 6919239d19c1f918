/** Colours (image-urls.md section 2): six hexadecimal digits, two decimal ones more for the opacity, or a name. */
import type { Color } from '../../processing/transformation.ts'
import { colorNames } from './color-names.ts'

/** "8 characters where the last two are decimal 00..99 = opacity (`FFAABB50` = 50 %)" */
export function color(text: string): Color | undefined {
  const [, digits, opacity] = /^([0-9a-fA-F]{6})(\d\d)?$/.exec(text) ?? []
  if (digits !== undefined)
    return colorOf(Number.parseInt(digits, 16), opacity === undefined ? 1 : Number(opacity) / 100)
  if (text === 'transparent') return colorOf(0, 0)
  const named = colorNames.get(text)
  return named === undefined ? undefined : colorOf(named, 1)
}

const colorOf = (value: number, alpha: number): Color => ({
  red: value >> 16,
  green: (value >> 8) & 255,
  blue: value & 255,
  alpha,
})

/** Whether the text says itself how opaque it is. */
export const hasOpacity = (text: string) => text.length === 8 && /\d\d$/.test(text)
export const isHex = (text: string) => /^[0-9a-fA-F]{6}(\d\d)?$/.test(text)

export const black = colorOf(0, 1)
