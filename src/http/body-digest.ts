/** What tells a request's body apart from another: its fields, and of each file the SHA-256; boundaries and order of fields do not count. */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Transform } from 'node:stream'
import { type FilePart, observeBody } from './body.ts'

interface FileDigest {
  field: string
  filename: string | undefined
  sha256: string
}

export interface BodyDigest {
  fields: Record<string, unknown>
  files: FileDigest[]
}

const digest = Symbol('body digest')
type Digested = IncomingMessage & { [digest]?: { done?: BodyDigest } }

/** Takes the digest of the body while whoever comes next reads it. Again for the same request: does nothing. */
export function digestBody(request: Digested): void {
  if (request[digest] !== undefined) return
  const taken: { done?: BodyDigest } = {}
  const files: FileDigest[] = []
  request[digest] = taken
  observeBody(request, {
    file: (part) => hashed(part, files),
    fields: (fields) => {
      taken.done = { fields, files }
    },
  })
}

/** Undefined while the body was not read to its end. */
export const bodyDigest = (request: Digested): BodyDigest | undefined => request[digest]?.done

function hashed({ stream, ...part }: FilePart, files: FileDigest[]): FilePart {
  const hash = createHash('sha256')
  const tap = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      done(null, chunk)
    },
    flush(done) {
      files.push({ field: part.field, filename: part.filename, sha256: hash.digest('hex') })
      done()
    },
  })
  // A form that is cut off ends its readers, as without the tap.
  stream.on('error', (error) => tap.destroy(error))
  tap.on('error', () => undefined)
  return { ...part, stream: stream.pipe(tap) }
}
