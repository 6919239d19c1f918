/**
 * Format of an encrypted blob, version 1 (scheme `aes-gcm-1`):
 *
 *     bytes   what
 *     0       "IMGE", version 1, bytes of the caller's key (16, 24, 32), two zero bytes
 *     8       16 random bytes: salt
 *     24      the data key, encrypted
 *     56      tag of the data key
 *     72      segments: at most 256 KiB encrypted, then 16 bytes of tag
 *
 * The data key is random, of this file alone. It is wrapped with AES-128, -192 or -256 GCM, as long as the caller's key
 * is, under HKDF-SHA-256(installation's secret + caller's key, salt), bound to the header and to the blob's storage key: a
 * file moved to another one's place does not open. Segments are AES-256-GCM under the data key; the nonce is the
 * segment's number and whether it is the last, so that cut off, reordered, repeated and foreign ones do not open. An
 * empty file is one empty segment; no other segment is empty.
 */
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import { DomainError } from '../../core/errors.ts'
import type { FileKey } from '../../core/keys/file-key.ts'

export const scheme = 'aes-gcm-1'
export const segmentBytes = 256 * 1024
export const tagBytes = 16
export const sealedSegmentBytes = segmentBytes + tagBytes
export const headerBytes = 72

const start = Buffer.from('IMGE\u0001')
const saltAt = 8
const dataKeyAt = 24
const dataKeyTagAt = 56
const dataKeyBytes = 32

/** Encrypts and decrypts the segments of one file. */
export interface Segments {
  /** The sealed segment in pieces. */
  seal(index: number, last: boolean, plain: readonly Buffer[]): Buffer[]
  /** The plain bytes, authenticated. @throws internal: the stored bytes were changed */
  open(index: number, last: boolean, sealed: readonly Buffer[]): Buffer
}

/** A new file's header, and its segments under a fresh data key. */
export function newFile(key: FileKey, secret: Buffer, blobKey: string): { header: Buffer; segments: Segments } {
  const header = Buffer.alloc(headerBytes)
  start.copy(header)
  header[start.length] = key.bytes().length
  randomBytes(16).copy(header, saltAt)
  const dataKey = randomBytes(dataKeyBytes)
  const { algorithm, wrappingKey } = wrapping(key, secret, header)
  const cipher = createCipheriv(algorithm, wrappingKey, zeroNonce)
  cipher.setAAD(boundTo(header, blobKey))
  cipher.update(dataKey).copy(header, dataKeyAt)
  cipher.final()
  cipher.getAuthTag().copy(header, dataKeyTagAt)
  return { header, segments: segmentsOf(createSecretKey(dataKey)) }
}

/**
 * The segments of a stored file.
 * @throws invalid (param `file_encryption_key`) for another key than the file's; internal for what is no encrypted file
 */
export function openFile(key: FileKey, secret: Buffer, blobKey: string, header: Buffer): Segments {
  if (header.length !== headerBytes || !header.subarray(0, start.length).equals(start)) throw damaged()
  if (header[start.length] !== key.bytes().length) throw wrongKey()
  const { algorithm, wrappingKey } = wrapping(key, secret, header)
  const decipher = createDecipheriv(algorithm, wrappingKey, zeroNonce)
  decipher.setAAD(boundTo(header, blobKey))
  decipher.setAuthTag(header.subarray(dataKeyTagAt))
  const dataKey = decipher.update(header.subarray(dataKeyAt, dataKeyTagAt))
  try {
    decipher.final()
  } catch {
    throw wrongKey()
  }
  return segmentsOf(createSecretKey(dataKey))
}

/** Size of the content of a stored file. @throws internal when no file has that many bytes */
export function plainSize(storedBytes: number): number {
  const body = storedBytes - headerBytes
  const count = Math.ceil(body / sealedSegmentBytes)
  const inLast = body - (count - 1) * sealedSegmentBytes - tagBytes
  if (body < tagBytes || inLast < 0 || (inLast === 0 && count > 1)) throw damaged()
  return body - count * tagBytes
}

export function damaged(cause?: unknown): DomainError {
  return new DomainError('internal', 'A stored file is damaged. Upload it again.', { cause })
}

function wrongKey(): DomainError {
  return new DomainError('invalid', 'The file was encrypted with another file_encryption_key.', {
    param: 'file_encryption_key',
  })
}

/** Every wrapping key and every data key is used for one file: the nonces need not be random. */
const zeroNonce = Buffer.alloc(12)

function wrapping(key: FileKey, secret: Buffer, header: Buffer) {
  const length = key.bytes().length
  const salt = header.subarray(saltAt, dataKeyAt)
  const material = Buffer.concat([secret, key.bytes()])
  const wrappingKey = Buffer.from(hkdfSync('sha256', material, salt, 'imagestead blob 1', length))
  const algorithm = length === 16 ? 'aes-128-gcm' : length === 24 ? 'aes-192-gcm' : 'aes-256-gcm'
  return { algorithm, wrappingKey } as const
}

const boundTo = (header: Buffer, blobKey: string) =>
  Buffer.concat([header.subarray(0, dataKeyAt), Buffer.from(blobKey)])

function segmentsOf(dataKey: KeyObject): Segments {
  return {
    seal(index, last, plain) {
      const cipher = createCipheriv('aes-256-gcm', dataKey, nonce(index, last))
      const pieces = plain.map((chunk) => cipher.update(chunk))
      cipher.final()
      return [...pieces, cipher.getAuthTag()]
    },
    open(index, last, sealed) {
      const bytes = sealed.length === 1 ? (sealed[0] ?? Buffer.alloc(0)) : Buffer.concat(sealed)
      if (bytes.length < tagBytes) throw damaged()
      const decipher = createDecipheriv('aes-256-gcm', dataKey, nonce(index, last))
      decipher.setAuthTag(bytes.subarray(-tagBytes))
      const plain = decipher.update(bytes.subarray(0, -tagBytes))
      try {
        decipher.final()
      } catch (cause) {
        throw damaged(cause)
      }
      return plain
    },
  }
}

/** Seven zero bytes, the number, the flag. */
function nonce(index: number, last: boolean): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.writeUInt32BE(index, 7)
  bytes[11] = last ? 1 : 0
  return bytes
}
