/** `e-shadow`: a soft shadow of what is opaque, under it, within the picture. */

import sharp from 'sharp'
import { DomainError } from '../../../../core/errors.ts'
import type { Step } from '../../../../core/processing/transformation.ts'
import type { Pixels } from '../pixels.ts'
import { seesThrough } from './colours.ts'
import { quick } from './smooth.ts'

/** The contract's bound. */
const mostPixels = 2_000_000

/** @throws DomainError out_of_range for pictures over two megapixels */
export async function shadowStep(pixels: Pixels, { shadow }: Step): Promise<Pixels> {
  if (shadow === undefined) return pixels
  const { width, height } = pixels
  if (width * height > mostPixels) {
    const message = `The shadow "e-shadow" is for pictures up to 2 megapixels; this one is ${width} x ${height}. Make it smaller in a step before, for example "w-1000:e-shadow".`
    throw new DomainError('out_of_range', message, { param: 'tr' })
  }
  // Nothing would be seen of it.
  if (!seesThrough(pixels)) return pixels
  const alpha = await softShape(pixels, shadow.blur)
  const [dx, dy] = [Math.round((shadow.x * width) / 100), Math.round((shadow.y * height) / 100)]
  const strength = shadow.saturation / 100
  const data = Buffer.from(pixels.data)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [fromX, fromY] = [x - dx, y - dy]
      if (fromX < 0 || fromY < 0 || fromX >= width || fromY >= height) continue
      const at = (y * width + x) * 4
      const own = data[at + 3] ?? 0
      if (own === 255) continue
      const below = (alpha[fromY * width + fromX] ?? 0) * strength * (1 - own / 255)
      const whole = own + below
      if (whole === 0) continue
      // The shadow is black: it adds nothing but weight.
      for (let band = at; band < at + 3; band++) data[band] = Math.round(((data[band] ?? 0) * own) / whole)
      data[at + 3] = Math.round(whole)
    }
  }
  return { ...pixels, data }
}

/** The alpha channel alone, one byte a pixel, smoothed. */
async function softShape({ data, width, height }: Pixels, sigma: number): Promise<Buffer> {
  const alpha = Buffer.allocUnsafe(width * height)
  for (let at = 0; at < alpha.length; at++) alpha[at] = data[at * 4 + 3] ?? 0
  if (sigma < 0.3) return alpha
  const image = sharp(alpha, { raw: { width, height, channels: 1 }, limitInputPixels: false })
  return await image.blur(quick(sigma)).toColourspace('b-w').raw().toBuffer()
}
