/** Sizes and crops (image-urls.md section 3) on pixels in memory. */
import { focusBox, foundIn } from '../../../../core/processing/focus.ts'
import { type Area, type Fit, fitStep, type Size, sameSize, sizeOf } from '../../../../core/processing/geometry.ts'
import type { Background, Step } from '../../../../core/processing/transformation.ts'
import { checkSize } from '../limits.ts'
import { cutPixels, fromPixels, type Pixels, toPixels } from '../pixels.ts'
import { makeBackground } from './background.ts'
import { knownOf } from './known.ts'
import type { Around, Work } from './run-parts.ts'
import { interestingArea } from './saliency.ts'

export const black: Background = { type: 'color', color: { red: 0, green: 0, blue: 0, alpha: 1 } }

export const resizeStep: Work = async (pixels, step, around) => {
  const fit = fitStep(step, pixels, knownOf(around), focusBox(step, pixels, around))
  if (fit === undefined) return pixels
  checkFit(fit, around.context.limits)
  const first = cutPixels(pixels, await placed('first', fit, pixels, step, around))
  const scaled = sameSize(fit.scaled, first)
    ? first
    : await toPixels(fromPixels(first).resize(fit.scaled.width, fit.scaled.height, { fit: 'fill' }))
  const cut = cutPixels(scaled, await placed('cut', fit, scaled, step, around))
  return fit.canvas === undefined ? cut : await lay(cut, fit.canvas, step.background ?? black)
}

/** @throws DomainError out_of_range when what is made on the way is larger than allowed */
export function checkFit(fit: Fit, limits: Around['context']['limits'], frames = 1): void {
  checkSize('The result', { ...fit.scaled, frames }, limits)
  checkSize('The result', { ...sizeOf(fit), frames }, limits)
}

async function placed(which: 'first' | 'cut', fit: Fit, pixels: Pixels, step: Step, around: Around): Promise<Area> {
  const area = fit[which]
  return fit.floating === which
    ? await around.alike(step, 'focus', () => interestingArea(pixels, area, foundIn(pixels, around)))
    : area
}

/** On its background. A colour is put around the picture only: what shows through it is not the padding's business. */
async function lay(pixels: Pixels, canvas: Area, background: Background): Promise<Pixels> {
  const size: Size = { width: canvas.width, height: canvas.height }
  const below = await makeBackground(pixels, background, size)
  if (background.type === 'color') return pasted(below, pixels, canvas)
  const { width, height } = pixels
  const overlay = { input: pixels.data, raw: { width, height, channels: 4 as const } }
  return await toPixels(fromPixels(below).composite([{ ...overlay, left: canvas.left, top: canvas.top }]))
}

function pasted(below: Pixels, { data: from, width, height }: Pixels, { left, top }: Area): Pixels {
  const data = Buffer.from(below.data)
  for (let row = 0; row < height; row++) {
    from.copy(data, ((top + row) * below.width + left) * 4, row * width * 4, (row + 1) * width * 4)
  }
  return { ...below, data }
}
