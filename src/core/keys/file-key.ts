/**
 * The caller's file encryption keys (tasks-api.md section 11). A key lives in memory while a request or its job needs it,
 * never in a log, a record or a job; records hold a salted check value.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { equalInConstantTime } from './equal.ts'

/** The bytes stand behind a function, so that no logger and no JSON ever shows them. */
export interface FileKey {
  /** 16, 24 or 32 bytes: AES-128, AES-192 or AES-256. */
  bytes(): Buffer
}

const lengths = [16, 24, 32]
export const fileKeyRule = 'must be a text of 16, 24 or 32 characters (letters, digits and signs of ASCII)'

/** "16/24/32 chars … with the string's bytes": other characters than ASCII would give other lengths. */
export function isFileKeyText(text: unknown): text is string {
  return typeof text === 'string' && lengths.includes(text.length) && Buffer.byteLength(text) === text.length
}

/** @param text one that `isFileKeyText` accepts */
export function fileKeyOf(text: string): FileKey {
  const bytes = Buffer.from(text)
  return { bytes: () => bytes }
}

export function isSameFileKey(a: FileKey, b: FileKey): boolean {
  return equalInConstantTime(a.bytes().toString('latin1'), b.bytes().toString('latin1'))
}

export interface FileKeys {
  /** A check value for the key, salted: two of the same key differ. */
  checkOf(key: FileKey): string
  /** True when the check value was made of this key. Takes the same time wherever they differ. */
  matches(key: FileKey, check: string): boolean
  /** Keeps the key in this process for a job that is about to run here. */
  hold(job: string, key: FileKey): void
  /** Hands a held key over, once. */
  take(job: string): FileKey | undefined
}

const checkVersion = '1'

/** @param secret of this installation: without it the check values in a stolen database cannot even be guessed at */
export function createFileKeys(secret: Buffer): FileKeys {
  const held = new Map<string, FileKey>()
  const digest = (key: FileKey, salt: Buffer) => createHmac('sha256', secret).update(salt).update(key.bytes()).digest()

  return {
    checkOf(key) {
      const salt = randomBytes(16)
      return [checkVersion, salt.toString('base64url'), digest(key, salt).toString('base64url')].join('.')
    },
    matches(key, check) {
      const [version, salt = '', expected = ''] = check.split('.')
      const [found, kept] = [digest(key, Buffer.from(salt, 'base64url')), Buffer.from(expected, 'base64url')]
      return version === checkVersion && found.length === kept.length && timingSafeEqual(found, kept)
    },
    hold: (job, key) => void held.set(job, key),
    take(job) {
      const key = held.get(job)
      held.delete(job)
      return key
    },
  }
}
