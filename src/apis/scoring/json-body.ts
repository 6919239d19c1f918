/**
 * Reads JSON bodies whose long texts are pictures in Base64. Such a text is decoded while it comes and never stands whole
 * in memory as a text: in what is parsed a Base64Text takes its place.
 */
import { randomBytes } from 'node:crypto'
import { DomainError, invalid } from '../../core/errors.ts'
import { type Base64Fault, createBase64Decoder } from './base64.ts'
import type { StagedBytes, Staging } from './staging.ts'

/** A long text of a body. Only where a picture may stand does it matter whether it was Base64. */
export class Base64Text {
  readonly bytes: StagedBytes
  readonly fault: Base64Fault | undefined

  constructor(bytes: StagedBytes, fault?: Base64Fault) {
    this.bytes = bytes
    this.fault = fault
  }
}

export interface JsonReader {
  /** The next piece of the body. @throws DomainError invalid, too_large */
  write(chunk: Buffer): Promise<void>
  /** @throws DomainError invalid (`body`): no JSON object */
  end(): Promise<Record<string, unknown>>
  /** Lets go of all pictures; those that somebody uses go when they are used no more. */
  discard(): Promise<void>
}

export interface JsonReaderOptions {
  staging: Staging
  /** Texts of more bytes are taken for pictures. */
  longText: number
  /** Most bytes of all the rest. */
  maxText: number
}

const maxDepth = 32
const [quote, backslash] = [0x22, 0x5c]
const escapes: Record<string, number> = { n: 10, r: 13, t: 9, b: 8, f: 12, '/': 0x2f, '"': quote, '\\': backslash }

export function createJsonReader({ staging, longText, maxText }: JsonReaderOptions): JsonReader {
  const marker = `\u0001${randomBytes(12).toString('hex')}:`
  const kept: Buffer[] = []
  let keptBytes = 0
  const texts: Base64Text[] = []
  let depth = 0
  /** The text being read: its bytes so far (without quotes), or where they go since it is a long one. */
  let text: { parts: Buffer[]; bytes: number; long?: LongText } | undefined
  /** An escape that is not whole yet. */
  let escaping = false

  function keep(bytes: Buffer): void {
    keptBytes += bytes.length
    if (keptBytes > maxText) {
      throw new DomainError('too_large', `The body has more than ${maxText} bytes besides its images.`, {
        param: 'body',
      })
    }
    // A copy: it must not keep a whole chunk of a picture alive.
    kept.push(Buffer.from(bytes))
  }

  function structure(bytes: Buffer): void {
    for (const byte of bytes) {
      if (byte === 0x5b || byte === 0x7b) depth += 1
      else if (byte === 0x5d || byte === 0x7d) depth -= 1
      if (depth > maxDepth) throw invalid('body', `The body is nested more than ${maxDepth} levels deep.`)
    }
    keep(bytes)
  }

  async function more(bytes: Buffer): Promise<void> {
    if (text === undefined || bytes.length === 0) return
    text.bytes += bytes.length
    if (text.long === undefined && text.bytes > longText) {
      text.long = openLongText(staging)
      for (const part of text.parts) await text.long.write(part)
      text.parts = []
    }
    if (text.long !== undefined) return text.long.write(bytes)
    if (keptBytes + text.bytes > maxText) keep(bytes)
    text.parts.push(Buffer.from(bytes))
  }

  async function endText(): Promise<void> {
    if (text === undefined) return
    const { long, parts } = text
    text = undefined
    if (long === undefined) {
      const inner = Buffer.concat(parts)
      keep(Buffer.concat([asText, inner, asText]))
      return
    }
    keep(Buffer.from(JSON.stringify(`${marker}${texts.length}`)))
    texts.push(await long.end())
  }

  return {
    async write(chunk) {
      let at = 0
      while (at < chunk.length) {
        if (text === undefined) {
          const opening = chunk.indexOf(quote, at)
          structure(chunk.subarray(at, opening === -1 ? chunk.length : opening))
          if (opening === -1) return
          text = { parts: [], bytes: 0 }
          at = opening + 1
          continue
        }
        const end = endOfText(chunk, at, escaping)
        escaping = end.escaping
        await more(chunk.subarray(at, end.at))
        if (!end.closed) return
        await endText()
        at = end.at + 1
      }
    },

    async end() {
      if (text !== undefined) {
        if (text.long !== undefined) texts.push(await text.long.end())
        throw notJson()
      }
      return toObject(Buffer.concat(kept), (given) =>
        given.startsWith(marker) ? texts[Number(given.slice(marker.length))] : undefined,
      )
    },

    async discard() {
      await Promise.all([...texts.map(({ bytes }) => bytes.discard()), text?.long?.discard()])
    },
  }
}

const asText = Buffer.from('"')

/** Where the text ends (its closing quote), or the chunk does, perhaps within an escape. */
function endOfText(chunk: Buffer, from: number, escaping: boolean): { at: number; closed: boolean; escaping: boolean } {
  let at = escaping ? from + 1 : from
  let closing = chunk.indexOf(quote, at)
  let escaped = chunk.indexOf(backslash, at)
  while (escaped !== -1 && (closing === -1 || escaped < closing)) {
    at = escaped + 2
    if (at > chunk.length) return { at: chunk.length, closed: false, escaping: true }
    if (closing !== -1 && closing < at) closing = chunk.indexOf(quote, at)
    escaped = chunk.indexOf(backslash, at)
  }
  return closing === -1
    ? { at: chunk.length, closed: false, escaping: false }
    : { at: closing, closed: true, escaping: false }
}

interface LongText {
  /** Raw bytes of the text, escapes included. */
  write(raw: Buffer): Promise<void>
  end(): Promise<Base64Text>
  discard(): Promise<void>
}

function openLongText(staging: Staging): LongText {
  const decoder = createBase64Decoder()
  const staged = staging.open()
  const toLetters = createUnescape()
  return {
    write: (raw) => staged.write(decoder.write(toLetters(raw))),
    async end() {
      const end = decoder.end()
      if ('bytes' in end) await staged.write(end.bytes)
      const bytes = await staged.end()
      return 'fault' in end ? new Base64Text(bytes, end.fault) : new Base64Text(bytes)
    },
    discard: () => staged.discard(),
  }
}

/** Escapes of JSON as the letters they mean: PHP writes `\/`, .NET `\u002B`. What is no ASCII letter becomes a zero byte. */
function createUnescape(): (raw: Buffer) => Buffer {
  let pending = ''
  return (raw) => {
    if (pending === '' && !raw.includes(backslash)) return raw
    const out = Buffer.allocUnsafe(raw.length)
    let length = 0
    for (const byte of raw) {
      if (pending === '' && byte !== backslash) {
        out[length++] = byte
        continue
      }
      pending += String.fromCharCode(byte)
      const letter = pending[1]
      if (letter === undefined || (letter === 'u' && pending.length < 6)) continue
      const code = letter === 'u' ? Number.parseInt(pending.slice(2), 16) : (escapes[letter] ?? 0)
      out[length++] = code < 128 ? code : 0
      pending = ''
    }
    return out.subarray(0, length)
  }
}

/** The same for bodies without pictures: nothing is decoded, so the parser may have them whole. */
export function createPlainJsonReader({ maxText }: Pick<JsonReaderOptions, 'maxText'>): JsonReader {
  const chunks: Buffer[] = []
  let bytes = 0
  return {
    async write(chunk) {
      bytes += chunk.length
      if (bytes > maxText) {
        throw new DomainError('too_large', `The body has more than ${maxText} bytes.`, { param: 'body' })
      }
      chunks.push(chunk)
    },
    async end() {
      const body = Buffer.concat(chunks)
      requireShallow(body)
      return parseObject(body)
    },
    async discard() {},
  }
}

function requireShallow(body: Buffer): void {
  let [depth, inText] = [0, false]
  for (let at = 0; at < body.length; at++) {
    const byte = body[at] ?? 0
    if (inText && byte === backslash) at += 1
    else if (byte === quote) inText = !inText
    else if (inText) continue
    else if (byte === 0x5b || byte === 0x7b) depth += 1
    else if (byte === 0x5d || byte === 0x7d) depth -= 1
    if (depth > maxDepth) throw invalid('body', `The body is nested more than ${maxDepth} levels deep.`)
  }
}

function toObject(body: Buffer, textAt: (text: string) => Base64Text | undefined): Record<string, unknown> {
  return withTexts(parseObject(body), textAt) as Record<string, unknown>
}

function parseObject(body: Buffer): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch {
    // The parser's own words quote the body: keys travel there.
    throw notJson()
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid('body', 'The body must be a JSON object.')
  }
  return value as Record<string, unknown>
}

function withTexts(value: unknown, textAt: (text: string) => Base64Text | undefined): unknown {
  if (typeof value === 'string') return textAt(value) ?? value
  if (Array.isArray(value)) return value.map((item) => withTexts(item, textAt))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withTexts(item, textAt)]))
}

const notJson = () => invalid('body', 'The body is no valid JSON; send one JSON object in UTF-8.')
