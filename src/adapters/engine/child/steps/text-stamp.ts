/** Draws the text of a stamp, at the size at which it will be seen, so that it is crisp. */
import sharp from 'sharp'
import type { TextStamp } from '../../../../core/processing/operations.ts'
import { type Pixels, toPixels } from '../pixels.ts'
import { stampScale } from './placement.ts'

/** At 72 dots per inch a point is a pixel. */
const dpi = 72
/** The text renderer ends a little above this side. */
const longestSide = 30_000
const mostPixels = 40_000_000

/**
 * The text in its font, colour and size. Undefined when nothing of it is visible. Text so large that it could not be
 * drawn (30,000 pixels a side, 40 megapixels) is drawn smaller.
 */
export async function drawText(stamp: TextStamp, base: { width: number; height: number }): Promise<Pixels | undefined> {
  const text = printable(stamp.text)
  if (text.trim() === '') return undefined
  const scaled = stamp.widthPercent !== undefined || stamp.heightPercent !== undefined
  const size = Math.min(stamp.fontSize, largestFont(text))
  if (!scaled) return await draw(stamp, text, size)
  // Measured at a size at which the rounding of sides does not matter, then drawn at the right one.
  const trial = Math.min(Math.max(32, size), largestFont(text))
  const natural = await draw(stamp, text, trial)
  if (natural === undefined) return undefined
  const fitted = trial * stampScale(stamp, natural, base)
  return await draw(stamp, text, Math.max(1, Math.min(fitted, largestFont(text))))
}

async function draw(stamp: TextStamp, text: string, size: number): Promise<Pixels | undefined> {
  // The comma ends the family: without it "Times New Roman" would be "Times New" in the style Roman.
  const font = `${stamp.fontFamily},${stamp.bold ? ' Bold' : ''}${stamp.italic ? ' Italic' : ''} ${size.toFixed(2)}`
  const markup = `<span foreground="${stamp.color}">${escapeMarkup(text)}</span>`
  try {
    return await toPixels(sharp({ text: { text: markup, font, dpi, rgba: true } }))
  } catch (error) {
    // Characters without any ink.
    if (error instanceof Error && /no text to render/.test(error.message)) return undefined
    throw error
  }
}

/** Font size at which the text surely stays within what can be drawn: a character is at most about as wide as high. */
function largestFont(text: string): number {
  const lines = text.split('\n')
  const longest = Math.max(...lines.map((line) => line.length))
  const width = longest * 1.2
  const height = lines.length * 1.8
  return Math.min(longestSide / width, longestSide / height, Math.sqrt(mostPixels / (width * height)))
}

/** Without what no markup may hold: control characters and halves of surrogate pairs. */
function printable(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f\ufffe\uffff]|\p{Surrogate}/gu, '')
}

function escapeMarkup(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}
