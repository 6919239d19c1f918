/** Gaussian smoothing whose cost does not grow with its width: wide ones are worked out on a smaller picture. */
import { fromPixels, type Pixels, toPixels } from '../pixels.ts'

/** Smoothing this wide, in pixels, looks the same when the picture is enlarged again. */
const enough = 4

/** Where the bell is cut off, as a share of its height: the library's own 0.2 makes it visibly narrower. */
const minAmplitude = 0.03
export const bell = (sigma: number) => ({ sigma, minAmplitude })

/** Transparent pixels lend no colour to their neighbours. `sigma`: standard deviation in pixels. */
export async function smooth(pixels: Pixels, sigma: number): Promise<Pixels> {
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
