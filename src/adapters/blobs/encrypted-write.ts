/** The encrypting half of encrypted blobs: a stream of the sealed file over the stream of its content. */
import { finished, Readable } from 'node:stream'
import { createBatches } from './batch.ts'
import { brokenSource, tooLarge } from './drain.ts'
import { type Segments, segmentBytes } from './encrypted-format.ts'

export interface Sealing {
  /** The whole sealed file. Fails with `too_large`, or as the source does. */
  stream: Readable
  /** Bytes of content so far. */
  readonly size: number
  /** Lets go of the source, which is left paused and unharmed. */
  detach(): void
}

/** Memory stays bounded: one segment fills while earlier ones wait to be taken, and beyond that the source is paused. */
export function sealStream(
  source: Readable,
  { header, segments }: { header: Buffer; segments: Segments },
  maxBytes = Number.POSITIVE_INFINITY,
): Sealing {
  const batches = createBatches(segmentBytes)
  let size = 0
  let index = 0

  const stream = new Readable({
    highWaterMark: 4 * segmentBytes,
    read() {
      source.resume()
    },
    destroy(error, done) {
      detach()
      done(error)
    },
  })
  stream.push(header)

  /** False when the reader has enough for now. */
  function emit(last: boolean): boolean {
    const pieces = segments.seal(index, last, batches.take().chunks)
    index += 1
    return pieces.map((piece) => stream.push(piece)).every((taken) => taken)
  }
  const onData = (data: Buffer | string) => {
    const chunk = typeof data === 'string' ? Buffer.from(data) : data
    size += chunk.length
    if (size > maxBytes) {
      stream.destroy(tooLarge(maxBytes))
      return
    }
    batches.add(chunk)
    // A full segment is held back until more follows: it may be the last.
    while (batches.bytes > segmentBytes) {
      if (!emit(false)) source.pause()
    }
  }
  const stopWatching = finished(source, { writable: false }, (error) => {
    if (stream.destroyed) return
    if (error) {
      stream.destroy(brokenSource(error))
      return
    }
    emit(true)
    stream.push(null)
  })
  source.on('data', onData)

  let detached = false
  function detach(): void {
    if (detached) return
    detached = true
    stopWatching()
    source.off('data', onData)
    source.pause()
  }

  return {
    stream,
    get size() {
      return size
    },
    detach() {
      stream.destroy()
      detach()
    },
  }
}
