/** What stored bytes are: a picture with all that the engine can tell of it, a video, or a plain file. */
import { buffer } from 'node:stream/consumers'
import type { StoredBytes } from '../blobs/stored.ts'
import type { Caller } from '../caller.ts'
import { DomainError } from '../errors.ts'
import type { AssetDeps } from './deps.ts'
import type { Description } from './descriptions.ts'
import { mediaTypeBytes, mediaTypeOf } from './media-type.ts'
import type { Asset } from './records.ts'
import { videoFacts } from './video-facts.ts'

export type ContentFacts = Pick<
  Asset,
  'mime' | 'format' | 'kind' | 'width' | 'height' | 'orientation' | 'alpha' | 'embeddedMetadata' | 'video'
>

export interface Content extends ContentFacts {
  /** Null: no picture, or one whose header cannot be read. */
  description: Description | null
}

const deadlineMs = 10_000
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
  deps: Pick<AssetDeps, 'blobs' | 'engine'>,
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

async function describe({ blobs, engine }: Pick<AssetDeps, 'blobs' | 'engine'>, key: string, signal: AbortSignal) {
  const file = await blobs.localFile(key, signal)
  try {
    const found = await engine.describe({ path: file.path }, { lane: 'interactive', deadlineMs, signal })
    const { mime: _, format: __, width, height, orientation, alpha, embeddedMetadata, ...description } = found
    return { width, height, orientation, alpha, embeddedMetadata, video: null, description }
  } catch (error) {
    if (!(error instanceof DomainError) || passing.includes(error.code)) throw error
    return none
  } finally {
    file.release()
  }
}
