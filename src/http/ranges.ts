/** Byte ranges of a representation whose size is known (RFC 9110 section 14). */
import { DomainError } from '../core/errors.ts'
import type { ByteRange } from '../core/ports.ts'

/**
 * The single range asked for; undefined when the whole is to be sent (no, several or malformed ranges, or an If-Range
 * that names another version).
 * @throws DomainError `range_not_satisfiable`
 */
export function parseRange(
  header: string | undefined,
  ifRange: string | undefined,
  etag: string,
  size: number,
): ByteRange | undefined {
  if (header === undefined || (ifRange !== undefined && ifRange !== etag)) return undefined
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim())
  if (match === null) return undefined
  const [, first, last] = match
  if (first === '' && last === '') return undefined
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (start >= size || (first === '' && last === '0')) {
    throw new DomainError('range_not_satisfiable', `The range is outside the ${size} bytes.`, { param: 'Range' })
  }
  return start > end ? undefined : { start, end }
}
