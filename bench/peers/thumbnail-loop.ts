/** Reference of G13 and SITES-ingest: what sharp alone needs for a thumbnail of each file. */
import sharp from 'sharp'

export interface ThumbnailQuestion {
  sources: string[]
  /** Longest side. */
  side: number
  inFlight: number
  /** Default: WebP at 80. */
  format?: 'jpeg'
  quality?: number
}

export interface ThumbnailReply {
  wallMs: number
  bytes: number
}

sharp.concurrency(1)
sharp.cache(false)

process.on('message', (question: ThumbnailQuestion) => {
  void makeAll(question).then((reply) => process.send?.(reply))
})
process.send?.('ready')

async function makeAll({ sources, side, inFlight, format, quality = 80 }: ThumbnailQuestion): Promise<ThumbnailReply> {
  const started = performance.now()
  let bytes = 0
  let next = 0
  const worker = async () => {
    for (let index = next++; index < sources.length; index = next++) {
      const image = sharp(sources[index], { failOn: 'warning' }).autoOrient()
      const small = image.resize(side, side, { fit: 'inside' })
      const made = await (format === 'jpeg' ? small.jpeg({ quality }) : small.webp({ quality, effort: 2 })).toBuffer()
      bytes += made.length
    }
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
  return { wallMs: performance.now() - started, bytes }
}
