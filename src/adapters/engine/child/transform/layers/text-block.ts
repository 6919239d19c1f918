/** A block of text, lines and all, with the height that its lines have whatever letters are in them. */
import { DomainError } from '../../../../../core/errors.ts'
import { drawMarkup, escapeMarkup, type Font, isTooLarge, type Lines } from '../../markup.ts'
import { cutPixels, type Pixels } from '../../pixels.ts'
import type { Size } from '../run-parts.ts'

/** "Text box above 16383 px in any direction: error 400." */
export const longestSide = 16_383
/** Of a text box, so that a short URL cannot ask for gigabytes. */
const mostPixels = 40_000_000
/** Ems squared per character that surely hold it, above which a text is measured before it is drawn at its size. */
const roomyCharacter = 4
const drawnUnmeasured = 4_000_000
const trialSize = 32
/** Reaches as high and as low as letters do. */
const strut = '|'

export interface Block {
  text: string
  font: Font
  lines: Lines
  /** Six hex digits with a hash. */
  color: string
  strikethrough: boolean
  /** Pixels from line to line; absent: the font's own. */
  lineHeight?: number
}

/** The text, as wide as its ink. Undefined: nothing of it is visible. @throws DomainError out_of_range */
export async function drawBlock(block: Block): Promise<Pixels | undefined> {
  const { font, text } = block
  if (font.size ** 2 * text.length * roomyCharacter > drawnUnmeasured) {
    const scale = Math.min(1, trialSize / font.size)
    const trial = await draw(scaled(block, scale))
    if (trial === undefined) return undefined
    checkBox({ width: (trial.width / scale) * 0.98, height: (trial.height / scale) * 0.98 })
  }
  return await draw(block)
}

/** @throws DomainError out_of_range */
export function checkBox({ width, height }: Size): void {
  if (Math.max(width, height) <= longestSide && width * height <= mostPixels) return
  const sides = `${Math.round(width)} x ${Math.round(height)} pixels`
  const limit = `${longestSide.toLocaleString('en-US')} a side and ${mostPixels / 1_000_000} megapixels`
  throw new DomainError(
    'out_of_range',
    `The text layer's box is ${sides}; the limit is ${limit}. Ask for a smaller fs, w or pa.`,
    { param: 'tr' },
  )
}

function scaled(block: Block, scale: number): Block {
  const { font, lines, lineHeight } = block
  return {
    ...block,
    font: { ...font, size: font.size * scale },
    lines: lines.width === undefined ? lines : { ...lines, width: Math.max(1, Math.round(lines.width * scale)) },
    ...(lineHeight === undefined ? {} : { lineHeight: lineHeight * scale }),
  }
}

/**
 * The renderer gives the bounds of the ink. With an invisible strut on a line above and one below, they hold all the
 * lines between; a strut alone, and two of them, tell how much of that is the text's.
 */
async function draw(block: Block): Promise<Pixels | undefined> {
  const { text, font, lines } = block
  const clear = span(block, ' fgalpha="1"', strut)
  try {
    const [one, two, whole] = [
      await drawMarkup(clear, font, lines),
      await drawMarkup(span(block, ' fgalpha="1"', `${strut}\n${strut}`), font, lines),
      await drawMarkup(`${clear}\n${span(block, ` foreground="${block.color}"`, text)}\n${clear}`, font, lines),
    ]
    if (one === undefined || two === undefined || whole === undefined) return undefined
    const ink = inkOf(whole)
    if (ink === undefined) return undefined
    const line = two.height - one.height
    const top = Math.round(line - (line - one.height) / 2)
    const height = whole.height - line - one.height
    // Ink that reaches beyond its lines is kept.
    const from = Math.max(0, Math.min(top, ink.top))
    const to = Math.min(whole.height, Math.max(top + height, ink.bottom))
    return cutPixels(whole, { left: ink.left, top: from, width: ink.right - ink.left, height: to - from })
  } catch (error) {
    if (!isTooLarge(error)) throw error
    const message = `The text layer is too large to be drawn. Ask for a smaller fs, or for shorter lines by w.`
    throw new DomainError('out_of_range', message, { param: 'tr', cause: error })
  }
}

/** Line heights above 1024 are absolute, in 1024ths of a pixel. */
function span({ strikethrough, lineHeight }: Block, color: string, text: string): string {
  const height = lineHeight === undefined ? '' : ` line_height="${Math.round(Math.max(2, lineHeight) * 1024)}"`
  const struck = strikethrough && !color.includes('fgalpha') ? ' strikethrough="true"' : ''
  return `<span insert_hyphens="false"${color}${height}${struck}>${escapeMarkup(text)}</span>`
}

/** Bounds of what is not clear, right and bottom exclusive. */
function inkOf({ data, width, height }: Pixels) {
  let [left, top, right, bottom] = [width, height, 0, 0]
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if ((data[(y * width + x) * 4 + 3] ?? 0) === 0) continue
      left = Math.min(left, x)
      right = Math.max(right, x + 1)
      top = Math.min(top, y)
      bottom = y + 1
    }
  }
  return right === 0 ? undefined : { left, top, right, bottom }
}
