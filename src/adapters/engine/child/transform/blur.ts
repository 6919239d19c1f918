/** `bl`: Gaussian blur; the radius is the standard deviation in pixels. */
import type { Step } from '../../../../core/processing/transformation.ts'
import type { Pixels } from '../pixels.ts'
import { smooth } from './smooth.ts'

export async function blurStep(pixels: Pixels, { blur }: Step): Promise<Pixels> {
  return blur === undefined ? pixels : await smooth(pixels, blur)
}
