/** One rendition by the engine. */
import { Readable, Writable } from 'node:stream'
import type { Lane } from '../jobs/records.ts'
import type { BlobStore, EngineSource, ImageEngine, LocalFile } from '../ports.ts'
import { seeks } from '../processing/focus.ts'
import type { FindThings } from '../vision/find-things.ts'
import type { Rendition, RenditionOrder } from './renditions.ts'

export interface MakeDeps {
  blobs: BlobStore
  engine: ImageEngine
  /** Where things are in a blob's picture, for crops that look for some. */
  findThings: FindThings
  deadlineMs: number
}

interface MakeOptions {
  signal: AbortSignal
  lane: Lane
  observed(stage: 'fetch' | 'transform', ms: number): void
}

/** @param base picture in the place of the order's source; undefined: the source itself */
export async function make(
  { blobs, engine, findThings, deadlineMs }: MakeDeps,
  order: RenditionOrder,
  base: Pick<Rendition, 'key' | 'bytes'> | undefined,
  { signal, lane, observed }: MakeOptions,
): Promise<Pick<Rendition, 'format' | 'width' | 'height' | 'bytes'>> {
  const began = performance.now()
  const held: LocalFile[] = []
  const local = async (blob: string) => {
    const file = await blobs.localFile(blob, signal)
    held.push(file)
    return file.path
  }
  try {
    const { page } = order
    const first: EngineSource =
      base === undefined
        ? { path: await local(order.source), blob: order.source, ...(page === undefined ? {} : { page }) }
        : { stream: Readable.from([base.bytes], { objectMode: false }), blob: base.key }
    const images = await Promise.all(order.images.map(local))
    const fonts = await Promise.all(order.fonts.map(local))
    const looks = page === undefined && seeks(order.transform.parts)
    const found = looks ? await findThings(order.source, { lane, signal }) : undefined
    const fetched = performance.now()
    observed('fetch', fetched - began)
    const sink = collector()
    const job = {
      sources: [first, ...images.map((path, index) => ({ path, ...blobOf(order.images[index]) }))],
      fonts,
      operations: { transform: found === undefined ? order.transform : { ...order.transform, found } },
      output: { format: 'same' as const },
      tolerant: false,
    }
    const { format, width, height } = await engine.run(job, { stream: sink.stream }, { lane, deadlineMs, signal })
    observed('transform', performance.now() - fetched)
    return { format, width, height, bytes: sink.bytes() }
  } finally {
    for (const file of held) file.release()
  }
}

const blobOf = (blob: string | undefined) => (blob === undefined ? {} : { blob })

/** Takes the engine's bytes as they come. */
function collector() {
  const pieces: Buffer[] = []
  const stream = new Writable({
    highWaterMark: 1024 * 1024,
    write(piece: Buffer, _encoding, done) {
      pieces.push(piece)
      done()
    },
  })
  return { stream, bytes: () => Buffer.concat(pieces) }
}
