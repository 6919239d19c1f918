/**
 * Reads a stream into large batches and measures it on the way (size, SHA-256). One batch is being written while
 * the next one fills; the source is paused beyond that, so memory stays bounded by two batches whatever the size.
 */
import { createHash } from 'node:crypto'
import { finished, type Readable } from 'node:stream'
import type { BlobFacts } from '../../core/blobs/records.ts'
import { DomainError } from '../../core/errors.ts'
import { createBatches } from './batch.ts'

export interface DrainOptions {
  batchBytes: number
  maxBytes?: number | undefined
  signal?: AbortSignal | undefined
  /** Gets one batch at a time, in order, each of `batchBytes` exactly except the last. Not called for an empty source. */
  write(chunks: Buffer[], bytes: number): Promise<void>
}

/**
 * Resolves when everything is written. On failure it waits for the write in progress and leaves the source paused and
 * unharmed: whoever made it decides whether to drain or to destroy it (destroying a request would cut off its answer).
 * @throws too_large, cancelled (also when the source breaks off), or what `write` or the source threw
 */
export function drain(source: Readable, options: DrainOptions): Promise<BlobFacts> {
  const { batchBytes, maxBytes = Number.POSITIVE_INFINITY, signal, write } = options
  const batches = createBatches(batchBytes)
  const sha256 = createHash('sha256')
  let size = 0
  let writing = false
  let ended = false
  let failure: unknown

  return new Promise((resolve, reject) => {
    const settle = () => {
      stopWatching()
      signal?.removeEventListener('abort', onAbort)
      source.off('data', onData)
      if (failure === undefined) resolve({ size, sha256: sha256.digest('hex'), crc32: null })
      else reject(failure)
    }
    const fail = (error: unknown) => {
      if (failure !== undefined) return
      failure = error
      source.off('data', onData)
      source.pause()
      if (!writing) settle()
    }
    const onWritten = () => {
      writing = false
      if (failure !== undefined) return settle()
      if (batches.full) writeBatch()
      else if (ended) finish()
      if (!ended && !batches.full) source.resume()
    }
    const writeBatch = () => {
      const { chunks, bytes } = batches.take()
      writing = true
      write(chunks, bytes).then(onWritten, (error: unknown) => {
        writing = false
        if (failure === undefined) fail(error)
        else settle()
      })
    }
    const finish = () => {
      if (batches.bytes > 0) writeBatch()
      else settle()
    }
    const onData = (data: Buffer | string) => {
      const chunk = typeof data === 'string' ? Buffer.from(data) : data
      size += chunk.length
      if (size > maxBytes) return fail(tooLarge(maxBytes))
      sha256.update(chunk)
      batches.add(chunk)
      if (!batches.full) return
      if (!writing) writeBatch()
      if (batches.full) source.pause()
    }
    const onAbort = () => fail(cancelled(signal))
    const stopWatching = finished(source, { writable: false }, (error) => {
      if (error) return fail(brokenSource(error))
      ended = true
      if (!writing && failure === undefined) finish()
    })

    quiet(source)
    if (signal?.aborted) return onAbort()
    signal?.addEventListener('abort', onAbort)
    source.on('data', onData)
  })
}

/** A source that fails while nobody listens must not end the process; `drain` sees the failure by its state. */
export function quiet(source: Readable): void {
  source.on('error', () => {})
}

/** The error of an aborted signal: its reason when that is a DomainError, else `cancelled`. */
export function cancelled(signal: AbortSignal | undefined): DomainError {
  const reason: unknown = signal?.reason
  if (reason instanceof DomainError) return reason
  return new DomainError('cancelled', 'The work was cancelled.', { cause: reason })
}

/** A source's failure: what it says itself, or that it broke off. */
export function brokenSource(error: Error): DomainError {
  if (error instanceof DomainError) return error
  return new DomainError('cancelled', 'The data broke off before its end. Send it again.', { cause: error })
}

export function tooLarge(maxBytes: number): DomainError {
  return new DomainError('too_large', `More than the ${maxBytes} bytes allowed. Send a smaller file.`)
}
