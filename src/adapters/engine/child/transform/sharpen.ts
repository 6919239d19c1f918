/** `e-sharpen` and `e-usm`: unsharp masks; what a picture loses by smoothing is added to it once more. */
import type { Step } from '../../../../core/processing/transformation.ts'
import type { Pixels } from '../pixels.ts'
import { smooth } from './smooth.ts'

/** Without a number; 10 doubles the difference of a pixel to its neighbourhood. */
const usual = 10
const most = 100

export async function sharpenStep(pixels: Pixels, { sharpen }: Step): Promise<Pixels> {
  if (sharpen === undefined) return pixels
  const strength = sharpen === true ? usual : Math.min(sharpen, most)
  return await mask(pixels, { sigma: 1, amount: strength / 10, threshold: 0 })
}

export async function unsharpStep(pixels: Pixels, { unsharp }: Step): Promise<Pixels> {
  if (unsharp === undefined) return pixels
  const { radius, sigma, amount, threshold } = unsharp
  return await mask(pixels, { sigma: cutOff(sigma, radius), amount, threshold: threshold * 255 })
}

/** `threshold`: differences of fewer levels stay as they are. */
async function mask(
  pixels: Pixels,
  { sigma, amount, threshold }: { sigma: number; amount: number; threshold: number },
): Promise<Pixels> {
  const from = pixels.data
  const { data: soft } = await smooth(pixels, sigma, { exact: true })
  // Clamps as it stores.
  const data = new Uint8ClampedArray(from.length)
  for (let at = 0; at < from.length; at += 4) {
    for (let band = at; band < at + 3; band++) {
      const value = from[band] ?? 0
      const difference = value - (soft[band] ?? 0)
      data[band] = Math.abs(difference) < threshold ? value : value + difference * amount
    }
    data[at + 3] = from[at + 3] ?? 0
  }
  return { ...pixels, data: Buffer.from(data.buffer) }
}

/** The width of a Gaussian that ends `radius` pixels from its middle; 0: where it has faded out anyway. */
function cutOff(sigma: number, radius: number): number {
  const reach = Math.round(radius)
  if (reach < 1 || reach >= 3 * sigma) return sigma
  let [weights, spread] = [0, 0]
  for (let x = -reach; x <= reach; x++) {
    const weight = Math.exp(-(x * x) / (2 * sigma * sigma))
    weights += weight
    spread += weight * x * x
  }
  return Math.sqrt(spread / weights)
}
