/**
 * A small reader of XML for metadata: tags, attributes, text. It goes through the text once, knows no entities but the
 * five of XML and numbers (those that a document declares stay as they are written), and stops at its bounds.
 */

const bounds = { characters: 512 * 1024, elements: 20_000, depth: 40 } as const

export interface Element {
  /** With its prefix, as written. */
  name: string
  attributes: ReadonlyMap<string, string>
  children: Element[]
  /** Its own text, without that of its children. */
  text: string
}

/** The document as the children of an element without a name. What cannot be read ends it; what stands before remains. */
export function readXml(source: string): Element {
  const text = source.slice(0, bounds.characters)
  const root: Element = { name: '', attributes: new Map(), children: [], text: '' }
  const open = [root]
  let elements = 0
  for (let at = 0; at < text.length; ) {
    const parent = open.at(-1) ?? root
    const tag = text.indexOf('<', at)
    parent.text += decodeEntities(text.slice(at, tag < 0 ? undefined : tag))
    if (tag < 0) break
    const skipped = endOfOther(text, tag)
    if (skipped !== undefined) {
      if (text.startsWith('<![CDATA[', tag)) parent.text += text.slice(tag + 9, skipped - 3)
      at = skipped
      continue
    }
    const end = endOfTag(text, tag)
    if (end < 0) break
    at = end + 1
    const inner = text.slice(tag + 1, end)
    if (inner.startsWith('/')) {
      if (open.length > 1) open.pop()
      continue
    }
    elements += 1
    if (elements > bounds.elements || open.length > bounds.depth) break
    const element = readTag(inner)
    parent.children.push(element)
    if (!inner.endsWith('/')) open.push(element)
  }
  return root
}

/** Where a comment, an instruction, a declaration or plain characters end; undefined: it is a tag. */
function endOfOther(text: string, at: number): number | undefined {
  const after = (mark: string, from: number) => {
    const found = text.indexOf(mark, from)
    return found < 0 ? text.length : found + mark.length
  }
  if (text.startsWith('<!--', at)) return after('-->', at + 4)
  if (text.startsWith('<?', at)) return after('?>', at + 2)
  if (text.startsWith('<![CDATA[', at)) return after(']]>', at + 9)
  if (!text.startsWith('<!', at)) return undefined
  // A document type may declare things in brackets.
  const [bracket, end] = [text.indexOf('[', at), after('>', at)]
  return bracket < 0 || bracket > end ? end : after('>', after(']', bracket))
}

/** The `>` of a tag, not one in quotes; -1: none. */
function endOfTag(text: string, from: number): number {
  let quote = ''
  for (let at = from; at < text.length; at++) {
    const character = text[at] ?? ''
    if (quote !== '') quote = character === quote ? '' : quote
    else if (character === '"' || character === "'") quote = character
    else if (character === '>') return at
  }
  return -1
}

function readTag(inner: string): Element {
  const name = /^[^\s/]+/.exec(inner)?.[0] ?? ''
  const attributes = new Map<string, string>()
  const attribute = /\s*([^\s=/"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')/y
  attribute.lastIndex = name.length
  for (let found = attribute.exec(inner); found !== null; found = attribute.exec(inner)) {
    attributes.set(found[1] ?? '', decodeEntities(found[2] ?? found[3] ?? ''))
  }
  return { name, attributes, children: [], text: '' }
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,4}));/gi, (whole, decimal, hexadecimal, name) => {
    if (name !== undefined) return entities[name] ?? whole
    const code = decimal === undefined ? Number.parseInt(hexadecimal, 16) : Number(decimal)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : ''
  })
}
