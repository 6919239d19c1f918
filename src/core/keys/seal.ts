/**
 * Sealing of secrets that the protocols need in plain text (HMAC of key pairs): AES-256-GCM under the server's master
 * key. A sealed value carries the number of the key that made it, so that keys can be changed one value at a time.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { DomainError } from '../errors.ts'

export interface Sealer {
  seal(plain: string): string
  /** @throws DomainError `internal` when the value was sealed with another master key or was changed. */
  unseal(sealed: string): string
  /** A value derived from the master key for one purpose, e.g. signing. */
  derive(purpose: string): Buffer
}

const keyNumber = 1

/** `masterKey` is any text of at least 32 characters; the AES key is derived from it. */
export function createSealer(masterKey: string): Sealer {
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', masterKey, '', `imagestead:${purpose}`, 32))
  const aesKey = derive('seal')

  return {
    derive,
    seal(plain) {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', aesKey, iv)
      const bytes = Buffer.concat([iv, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `${keyNumber}.${bytes.toString('base64url')}`
    },
    unseal(sealed) {
      const [number, text] = sealed.split('.')
      const bytes = Buffer.from(text ?? '', 'base64url')
      if (Number(number) !== keyNumber || bytes.length < 28) throw wrongKey()
      try {
        const decipher = createDecipheriv('aes-256-gcm', aesKey, bytes.subarray(0, 12))
        decipher.setAuthTag(bytes.subarray(-16))
        return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8')
      } catch (cause) {
        throw wrongKey(cause)
      }
    },
  }
}

function wrongKey(cause?: unknown): DomainError {
  return new DomainError('internal', 'A stored secret cannot be read with this master key.', { cause })
}
