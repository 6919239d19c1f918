/** Files sent as text (media-library-api.md section 5.1): data URIs and base64, decoded while they come. */
import type { Readable } from 'node:stream'
import { invalid } from '../errors.ts'

/** Enough to tell a URL from a data URI from base64. */
const sniffLength = 16
const maxHeadLength = 4096

type Chunks = AsyncIterable<Buffer>

/** All texts meant here are ASCII: other bytes become characters that no form of them allows. */
const asText = (chunk: Buffer) => chunk.toString('latin1')
const asBytes = (text: string) => Buffer.from(text, 'latin1')

/** The first characters of a text without blanks before them, and the others as they come. */
export async function firstText(stream: Readable): Promise<{ first: string; rest: Chunks }> {
  // Whoever made the stream ends it.
  const chunks = stream.iterator({ destroyOnReturn: false })
  let first = ''
  while (first.length < sniffLength) {
    const { done, value } = await chunks.next()
    if (done) break
    first = `${first}${asText(value as Buffer)}`.trimStart()
  }
  return { first, rest: chunks }
}

/** Undefined: it has more characters than that. */
export async function wholeText(first: string, rest: Chunks, maxLength: number): Promise<string | undefined> {
  let text = first
  for await (const more of rest) {
    if (text.length > maxLength) break
    text += asText(more)
  }
  return text.length > maxLength ? undefined : text
}

/**
 * The bytes of a data URI, or of base64. They are written over the text's own: no second copy of a large file passes
 * through memory.
 * @throws DomainError invalid (param `file`)
 */
export async function* decodeText(first: string, rest: Chunks): AsyncGenerator<Buffer> {
  if (!/^data:/i.test(first)) return yield* decodeBase64(joined(first, rest))
  let head = first
  const more = rest[Symbol.asyncIterator]()
  while (!head.includes(',')) {
    const { done, value } = await more.next()
    if (done || head.length > maxHeadLength) throw invalidFile('The data URI has no comma before its data.')
    head += asText(value)
  }
  const comma = head.indexOf(',')
  const data = joined(head.slice(comma + 1), { [Symbol.asyncIterator]: () => more })
  if (/;\s*base64\s*$/i.test(head.slice(0, comma))) yield* decodeBase64(data)
  else yield* decodePercent(data)
}

async function* joined(first: string, rest: Chunks): AsyncGenerator<Buffer> {
  yield asBytes(first)
  yield* rest
}

/** Both alphabets, with or without padding, line breaks anywhere. */
async function* decodeBase64(chunks: Chunks): AsyncGenerator<Buffer> {
  let pending = ''
  let padded = false
  for await (const chunk of chunks) {
    let letters = asText(chunk)
    if (/\s/.test(letters)) letters = letters.replaceAll(/\s+/g, '')
    const padding = letters.indexOf('=')
    if ((padded && /[^=]/.test(letters)) || (padding !== -1 && /[^=]/.test(letters.slice(padding)))) throw notBase64()
    if (padding !== -1) {
      padded = true
      letters = letters.slice(0, padding)
    }
    if (/[^A-Za-z0-9+/_-]/.test(letters)) throw notBase64()
    if (pending !== '') letters = pending + letters
    const whole = letters.length - (letters.length % 4)
    pending = letters.slice(whole)
    if (whole > 0) yield decodedOver(chunk, letters.slice(0, whole))
  }
  if (pending.length === 1) throw notBase64()
  if (pending !== '') yield Buffer.from(pending, 'base64')
}

/** The bytes of the letters, in the chunk where they fit. */
function decodedOver(chunk: Buffer, letters: string): Buffer {
  const size = (letters.length / 4) * 3
  return size > chunk.length
    ? Buffer.from(letters, 'base64')
    : chunk.subarray(0, chunk.write(letters, 0, size, 'base64'))
}

async function* decodePercent(chunks: Chunks): AsyncGenerator<Buffer> {
  let pending = ''
  for await (const chunk of chunks) {
    const whole = pending + asText(chunk)
    // An escape may be cut in two.
    const end = /%[0-9a-f]?$/i.exec(whole)?.index ?? whole.length
    pending = whole.slice(end)
    yield unescaped(whole.slice(0, end))
  }
  if (pending !== '') throw invalidFile('The data URI ends within an escape.')
}

function unescaped(text: string): Buffer {
  return asBytes(
    text.replaceAll(/%(.?.?)/gs, (_, hex: string) => {
      if (!/^[0-9a-f]{2}$/i.test(hex)) throw invalidFile('The data URI has a "%" without two hex digits behind it.')
      return String.fromCharCode(Number.parseInt(hex, 16))
    }),
  )
}

const invalidFile = (why: string) => invalid('file', `Your request contains invalid file parameter. ${why}`)

const notBase64 = () =>
  invalidFile('A text must be a URL that begins with http:// or https://, a data URI, or base64 and nothing else.')
