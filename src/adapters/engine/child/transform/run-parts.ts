/**
 * A transformation on one picture in memory: the parts one after the other, in each step the work in the order of the
 * contract (image-urls.md section 2), one file per kind of work.
 */
import type { Anchor, Part, Step } from '../../../../core/processing/transformation.ts'
import type { Context } from '../picture.ts'
import type { Pixels } from '../pixels.ts'
import { layLayers } from './layers/layers.ts'
import type { Shared } from './layers/shared.ts'
import { resizeStep } from './size.ts'

export interface Size {
  width: number
  height: number
}

/** What a step may need besides its picture. */
export interface Around {
  context: Pick<Context, 'sources' | 'order' | 'limits' | 'tolerant'>
  /** The asset (inside a layer: the overlay) as it came: `iw`, `ih`. */
  original: Size
  /** The picture under the layer: `bw`, `bh`. */
  base?: Size
  /** Layers around this one, 0 outside. */
  depth: number
  /** What the layers of the job have in common. */
  shared: Shared
}

export type Work = (pixels: Pixels, step: Step, around: Around) => Pixels | Promise<Pixels>

/** orientation → trim → crop and resize → effects → gradient, shadow → radius → border → background, opacity → rotate, flip → overlays */
const order: readonly { name: string; work: Work }[] = [
  { name: 'size', work: resizeStep },
  { name: 'layers', work: layLayers },
]

export async function runParts(pixels: Pixels, parts: readonly Part[], around: Around): Promise<Pixels> {
  let current = pixels
  for (const part of parts) {
    if (part.type === 'if') continue
    for (const { work } of order) current = await work(current, part, around)
  }
  return current
}

export const centre: Anchor = { x: 0, y: 0 }
