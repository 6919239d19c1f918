/** From an image URL to the bytes it shows: find, authorise, read the transformation, original or rendition. */
import { mediaTypes } from '../processing/operations.ts'
import { parseTransformation } from '../transformations/language/parse.ts'
import type { DeliveryDeps } from './deps.ts'
import { findTarget } from './find.ts'
import type { Target } from './target.ts'

/** What of a request decides the answer besides its URL. */
export interface Wishes {
  /** Formats of the Accept header that can be made, best first. */
  accepts: readonly ('avif' | 'webp')[]
  signal: AbortSignal
}

export interface Delivered {
  type: string
  etag: string
  /** Epoch milliseconds. */
  modified: number
  size: number
  name: string
  /** All bytes of a rendition; or the blob of an original. */
  body: { bytes: Buffer } | { blob: string }
  /** Request headers that chose it. */
  vary: readonly string[]
}

/** @throws DomainError */
export async function deliver(deps: DeliveryDeps, target: Target, wishes: Wishes): Promise<Delivered> {
  const asset = await findTarget(deps.store.read, target)
  const read = target.transformations.map((text) => parseTransformation(text))
  const about = { modified: asset.updated, name: asset.name }
  if (asset.kind !== 'image' || read.some(({ original }) => original)) {
    return {
      ...about,
      type: asset.mime,
      etag: asset.blob.split('/').at(-1) ?? '',
      size: asset.size,
      body: { blob: asset.blob },
      vary: [],
    }
  }
  const transform = { parts: read.flatMap(({ parts }) => parts), images: [], fonts: [], accepts: wishes.accepts }
  const order = { project: asset.project, source: asset.blob, transform, images: [], fonts: [] }
  const { key, format, bytes } = await deps.renditions.get(order, wishes.signal)
  return { ...about, type: mediaTypes[format], etag: key, size: bytes.length, body: { bytes }, vary: ['Accept'] }
}
