/** Several byte streams through one pipe: each frame says its job, its stream and its length; a frame of length 0 ends the stream. */

/** u32 job, u16 stream, u32 length, little-endian. */
const headerBytes = 10
/** Longest payload of one frame. */
export const frameBytes = 256 * 1024

export interface Frame {
  job: number
  stream: number
  /** A piece of the stream; undefined: the stream has ended. */
  bytes: Buffer | undefined
}

/** The header that precedes `length` bytes of payload. */
export function frameHeader(job: number, stream: number, length: number): Buffer {
  const header = Buffer.allocUnsafe(headerBytes)
  header.writeUInt32LE(job, 0)
  header.writeUInt16LE(stream, 4)
  header.writeUInt32LE(length, 6)
  return header
}

/** Reads frames off a pipe; a long payload comes in the pieces in which it arrives. Backpressure: the pipe is read as the loop goes. */
export async function* readFrames(pipe: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  let header: Buffer = Buffer.alloc(0)
  let job = 0
  let stream = 0
  let left = 0
  for await (const chunk of pipe) {
    let at = 0
    while (at < chunk.length) {
      if (left > 0) {
        const bytes = chunk.subarray(at, at + left)
        at += bytes.length
        left -= bytes.length
        yield { job, stream, bytes }
        continue
      }
      const piece = chunk.subarray(at, at + headerBytes - header.length)
      header = header.length === 0 ? piece : Buffer.concat([header, piece])
      at += piece.length
      if (header.length < headerBytes) continue
      job = header.readUInt32LE(0)
      stream = header.readUInt16LE(4)
      left = header.readUInt32LE(6)
      header = Buffer.alloc(0)
      if (left === 0) yield { job, stream, bytes: undefined }
    }
  }
}
