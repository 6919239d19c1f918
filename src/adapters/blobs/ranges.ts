/** A byte range against the size of a blob. */
import { invalid } from '../../core/errors.ts'
import type { ByteRange } from '../../core/ports.ts'

/** First byte and count; an end beyond the last byte is cut. @throws invalid when no byte lies in the range */
export function checkRange(range: ByteRange | undefined, size: number): { start: number; length: number } {
  if (range === undefined) return { start: 0, length: size }
  const { start, end } = range
  if (!Number.isSafeInteger(start) || start < 0 || end < start || start >= size) {
    throw invalid('range', `The range ${start}-${end} lies outside the ${size} bytes of the file.`)
  }
  return { start, length: Math.min(end, size - 1) - start + 1 }
}
