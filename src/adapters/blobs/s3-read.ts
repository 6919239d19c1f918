/** Reading an S3 object: small ones whole, large ones as a stream that goes on where a broken connection left it. */
import { Readable } from 'node:stream'
import { DomainError } from '../../core/errors.ts'
import type { ByteRange } from '../../core/ports.ts'
import { cancelled } from './drain.ts'
import { checkRange } from './ranges.ts'
import { type S3, s3Error } from './s3-client.ts'
import { unavailable } from './store-errors.ts'
import { streamOf, streamOfBuffer } from './streams.ts'

/** Up to here the connection is free again before the first byte is given on. */
const wholeBytes = 1024 * 1024
/** Attempts in a row that brought nothing. */
const maxAttempts = 3

interface Opened {
  body: Readable
  start: number
  length: number
}

/** @throws not_found, invalid (the range lies outside the bytes), unavailable */
export async function readS3(
  s3: S3,
  key: string,
  range: ByteRange | undefined,
  signal: AbortSignal | undefined,
): Promise<{ stream: Readable; length: number }> {
  if (range !== undefined) checkRange(range, Number.POSITIVE_INFINITY)
  const stop = new AbortController()
  const onAbort = () => stop.abort(signal?.reason)
  if (signal?.aborted) throw cancelled(signal)
  signal?.addEventListener('abort', onAbort)
  try {
    const first = await openObject(s3, key, range, stop.signal)
    const chunks = resumed(s3, key, first, stop.signal)
    if (first.length > wholeBytes) {
      return { stream: streamOf(chunks, () => stop.abort(), signal), length: first.length }
    }
    const parts: Buffer[] = []
    for await (const chunk of chunks) parts.push(chunk)
    return { stream: streamOfBuffer(Buffer.concat(parts)), length: first.length }
  } catch (error) {
    stop.abort()
    throw s3Error(error, signal)
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

async function openObject(s3: S3, key: string, range: ByteRange | undefined, signal: AbortSignal): Promise<Opened> {
  const { client, sdk, bucket } = s3
  const wanted = range === undefined ? {} : { Range: `bytes=${range.start}-${range.end}` }
  const command = new sdk.GetObjectCommand({ Bucket: bucket, Key: key, ...wanted })
  const { Body, ContentRange, ContentLength } = await client.send(command, { abortSignal: signal })
  if (!(Body instanceof Readable)) throw unavailable('the answer has no body')
  // Broken connections show while reading; this one may never be read.
  Body.on('error', () => {})
  try {
    return { body: Body, ...extent(range, ContentRange, ContentLength) }
  } catch (error) {
    Body.destroy()
    throw error
  }
}

/** What the answer promises to hold; a store that ignores ranges is not one we can read from. */
function extent(range: ByteRange | undefined, contentRange: string | undefined, contentLength: number | undefined) {
  if (range === undefined) {
    if (contentLength === undefined) throw unavailable('the answer has no length')
    return { start: 0, length: contentLength }
  }
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(contentRange ?? '') ?? []
  if (Number(start) !== range.start) throw unavailable('the answer holds another range')
  return checkRange(range, Number(total))
}

async function* resumed(s3: S3, key: string, first: Opened, signal: AbortSignal): AsyncGenerator<Buffer> {
  const end = first.start + first.length - 1
  let at = first.start
  let body: Readable | undefined = first.body
  for (let failures = 0; at <= end; ) {
    try {
      body ??= (await openObject(s3, key, { start: at, end }, signal)).body
      for await (const chunk of body as AsyncIterable<Buffer>) {
        const part = chunk.subarray(0, end - at + 1)
        if (part.length === 0) break
        at += part.length
        failures = 0
        yield part
      }
      if (at <= end) throw new Error(`the answer ended ${end + 1 - at} bytes early`)
    } catch (error) {
      body = undefined
      failures += 1
      const mapped = s3Error(error, signal)
      if (signal.aborted || failures >= maxAttempts || (mapped instanceof DomainError && mapped.code === 'not_found')) {
        throw mapped
      }
    }
  }
  body?.destroy()
}
