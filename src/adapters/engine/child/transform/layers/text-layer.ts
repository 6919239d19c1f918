/** Text layers (image-urls.md section 8): the text, its padded box with background and round corners, opacity, turns. */

import { invalid } from '../../../../../core/errors.ts'
import { evaluate } from '../../../../../core/processing/amounts.ts'
import type { Amount, Color, Part, TextLayer } from '../../../../../core/processing/transformation.ts'
import { printable } from '../../markup.ts'
import { fade, type Pixels } from '../../pixels.ts'
import { fillPixels } from '../background.ts'
import { type Around, runParts, type Size } from '../run-parts.ts'
import { blend } from './blend.ts'
import { defaultFamily, familyOf } from './font-names.ts'
import { baseVariables } from './place.ts'
import type { Overlay } from './shared.ts'
import { checkBox, drawBlock } from './text-block.ts'

/**
 * The box is `w` wide where that is given, else as wide as the longest line; padding comes on top. `around` is that of
 * the inside of the layer. Undefined: nothing to see.
 */
export async function drawTextLayer(layer: TextLayer, base: Size, around: Around): Promise<Overlay | undefined> {
  const text = printable(layer.text)
  if (text.trim() === '') return undefined
  const known = baseVariables(base)
  const size = positive('fs', layer.fontSize)
  const width = layer.width === undefined ? undefined : Math.max(1, Math.round(positive('w', layer.width)))
  const lineHeight = layer.lineHeight === undefined ? {} : { lineHeight: positive('lh', layer.lineHeight) }
  const [top, right, bottom, left] = layer.padding.map((amount) => {
    const value = Math.round(evaluate(amount, known))
    if (value < 0) throw invalid('tr', `pa of the text layer must not be negative; it is ${value}.`)
    return value
  }) as [number, number, number, number]
  // Before anything is drawn: what is asked for in numbers.
  checkBox({ width: (width ?? 1) + left + right, height: 1 + top + bottom })

  const drawn = await drawBlock({
    text,
    font: { ...(await fontOf(layer, around)), bold: layer.bold, italic: layer.italic, size: Math.max(1, size) },
    lines: { align: layer.align === 'center' ? 'centre' : layer.align, ...(width === undefined ? {} : { width }) },
    color: hex(layer.color),
    strikethrough: layer.strikethrough,
    ...lineHeight,
  })
  if (drawn === undefined) return undefined
  const inner = { width: Math.max(width ?? 0, drawn.width), height: drawn.height }
  const outer = { width: inner.width + left + right, height: inner.height + top + bottom }
  checkBox(outer)
  const box = await drawBox(layer, outer, around)
  const free = inner.width - drawn.width
  const indent = layer.align === 'left' ? 0 : layer.align === 'right' ? free : Math.round(free / 2)
  blend(box, fade(drawn, layer.color.alpha * 100), { left: left + indent, top }, undefined, { x: 0, y: 0 })

  const pixels = await runParts(fade(box, layer.opacity * 100), [...turns(layer), ...layer.parts], {
    ...around,
    original: outer,
  })
  return { pixels, natural: outer }

  function positive(key: string, amount: Amount): number {
    const value = evaluate(amount, known)
    if (value > 0) return value
    throw invalid('tr', `${key} of the text layer must be more than 0; it is ${value}.`)
  }
}

async function drawBox({ background, radius }: TextLayer, size: Size, around: Around): Promise<Pixels> {
  const box = fillPixels(size, background ?? { red: 0, green: 0, blue: 0, alpha: 0 })
  if (background === undefined || radius === undefined) return box
  return await runParts(box, [{ type: 'step', radius }], around)
}

/** Characters that an uploaded font lacks come from the default one. */
async function fontOf({ font }: TextLayer, { context, shared }: Around): Promise<{ family: string; file?: string }> {
  if (font === undefined) return { family: defaultFamily }
  if ('name' in font) return { family: familyOf(font.name) }
  const path = context.order.fonts?.[context.order.operations.transform?.fonts.indexOf(font.path) ?? -1]
  if (path === undefined) throw new TypeError('a text layer without its font')
  const { family, file } = await shared.font(path)
  return { family: `${family},${defaultFamily}`, file }
}

function turns({ rotate, flip }: TextLayer): Part[] {
  if (rotate === undefined && flip === undefined) return []
  return [{ type: 'step', ...(rotate === undefined ? {} : { rotate }), ...(flip === undefined ? {} : { flip }) }]
}

function hex({ red, green, blue }: Color): string {
  return `#${[red, green, blue].map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`
}
