/** Every id of the system is made here (design: fixed id shapes). Lists sort by (created, id), never by id alone. */
import { randomBytes, randomInt, randomUUID } from 'node:crypto'

/** 24 lower-case hex characters: 4 bytes of seconds, then 8 random bytes. Library ids, jobs, keys. */
export function hexId(now: number): string {
  const seconds = Buffer.alloc(4)
  seconds.writeUInt32BE(Math.floor(now / 1000) >>> 0)
  return seconds.toString('hex') + randomBytes(8).toString('hex')
}

const base36 = '0123456789abcdefghijklmnopqrstuvwxyz'

/** 48 base-36 characters; clients put it raw in paths (tasks-api.md section 3). */
export function taskId(): string {
  return Array.from({ length: 48 }, () => base36[randomInt(36)]).join('')
}

/** 32 hex characters and the detected extension, lower-case (tasks-api.md section 4.1). */
export function serverFilename(extension: string): string {
  return `${randomBytes(16).toString('hex')}.${extension}`
}

/**
 * `<project>/<32 hex>`: random, never a content hash.
 * @param beginning at most 4 hex characters in common: blobs that are written together lie together on a disk
 */
export function blobKey(project: string, beginning = ''): string {
  return `${project}/${beginning}${randomBytes(16).toString('hex').slice(beginning.length)}`
}

/** For `blobKey`. */
export const blobKeyBeginning = (): string => randomBytes(2).toString('hex')

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** 12 letters and digits, random: saved extensions, named transformations, origins, URL endpoints. */
export function shortId(): string {
  return Array.from({ length: 12 }, () => letters[randomInt(letters.length)]).join('')
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** `<prefix>_` and a ULID: 48 bits of milliseconds, 80 random bits, Crockford base 32. */
export function prefixedUlid(prefix: string, now: number): string {
  const bytes = Buffer.concat([Buffer.alloc(6), randomBytes(10)])
  bytes.writeUIntBE(now, 0, 6)
  let value = BigInt(`0x${bytes.toString('hex')}`)
  let text = ''
  for (let digit = 0; digit < 26; digit += 1) {
    text = crockford[Number(value & 31n)] + text
    value >>= 5n
  }
  return `${prefix}_${text}`
}

/** `wh_…`: the id of one webhook event, the same in all its tries. */
export const webhookId = (now: number) => prefixedUlid('wh', now)

/** 32 lower-case hex characters; the id of one request, in every answer and log line. */
export function requestId(): string {
  // Node draws these in batches. By places: replacing the hyphens takes several times as long.
  const uuid = randomUUID()
  return uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(14, 18) + uuid.slice(19, 23) + uuid.slice(24)
}
