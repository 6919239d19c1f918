/** The keys of layers (image-urls.md section 8): where an overlay stands, and how texts and canvases look. */
import type { Amount, LayerMode, LayerPosition, Offset, TextLayer } from '../../processing/transformation.ts'
import { color, hasOpacity, isHex } from './colors.ts'
import {
  amountsOf,
  expression,
  ignored,
  knownInDrawnOffsets,
  knownInImageLayers,
  length,
  maxSide,
  side,
} from './expressions.ts'
import { anchors, places } from './focus.ts'
import { font } from './fonts.ts'
import type { Key } from './keys.ts'
import { flip, radius, turn } from './looks.ts'
import type { Scope } from './scope.ts'
import { decimal, integer, oneOf, some } from './values.ts'

const modes = ['multiply', 'cutter', 'cutout', 'displace'] as const
const aligns = ['left', 'center', 'right'] as const

export interface Standing extends LayerPosition {
  mode?: LayerMode
}

const offset = 'pixels (N40: from the right or bottom edge) or an expression such as bw_mul_0.5'
const nine = `one of ${places}`
const amountKnown = ({ place }: Scope) => (place === 'drawn' ? knownInDrawnOffsets : knownInImageLayers)

/** "overlay's top-left in base pixels; N.. measures from the right/bottom edge; values beyond the base are clamped" */
function offsetOf(text: string, scope: Scope): Offset | undefined {
  const fromEnd = text.startsWith('N')
  const rest = fromEnd ? text.slice(1) : text
  const pixels = /^\d+$/.test(rest) ? Math.min(Number(rest), maxSide) : decimal(rest, { min: 0, max: maxSide })
  return some(pixels ?? expression(rest, amountKnown(scope)), (amount) => ({ amount, fromEnd }))
}

const standingKey = (takes: string, read: Key<Standing>['read']): Key<Standing> => ({ takes, read })

export const standingKeys: ReadonlyMap<string, Key<Standing>> = new Map([
  ['lfo', standingKey(nine, (value) => some(anchors.get(value), (focus) => ({ focus })))],
  ['lx', standingKey(offset, (value, scope) => some(offsetOf(value, scope), (x) => ({ x })))],
  ['ly', standingKey(offset, (value, scope) => some(offsetOf(value, scope), (y) => ({ y })))],
  ['lxc', standingKey(offset, (value, scope) => some(offsetOf(value, scope), (centerX) => ({ centerX })))],
  ['lyc', standingKey(offset, (value, scope) => some(offsetOf(value, scope), (centerY) => ({ centerY })))],
  ['lap', standingKey(nine, (value) => some(anchors.get(value), (anchor) => ({ anchor })))],
  [
    'lm',
    standingKey('multiply, cutter, cutout or displace', (value) => some(oneOf(modes, value), (mode) => ({ mode }))),
  ],
])

/** How a canvas looks, besides what all pictures can have. */
export interface CanvasDraft {
  width?: Amount
  height?: Amount
  /** As written: with a name, `al` is ignored. */
  color?: string
  opacity?: number
}

const canvasKey = (takes: string, read: Key<CanvasDraft>['read']): Key<CanvasDraft> => ({ takes, read })
const canvasSide = 'whole pixels from 1, a share of the base between 0 and 1, or an expression such as bw_div_2'
const tenths = 'a whole number from 1 to 9'

export const canvasKeys: ReadonlyMap<string, Key<CanvasDraft>> = new Map([
  ['w', canvasKey(canvasSide, (value, scope) => drawnSide(value, scope, (width) => ({ width })))],
  ['h', canvasKey(canvasSide, (value, scope) => drawnSide(value, scope, (height) => ({ height })))],
  ['bg', canvasKey('a colour', (value) => some(color(value), () => ({ color: value })))],
  ['al', canvasKey(tenths, (value) => some(integer(value, { min: 1, max: 9 }), (tenth) => ({ opacity: tenth / 10 })))],
])

/** "If bg has an alpha part it beats al; with a colour name al is ignored." */
export function canvasColor({ color: text = '000000', opacity }: CanvasDraft) {
  const found = color(text) ?? { red: 0, green: 0, blue: 0, alpha: 1 }
  return opacity === undefined || hasOpacity(text) || !isHex(text) ? found : { ...found, alpha: opacity }
}

function drawnSide<Sets>(value: string, { known }: Scope, sets: (amount: Amount) => Sets): Sets | object | undefined {
  return some(side(value, known), (amount) => (amount === ignored ? {} : sets(amount)))
}

export type TextDraft = Partial<Omit<TextLayer, 'type' | 'position' | 'mode' | 'displace' | 'parts' | 'text'>>

const textKey = (takes: string, read: Key<TextDraft>['read']): Key<TextDraft> => ({ takes, read })
const maxFontSize = 16_383

export const textKeys: ReadonlyMap<string, Key<TextDraft>> = new Map([
  [
    'fs',
    textKey(`pixels up to ${maxFontSize}, or an expression such as bh_mul_0.1`, (value, { known }) =>
      some(length(value, known, maxFontSize), (fontSize) => ({ fontSize })),
    ),
  ],
  [
    'ff',
    textKey('the name of a font, or the path of an uploaded one with @@ for slashes', (value) =>
      some(font(value), (found) => ({ font: found })),
    ),
  ],
  ['co', textKey('a colour', (value) => some(color(value), (found) => ({ color: found })))],
  ['ia', textKey('left, center or right', (value) => some(oneOf(aligns, value), (align) => ({ align })))],
  [
    'pa',
    textKey('one to four paddings (10_20_30_40, as in CSS), pixels or expressions', (value, { known }) =>
      some(padding(value, known), (found) => ({ padding: found })),
    ),
  ],
  ['al', textKey(tenths, (value) => some(integer(value, { min: 1, max: 9 }), (tenth) => ({ opacity: tenth / 10 })))],
  ['tg', textKey('b, i and strikethrough, joined by _', typography)],
  [
    'lh',
    textKey('pixels or an expression', (value, { known }) =>
      some(length(value, known), (lineHeight) => ({ lineHeight })),
    ),
  ],
])

/** Those that mean something else in later steps, where the text is a picture. */
export const textBoxKeys: ReadonlyMap<string, Key<TextDraft>> = new Map([
  ['w', textKey('whole pixels from 1, or an expression such as bw_mul_0.5', textWidth)],
  ['bg', textKey('a colour', (value) => some(color(value), (found) => ({ background: found })))],
  [
    'r',
    textKey('whole pixels, max, or four of them: tl_tr_br_bl', (value) =>
      some(radius(value), (found) => ({ radius: found })),
    ),
  ],
  ['rt', textKey('degrees (N90 turns left)', (value) => some(turn(value), (rotate) => ({ rotate })))],
  ['fl', textKey('h, v or h_v', (value) => some(flip(value), (found) => ({ flip: found })))],
])

/** "maximum width in px" */
function textWidth(value: string, { known }: Scope): TextDraft | undefined {
  const width = side(value, known)
  if (width === ignored) return {}
  return typeof width === 'number' && width < 1 ? undefined : some(width, (found) => ({ width: found }))
}

/** "b, i, strikethrough, combined with `_`" */
function typography(value: string): TextDraft | undefined {
  const words = value.split('_')
  if (words.length > 3 || !words.every((word) => ['b', 'i', 'strikethrough'].includes(word))) return undefined
  return { bold: words.includes('b'), italic: words.includes('i'), strikethrough: words.includes('strikethrough') }
}

/** "padding in CSS order" */
function padding(value: string, known: Scope['known']): TextLayer['padding'] | undefined {
  const given = amountsOf(value, known)
  if (given === undefined || given.length > 4) return undefined
  if (given.some((amount) => typeof amount === 'number' && amount > maxSide)) return undefined
  const [top = 0, right = top, bottom = top, left = right] = given
  return [top, right, bottom, left]
}
