/** Draws the text of a stamp, at the size at which it will be seen, so that it is crisp. */
import type { Gravity, TextStamp } from '../../../../core/processing/operations.ts'
import { drawMarkup, escapeMarkup, isTooLarge, printable } from '../markup.ts'
import type { Pixels } from '../pixels.ts'
import { stampScale } from './placement.ts'

/** The text renderer ends a little above this side. */
const longestSide = 30_000
const mostPixels = 40_000_000
/** Ems squared per character that surely hold it, above which a text is measured before it is drawn at its size. */
const roomyCharacter = 4
const drawnUnmeasured = 4_000_000
/** Large enough for the rounding of sides not to matter. */
const trialSize = 32
const smallestSize = 1

/**
 * The text in its font, colour and size. Undefined when nothing of it is visible. Text so large that it could not be
 * drawn (30,000 pixels a side, 40 megapixels) is drawn smaller.
 */
export async function drawText(stamp: TextStamp, base: { width: number; height: number }): Promise<Pixels | undefined> {
  const text = printable(stamp.text)
  if (text.trim() === '') return undefined
  const scaled = stamp.widthPercent !== undefined || stamp.heightPercent !== undefined
  if (!scaled && stamp.fontSize ** 2 * text.length * roomyCharacter <= drawnUnmeasured) {
    return (await drawFitting(stamp, text, stamp.fontSize))?.pixels
  }
  const trial = await drawFitting(stamp, text, scaled ? trialSize : Math.min(trialSize, stamp.fontSize))
  if (trial === undefined) return undefined
  const wanted = scaled ? trial.size * stampScale(stamp, trial.pixels, base) : stamp.fontSize
  const size = Math.max(smallestSize, Math.min(wanted, trial.size * largestScale(trial.pixels)))
  return (await drawFitting(stamp, text, size))?.pixels
}

/** The text in this size, or in the half, quarter … of it, as soon as it can be drawn at all. */
async function drawFitting(stamp: TextStamp, text: string, size: number) {
  for (let fitting = size; ; fitting = Math.max(smallestSize, fitting / 2)) {
    try {
      const pixels = await draw(stamp, text, fitting)
      return pixels === undefined ? undefined : { pixels, size: fitting }
    } catch (error) {
      if (!isTooLarge(error) || fitting <= smallestSize) throw error
    }
  }
}

/** How much larger than this trial the text may become; a little less, because sides do not grow quite evenly. */
function largestScale({ width, height }: Pixels): number {
  return 0.95 * Math.min(longestSide / Math.max(width, height), Math.sqrt(mostPixels / (width * height)))
}

async function draw(stamp: TextStamp, text: string, size: number): Promise<Pixels | undefined> {
  const { fontFamily: family, bold, italic, color, gravity } = stamp
  const markup = `<span foreground="${color}">${escapeMarkup(text)}</span>`
  return await drawMarkup(markup, { family, bold, italic, size }, { align: alignment(gravity) })
}

/** Lines lean to the edge that the stamp stands at. */
function alignment(gravity: Gravity): 'left' | 'centre' | 'right' {
  if (gravity.endsWith('West')) return 'left'
  return gravity.endsWith('East') ? 'right' : 'centre'
}
