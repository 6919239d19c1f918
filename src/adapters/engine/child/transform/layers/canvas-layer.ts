/** `ik_canvas` layers: blocks of one colour (image-urls.md section 8). */
import { invalid } from '../../../../../core/errors.ts'
import { evaluate } from '../../../../../core/processing/amounts.ts'
import type { Amount, CanvasLayer } from '../../../../../core/processing/transformation.ts'
import { checkSize } from '../../limits.ts'
import { fillPixels } from '../background.ts'
import { type Around, runParts, type Size } from '../run-parts.ts'
import { baseVariables } from './place.ts'
import type { Overlay } from './shared.ts'

/** Sides below 1 are shares of the base's. @throws DomainError invalid, out_of_range */
export async function drawCanvasLayer(layer: CanvasLayer, base: Size, around: Around): Promise<Overlay> {
  const size = canvasSize(layer, base)
  checkSize('The block', { ...size, frames: 1 }, around.context.limits)
  return {
    pixels: await runParts(fillPixels(size, layer.color), layer.parts, { ...around, original: size }),
    natural: size,
  }
}

export function canvasSize({ width, height }: Pick<CanvasLayer, 'width' | 'height'>, base: Size): Size {
  const known = baseVariables(base)
  const side = (key: string, amount: Amount | undefined, whole: number) => {
    if (amount === undefined) return whole
    const value = evaluate(amount, known)
    if (value <= 0) throw invalid('tr', `${key} of the block must be more than 0; it is ${value}.`)
    return Math.max(1, Math.round(value < 1 ? value * whole : value))
  }
  return { width: side('w', width, base.width), height: side('h', height, base.height) }
}
