/** Technical features of a view: numbers that need no model (vision.md section 4). */
import type { Features } from '../../../../core/processing/sight.ts'
import type { Header } from '../picture.ts'
import type { View } from './raster.ts'

export function measureFeatures(view: View, _header: Header): Features {
  const luma = lumaOf(view)
  let [sum, detail] = [0, 0]
  for (let y = 1; y < view.height - 1; y++) {
    for (let x = 1; x < view.width - 1; x++) {
      const at = y * view.width + x
      const center = luma[at] ?? 0
      const around =
        (luma[at - 1] ?? 0) + (luma[at + 1] ?? 0) + (luma[at - view.width] ?? 0) + (luma[at + view.width] ?? 0)
      sum += center
      detail += (4 * center - around) ** 2
    }
  }
  const count = Math.max(1, (view.width - 2) * (view.height - 2))
  return { brightness: sum / count / 255, sharpness: detail / count }
}

/** Rec. 601 luma, 0..255. */
export function lumaOf({ data, width, height }: View): Float32Array {
  const luma = new Float32Array(width * height)
  for (let pixel = 0; pixel < luma.length; pixel++) {
    const at = pixel * 3
    luma[pixel] = 0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0)
  }
  return luma
}
