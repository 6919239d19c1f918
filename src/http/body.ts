/**
 * Reads request bodies in the three encodings that real clients use (JSON, urlencoded, multipart), streaming files to
 * the caller and buffering nothing else than the fields. Limits: size of fields, number of parts, depth, idle time.
 */
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import busboy from 'busboy'
import { DomainError, invalid } from '../core/errors.ts'
import { nest } from './nest.ts'

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
 * @throws DomainError invalid, too_large, unsupported_media_type, request_timeout, cancelled
 */
export async function readBody(
  request: Observed,
  limits: BodyLimits,
  onFile?: OnFile,
): Promise<Record<string, unknown>> {
  const type = typeOf(request)
  const seen = request[observer]
  const stopWatching = watchPace(request, limits.idleMs)
  try {
    const observed = seen && onFile && ((part: FilePart) => onFile(seen.file(part)))
    const fields =
      type === 'multipart/form-data'
        ? await readMultipart(request, limits, observed ?? onFile)
        : parseText(type, await readText(request, limits.maxFieldBytes))
    seen?.fields(fields)
    return fields
  } finally {
    stopWatching()
  }
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
  let size = 0
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      size += (chunk as Buffer).length
      if (size > maxBytes) throw new DomainError('too_large', `The body is larger than ${maxBytes} bytes.`)
      chunks.push(chunk as Buffer)
    }
  } catch (error) {
    throw asBodyError(request, error)
  }
  return Buffer.concat(chunks).toString('utf8')
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

function readMultipart(
  request: IncomingMessage,
  limits: BodyLimits,
  onFile: OnFile | undefined,
): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const parser = openParser(request)
    const pairs: [string, string][] = []
    let fieldBytes = 0
    let files: Promise<void> = Promise.resolve()
    let failed = false
    const fail = (error: unknown) => {
      if (failed) return
      failed = true
      request.unpipe(parser)
      parser.destroy()
      reject(asBodyError(request, error))
    }

    parser.on('field', (name, value, info) => {
      fieldBytes += name.length + value.length
      if (info.valueTruncated || info.nameTruncated || fieldBytes > limits.maxFieldBytes) {
        fail(
          new DomainError('too_large', `The form fields are larger than ${limits.maxFieldBytes} bytes.`, {
            param: name.slice(0, 80),
          }),
        )
      }
      pairs.push([name, value])
    })
    parser.on('file', (field, stream, info) => {
      stream.on('error', () => undefined)
      if (onFile === undefined) return fail(invalid(field, 'No file is expected here; send fields only.'))
      // busboy starts a part only when the one before is read, so this chain never holds two streams.
      files = files.then(() => onFile({ field, filename: info.filename, stream }))
      files.catch(fail)
    })
    parser.on('partsLimit', () => fail(invalid('body', `The form has more than ${maxParts} parts.`)))
    parser.on('error', (cause) =>
      fail(new DomainError('invalid', 'The multipart body is malformed or cut off.', { param: 'body', cause })),
    )
    parser.on('close', () => {
      if (failed) return
      files.then(() => resolve(nest(pairs))).catch(fail)
    })
    request
      .on('error', fail)
      // Cut off by ourselves (watchPace), or by the client.
      .on('aborted', () =>
        fail(request.errored ?? new DomainError('cancelled', 'The upload was cut off by the client.')),
      )
    request.pipe(parser)
  })
}

function openParser(request: IncomingMessage): busboy.Busboy {
  try {
    return busboy({
      headers: request.headers,
      defParamCharset: 'utf8',
      fileHwm: 256 * 1024,
      limits: { parts: maxParts, fieldNameSize: 200, fieldSize: 1024 * 1024, headerPairs: 100 },
    })
  } catch (cause) {
    throw new DomainError('invalid', 'The multipart Content-Type has no valid boundary.', {
      param: 'Content-Type',
      cause,
    })
  }
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
