/** `transformation.pre` of an upload (media-library-api.md section 5.3): "the stored file is the result". */
import { discardBytes, type StoredBytes } from '../blobs/stored.ts'
import type { Caller } from '../caller.ts'
import { blobKey } from '../ids.ts'
import type { Content } from './content.ts'
import type { AssetDeps } from './deps.ts'
import { planTransformation, type Transformation } from './transform.ts'

const deadlineMs = 30_000

/** The result's bytes, durable; those given are deleted. The same bytes come back when nothing is to be done. */
export async function preTransform(
  { blobs, engine }: AssetDeps,
  { project, signal }: Pick<Caller, 'project' | 'signal'>,
  stored: StoredBytes,
  { width, height }: Pick<Content, 'width' | 'height'>,
  wanted: Transformation,
): Promise<StoredBytes> {
  const { operations, output } = planTransformation(wanted, { width: width ?? 1, height: height ?? 1 })
  const source = await blobs.localFile(stored.key, signal)
  try {
    const path = blobs.workFile()
    const result = await engine.run(
      { sources: [{ path: source.path }], operations, output, tolerant: false },
      { path },
      { lane: 'interactive', deadlineMs, signal },
    )
    if (result.unchanged) return stored
    const { size, sha256, crc32 } = result
    const key = blobKey(project.id)
    await blobs.adopt(path, key, { size, sha256, crc32 })
    await discardBytes(blobs, stored)
    return { key, size, sha256, crc32 }
  } finally {
    source.release()
  }
}
