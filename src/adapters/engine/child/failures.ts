/** Errors inside a child: what the decoder says never reaches the caller, only the log. */
import { DomainError } from '../../../core/errors.ts'
import type { Failure } from './messages.ts'

/** An error of sharp or libvips while reading or processing an image. */
export function decodeFailure(error: unknown): DomainError {
  if (error instanceof DomainError) return error
  const text = error instanceof Error ? error.message : String(error)
  if (breaksChild(error)) {
    return new DomainError('damaged_image', 'The image broke its decoder and cannot be read.', { cause: error })
  }
  // Bugs of ours: wrong types, and arguments that sharp refuses.
  if (error instanceof TypeError || error instanceof RangeError || /^Expected /.test(text)) {
    return new DomainError('internal', 'The image could not be processed.', { cause: error })
  }
  if (/pixel limit/.test(text)) {
    return new DomainError('out_of_range', 'The image has more pixels than allowed.', { cause: error })
  }
  return new DomainError('damaged_image', 'The image is damaged or incomplete and cannot be read.', { cause: error })
}

/** A WebAssembly decoder trapped or ran out of memory, also as the cause of a DomainError. */
export function breaksChild(error: unknown): boolean {
  if (error instanceof DomainError) return breaksChild(error.cause)
  return error instanceof Error && error.name === 'RuntimeError'
}

/** Any thrown value for the wire. */
export function toFailure(error: unknown): Failure {
  if (!(error instanceof DomainError)) {
    return { code: 'internal', message: 'The image could not be processed.', detail: describe(error) }
  }
  const failure: Failure = { code: error.code, message: error.message }
  if (error.param !== undefined) failure.param = error.param
  if (error.cause !== undefined) failure.detail = describe(error.cause)
  return failure
}

function describe(error: unknown): string {
  return (error instanceof Error ? (error.stack ?? error.message) : String(error)).slice(0, 2000)
}
