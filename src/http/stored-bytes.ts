/** Sending what users stored. */
import { Readable } from 'node:stream'
import { giveChunkBack } from '../core/blobs/chunks.ts'

/** Headers on everything that users stored: their bytes are hostile on our own origin too (design section 6). */
export const storedBytesHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
} as const

/** The body for `reply.send`: a stream's chunks can be used again as soon as the kernel has them. The stream is sent once. */
export function outgoing<Body extends Readable | Buffer>(body: Body): Body {
  if (body instanceof Readable) body.pipe = (response) => pump(body, response)
  return body
}

function pump<Sink extends NodeJS.WritableStream>(body: Readable, response: Sink): Sink {
  body.on('data', (chunk: Buffer) => {
    if (!response.write(chunk, () => giveChunkBack(chunk))) body.pause()
  })
  response.on('drain', () => body.resume())
  body.once('end', () => response.end())
  return response
}
