/** What a layer shows: `i` and `ie` (image-urls.md section 8). */
import { keyOf } from './items.ts'
import { refuse, type Source } from './refuse.ts'
import type { Item, LayerBlock } from './split.ts'
import { isPlain, unescaped } from './values.ts'

const maxPlain = 2000
const maxEncoded = 2500

export interface LayerInput {
  item: Item
  value: string
}

/** "`i-<value>` or `ie-<base64, percent-encoded>`; both: ie wins" @throws DomainError invalid: neither, too long, no base64 */
export function inputOf(block: LayerBlock, source: Source): LayerInput {
  let plain: LayerInput | undefined
  let encoded: LayerInput | undefined
  for (const item of block.chain.flat()) {
    if (item.kind !== 'item') continue
    const { name, value } = keyOf(item.text)
    if (name === 'i') plain = { item, value: unescaped(value ?? '') }
    if (name === 'ie') encoded = { item, value: unescaped(value ?? '') }
  }
  if (encoded !== undefined) return { ...encoded, value: decoded(encoded, source) }
  if (plain === undefined)
    throw refuse(source, block, 'the layer has no input; write i-<value> or ie-<base64> after it.')
  const count = [...plain.value].length
  if (count > maxPlain) throw refuse(source, plain.item, `i has ${count} characters; at most ${maxPlain} are allowed.`)
  return plain
}

export const isInput = (text: string) =>
  text.startsWith('i-') || text.startsWith('ie-') || text === 'i' || text === 'ie'

function decoded({ item, value }: LayerInput, source: Source): string {
  if (value.length > maxEncoded) {
    throw refuse(source, item, `ie has ${value.length} characters; at most ${maxEncoded} are allowed.`)
  }
  // A plus sign that was not encoded comes as a blank; the URL-safe alphabet is read, too.
  const letters = value.replaceAll(/[ -]/g, '+').replaceAll('_', '/')
  const text = /^[A-Za-z0-9+/]+={0,2}$/.test(letters) ? utf8(Buffer.from(letters, 'base64')) : undefined
  if (text === undefined || text === '') {
    throw refuse(source, item, 'ie takes base64 of UTF-8 text, percent-encoded in a URL.')
  }
  return text
}

function utf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Letters and digits of any script, blanks and `_ - % ! @ & .`: what text may have in `i`. */
const plainText = /^[\p{L}\p{M}\p{N} _\-%!@&.]*$/u

/** The text of a text layer. @throws DomainError invalid: empty, characters that need `ie` */
export function textOf({ item, value }: LayerInput, source: Source): string {
  if (value.trim() === '') throw refuse(source, item, 'the text is empty.')
  if (item.text.startsWith('ie')) {
    if (isPlain(value.replaceAll(/[\n\r\t]/g, ''))) return value.replaceAll(/\r\n?/g, '\n')
    throw refuse(source, item, 'the text has control characters.')
  }
  if (plainText.test(value)) return value
  throw refuse(source, item, 'i takes letters, digits, blanks and _ - % ! @ & . only; write other text as ie-<base64>.')
}
