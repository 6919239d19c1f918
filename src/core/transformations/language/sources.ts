/** What a transformation needs besides its picture: for TransformOrder.images and .fonts. */
import type { Layer, Part, Transformation } from '../../processing/transformation.ts'

type Parts = Pick<Transformation, 'parts'>

/** Paths (or URLs) of the pictures of its layers, each once, in the order of the text. */
export function imagesOf({ parts }: Parts): string[] {
  return distinct(parts, (layer) => (layer.type === 'image' ? layer.path : undefined))
}

/** Paths of the uploaded fonts of its texts, each once, in the order of the text. */
export function fontsOf({ parts }: Parts): string[] {
  return distinct(parts, (layer) =>
    layer.type === 'text' && layer.font !== undefined && 'path' in layer.font ? layer.font.path : undefined,
  )
}

/** A layer before those inside it. */
export function layersOf(parts: readonly Part[]): Layer[] {
  return parts.flatMap((part) =>
    part.type === 'if'
      ? [...layersOf(part.then), ...layersOf(part.otherwise)]
      : (part.layers ?? []).flatMap((layer) => [layer, ...layersOf(layer.parts)]),
  )
}

function distinct(parts: readonly Part[], take: (layer: Layer) => string | undefined): string[] {
  return [...new Set(layersOf(parts).flatMap((layer) => take(layer) ?? []))]
}
