/**
 * Takes multipart bodies apart while they come (RFC 7578). Unlike the parsers at hand it leaves it to the caller which
 * parts are kept in memory and which are streamed: clients send whole files as text fields.
 */
import { DomainError } from '../core/errors.ts'
import { type PartHead, readPartHead } from './multipart-head.ts'

/** Where a part's bytes go. A promise holds the parser back. */
export interface PartSink {
  write(bytes: Buffer): Promise<void> | undefined
  end(): Promise<void> | undefined
}

export interface MultipartParser {
  /** One call at a time. */
  feed(chunk: Buffer): Promise<void>
  /** @throws DomainError invalid: the last boundary has not come */
  finish(): void
}

const maxHeadBytes = 16 * 1024
const crlf = Buffer.from('\r\n')
/** How every delimiter begins. */
const dashes = Buffer.from('\r\n--')
const endOfHead = Buffer.from('\r\n\r\n')

/**
 * @param boundary as the Content-Type names it
 * @param open called for each part that is a form field
 * @throws DomainError invalid for a malformed body
 */
export function createMultipartParser(boundary: string, open: (head: PartHead) => PartSink): MultipartParser {
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  /** Undefined: a part that nobody wants, or what stands before the first. */
  let sink: PartSink | undefined
  let state: 'body' | 'delimiter' | 'head' | 'end' = 'body'
  // The first boundary may stand at the very beginning.
  let rest: Buffer = crlf

  /** Each step takes what it can from the front of `rest`; false: it needs more bytes. */
  const steps = {
    async body(): Promise<boolean> {
      const at = find(rest, delimiter)
      const length = at === -1 ? rest.length - overlap(rest, delimiter) : at
      if (length > 0) {
        const waiting = sink?.write(rest.subarray(0, length))
        if (waiting !== undefined) await waiting
      }
      rest = rest.subarray(at === -1 ? length : at + delimiter.length)
      if (at === -1) return false
      const ending = sink?.end()
      sink = undefined
      if (ending !== undefined) await ending
      state = 'delimiter'
      return true
    },
    /** What follows a boundary: `--` after the last, else blanks and the end of the line. */
    delimiter(): boolean {
      if (rest.length < 2) return false
      if (rest[0] === 0x2d && rest[1] === 0x2d) {
        state = 'end'
        return true
      }
      const at = rest.indexOf(crlf)
      if (!/^[ \t]*\r?$/.test(rest.subarray(0, at === -1 ? rest.length : at).toString('latin1'))) throw malformed()
      if (at === -1) return rest.length > maxHeadBytes ? tooLong() : false
      // The line's end stays: a head without fields is only the empty line after it.
      rest = rest.subarray(at)
      state = 'head'
      return true
    },
    head(): boolean {
      const at = rest.indexOf(endOfHead)
      if (at === -1 ? rest.length > maxHeadBytes : at > maxHeadBytes) tooLong()
      if (at === -1) return false
      const head = readPartHead(rest.subarray(crlf.length, Math.max(at, crlf.length)).toString('utf8'))
      rest = rest.subarray(at + endOfHead.length)
      sink = head === undefined ? undefined : open(head)
      state = 'body'
      return true
    },
    /** What comes after the last boundary means nothing. */
    end(): boolean {
      rest = rest.subarray(rest.length)
      return false
    },
  }

  return {
    async feed(chunk) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      for (let more = true; more; ) more = await steps[state]()
      // A few bytes must not keep a whole chunk alive.
      rest = Buffer.from(rest)
    },
    finish() {
      if (state !== 'end') throw malformed()
    },
  }
}

/** Few bytes are looked for in half the time of many, and files hardly ever have these four (bench G6). */
function find(bytes: Buffer, delimiter: Buffer): number {
  const at = bytes.indexOf(dashes)
  return at === -1 ? -1 : bytes.indexOf(delimiter, at)
}

/** How many of the last bytes may be the beginning of the delimiter. */
function overlap(bytes: Buffer, delimiter: Buffer): number {
  const from = Math.max(0, bytes.length - delimiter.length + 1)
  for (let at = bytes.indexOf(0x0d, from); at !== -1; at = bytes.indexOf(0x0d, at + 1)) {
    const length = bytes.length - at
    if (bytes.compare(delimiter, 0, length, at) === 0) return length
  }
  return 0
}

const malformed = () => new DomainError('invalid', 'The multipart body is malformed or cut off.', { param: 'body' })

function tooLong(): never {
  throw new DomainError('invalid', `The head of a part is longer than ${maxHeadBytes} bytes.`, { param: 'body' })
}
