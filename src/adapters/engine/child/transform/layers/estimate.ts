/** How much memory layers will take, for the admission of the job: numbers from headers and from the transformation. */
import { evaluate, type Variables } from '../../../../../core/processing/amounts.ts'
import { followSizes } from '../../../../../core/processing/follow.ts'
import type { Amount, Layer, Part } from '../../../../../core/processing/transformation.ts'
import type { Context } from '../../picture.ts'
import { exifTurn, turned } from '../../steps/orient.ts'
import type { Size } from '../run-parts.ts'
import { decodingScale } from './image-layer.ts'
import { baseVariables } from './place.ts'

/** The overlay, what a step makes of it, and a copy on the way. */
const bytesPerPixel = 12
/** Ems squared that a character takes in a box, gaps and line ends included. */
const character = 1.5

/** Bytes of all layers in these parts. All of them: overlays are kept for the frames to come. */
export function layerBytes(parts: readonly Part[], base: Size, context: Pick<Context, 'sources' | 'order'>): number {
  let bytes = 0
  for (const part of parts) {
    if (part.type === 'if') {
      bytes += Math.max(layerBytes(part.then, base, context), layerBytes(part.otherwise, base, context))
      continue
    }
    for (const layer of part.layers ?? []) {
      const overlay = drawnSize(layer, base, context)
      // What the layer's own steps ask for may be larger.
      const pixels = Math.max(overlay.width * overlay.height, ...sizesOf(layer.parts, overlay, base))
      bytes += pixels * bytesPerPixel + layerBytes(layer.parts, overlay, context)
    }
  }
  return bytes
}

function drawnSize(layer: Layer, base: Size, { sources, order }: Pick<Context, 'sources' | 'order'>): Size {
  const known = baseVariables(base)
  if (layer.type === 'canvas') {
    return { width: side(layer.width, base.width, known), height: side(layer.height, base.height, known) }
  }
  if (layer.type === 'text') {
    const em = side(layer.fontSize, 1, known)
    const area = em * em * layer.text.length * character
    const width = Math.max(1, side(layer.width, Math.sqrt(area), known))
    return { width, height: Math.max(em, area / width) }
  }
  const header = sources[1 + (order.operations.transform?.images.indexOf(layer.path) ?? -2)]
  if (header === undefined) return { width: 1, height: 1 }
  const natural = turned(header, exifTurn(header.orientation))
  const scale = decodingScale(layer.parts, natural, base, header)
  return { width: natural.width * scale, height: natural.height * scale }
}

/** Pixels after each step of the layer's own. What is wrong there is refused when it runs. */
function sizesOf(parts: readonly Part[], overlay: Size, base: Size): number[] {
  try {
    return followSizes(parts, overlay, { original: overlay, base }).map(({ width, height }) => width * height)
  } catch {
    return []
  }
}

/** What cannot be worked out yet is what it was. */
function side(amount: Amount | undefined, own: number, known: Variables): number {
  if (amount === undefined) return own
  try {
    const value = evaluate(amount, known)
    return value <= 0 ? own : value < 1 ? value * own : Math.min(value, 65_535)
  } catch {
    return own
  }
}
