/** The view as planes of numbers, each made once and shared by every feature. */
import type { View } from '../raster.ts'

/** One number a pixel, rows without padding. */
export interface Plane {
  data: Float32Array
  width: number
  height: number
}

export interface Planes {
  /** Rec. 601 luma, 0..255, at the view's size and each half of the one before, as far as sides allow. */
  luma: readonly Plane[]
  /** (red - blue) / 2 at the view's size: noise of colour without the picture's own texture. */
  chroma: Plane
}

const scales = 4
const smallest = 24

export function planesOf({ data, width, height }: View): Planes {
  const luma = new Float32Array(width * height)
  const chroma = new Float32Array(width * height)
  for (let pixel = 0, at = 0; pixel < luma.length; pixel++, at += 3) {
    const red = data[at] ?? 0
    const blue = data[at + 2] ?? 0
    luma[pixel] = 0.299 * red + 0.587 * (data[at + 1] ?? 0) + 0.114 * blue
    chroma[pixel] = (red - blue) / 2
  }
  const planes: Plane[] = [{ data: luma, width, height }]
  for (let last = planes[0]; last !== undefined && planes.length < scales; last = planes[planes.length - 1]) {
    if (Math.min(last.width, last.height) < 2 * smallest) break
    planes.push(halfOf(last))
  }
  return { luma: planes, chroma: { data: chroma, width, height } }
}

/** Means of 2 by 2; an odd last row or column is left out. */
export function halfOf({ data, width, height }: Plane): Plane {
  const [columns, rows] = [width >> 1, height >> 1]
  const half = new Float32Array(columns * rows)
  for (let y = 0; y < rows; y++) {
    for (let x = 0, at = 2 * y * width; x < columns; x++, at += 2) {
      half[y * columns + x] =
        ((data[at] ?? 0) + (data[at + 1] ?? 0) + (data[at + width] ?? 0) + (data[at + width + 1] ?? 0)) / 4
    }
  }
  return { data: half, width: columns, height: rows }
}
