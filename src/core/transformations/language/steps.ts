/** Reads chains of steps (image-urls.md section 2). */
import type { Condition, Layer, Output, Part, Step } from '../../processing/transformation.ts'
import { readCondition } from './conditions.ts'
import { readItem, refuseItem } from './items.ts'
import { type Draft, stepKeys } from './keys.ts'
import { readLayer } from './layers.ts'
import { inOrder } from './order.ts'
import { refuse } from './refuse.ts'
import type { Scope } from './scope.ts'
import type { Chain, ConditionBlock, Item, Nodes } from './split.ts'

/** What belongs to the whole transformation, wherever it stands. */
export interface Whole {
  original: boolean
  defaultImage?: string
}

/** Steps that ask for nothing are left out. @throws DomainError invalid */
export function readParts(chain: Chain, scope: Scope, whole: Whole): Part[] {
  return chain.flatMap((nodes): Part[] => {
    const [first] = nodes
    if (first?.kind === 'if') return [readConditional(first, scope, whole)]
    const draft: Draft = {}
    const layers: Layer[] = []
    for (const node of nodes) {
      if (node.kind === 'layer') layers.push(readLayer(node, scope))
      else if (node.kind === 'item') addItem(draft, node, scope)
    }
    checkAxes(draft, nodes, scope)
    return finished(draft, layers, scope, whole)
  })
}

function readConditional(block: ConditionBlock, scope: Scope, whole: Whole): Condition {
  const inside = { ...scope, conditional: true }
  return {
    type: 'if',
    anyOf: readCondition(scope.source, block),
    // biome-ignore lint/suspicious/noThenProperty: a list, which nothing takes for a promise; `if` reads best with it
    then: readParts(block.then, inside, whole),
    otherwise: readParts(block.otherwise, inside, whole),
  }
}

/** A later item of the same key wins. */
export function addItem(draft: Draft, item: Item, scope: Scope): void {
  if (scope.names && /^n-[A-Za-z0-9_]+$/.test(item.text)) return
  Object.assign(draft, readItem(stepKeys, item, scope) ?? refuseItem(item, scope))
}

/** A corner and a centre at once mean nothing. */
export function checkAxes({ x, centerX, y, centerY }: Draft, nodes: Nodes, { source }: Scope): void {
  const both =
    x !== undefined && centerX !== undefined ? 'x' : y !== undefined && centerY !== undefined ? 'y' : undefined
  const item = both && nodes.find(({ text }) => text.startsWith(`${both}c-`))
  if (both && item) throw refuse(source, item, `${both} and ${both}c do not go together; write one of them.`)
}

/** The step of a draft, if it asks for anything. */
export function finished(draft: Draft, layers: readonly Layer[], { place }: Scope, whole: Whole): Step[] {
  const { format, quality, lossless, progressive, metadata, profile, cropMode, original, defaultImage, ...rest } = draft
  whole.original ||= original === true
  if (defaultImage !== undefined) whole.defaultImage = defaultImage
  if (cropMode !== undefined) rest.mode = cropMode
  // How an overlay would be written makes no difference.
  const output: Output = place === 'base' ? defined({ format, quality, lossless, progressive, metadata, profile }) : {}
  const step = {
    ...rest,
    ...(layers.length === 0 ? {} : { layers }),
    ...(Object.keys(output).length === 0 ? {} : { output }),
  }
  return Object.keys(step).length === 0 ? [] : [{ type: 'step', ...inOrder(step) }]
}

/** Only what is there; false is what is meant anyway. */
function defined(output: { [Name in keyof Output]: Output[Name] | undefined }): Output {
  const { format, quality, lossless, progressive, metadata, profile } = output
  return {
    ...(format === undefined ? {} : { format }),
    ...(lossless === undefined ? {} : { lossless }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(profile === undefined ? {} : { profile }),
    ...(progressive === undefined ? {} : { progressive }),
    ...(quality === undefined ? {} : { quality }),
  }
}
