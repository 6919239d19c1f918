/**
 * Blobs encrypted with a caller's key: a view of any store, made per request because the key is nobody's but the
 * caller's. Only ciphertext reaches the store; the format is in encrypted-format.ts. What needs no key (delete, list) is
 * asked of the store itself.
 */
import type { FileKey } from '../../core/keys/file-key.ts'
import type { BlobStore, BlobStreams } from '../../core/ports.ts'
import { quiet } from './drain.ts'
import { newFile, openFile, plainSize, scheme } from './encrypted-format.ts'
import { readRange, readWhole } from './encrypted-read.ts'
import { sealStream } from './encrypted-write.ts'

/** @param secret of this installation, mixed into every wrapping key: stolen files alone cannot be guessed at */
export function createEncryptedBlobs(blobs: BlobStore, secret: Buffer): (key: FileKey) => BlobStreams {
  return (key) => ({
    encryption: scheme,

    async put(blobKey, source, { maxBytes, signal } = {}) {
      quiet(source)
      const sealing = sealStream(source, newFile(key, secret, blobKey), maxBytes)
      try {
        const facts = await blobs.put(blobKey, sealing.stream, signal === undefined ? {} : { signal })
        return { ...facts, size: sealing.size }
      } finally {
        sealing.detach()
      }
    },

    get(blobKey, { range, signal } = {}) {
      const openHeader = (header: Buffer) => openFile(key, secret, blobKey, header)
      return range === undefined
        ? readWhole(blobs, blobKey, openHeader, signal)
        : readRange(blobs, blobKey, openHeader, range, signal)
    },

    async stat(blobKey) {
      const stored = await blobs.stat(blobKey)
      return stored === undefined ? undefined : { size: plainSize(stored.size) }
    },
  })
}
