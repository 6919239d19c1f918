/**
 * Takes a transformation text apart (image-urls.md section 2): chains of steps of items, where `l-…,l-end` and
 * `if-…,if-end` are blocks with chains of their own. Every item knows its place. One pass over the text.
 */
import { type Placed, refuse, refuseWhole, type Source } from './refuse.ts'

/** `key-value` or a flag. */
export interface Item extends Placed {
  kind: 'item'
}

export interface LayerBlock extends Placed {
  kind: 'layer'
  /** What follows `l-`; `text` of the block is its first item. */
  type: string
  chain: Chain
}

export interface ConditionBlock extends Placed {
  kind: 'if'
  /** What follows `if-`. */
  condition: string
  then: Chain
  otherwise: Chain
}

export type Node = Item | LayerBlock | ConditionBlock
/** The items of one step. */
export type Nodes = readonly Node[]
/** Steps, none of them empty. */
export type Chain = readonly Nodes[]

/** Characters, once named transformations have been put in. */
export const maxTextLength = 20_000
const maxLayerDepth = 3
const maxConditionDepth = 3

interface Token extends Placed {
  /** The sign after it; `''`: the text ends. */
  sign: ',' | ':' | ''
}

/** @throws DomainError invalid: too long, an empty item, a block that is not closed or nested too deep */
export function splitText(source: Source): Chain {
  if (source.text.length > maxTextLength) {
    throw refuseWhole(
      source,
      `the transformation has ${source.text.length} characters, at most ${maxTextLength} are read.`,
    )
  }
  if (source.text.trim() === '') return []
  const reader = createReader(source)
  const { chain } = readChain(reader, undefined, { layers: 0, conditions: 0 })
  return chain
}

/** Every item of the text, blocks' brackets included. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let start = 0
  for (let index = 0; index <= text.length; index += 1) {
    const sign = text.charAt(index)
    if (sign !== ',' && sign !== ':' && sign !== '') continue
    const cut = text.slice(start, index).trimStart()
    // A blank that ends base64 was a plus sign.
    const item = cut.startsWith('ie-') ? cut : cut.trimEnd()
    tokens.push({ text: item, at: index - cut.length, sign })
    start = index + 1
  }
  return tokens
}

interface Reader {
  source: Source
  next(): Token | undefined
  peek(): Token | undefined
}

function createReader(source: Source): Reader {
  const tokens = tokensOf(source.text)
  let index = 0
  return { source, next: () => tokens[index++], peek: () => tokens[index] }
}

interface Depth {
  layers: number
  conditions: number
}

/** What closes a block; else that of an if is its middle. */
type Closing = 'l-end' | 'if-end' | 'if-else'
const isClosing = (text: string): text is Closing => text === 'l-end' || text === 'if-end' || text === 'if-else'

/** Reads up to the end of the block that `opening` begins, or of the text. */
function readChain(
  reader: Reader,
  opening: Placed | undefined,
  depth: Depth,
): { chain: Nodes[]; closing: Token | undefined } {
  const { source } = reader
  const chain: Nodes[] = []
  let step: Node[] = []
  const endStep = () => {
    if (step.length > 0) chain.push(step)
    step = []
  }
  for (let token = reader.next(); token !== undefined; token = reader.next()) {
    if (isClosing(token.text)) {
      checkClosing(source, token, opening)
      endStep()
      return { chain, closing: token }
    }
    const { node, sign } = readNode(reader, token, depth)
    step.push(node)
    checkAlone(reader, step, sign)
    if (sign === ':') endStep()
  }
  endStep()
  if (opening === undefined) return { chain, closing: undefined }
  const end = opening.text.startsWith('l-') ? 'l-end' : 'if-end'
  throw refuse(source, opening, `this block is never closed; write ,${end} after it.`)
}

function readNode(reader: Reader, token: Token, depth: Depth): { node: Node; sign: Token['sign'] } {
  const { source } = reader
  const { text, at } = token
  if (text === '') {
    throw refuse(
      source,
      { text, at },
      'an item is empty: steps are key-value items parted by single commas, the steps parted by colons.',
    )
  }
  if (text.startsWith('l-')) {
    const layers = depth.layers + 1
    if (layers > maxLayerDepth)
      throw refuse(source, token, `layers may stand ${maxLayerDepth} deep in each other, not deeper.`)
    const { chain, closing } = readChain(reader, token, { ...depth, layers })
    return { node: { kind: 'layer', type: text.slice(2), text, at, chain }, sign: closing?.sign ?? '' }
  }
  if (!text.startsWith('if-')) return { node: { kind: 'item', text, at }, sign: token.sign }
  const conditions = depth.conditions + 1
  if (conditions > maxConditionDepth) {
    throw refuse(source, token, `conditions may stand ${maxConditionDepth} deep in each other, not deeper.`)
  }
  const inside = { ...depth, conditions }
  const { chain: then, closing: middle } = readChain(reader, token, inside)
  const hasElse = middle?.text === 'if-else'
  const { chain: otherwise, closing } = hasElse ? readChain(reader, token, inside) : { chain: [], closing: middle }
  if (closing?.text === 'if-else') throw refuse(source, closing, 'this condition has an if-else already.')
  return {
    node: { kind: 'if', condition: text.slice(3), text, at, then, otherwise },
    sign: closing?.sign ?? '',
  }
}

function checkClosing(source: Source, closing: Token, opening: Placed | undefined): void {
  const ofLayer = closing.text === 'l-end'
  if (opening !== undefined && opening.text.startsWith('l-') === ofLayer) return
  throw refuse(source, closing, `there is no open ${ofLayer ? 'layer (l-…)' : 'condition (if-…)'} here.`)
}

/** "a whole chain step on its own (anything else in the same step is invalid)" */
function checkAlone({ source, peek }: Reader, step: readonly Node[], sign: Token['sign']): void {
  // The first or the newest: looking through all would be quadratic.
  const condition = [step[0], step.at(-1)].find((node) => node?.kind === 'if')
  if (condition === undefined) return
  const next = peek()
  const followed = sign === ',' && next !== undefined && !isClosing(next.text)
  if (step.length === 1 && !followed) return
  throw refuse(source, condition, 'a condition is a step of its own; put a colon between it and what stands beside it.')
}
