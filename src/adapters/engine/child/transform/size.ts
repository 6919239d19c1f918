/** Sizes and crops (image-urls.md section 3). */
import { evaluate } from '../../../../core/processing/amounts.ts'
import type { Step } from '../../../../core/processing/transformation.ts'
import { fromPixels, type Pixels, toPixels } from '../pixels.ts'

export async function resizeStep(pixels: Pixels, { width, height }: Step): Promise<Pixels> {
  const [w, h] = [width, height].map((amount) =>
    amount === undefined || amount === 'auto' ? undefined : Math.round(evaluate(amount, {})),
  )
  if (w === undefined && h === undefined) return pixels
  return await toPixels(fromPixels(pixels).resize(w, h))
}
