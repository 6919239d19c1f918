/** What stored bytes are: a picture with all that the engine can tell of it, a video, or a plain file. */
import { buffer } from 'node:stream/consumers'
import type { StoredBytes } from '../blobs/stored.ts'
import type { Caller } from '../caller.ts'
import { DomainError } from '../errors.ts'
import type { AssetDeps } from './deps.ts'
import { isDescribed, lookAt } from './describe.ts'
import type { Description } from './descriptions.ts'
import { mediaTypeBytes, mediaTypeOf } from './media-type.ts'
import type { Asset } from './records.ts'
import { videoFacts } from './video-facts.ts'

export type ContentFacts = Pick<
  Asset,
  'mime' | 'format' | 'kind' | 'width' | 'height' | 'orientation' | 'alpha' | 'embeddedMetadata' | 'video'
>

export interface Content extends ContentFacts {
  /** Null: no picture, or one that cannot be looked at. */
  description: Description | null
}

const none = {
  width: null,
  height: null,
  orientation: null,
  alpha: null,
  embeddedMetadata: null,
  video: null,
  description: null,
}

/** Failures of the server, not of the file: the upload must not become a picture without sides. */
const passing = ['cancelled', 'unavailable', 'overloaded']

/**
 * A damaged or very large picture is a picture all the same, with what can be told of it.
 * @param name tells apart files of plain text
 */
export async function contentOf(
  deps: Pick<AssetDeps, 'blobs' | 'engine' | 'ingestDeadlineMs'>,
  { signal }: Pick<Caller, 'signal'>,
  stored: StoredBytes,
  name: string,
): Promise<Content> {
  const { key, size } = stored
  /** Bytes from a place on, fewer where the file ends. */
  const read = async (at: number, length: number) => {
    const end = Math.min(at + length, size) - 1
    return end < at ? Buffer.alloc(0) : buffer(await deps.blobs.get(key, { range: { start: at, end }, signal }))
  }
  const head = await read(0, mediaTypeBytes)
  const { mime, format, kind, describable } = mediaTypeOf(head, name, deps.engine.formatOf(head))
  // "video, pdf, js ... are non-image" (section 4.1)
  if (kind === 'other') return { ...none, mime, format, kind: 'non-image' }
  if (kind === 'video') {
    const { width, height, ...video } = await videoFacts(format, size, read)
    return { ...none, mime, format, kind: 'non-image', width, height, video }
  }
  const picture = describable ? await describe(deps, key, signal) : none
  return { mime, format, kind: 'image', ...picture }
}

async function describe(deps: Parameters<typeof lookAt>[0], key: string, signal: AbortSignal) {
  try {
    const found = await lookAt(deps, key, signal)
    const { width, height, alpha } = found
    if (!isDescribed(found)) return { ...none, width, height, alpha }
    const { mime: _, format: __, orientation, embeddedMetadata, ...description } = found
    return { width, height, alpha, orientation, embeddedMetadata, video: null, description }
  } catch (error) {
    if (!(error instanceof DomainError) || passing.includes(error.code)) throw error
    return none
  }
}
