/** Backgrounds (image-urls.md section 3): what shows in padding, and under a picture that lets it through. */
import type { Background, Color } from '../../../../core/processing/transformation.ts'
import { fromPixels, type Pixels, toPixels } from '../pixels.ts'
import { dominantColors, labDistance, labOf, type Rgb } from './palette.ts'
import type { Size } from './run-parts.ts'
import { smooth } from './smooth.ts'

/** A background of this size; `pixels` is the picture that stands on it, from which some are made. */
export async function makeBackground(pixels: Pixels, background: Background, size: Size): Promise<Pixels> {
  switch (background.type) {
    case 'color':
      return fillPixels(size, background.color)
    case 'blurred':
      return await blurred(pixels, background, size)
    case 'dominant':
      return shadeCorners(size, corners(dominantColors(pixels, 1)))
    case 'gradient_dominant':
      return shadeCorners(size, arranged(pixels, dominantColors(pixels, background.colors), size))
  }
}

/** A block of one colour. */
export function fillPixels({ width, height }: Size, { red, green, blue, alpha }: Color): Pixels {
  const data = Buffer.alloc(width * height * 4, Uint8Array.of(red, green, blue, Math.round(alpha * 255)))
  return { data, width, height }
}

/** Intensity 100 smooths over a tenth of the longer side, whatever the size. */
const strongest = 0.1
const automatic = 40
/** So much detail is left of a blurred copy that it can be made small, in pixels of its blur, and enlarged. */
const kept = 4

/** The picture itself, filling the size, out of focus and `brightness` levels lighter. */
async function blurred(
  pixels: Pixels,
  { intensity, brightness }: { intensity: number | 'auto'; brightness: number },
  { width, height }: Size,
): Promise<Pixels> {
  const sigma = ((intensity === 'auto' ? automatic : intensity) / 100) * strongest * Math.max(width, height)
  const scale = Math.max(1, Math.floor(sigma / kept))
  const side = (length: number) => Math.max(1, Math.ceil(length / scale))
  const small = fromPixels(pixels).resize({ width: side(width), height: side(height), fit: 'cover' })
  const soft = await smooth(await toPixels(small), sigma / scale)
  const lit = lighten(soft, brightness)
  if (scale === 1) return lit
  return await toPixels(fromPixels(lit).resize({ width, height, fit: 'fill', kernel: 'cubic' }))
}

function lighten(pixels: Pixels, levels: number): Pixels {
  if (levels === 0) return pixels
  const data = new Uint8ClampedArray(pixels.data)
  for (let at = 0; at < data.length; at += 4) {
    for (let band = at; band < at + 3; band++) data[band] = (data[band] ?? 0) + levels
  }
  return { ...pixels, data: Buffer.from(data.buffer) }
}

/** Top left, top right, bottom right, bottom left. */
type Four = readonly [Rgb, Rgb, Rgb, Rgb]

/** Two colours run across the padding: from left to right where that is at the sides, else from top to bottom. */
function corners([a = [0, 0, 0], b = a, c, d]: readonly Rgb[], across = true): Four {
  if (c !== undefined) return [a, b, c, d ?? a]
  return across ? [a, b, b, a] : [a, a, b, b]
}

/** The colours where the picture has them: of all orders the one whose corners are most like the picture's own. */
function arranged(pixels: Pixels, colors: readonly Rgb[], size: Size): Four {
  const across = size.width / size.height >= pixels.width / pixels.height
  const own = quarters(pixels).map((color) => labOf(...color))
  const unlike = (four: Four) => {
    const distances = four.map((color, index) => labDistance(labOf(...color), own[index] ?? [0, 0, 0]))
    return distances.reduce((sum, distance) => sum + distance, 0)
  }
  const [first, ...others] = orders(colors).map((order) => corners(order, across))
  if (first === undefined) throw new Error('no colours')
  return others.reduce((best, four) => (unlike(four) < unlike(best) ? four : best), first)
}

function orders<Item>(items: readonly Item[]): Item[][] {
  if (items.length < 2) return [[...items]]
  return items.flatMap((item, index) => orders(items.toSpliced(index, 1)).map((rest) => [item, ...rest]))
}

/** The average colours of the picture's quarters, in the order of corners. */
function quarters(pixels: Pixels): Four {
  const { data, width, height } = pixels
  const sums = Array.from({ length: 4 }, () => [0, 0, 0, 0])
  const step = Math.max(1, Math.floor(Math.sqrt((width * height) / 20_000)))
  for (let y = 0; y < height; y += step) {
    for (let x = 0; x < width; x += step) {
      const [right, bottom] = [x >= width / 2, y >= height / 2]
      const sum = sums[bottom ? (right ? 2 : 3) : right ? 1 : 0] ?? []
      const at = (y * width + x) * 4
      const alpha = data[at + 3] ?? 0
      for (let band = 0; band < 3; band++) sum[band] = (sum[band] ?? 0) + (data[at + band] ?? 0) * alpha
      sum[3] = (sum[3] ?? 0) + alpha
    }
  }
  const average = ([red = 0, green = 0, blue = 0, weight = 0]: number[] = []): Rgb => {
    const whole = Math.max(1, weight)
    return [red / whole, green / whole, blue / whole]
  }
  return [average(sums[0]), average(sums[1]), average(sums[2]), average(sums[3])]
}

/** Opaque, mixed from the colours of its corners. */
function shadeCorners({ width, height }: Size, [tl, tr, br, bl]: Four): Pixels {
  const data = Buffer.alloc(width * height * 4, 255)
  const share = (index: number, length: number) => (length === 1 ? 0 : index / (length - 1))
  let at = 0
  for (let y = 0; y < height; y++) {
    const down = share(y, height)
    const mix = (top: number, bottom: number) => top + (bottom - top) * down
    const left = [mix(tl[0], bl[0]), mix(tl[1], bl[1]), mix(tl[2], bl[2])] as const
    const right = [mix(tr[0], br[0]), mix(tr[1], br[1]), mix(tr[2], br[2])] as const
    for (let x = 0; x < width; x++, at += 4) {
      const along = share(x, width)
      data[at] = Math.round(left[0] + (right[0] - left[0]) * along)
      data[at + 1] = Math.round(left[1] + (right[1] - left[1]) * along)
      data[at + 2] = Math.round(left[2] + (right[2] - left[2]) * along)
    }
  }
  return { data, width, height }
}
