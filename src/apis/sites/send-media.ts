/** Answers with a file's bytes: headers, 304, ranges, HEAD (section 6.2). */
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { BlobStore, ByteRange } from '../../core/ports.ts'
import type { MediaContent } from '../../core/sites/media.ts'
import { askedRange } from '../../http/asked-range.ts'
import { isNotModified } from '../../http/conditional.ts'
import { inline } from '../../http/content-disposition.ts'
import { outgoing, storedBytesHeaders } from '../../http/stored-bytes.ts'

export interface Sending {
  request: FastifyRequest
  reply: FastifyReply
  blobs: BlobStore
  signal: AbortSignal
  filename: string
  cacheControl: string
}

export async function sendMedia(
  { request, reply, blobs, signal, filename, cacheControl }: Sending,
  content: MediaContent,
) {
  const { type, size, modified, body } = content
  const etag = `"${content.etag}"`
  reply.headers({
    ...storedBytesHeaders,
    // Pages that isolate themselves may show pictures, too.
    'cross-origin-resource-policy': 'cross-origin',
    etag,
    'last-modified': new Date(modified).toUTCString(),
    'cache-control': cacheControl,
  })
  if (isNotModified(request.headers, { etag, modified })) return reply.code(304).send()
  reply.headers({ 'content-type': type, 'content-disposition': inline(filename), 'accept-ranges': 'bytes' })
  const range = askedRange(request, reply, { etag, modified, size })
  reply.header('content-length', range === undefined ? size : range.end - range.start + 1)
  if (range !== undefined) reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${size}`)
  if (request.method === 'HEAD') return reply.send(Readable.from([]))
  return reply.send(outgoing(await bytesOf(body, range, blobs, signal)))
}

async function bytesOf(
  body: MediaContent['body'],
  range: ByteRange | undefined,
  blobs: BlobStore,
  signal: AbortSignal,
) {
  if ('bytes' in body) return body.bytes.subarray(range?.start, range && range.end + 1)
  if ('open' in body) return body.open(range, signal)
  return blobs.get(body.blob, { ...(range === undefined ? {} : { range }), signal })
}
