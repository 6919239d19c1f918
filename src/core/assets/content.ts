/** What stored bytes are: a picture with all that the engine can tell of it, or a plain file. Names do not count. */
import { buffer } from 'node:stream/consumers'
import type { StoredBytes } from '../blobs/stored.ts'
import type { Caller } from '../caller.ts'
import { DomainError } from '../errors.ts'
import { mediaTypes } from '../processing/operations.ts'
import type { AssetDeps } from './deps.ts'
import type { Description } from './descriptions.ts'
import { headBytes, plainTypeOf } from './plain-types.ts'
import type { Asset } from './records.ts'

export type ContentFacts = Pick<
  Asset,
  'mime' | 'format' | 'kind' | 'width' | 'height' | 'orientation' | 'alpha' | 'embeddedMetadata'
>

export interface Content extends ContentFacts {
  /** Null: no picture, or one whose header cannot be read. */
  description: Description | null
}

const deadlineMs = 10_000
const none = { width: null, height: null, orientation: null, alpha: null, embeddedMetadata: null, description: null }

/** Failures of the server, not of the file: the upload must not become a picture without sides. */
const passing = ['cancelled', 'unavailable', 'overloaded']

/**
 * A damaged or very large picture is a picture all the same, with what can be told of it.
 * @param name tells apart files of plain text
 */
export async function contentOf(
  { blobs, engine }: AssetDeps,
  { signal }: Pick<Caller, 'signal'>,
  stored: StoredBytes,
  name: string,
): Promise<Content> {
  const head = stored.size === 0 ? Buffer.alloc(0) : await readHead(blobs, stored, signal)
  const format = engine.formatOf(head)
  // "video, pdf, js ... are non-image" (section 4.1)
  if (format === 'pdf') return { ...none, mime: mediaTypes.pdf, format, kind: 'non-image' }
  if (format === undefined) return { ...none, ...plainTypeOf(head, name), kind: 'non-image' }
  const file = await blobs.localFile(stored.key, signal)
  try {
    const found = await engine.describe({ path: file.path }, { lane: 'interactive', deadlineMs, signal })
    const { mime, width, height, orientation, alpha, embeddedMetadata, ...description } = found
    return {
      mime,
      format: found.format,
      kind: 'image',
      width,
      height,
      orientation,
      alpha,
      embeddedMetadata,
      description,
    }
  } catch (error) {
    if (!(error instanceof DomainError) || passing.includes(error.code)) throw error
    return { ...none, mime: mediaTypes[format], format, kind: 'image' }
  } finally {
    file.release()
  }
}

async function readHead(blobs: AssetDeps['blobs'], { key, size }: StoredBytes, signal: AbortSignal): Promise<Buffer> {
  const range = { start: 0, end: Math.min(headBytes, size) - 1 }
  return buffer(await blobs.get(key, { range, signal }))
}
