/** `t`: cuts edges of one colour, that of the top left pixel, or that are transparent where that one is. */
import type { Area } from '../../../../core/processing/geometry.ts'
import type { Step } from '../../../../core/processing/transformation.ts'
import { cutPixels, type Pixels } from '../pixels.ts'
import type { Around } from './run-parts.ts'

/** Percent that a channel may differ: the noise of lossy files is no content. */
const usual = 5

export async function trimStep(pixels: Pixels, step: Step, around: Around): Promise<Pixels> {
  const { trim } = step
  if (trim === undefined || trim === false) return pixels
  const threshold = ((trim === true ? usual : trim) * 255) / 100
  return cutPixels(pixels, await around.alike(step, 'trim', () => content(pixels, threshold)))
}

/** The least rectangle that holds all pixels unlike the first; the whole picture when there is none. */
export function content({ data, width, height }: Pixels, threshold: number): Area {
  const differs = createComparison(data, threshold)
  const row = (y: number) => {
    for (let at = y * width * 4, end = at + width * 4; at < end; at += 4) if (differs(at)) return true
    return false
  }
  let top = 0
  while (top < height && !row(top)) top++
  if (top === height) return { left: 0, top: 0, width, height }
  let bottom = height
  while (!row(bottom - 1)) bottom--
  // Row by row, as memory lies; each only as far as it may still widen the area.
  let [left, right] = [width, 0]
  for (let y = top; y < bottom; y++) {
    const start = y * width * 4
    for (let x = 0; x < left; x++) if (differs(start + x * 4)) left = x
    for (let x = width - 1; x >= right; x--) if (differs(start + x * 4)) right = x + 1
  }
  return { left, top, width: right - left, height: bottom - top }
}

/** Colours count as far as they show: over black. */
function createComparison(data: Buffer, threshold: number): (at: number) => boolean {
  const shown = (at: number, band: number) => ((data[at + band] ?? 0) * (data[at + 3] ?? 0)) / 255
  const [red, green, blue, alpha] = [shown(0, 0), shown(0, 1), shown(0, 2), data[3] ?? 0]
  return (at) =>
    Math.abs((data[at + 3] ?? 0) - alpha) > threshold ||
    Math.abs(shown(at, 0) - red) > threshold ||
    Math.abs(shown(at, 1) - green) > threshold ||
    Math.abs(shown(at, 2) - blue) > threshold
}
