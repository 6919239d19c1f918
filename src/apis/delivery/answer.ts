/** Answers with a file (image-urls.md section 11): headers, 304, ranges, HEAD, gzip and brotli for texts. */
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Content, Delivered } from '../../core/delivery/deliver.ts'
import type { Target } from '../../core/delivery/target.ts'
import type { BlobStore, ByteRange } from '../../core/ports.ts'
import type { Outcome, RenditionStats } from '../../core/renditions/stats.ts'
import { askedRange } from '../../http/asked-range.ts'
import { compressed, encodingFor, isCompressible } from '../../http/compress.ts'
import { isNotModified } from '../../http/conditional.ts'
import { attachment } from '../../http/content-disposition.ts'
import { outgoing, storedBytesHeaders } from '../../http/stored-bytes.ts'

interface Exchange {
  request: FastifyRequest
  reply: FastifyReply
  blobs: BlobStore
  signal: AbortSignal
  /** The answer may be given again to whoever asks the same. */
  record(etag: string, bytes?: Buffer): void
  stats: RenditionStats
  /** Hears where a rendition came from. */
  seen(outcome: Outcome): void
}

/** "vendor CDN caches up to 180 days" */
const longest = 180 * 86_400

export async function answer(exchange: Exchange, target: Target, found: Delivered) {
  const { request, reply, signal } = exchange
  const etag = `"${found.etag}"`
  reply.headers(storedBytesHeaders)
  // Pages that isolate themselves may show pictures, too.
  reply.header('cross-origin-resource-policy', 'cross-origin')
  reply.header('etag', etag)
  reply.header('last-modified', new Date(found.modified).toUTCString())
  reply.header('cache-control', cacheControl(target, found))
  vary(reply, found.vary)
  if (found.canonical !== undefined) reply.header('link', `<${found.canonical}>; rel="canonical"`)
  if (found.vary.some((name) => name.startsWith('sec-ch-'))) {
    reply.header('accept-ch', 'Sec-CH-DPR, Sec-CH-Width, DPR, Width')
  }
  // Before any work: who has this very picture had it made once.
  if (isNotModified(request.headers, { etag, modified: found.modified })) {
    exchange.record(etag)
    return reply.code(304).send()
  }
  return send(
    exchange,
    await found.open(signal, exchange.seen),
    { etag, modified: found.modified },
    target.attachment ? found.name : undefined,
  )
}

async function send(
  { request, reply, blobs, signal, record, stats }: Exchange,
  content: Content,
  { etag, modified }: { etag: string; modified: number },
  name: string | undefined,
) {
  const { size, type, body } = content
  const isHead = request.method === 'HEAD'
  reply.header('content-type', type)
  if (name !== undefined) reply.header('content-disposition', attachment(name))
  if (content.dpr !== undefined) reply.header('content-dpr', content.dpr.toFixed(2))

  const open = async (range?: ByteRange) =>
    'bytes' in body
      ? body.bytes.subarray(range?.start, range && range.end + 1)
      : blobs.get(body.blob, { ...(range === undefined ? {} : { range }), signal })

  if (isCompressible(type, size)) {
    vary(reply, ['Accept-Encoding'])
    const encoding = request.headers.range === undefined ? encodingFor(request.headers['accept-encoding']) : undefined
    if (encoding !== undefined) {
      // Other bytes for the same content.
      reply.header('etag', `W/${etag}`).header('content-encoding', encoding)
      if (isHead) return reply.send(Readable.from([]))
      const plain = await open()
      return reply.send(compressed(Buffer.isBuffer(plain) ? Readable.from([plain]) : plain, encoding))
    }
  }
  const range = askedRange(request, reply, { etag, modified, size })
  reply.header('accept-ranges', 'bytes')
  reply.header('content-length', range === undefined ? size : range.end - range.start + 1)
  if (range !== undefined) reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${size}`)
  if (isHead) return reply.send(Readable.from([]))
  if (range === undefined && 'bytes' in body) record(etag, body.bytes)
  const began = performance.now()
  reply.raw.once('finish', () => stats.observe('send', performance.now() - began))
  return reply.send(outgoing(await open(range)))
}

/** "public, no-cache … unless the URL carries `updatedAt` or `v`" */
function cacheControl({ dated }: Target, { shared }: Delivered): string {
  if (!shared) return 'private, no-cache'
  return dated ? `public, max-age=${longest}` : 'public, no-cache'
}

function vary(reply: FastifyReply, names: readonly string[]): void {
  const before = String(reply.getHeader('vary') ?? '')
  const all = [...before.split(', ').filter((name) => name !== ''), ...names]
  if (all.length > 0) reply.header('vary', [...new Set(all)].join(', '))
}
