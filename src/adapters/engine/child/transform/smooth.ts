/** Gaussian smoothing whose cost does not grow with its width: wide ones are worked out on a smaller picture. */
import { fromPixels, type Pixels, toPixels } from '../pixels.ts'

/** Smoothing this wide, in pixels, looks the same when the picture is enlarged again. */
const enough = 4

/**
 * The library's quick way, which cuts the bell off at a fifth of its height and is up to two levels off: a wider bell cut
 * off there spreads as far as the whole one.
 */
export const quick = (sigma: number) => ({ sigma: sigma / 0.83 })
/** Exact to the level, where differences are going to be multiplied. */
const exactly = (sigma: number) => ({ sigma, minAmplitude: 0.03, precision: 'float' as const })

/** Transparent pixels lend no colour to their neighbours. `sigma`: standard deviation in pixels. */
export async function smooth(pixels: Pixels, sigma: number, { exact = false } = {}): Promise<Pixels> {
  const bell = exact ? exactly : quick
  // The library's least width; below, a pixel's neighbours have no say.
  if (sigma < 0.3) return pixels
  const { width, height } = pixels
  const shrink = Math.floor(sigma / enough)
  if (shrink < 2) return await toPixels(fromPixels(pixels).blur(bell(sigma)))
  const small = { width: Math.max(1, Math.round(width / shrink)), height: Math.max(1, Math.round(height / shrink)) }
  const shrunk = fromPixels(pixels).resize({ ...small, fit: 'fill', kernel: 'linear' })
  const smoothed = await toPixels(shrunk.blur(bell(sigma / shrink)))
  return await toPixels(fromPixels(smoothed).resize({ width, height, fit: 'fill', kernel: 'cubic' }))
}
