/**
 * Reads request bodies in the three encodings that real clients use (JSON, urlencoded, multipart), streaming files to
 * the caller and buffering nothing else than the fields. Limits: size of fields, number of parts, depth, idle time.
 */
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { DomainError, invalid } from '../core/errors.ts'
import { createMultipartParser, type PartSink } from './multipart.ts'
import { decodeText, type PartHead, readParameters } from './multipart-head.ts'
import { nest } from './nest.ts'
import { openPartStream } from './part-stream.ts'
import { sweepAfter } from './sweep.ts'

export interface BodyLimits {
  /** Largest JSON or form body without files, and largest sum of multipart fields. */
  maxFieldBytes: number
  /** A body that brings less than 1 kB/s over this time is cut off. */
  idleMs: number
}

export interface FilePart {
  field: string
  /** As the client sent it; undefined when absent. */
  filename: string | undefined
  /** A text field that the caller wants as a stream; false: a file. */
  isText: boolean
  /** The fields that came before this part. */
  fieldsBefore(): Record<string, unknown>
  stream: Readable
}

/** Called for each file part in order; the next part is read when the promise settles. Must consume the stream. */
export type OnFile = (part: FilePart) => Promise<void>

/** Sees everything that readBody reads of one request. */
export interface BodyObserver {
  /** The part as its reader shall get it. */
  file(part: FilePart): FilePart
  /** Called when the body was read to its end. */
  fields(fields: Record<string, unknown>): void
}

const observer = Symbol('body observer')
type Observed = IncomingMessage & { [observer]?: BodyObserver }

/** From now on `seen` is told what is read of this request's body. */
export function observeBody(request: Observed, seen: BodyObserver): void {
  request[observer] = seen
}

const maxParts = 1000
const maxJsonDepth = 64

/**
 * The body's fields as nested values; an empty body is `{}`. Files go to `onFile` (absent: a file part is refused).
 * @param streamed a multipart field whose text goes to `onFile` as well, however long it is
 * @throws DomainError invalid, too_large, unsupported_media_type, request_timeout, cancelled
 */
export async function readBody(
  request: Observed,
  limits: BodyLimits,
  onFile?: OnFile,
  streamed?: string,
): Promise<Record<string, unknown>> {
  const type = typeOf(request)
  const seen = request[observer]
  const stopWatching = watchPace(request, limits.idleMs)
  try {
    const observed = seen && onFile && ((part: FilePart) => onFile(seen.file(part)))
    const fields =
      type === 'multipart/form-data'
        ? await readMultipart(request, limits, observed ?? onFile, streamed)
        : parseText(type, await readText(request, limits.maxFieldBytes))
    seen?.fields(fields)
    return fields
  } finally {
    stopWatching()
  }
}

/**
 * A body that is one file, whatever type it says it is of.
 * @throws DomainError request_timeout, cancelled, and what `onFile` throws
 */
export async function readFileBody(
  request: Observed,
  { idleMs }: Pick<BodyLimits, 'idleMs'>,
  onFile: OnFile,
): Promise<void> {
  const seen = request[observer]
  const part = openPartStream((stream) => {
    const file: FilePart = { field: '', filename: undefined, isText: false, fieldsBefore: () => ({}), stream }
    return onFile(seen?.file(file) ?? file)
  })
  try {
    // Its reader knows the limit.
    await pourBody(request, { maxBytes: Number.POSITIVE_INFINITY, idleMs }, (chunk) => part.write(chunk))
    await part.end()
  } catch (error) {
    await part.abandon(error as Error)
    throw error
  }
  seen?.fields({})
}

/**
 * The fields of a body that nobody needs (of GET and DELETE, where clients send one by habit): read when it is short and
 * there at once, `{}` otherwise. Never fails, never waits for long.
 */
export async function readNeedlessBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const length = Number(request.headers['content-length'] ?? 0)
  if (!(length > 0 && length <= needlessBytes)) return {}
  const chunks: Buffer[] = []
  const onData = (chunk: Buffer) => chunks.push(chunk)
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, needlessMs)
    const finish = () => {
      clearTimeout(timer)
      resolve()
    }
    request.on('data', onData).once('end', finish).once('error', finish).once('close', finish)
  })
  // What comes later is let go, so that the connection stays usable.
  request.off('data', onData).resume()
  try {
    return parseText(typeOf(request), Buffer.concat(chunks).toString('utf8'))
  } catch {
    return {}
  }
}

const needlessBytes = 64 * 1024
const needlessMs = 1000

function parseText(type: string, text: string): Record<string, unknown> {
  if (text.trim() === '') return {}
  if (type === 'application/json' || type.endsWith('+json')) return parseJson(text)
  if (type === 'application/x-www-form-urlencoded') return nest(new URLSearchParams(text))
  throw new DomainError(
    'unsupported_media_type',
    `Content-Type ${type === '' ? 'is missing' : `"${type.slice(0, 80)}" is not read here`}; send application/json, application/x-www-form-urlencoded or multipart/form-data.`,
    { param: 'Content-Type' },
  )
}

/** Media type without parameters; empty when there is none. */
function typeOf(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

async function readText(request: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  await pour(request, maxBytes, (chunk) => {
    chunks.push(chunk)
  })
  return Buffer.concat(chunks).toString('utf8')
}

/**
 * The body as it is, piece by piece as it comes: the next one is read when `take` is done.
 * @throws DomainError too_large, request_timeout, cancelled; and what `take` throws
 */
export async function pourBody(
  request: IncomingMessage,
  { maxBytes, idleMs }: { maxBytes: number; idleMs: number },
  take: (chunk: Buffer) => Promise<void> | void,
): Promise<void> {
  const stopWatching = watchPace(request, idleMs)
  try {
    await pour(request, maxBytes, take)
  } finally {
    stopWatching()
  }
}

async function pour(
  request: IncomingMessage,
  maxBytes: number,
  take: (chunk: Buffer) => Promise<void> | void,
): Promise<void> {
  let size = 0
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      size += (chunk as Buffer).length
      if (size > maxBytes) throw new DomainError('too_large', `The body is larger than ${maxBytes} bytes.`)
      await take(chunk as Buffer)
      sweepAfter((chunk as Buffer).length)
    }
  } catch (error) {
    throw asBodyError(request, error)
  }
}

function parseJson(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    // The parser's own words quote the body, and messages are logged: keys travel there.
    const at = /at position (\d+)/.exec((error as Error).message)?.[1]
    throw invalid('body', `The body is no valid JSON${at === undefined ? '' : ` from its byte ${at} on`}.`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid('body', 'The body must be a JSON object.')
  }
  return trimNames(value, 0) as Record<string, unknown>
}

/** Names trimmed at every level: a client sends them with trailing blanks in every encoding. */
function trimNames(value: unknown, depth: number): unknown {
  if (depth > maxJsonDepth) throw invalid('body', `The JSON body is nested more than ${maxJsonDepth} levels deep.`)
  if (Array.isArray(value)) return value.map((item) => trimNames(item, depth + 1))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name.trim(), trimNames(item, depth + 1)]))
}

async function readMultipart(
  request: IncomingMessage,
  limits: BodyLimits,
  onFile: OnFile | undefined,
  streamed: string | undefined,
): Promise<Record<string, unknown>> {
  const pairs: [string, string][] = []
  const fields = fieldCollector(limits, pairs)
  let parts = 0
  /** Ends the part being streamed when the body fails, and waits for its reader. */
  let abandon = async (_error: Error) => {}

  const parser = createMultipartParser(boundaryOf(request), (head) => {
    parts += 1
    if (parts > maxParts) throw invalid('body', `The form has more than ${maxParts} parts.`)
    // A field left blank in a browser comes without a name of a file, as bytes of no kind.
    const isText = head.filename === undefined && head.type !== 'application/octet-stream'
    if (isText && head.name.trim() !== streamed) return fields(head)
    if (onFile === undefined) throw invalid(head.name, 'No file is expected here; send fields only.')
    const part = openPartStream((stream) =>
      onFile({ field: head.name, filename: head.filename, isText, fieldsBefore: () => nest(pairs), stream }),
    )
    abandon = part.abandon
    return part
  })
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      await parser.feed(chunk as Buffer)
      sweepAfter((chunk as Buffer).length)
    }
    parser.finish()
  } catch (error) {
    const failure = asBodyError(request, error)
    await abandon(failure as Error)
    throw failure
  }
  return nest(pairs)
}

/** Sinks for fields, which are kept in memory: their sum is bounded. */
function fieldCollector({ maxFieldBytes }: BodyLimits, pairs: [string, string][]): (head: PartHead) => PartSink {
  let bytes = 0
  const count = (name: string, more: number) => {
    bytes += more
    if (bytes > maxFieldBytes)
      throw new DomainError('too_large', `The form fields are larger than ${maxFieldBytes} bytes.`, {
        param: name.slice(0, 80),
      })
  }
  return ({ name, charset }) => {
    const chunks: Buffer[] = []
    count(name, name.length)
    return {
      write(chunk) {
        count(name, chunk.length)
        // A copy: a short text must not keep the whole chunk it came in alive.
        chunks.push(Buffer.from(chunk))
        return undefined
      },
      end() {
        pairs.push([name, decodeText(Buffer.concat(chunks), charset)])
        return undefined
      },
    }
  }
}

function boundaryOf(request: IncomingMessage): string {
  const { boundary } = readParameters(request.headers['content-type'] ?? '').parameters
  if (boundary !== undefined && boundary !== '' && boundary.length <= 200) return boundary
  throw new DomainError('invalid', 'The multipart Content-Type has no valid boundary.', { param: 'Content-Type' })
}

/** Cuts off a body that hardly moves. Time in which we hold the stream back ourselves does not count. */
function watchPace(request: IncomingMessage, idleMs: number): () => void {
  let bytesBefore = request.socket.bytesRead
  const timer = setInterval(() => {
    if (request.complete || request.readableLength > 0) return
    const moved = request.socket.bytesRead - bytesBefore
    bytesBefore = request.socket.bytesRead
    if (moved >= idleMs) return
    request.destroy(
      new DomainError('request_timeout', `The body came at less than 1 kB per second for ${idleMs / 1000} s.`),
    )
  }, idleMs)
  timer.unref()
  return () => clearInterval(timer)
}

function asBodyError(request: IncomingMessage, error: unknown): unknown {
  if (error instanceof DomainError) return error
  if (request.destroyed && !request.complete) {
    return new DomainError('cancelled', 'The connection was closed before the body was complete.', { cause: error })
  }
  return error
}
