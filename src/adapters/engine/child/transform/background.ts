/** Backgrounds (image-urls.md section 3): what shows in padding, and under a picture that lets it through. */
import type { Background, Color } from '../../../../core/processing/transformation.ts'
import type { Pixels } from '../pixels.ts'
import type { Size } from './run-parts.ts'

/** A background of this size; `pixels` is the picture that stands on it, from which some are made. */
export async function makeBackground(pixels: Pixels, background: Background, size: Size): Promise<Pixels> {
  switch (background.type) {
    case 'color':
      return fillPixels(size, background.color)
    default:
      return fillPixels(size, { red: 0, green: 0, blue: 0, alpha: pixels.width > 0 ? 1 : 0 })
  }
}

/** A block of one colour. */
export function fillPixels({ width, height }: Size, { red, green, blue, alpha }: Color): Pixels {
  const data = Buffer.alloc(width * height * 4, Uint8Array.of(red, green, blue, Math.round(alpha * 255)))
  return { data, width, height }
}
