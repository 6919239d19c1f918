/** Layers and bases for the tests, and a run of one step with them. */
import type {
  Color,
  ImageLayer,
  Layer,
  LayerPosition,
  Offset,
  Part,
  TextLayer,
} from '../../../../../core/processing/transformation.ts'
import type { Pixels } from '../../pixels.ts'
import { type Colour, contextOf } from '../../steps/pictures.fixtures.ts'
import { fillPixels } from '../background.ts'
import { decideOnce, runParts } from '../run-parts.ts'
import { createShared } from './shared.ts'

export const color = (red: number, green: number, blue: number, alpha = 1): Color => ({ red, green, blue, alpha })
export const white = color(255, 255, 255)
export const black = color(0, 0, 0)
export const red = color(255, 0, 0)
export const green = color(0, 255, 0)
export const blue = color(0, 0, 255)

export const px = (amount: Offset['amount']): Offset => ({ amount, fromEnd: false })
export const fromEnd = (amount: Offset['amount']): Offset => ({ amount, fromEnd: true })

/** A block of colour. */
export function block(
  width: number,
  height: number,
  of: Color,
  position: LayerPosition = {},
  parts: Part[] = [],
): Layer {
  return { type: 'canvas', width, height, color: of, position, parts }
}

/** The picture `picture` is files[0] of `lay`, `other` files[1]. */
export function image(position: LayerPosition = {}, parts: Part[] = [], path = 'picture'): ImageLayer {
  return { type: 'image', path, position, parts }
}

export function text(words: string, more: Partial<TextLayer> = {}): TextLayer {
  return {
    type: 'text',
    text: words,
    fontSize: 30,
    color: black,
    align: 'center',
    padding: [0, 0, 0, 0],
    opacity: 1,
    bold: false,
    italic: false,
    strikethrough: false,
    position: {},
    parts: [],
    ...more,
  }
}

export interface Given {
  width?: number
  height?: number
  background?: Color
  files?: readonly Buffer[]
  /** Paths of uploaded fonts, whose layers name them `font0` … */
  fonts?: readonly string[]
}

/** Layers on a plain base, white by default. */
export async function lay(layers: readonly Layer[], given: Given = {}): Promise<Pixels> {
  const { width = 100, height = 60, background = white, files = [], fonts = [] } = given
  const base = fillPixels({ width, height }, background)
  const parts: Part[] = [{ type: 'step', layers }]
  const images = ['picture', 'other']
  const transform = { parts, images, fonts: fonts.map((_, index) => `font${index}`), accepts: [] }
  const context = await contextOf(
    [files[0] ?? Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'), ...files],
    { transform },
  )
  const shared = createShared()
  try {
    const around = {
      context: { ...context, order: { ...context.order, fonts } },
      original: base,
      depth: 0,
      alike: decideOnce(),
      shared,
    }
    return await runParts(base, parts, around)
  } finally {
    await shared.close()
  }
}

export function pixelAt({ data, width }: Pixels, x: number, y: number): Colour {
  const at = (y * width + x) * 4
  return [data[at] ?? -1, data[at + 1] ?? -1, data[at + 2] ?? -1, data[at + 3] ?? -1]
}

/** Bounds of all that is not the colour of the last pixel, or of all that is `of`. */
export function boundsOf(pixels: Pixels, of?: Color) {
  const background = pixelAt(pixels, pixels.width - 1, pixels.height - 1).join()
  const wanted = of === undefined ? undefined : [of.red, of.green, of.blue, 255].join()
  const found = { left: pixels.width, top: pixels.height, right: 0, bottom: 0 }
  for (let y = 0; y < pixels.height; y++) {
    for (let x = 0; x < pixels.width; x++) {
      const here = pixelAt(pixels, x, y).join()
      if (wanted === undefined ? here === background : here !== wanted) continue
      found.left = Math.min(found.left, x)
      found.top = Math.min(found.top, y)
      found.right = Math.max(found.right, x + 1)
      found.bottom = Math.max(found.bottom, y + 1)
    }
  }
  return found
}
