/** Lays a step's layers on the picture, in the order in which they are written (image-urls.md section 8). */
import { evaluate } from '../../../../../core/processing/amounts.ts'
import type { Layer, Step } from '../../../../../core/processing/transformation.ts'
import type { Pixels } from '../../pixels.ts'
import { type Around, decideOnce, type Size } from '../run-parts.ts'
import { blend } from './blend.ts'
import { drawCanvasLayer } from './canvas-layer.ts'
import { drawImageLayer } from './image-layer.ts'
import { offsetVariables, placeOverlay } from './place.ts'
import type { Overlay } from './shared.ts'
import { drawTextLayer } from './text-layer.ts'

export async function layLayers(pixels: Pixels, { layers }: Step, around: Around): Promise<Pixels> {
  if (layers === undefined || layers.length === 0) return pixels
  const { width, height } = pixels
  const base = { width, height, data: Buffer.from(pixels.data) }
  for (const layer of layers) {
    const overlay = await around.shared.overlay(layer, { width, height }, () => draw(layer, { width, height }, around))
    if (overlay === undefined) continue
    const known = offsetVariables(base, overlay.pixels, overlay.natural)
    const { x = 0, y = 0 } = layer.displace ?? {}
    const shift = { x: evaluate(x, known), y: evaluate(y, known) }
    blend(base, overlay.pixels, placeOverlay(layer.position, overlay.pixels, base, known), layer.mode, shift)
  }
  return base
}

/** Inside a layer the overlay is the picture, and this picture its base; what it says of the output goes nowhere. */
async function draw(layer: Layer, base: Size, outside: Around): Promise<Overlay | undefined> {
  const { context, shared, depth } = outside
  const around = { context, shared, depth: depth + 1, base, original: base, alike: decideOnce() }
  switch (layer.type) {
    case 'image':
      return await drawImageLayer(layer, base, around)
    case 'canvas':
      return await drawCanvasLayer(layer, base, around)
    case 'text':
      return await drawTextLayer(layer, base, around)
  }
}
