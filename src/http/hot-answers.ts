/**
 * Finished answers by raw request target, given again before a request is routed, parsed or looked up: what was true of
 * a project stays true until something of it changes (`changed`) and is looked up again after a second in any case, for
 * changes that nobody tells of. Answers are recorded as they went out, so that both ways look alike to the byte.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'

export interface HotAnswers {
  /** Answers, if it can; undefined: nothing was done. */
  serve(request: IncomingMessage, response: ServerResponse): Served | undefined
  /** Call before anything is looked up for an answer that may be recorded. */
  begin(project: string): Begun
  /** Records an answer that is about to go out. */
  record(request: IncomingMessage, response: ServerResponse, begun: Begun, answer: Answer): void
  /** What was recorded of the project is no longer known to be true; null: of any. */
  changed(project: string | null): void
  stats(): { entries: number; bytes: number }
}

/** The state of a project's knowledge at a moment. */
export interface Begun {
  project: string
  generation: number
  at: number
}

export interface Answer {
  /** All bytes of a 200; a 304 has none. */
  bytes?: Buffer
  etag: string
  /** Lower-case names of the request headers that had a say. */
  decided: readonly string[]
  /** Epoch milliseconds: not to be given later. */
  until: number | undefined
}

export interface Served {
  requestId: string
  status: number
  bytes: number
  project: string
  /** Media type. */
  type: string | undefined
}

export interface HotOptions {
  /** Of the bodies that answers hold. */
  capBytes: number
  requestId(): string
  /** Epoch milliseconds. */
  now(): number
}

interface Entry {
  begun: Begun
  decided: readonly (readonly [name: string, value: string | undefined])[]
  etag: string
  until: number
  bytes: Buffer
  /** Names and values in turn, as they went out; undefined: not seen yet. */
  whole?: string[]
  /** Media type of the whole. */
  type?: string
  notModified?: string[]
}

/** Answers are looked up again after this. */
const freshMs = 1000
/** Answers of one target, for different request headers. */
const maxVariants = 8
const maxEntries = 4096
const largest = 1 / 16
const maxHeaders = 200
const noBytes = Buffer.alloc(0)
/** Requests with these are for the usual way. Spelled out, because a list to look up in costs several times as much. */
const isUnusual = (headers: IncomingHttpHeaders) =>
  headers.range !== undefined ||
  headers['if-range'] !== undefined ||
  headers['if-match'] !== undefined ||
  headers['if-unmodified-since'] !== undefined ||
  headers['transfer-encoding'] !== undefined ||
  headers['content-length'] !== undefined ||
  headers.expect !== undefined
/** Not of the answer but of the request or the connection. */
const own = new Set(['x-request-id', 'date', 'connection', 'keep-alive', 'transfer-encoding'])

export function createHotAnswers({ capBytes, requestId, now }: HotOptions): HotAnswers {
  const entries = new Map<string, Entry[]>()
  const generations = new Map<string, number>()
  let all = 0
  let held = 0

  const generationOf = (project: string) => all + (generations.get(project) ?? 0)
  const isTrue = ({ begun, until }: Entry) =>
    begun.generation === generationOf(begun.project) &&
    Math.abs(now() - begun.at) < freshMs &&
    (until === Number.POSITIVE_INFINITY || now() < until)

  function forget(target: string): void {
    for (const { bytes } of entries.get(target) ?? []) held -= bytes.length
    entries.delete(target)
  }

  function keep(target: string, fresh: Entry): void {
    const others = (entries.get(target) ?? []).filter((entry) => isTrue(entry) && !sameDecision(entry, fresh))
    forget(target)
    const variants = [fresh, ...others].slice(0, maxVariants)
    entries.set(target, variants)
    for (const { bytes } of variants) held += bytes.length
    for (const oldest of entries.keys()) {
      if (held <= capBytes && entries.size <= maxEntries) return
      forget(oldest)
    }
  }

  return {
    serve(request, response) {
      const variants = entries.get(request.url ?? '')
      if (variants === undefined) return undefined
      const { headers, method } = request
      if ((method !== 'GET' && method !== 'HEAD') || request.rawHeaders.length > maxHeaders) return undefined
      const entry = variants.find(({ decided }) => decided.every(([name, value]) => headers[name] === value))
      if (entry === undefined || !isTrue(entry) || isUnusual(headers)) return undefined
      const noneMatch = headers['if-none-match']
      if (noneMatch === undefined && headers['if-modified-since'] !== undefined) return undefined
      if (noneMatch !== undefined && noneMatch === entry.etag) {
        if (entry.notModified === undefined) return undefined
        const id = requestId()
        response.writeHead(304, ['X-Request-Id', id, ...entry.notModified])
        response.end()
        return { requestId: id, status: 304, bytes: 0, project: entry.begun.project, type: undefined }
      }
      // Several tags or weak ones: seldom.
      if (noneMatch !== undefined || entry.whole === undefined) return undefined
      const id = requestId()
      response.writeHead(200, ['X-Request-Id', id, ...entry.whole])
      if (method === 'HEAD') response.end()
      else response.end(entry.bytes)
      const sent = method === 'HEAD' ? 0 : entry.bytes.length
      return { requestId: id, status: 200, bytes: sent, project: entry.begun.project, type: entry.type }
    },

    begin: (project) => ({ project, generation: generationOf(project), at: now() }),

    record(request, response, begun, { bytes = noBytes, etag, decided, until = Number.POSITIVE_INFINITY }) {
      const target = request.url ?? ''
      const { method, headers } = request
      if (method !== 'GET' || isUnusual(headers)) return
      if (bytes.length > capBytes * largest) return
      const given = decided.map((name) => [name, one(headers[name])] as const)
      if (given.some(([, value]) => value === null)) return
      response.once('finish', () => {
        const { statusCode } = response
        if (statusCode !== 200 && statusCode !== 304) return
        const decision = given.map(([name, value]) => [name, value ?? undefined] as const)
        const entry: Entry = { begun, decided: decision, etag, until, bytes }
        const sent = headersOf(response)
        // The other half of the same answer, which is as old as it is.
        const half = entries.get(target)?.find((other) => isTrue(other) && sameDecision(other, entry))
        const known = half?.etag === etag ? { ...half } : { begun, bytes }
        const at = Math.min(known.begun.at, begun.at)
        const both = { ...entry, ...known, begun: { ...begun, at }, until }
        keep(
          target,
          statusCode === 200
            ? { ...both, bytes, whole: sent, type: String(response.getHeader('content-type') ?? '') }
            : { ...both, notModified: sent },
        )
      })
    },

    changed(project) {
      if (project === null) all += 1
      else generations.set(project, (generations.get(project) ?? 0) + 1)
    },

    stats: () => ({ entries: entries.size, bytes: held }),
  }
}

/** A header that came once, or not; null: several times. */
function one(value: string | string[] | undefined): string | undefined | null {
  return Array.isArray(value) ? null : value
}

const sameDecision = ({ decided: left }: Entry, { decided: right }: Entry) =>
  left.length === right.length && left.every(([name, value], at) => right[at]?.[0] === name && right[at]?.[1] === value)

function headersOf(response: ServerResponse): string[] {
  return response.getHeaderNames().flatMap((name) => {
    const value = response.getHeader(name)
    return own.has(name) || value === undefined ? [] : [name, String(value)]
  })
}
