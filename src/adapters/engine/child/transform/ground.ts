/** `o` and `bg` of a step: opacity, then the colour behind what shows through. */
import type { Background, Step } from '../../../../core/processing/transformation.ts'
import { fade, type Pixels } from '../pixels.ts'
import { makeBackground } from './background.ts'
import { seesThrough } from './colours.ts'
import { layOver } from './lay-over.ts'

export async function groundStep(pixels: Pixels, { opacity = 100, background, mode }: Step): Promise<Pixels> {
  const faded = fade(pixels, opacity)
  if (background === undefined || background.type === 'blurred' || !seesThrough(faded)) return faded
  // Padding has the colour already; once more would thicken a transparent one.
  if (mode?.startsWith('pad_') && isSheer(background)) return faded
  return layOver(faded, await makeBackground(pixels, background, pixels))
}

function isSheer(background: Background): boolean {
  return background.type === 'color' && background.color.alpha < 1
}
