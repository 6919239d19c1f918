/** Renditions: pictures made from an asset's bytes, each made once (design section 6). */
import { createHash } from 'node:crypto'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { BlobStore, ImageEngine } from '../ports.ts'
import type { ImageFormat } from '../processing/operations.ts'
import type { TransformOrder } from '../processing/transformation.ts'

/** Raise it when the same order gives other pixels or bytes than before: it is part of every key. */
export const engineVersion = 1

export interface RenditionOrder {
  project: string
  /** Blob of the asset. */
  source: string
  transform: TransformOrder
  /** Blobs of the image layers, as `transform.images`; of the fonts, as `transform.fonts`. */
  images: readonly string[]
  fonts: readonly string[]
  /** Page of a document, from 0. */
  page?: number
}

export interface Rendition {
  /** Hash of everything it was made from: the ETag. */
  key: string
  format: ImageFormat
  width: number
  height: number
  bytes: Buffer
}

/** Hash of all that decides the bytes. */
export function renditionKey(order: RenditionOrder): string {
  return createHash('sha256')
    .update(JSON.stringify([engineVersion, order]))
    .digest('hex')
    .slice(0, 32)
}

export interface Renditions {
  /** Made once, kept, and the same for all who ask at the same time. @throws DomainError as the engine; overloaded */
  get(order: RenditionOrder, signal: AbortSignal): Promise<Rendition>
}

export interface RenditionDeps {
  blobs: BlobStore
  engine: ImageEngine
  deadlineMs: number
}

export function createRenditions({ blobs, engine, deadlineMs }: RenditionDeps): Renditions {
  return {
    async get(order, signal) {
      const files = await Promise.all(
        [order.source, ...order.images, ...order.fonts].map((blob) => blobs.localFile(blob, signal)),
      )
      try {
        const paths = files.map(({ path }) => path)
        const split = 1 + order.images.length
        const { page } = order
        const sources = paths.slice(0, split).map((path, index) => ({
          path,
          ...(index === 0 && page !== undefined ? { page } : {}),
        }))
        const sink = new PassThrough()
        const collected = buffer(sink)
        const job = {
          sources,
          fonts: paths.slice(split),
          operations: { transform: order.transform },
          output: { format: 'same' as const },
          tolerant: false,
        }
        const { format, width, height } = await engine.run(
          job,
          { stream: sink },
          { lane: 'interactive', deadlineMs, signal },
        )
        return { key: renditionKey(order), format, width, height, bytes: await collected }
      } finally {
        for (const file of files) file.release()
      }
    },
  }
}
