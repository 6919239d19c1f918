/** One part of a multipart body as a stream for its reader, which holds the body back when it is slow. */
import { Readable } from 'node:stream'
import type { PartSink } from './multipart.ts'

export interface PartStream extends PartSink {
  /** Breaks the stream off and waits for the reader to be done with it; never throws. */
  abandon(error: Error): Promise<void>
}

const bufferedBytes = 256 * 1024

/** @param read starts at once; its failure is the failure of the next write, or of the end */
export function openPartStream(read: (stream: Readable) => Promise<void>): PartStream {
  let wake = () => {}
  const stream = new Readable({ highWaterMark: bufferedBytes, read: () => wake() })
  // A stream that fails while nobody listens must not end the process.
  stream.on('error', () => {})
  let done = false
  const reading = read(stream).finally(() => {
    done = true
    wake()
  })
  // Seen by write and end.
  reading.catch(() => {})

  return {
    write(bytes) {
      // What the reader left is let go.
      if (done) return reading
      if (stream.push(bytes)) return undefined
      const drained = new Promise<void>((resolve) => {
        wake = resolve
      })
      return drained.then(() => (done ? reading : undefined))
    },
    end() {
      stream.push(null)
      return reading
    },
    async abandon(error) {
      stream.destroy(error)
      await reading.catch(() => {})
    },
  }
}
