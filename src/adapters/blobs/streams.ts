/** Readable streams over what a store reads: chunks made on demand, every failure a DomainError. */
import { Readable } from 'node:stream'
import { chunkBytes } from '../../core/blobs/chunks.ts'
import { cancelled } from './drain.ts'

/**
 * @param chunks is asked for one chunk at a time
 * @param cancel called once when the stream is destroyed: must make a pending `next()` settle and free resources
 */
export function streamOf(chunks: AsyncIterator<Buffer>, cancel: () => void, signal?: AbortSignal): Readable {
  const onAbort = () => stream.destroy(cancelled(signal))
  const stream = new Readable({
    highWaterMark: chunkBytes,
    read() {
      chunks.next().then(
        (step) => this.push(step.done ? null : step.value),
        (error: unknown) => this.destroy(error as Error),
      )
    },
    destroy(error, done) {
      signal?.removeEventListener('abort', onAbort)
      cancel()
      done(error)
    },
  })
  if (signal?.aborted) onAbort()
  else signal?.addEventListener('abort', onAbort)
  return stream
}

/** All bytes at once, as one chunk. */
export function streamOfBuffer(bytes: Buffer): Readable {
  return new Readable({
    read() {
      if (bytes.length > 0) this.push(bytes)
      this.push(null)
    },
  })
}
