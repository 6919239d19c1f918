/** Small pictures with known pixels, and one step run on them. */
import type { Color, Step } from '../../../../core/processing/transformation.ts'
import type { Pixels } from '../pixels.ts'
import { createShared } from './layers/shared.ts'
import { type Around, decideOnce, runParts } from './run-parts.ts'

export type Rgba = readonly [red: number, green: number, blue: number, alpha: number]
export const clear: Rgba = [0, 0, 0, 0]
export const red: Rgba = [220, 30, 30, 255]
export const blue: Rgba = [30, 60, 220, 255]
export const white: Rgba = [255, 255, 255, 255]
export const black: Rgba = [0, 0, 0, 255]

export function paint(width: number, height: number, colorAt: (x: number, y: number) => Rgba): Pixels {
  const data = Buffer.alloc(width * height * 4)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set(colorAt(x, y), (y * width + x) * 4)
  }
  return { data, width, height }
}

/** A block of `inner` in the middle half of `outer`. */
export function framed(width: number, height: number, outer: Rgba, inner: Rgba): Pixels {
  const middle = (at: number, side: number) => at >= side / 4 && at < (side * 3) / 4
  return paint(width, height, (x, y) => (middle(x, width) && middle(y, height) ? inner : outer))
}

export function at({ data, width }: Pixels, x: number, y: number): number[] {
  const from = (y * width + x) * 4
  return [...data.subarray(from, from + 4)]
}

export const colour = ([red, green, blue, alpha]: Rgba): Color => ({ red, green, blue, alpha: alpha / 255 })

export function aroundOf(pixels: Pixels): Around {
  const limits = { pixels: 10_000_000, side: 10_000, frames: 10, framePixels: 100_000_000 }
  const order = { operations: {}, output: { format: 'png' as const } }
  return {
    context: { limits, order, sources: [], tolerant: false },
    original: pixels,
    depth: 0,
    alike: decideOnce(),
    shared: createShared(),
  }
}

export async function run(pixels: Pixels, step: Partial<Step>): Promise<Pixels> {
  return await runParts(pixels, [{ type: 'step', ...step }], aroundOf(pixels))
}
