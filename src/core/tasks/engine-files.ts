/**
 * Where a run of the engine reads from and writes to: files on this machine, or, for encrypted ones, pipes: no plain byte
 * of them may touch the disk (tasks-api.md section 11).
 */
import { PassThrough, Readable } from 'node:stream'
import { DomainError, toDomainError } from '../errors.ts'
import { blobKey } from '../ids.ts'
import type { BlobStore, BlobStreams, EngineResult, EngineSink, EngineSource } from '../ports.ts'

export interface SourceFile<Source extends EngineSource = EngineSource> {
  source: Source
  /** Must be called once. */
  release(): void
}

/** Durable bytes of an output. */
export type StoredOutput =
  /** A new blob, and what its row says. */
  | { key: string; size: number; crc32: number; row: { sha256: string; encryption: string | null } }
  /** A blob that is there already. */
  | { key: string; size: number; crc32: number; row?: never }

export interface SinkFile {
  sink: EngineSink
  /** After a run that wrote: resolves when the bytes are durable, under a key of their own. */
  keep(result: EngineResult): Promise<StoredOutput>
  /** After a run that failed or wrote nothing. */
  discard(error?: unknown): Promise<void>
}

/** A plain blob by its path. @throws DomainError not_found */
export async function sourceByPath(blobs: BlobStore, key: string, signal: AbortSignal): Promise<SourceFile> {
  const file = await blobs.localFile(key, signal)
  return { source: { path: file.path }, release: () => file.release() }
}

/**
 * A blob as a stream that is opened when the engine begins to read: a job that waits holds nothing open.
 * @param maxBytes the stream ends after about that many
 */
export function sourceByPipe(
  streams: BlobStreams,
  key: string,
  signal: AbortSignal,
  maxBytes = Number.POSITIVE_INFINITY,
): SourceFile<{ stream: Readable }> {
  async function* content(): AsyncGenerator<Buffer> {
    let size = 0
    for await (const chunk of (await streams.get(key, { signal })) as AsyncIterable<Buffer>) {
      size += chunk.length
      yield chunk
      if (size >= maxBytes) return
    }
  }
  const stream = Readable.from(content(), { objectMode: false })
  return {
    source: { stream },
    // The engine hears of errors; afterwards nobody does.
    release: () => void stream.on('error', () => undefined).destroy(),
  }
}

/** A work file that becomes a plain blob. */
export function sinkByPath(blobs: BlobStore, project: string): SinkFile {
  const path = blobs.workFile()
  return {
    sink: { path },
    async keep({ size, sha256, crc32 }) {
      const key = blobKey(project)
      await blobs.adopt(path, key, { size, sha256, crc32 })
      return { key, size, crc32, row: { sha256, encryption: null } }
    },
    // The engine removes what a failed run wrote.
    discard: async () => undefined,
  }
}

/** A pipe into a blob: it is stored while the engine writes. */
export function sinkByPipe(streams: BlobStreams, project: string, signal: AbortSignal): SinkFile {
  const key = blobKey(project)
  const pipe = new PassThrough()
  const stored = streams.put(key, pipe, { signal })
  // The engine must not wait for a store that takes no more.
  stored.catch((error: unknown) => pipe.destroy(toDomainError(error)))
  return {
    sink: { stream: pipe },
    async keep(result) {
      const { size, sha256 } = await stored
      if (size !== result.size)
        throw new DomainError('internal', `The engine wrote ${result.size} bytes, ${size} of them arrived.`)
      return { key, size, crc32: result.crc32, row: { sha256, encryption: streams.encryption } }
    },
    async discard(error) {
      pipe
        .on('error', () => undefined)
        .destroy(toDomainError(error ?? new DomainError('cancelled', 'Nothing was written.')))
      await stored.catch(() => undefined)
    },
  }
}

/** The same content stored once more, elsewise: a plain input that comes back as an encrypted output. */
export async function copyContent(
  { from, to, project, signal }: { from: BlobStreams; to: BlobStreams; project: string; signal: AbortSignal },
  blob: string,
  { crc32 }: EngineResult,
): Promise<StoredOutput> {
  const file = sourceByPipe(from, blob, signal)
  try {
    const key = blobKey(project)
    const { size, sha256 } = await to.put(key, file.source.stream, { signal })
    return { key, size, crc32, row: { sha256, encryption: to.encryption } }
  } finally {
    file.release()
  }
}
