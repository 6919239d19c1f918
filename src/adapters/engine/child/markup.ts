/** Text drawn by Pango, as stamps and text layers need it: escaping, fonts by name, pixels of the ink. */
import sharp from 'sharp'
import { type Pixels, toPixels } from './pixels.ts'

/** At 72 dots per inch a point is a pixel. */
const dpi = 72

export interface Font {
  family: string
  /** A font file that has the family; absent: one of the installed fonts. */
  file?: string
  bold: boolean
  italic: boolean
  /** Pixels. */
  size: number
}

export interface Lines {
  align: 'left' | 'centre' | 'right'
  /** Lines longer than this are broken between words, within words where one alone is longer. */
  width?: number
}

/** The ink of a piece of markup, cut to its bounds. Undefined: there is none. */
export async function drawMarkup(markup: string, font: Font, { align, width }: Lines): Promise<Pixels | undefined> {
  // The comma ends the family: without it "Times New Roman" would be "Times New" in the style Roman.
  const description = `${font.family},${font.bold ? ' Bold' : ''}${font.italic ? ' Italic' : ''} ${font.size.toFixed(2)}`
  const wrapping = width === undefined ? {} : { width, wrap: 'word-char' as const }
  const file = font.file === undefined ? {} : { fontfile: font.file }
  try {
    const text = { text: markup, font: description, dpi, rgba: true, align, ...wrapping, ...file }
    return await toPixels(sharp({ text }))
  } catch (error) {
    // Characters without any ink.
    if (error instanceof Error && /no text to render/.test(error.message)) return undefined
    throw error
  }
}

/** The renderer ends a little above 30,000 pixels a side. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof Error && /too big|too large|pixel limit/.test(error.message)
}

/** With one kind of line end, and without what no markup may hold: control characters and halves of surrogate pairs. */
export function printable(text: string): string {
  return text
    .replace(/\r\n|[\r\u0085\u2028\u2029]/g, '\n')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]|\p{Surrogate}/gu, '')
}

export function escapeMarkup(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}
