/** The bytes of an answer under their cap, counted as they come and, when compressed, as they unfold. */
import { type Readable, Transform } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { badEncoding, beyondLength, tooLarge, transportError } from './refusals.ts'

export interface Caps {
  maxBytes: number
  /** Bytes beyond the length that was stated, asked for at the end; absent: they do not matter. */
  surplus?: (() => number) | undefined
}

/** @throws fetch_failed for an encoding other than gzip */
export function capped(source: Readable, encoding: string | undefined, { maxBytes, surplus }: Caps): Readable {
  const plain = encoding === undefined || /^(identity)?$/i.test(encoding.trim())
  if (!plain && !/^(x-)?gzip$/i.test(encoding.trim())) throw badEncoding()
  let size = 0
  const output = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length
      if (size > maxBytes) done(tooLarge(maxBytes))
      else done(null, chunk)
    },
    flush(done) {
      done(surplus !== undefined && surplus() > 0 ? beyondLength() : null)
    },
  })
  const stages = plain ? [source] : [source, createGunzip()]
  for (const [index, stage] of stages.entries()) {
    stage.on('error', (error) => output.destroy(transportError(error)))
    stage.pipe((stages[index + 1] as Transform | undefined) ?? output)
  }
  output.on('close', () => {
    for (const stage of stages) stage.destroy()
  })
  // Whoever asked may have gone away before reading.
  output.on('error', () => {})
  return output
}
