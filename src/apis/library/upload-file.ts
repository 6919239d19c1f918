/** The `file` of an upload while its body is read: stored at once, and given up again unless the upload succeeds. */

import { Readable } from 'node:stream'
import type { AssetDeps } from '../../core/assets/deps.ts'
import { type Source, storeFile, storeFromUrl, storeText } from '../../core/assets/upload-source.ts'
import { discardBytes, type StoredBytes } from '../../core/blobs/stored.ts'
import type { Caller } from '../../core/caller.ts'
import { DomainError, invalid } from '../../core/errors.ts'
import type { FilePart } from '../../http/body.ts'
import type { UploadIdentity } from './upload-identity.ts'

export interface UploadFile {
  /** For `readBody`. */
  take(part: FilePart): Promise<void>
  /** `file` of a body that is no form. */
  takeText(text: unknown): Promise<void>
  /** Refuses a request without a file. */
  require(): void
  /** The bytes; a URL is fetched now. */
  stored(caller: Caller): Promise<StoredBytes>
  /** The bytes are others now. */
  replace(stored: StoredBytes): void
  /** The bytes belong to an asset now, or are gone. */
  handOver(): void
  discard(): Promise<void>
}

export function receiveFile(deps: AssetDeps, identity: UploadIdentity): UploadFile {
  let source: Source | undefined
  let seen = false

  const missing = () => invalid('file', 'Your request is missing file parameter.')

  return {
    async take({ field, filename, isText, fieldsBefore, stream }) {
      // "Unknown fields are ignored."
      if (field.trim() !== 'file') return
      if (seen) throw invalid('file', 'Your request contains more than one file parameter; send one.')
      seen = true
      await identity.look(fieldsBefore())
      if (isText) {
        source = await storeText(deps, identity, stream)
        return
      }
      const stored = await storeFile(deps, identity, stream)
      source = { stored }
      // A field that was left blank in a browser.
      if (stored.size > 0 || filename !== undefined) return
      source = undefined
      await discardBytes(deps.blobs, stored)
    },

    async takeText(text) {
      if (source !== undefined || text === undefined || text === null) return
      if (typeof text !== 'string')
        throw invalid('file', 'Your request contains invalid file parameter. It must be a text.')
      source = await storeText(deps, identity, Readable.from([Buffer.from(text)]))
    },

    require() {
      if (source === undefined) throw missing()
    },

    async stored({ project, signal }) {
      if (source === undefined) throw missing()
      if ('url' in source) source = { stored: await storeFromUrl(deps, { project: project.id, signal }, source.url) }
      return source.stored
    },

    replace(stored) {
      source = { stored }
    },

    handOver() {
      source = undefined
    },

    async discard() {
      if (source !== undefined && 'stored' in source) await discardBytes(deps.blobs, source.stored)
      source = undefined
    },
  }
}

/** Whether a failure is worth a report of its own: the file's, not the server's or the caller's connection. */
export const isOfTheFile = (error: unknown): error is DomainError =>
  error instanceof DomainError &&
  [
    'damaged_image',
    'no_image',
    'unsupported_format',
    'out_of_range',
    'timed_out',
    'wrong_password',
    'invalid',
  ].includes(error.code)
