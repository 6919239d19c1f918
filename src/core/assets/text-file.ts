/** Files sent as text (media-library-api.md section 5.1): data URIs and base64, decoded while they come. */
import type { Readable } from 'node:stream'
import { invalid } from '../errors.ts'

/** Enough to tell a URL from a data URI from base64. */
const sniffLength = 16
const maxHeadLength = 4096

/** The first characters of a text without blanks before them, and the others as they come. All texts meant here are ASCII. */
export async function firstText(stream: Readable): Promise<{ first: string; rest: AsyncIterable<string> }> {
  // Whoever made the stream ends it.
  const chunks = stream.iterator({ destroyOnReturn: false })
  let first = ''
  while (first.length < sniffLength) {
    const { done, value } = await chunks.next()
    if (done) break
    first = `${first}${asText(value as Buffer)}`.trimStart()
  }
  return { first, rest: texts(chunks) }
}

async function* texts(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  for await (const chunk of chunks) yield asText(chunk)
}

/** Other bytes than ASCII become characters that no form allows. */
const asText = (chunk: Buffer) => chunk.toString('latin1')

/** The bytes of a data URI, or of base64. @throws DomainError invalid (param `file`) */
export async function* decodeText(first: string, rest: AsyncIterable<string>): AsyncGenerator<Buffer> {
  if (!/^data:/i.test(first)) return yield* decodeBase64(joined(first, rest))
  let head = first
  const more = rest[Symbol.asyncIterator]()
  while (!head.includes(',')) {
    const { done, value } = await more.next()
    if (done || head.length > maxHeadLength) throw invalidFile('The data URI has no comma before its data.')
    head += value
  }
  const comma = head.indexOf(',')
  const data = joined(head.slice(comma + 1), { [Symbol.asyncIterator]: () => more })
  if (/;\s*base64\s*$/i.test(head.slice(0, comma))) yield* decodeBase64(data)
  else yield* decodePercent(data)
}

async function* joined(first: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield first
  yield* rest
}

/** Both alphabets, with or without padding, line breaks anywhere. */
async function* decodeBase64(text: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let pending = ''
  let padded = false
  for await (const piece of text) {
    let letters = /\s/.test(piece) ? piece.replaceAll(/\s+/g, '') : piece
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
    if (whole > 0) yield Buffer.from(letters.slice(0, whole), 'base64')
  }
  if (pending.length === 1) throw notBase64()
  if (pending !== '') yield Buffer.from(pending, 'base64')
}

async function* decodePercent(text: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let pending = ''
  for await (const piece of text) {
    const whole = pending + piece
    // An escape may be cut in two.
    const end = /%[0-9a-f]?$/i.exec(whole)?.index ?? whole.length
    pending = whole.slice(end)
    yield unescaped(whole.slice(0, end))
  }
  if (pending !== '') throw invalidFile('The data URI ends within an escape.')
}

function unescaped(text: string): Buffer {
  const bytes = text.replaceAll(/%(.?.?)/gs, (_, hex: string) => {
    if (!/^[0-9a-f]{2}$/i.test(hex)) throw invalidFile('The data URI has a "%" without two hex digits behind it.')
    return String.fromCharCode(Number.parseInt(hex, 16))
  })
  return Buffer.from(bytes, 'latin1')
}

const invalidFile = (why: string) => invalid('file', `Your request contains invalid file parameter. ${why}`)

const notBase64 = () =>
  invalidFile('A text must be a URL that begins with http:// or https://, a data URI, or base64 and nothing else.')
