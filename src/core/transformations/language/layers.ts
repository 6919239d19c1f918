/** Reads layers (image-urls.md section 8). */
import type {
  Anchor,
  ImageLayer,
  Layer,
  LayerPosition,
  Part,
  Step,
  TextLayer,
} from '../../processing/transformation.ts'
import { black } from './colors.ts'
import { knownInDrawnLayers, knownInImageLayers } from './expressions.ts'
import { readItem } from './items.ts'
import type { Key } from './keys.ts'
import { inputOf, isInput, type LayerInput, textOf } from './layer-inputs.ts'
import {
  type CanvasDraft,
  canvasColor,
  canvasKeys,
  type Standing,
  standingKeys,
  type TextDraft,
  textBoxKeys,
  textKeys,
} from './layer-keys.ts'
import { inOrder } from './order.ts'
import { refuse } from './refuse.ts'
import { refusedLayer } from './refused-keys.ts'
import type { Scope } from './scope.ts'
import type { Chain, Item, LayerBlock } from './split.ts'
import { readParts } from './steps.ts'
import { pathOrUrl } from './values.ts'

const canvasName = 'ik_canvas'

/** @throws DomainError invalid */
export function readLayer(block: LayerBlock, outside: Scope): Layer {
  const { source } = outside
  const reason = refusedLayer(block.type)
  if (reason !== undefined) throw refuse(source, block, reason)
  if (block.type !== 'image' && block.type !== 'text') {
    throw refuse(source, block, 'there are layers of the types l-image and l-text.')
  }
  const input = inputOf(block, source)
  const scope = (place: 'image' | 'drawn'): Scope => ({
    ...outside,
    place,
    known: place === 'image' ? knownInImageLayers : knownInDrawnLayers,
  })
  if (block.type === 'text') return textLayer(block, input, scope('drawn'))
  return input.value === canvasName ? canvasLayer(block, scope('drawn')) : imageLayer(block, input, scope('image'))
}

function imageLayer(block: LayerBlock, input: LayerInput, scope: Scope): ImageLayer {
  const path = pathOrUrl(input.value)
  if (path === undefined) {
    throw refuse(
      scope.source,
      input.item,
      'the input takes the path of a picture below the URL endpoint, with @@ for slashes.',
    )
  }
  const { rest, standing } = taken(block, scope)
  const parts = readParts(rest, scope, { original: false })
  return { type: 'image', path, ...withStanding(block, standing, parts, scope) }
}

function canvasLayer(block: LayerBlock, scope: Scope): Layer {
  const draft: CanvasDraft = {}
  const { rest, standing } = taken(block, scope, (item, index) => index === 0 && take(draft, canvasKeys, item, scope))
  const parts = readParts(rest, scope, { original: false })
  const { width, height } = draft
  // Under a gradient that ends clear, black would be all there is to see.
  const shaded = parts.some((part) => part.type === 'step' && part.gradient !== undefined)
  return {
    type: 'canvas',
    color: draft.color === undefined && shaded ? { red: 0, green: 0, blue: 0, alpha: 0 } : canvasColor(draft),
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    ...withStanding(block, standing, parts, scope),
  }
}

const usualText = {
  align: 'center',
  bold: false,
  color: black,
  fontSize: 14,
  italic: false,
  opacity: 1,
  padding: [0, 0, 0, 0],
  strikethrough: false,
} as const

function textLayer(block: LayerBlock, input: LayerInput, scope: Scope): TextLayer {
  const text = textOf(input, scope.source)
  const draft: TextDraft = {}
  const { rest, standing } = taken(
    block,
    scope,
    (item, index) => take(draft, textKeys, item, scope) || (index === 0 && take(draft, textBoxKeys, item, scope)),
  )
  const parts = readParts(rest, scope, { original: false })
  return { type: 'text', text, ...inOrder({ ...usualText, ...draft }), ...withStanding(block, standing, parts, scope) }
}

/** Takes the items that belong to the layer itself out of its chain. `more`: those of its type. */
function taken(
  { chain }: LayerBlock,
  scope: Scope,
  more: (item: Item, step: number) => boolean = () => false,
): { rest: Chain; standing: Standing } {
  const standing: Standing = {}
  const rest = chain.map((nodes, index) =>
    nodes.filter(
      (node) =>
        node.kind !== 'item' || !(isInput(node.text) || take(standing, standingKeys, node, scope) || more(node, index)),
    ),
  )
  return { rest, standing }
}

function take<Draft extends object>(
  draft: Draft,
  keys: ReadonlyMap<string, Key<Draft>>,
  item: Item,
  scope: Scope,
): boolean {
  const found = readItem(keys, item, scope)
  if (found !== undefined) Object.assign(draft, found)
  return found !== undefined
}

/** Position, mode and work of a layer. @throws DomainError invalid: what does not go together */
function withStanding(
  block: LayerBlock,
  { mode, ...given }: Standing,
  parts: readonly Part[],
  { source }: Scope,
): Pick<ImageLayer, 'position' | 'mode' | 'displace' | 'parts'> {
  for (const [axis, start, centre] of [
    ['x', given.x, given.centerX],
    ['y', given.y, given.centerY],
  ] as const) {
    if (start !== undefined && centre !== undefined) {
      throw refuse(source, block, `l${axis} and l${axis}c do not go together; write one of them.`)
    }
  }
  const position = positionOf(given)
  if (mode !== 'displace') return { position, ...(mode === undefined ? {} : { mode }), parts }
  const [first, ...others] = parts
  const { x, y, ...rest } = first?.type === 'step' ? first : ({ type: 'step' } satisfies Step as Step)
  if (x === undefined && y === undefined) {
    throw refuse(source, block, 'lm-displace needs x or y: how many pixels it shifts.')
  }
  const displace = { ...(x === undefined ? {} : { x }), ...(y === undefined ? {} : { y }) }
  return { position, mode, displace, parts: Object.keys(rest).length > 1 ? [rest, ...others] : others }
}

/** "lfo: ignored when lx/ly/lxc/lyc given" */
function positionOf({ focus, anchor, x, y, centerX, centerY }: LayerPosition): LayerPosition {
  const placed = [x, y, centerX, centerY].some((offset) => offset !== undefined)
  const centred = (place: Anchor) => place.x === 0 && place.y === 0
  return {
    ...(anchor === undefined || !placed ? {} : { anchor }),
    ...(centerX === undefined ? {} : { centerX }),
    ...(centerY === undefined ? {} : { centerY }),
    ...(focus === undefined || placed || centred(focus) ? {} : { focus }),
    ...(x === undefined ? {} : { x }),
    ...(y === undefined ? {} : { y }),
  }
}
