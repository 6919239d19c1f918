/** The limits on sides, pixels and frames, checked on numbers from headers and plans before a pixel is decoded. */
import { DomainError } from '../../../core/errors.ts'
import type { ImageFormat, InputFormat } from '../../../core/processing/operations.ts'
import type { Limits } from './messages.ts'

/** Longest side that a format (or its renderer) can have at all. */
const formatSides: Partial<Record<ImageFormat, number>> = { jpg: 65_500, gif: 65_535, webp: 16_383, avif: 16_384 }
const svgSide = 32_767

const number = (value: number) => value.toLocaleString('en-US')

/** @throws DomainError out_of_range with the numbers and the limit */
export function checkSize(what: string, size: { width: number; height: number; frames: number }, limits: Limits): void {
  const { width, height, frames } = size
  const sides = `${number(width)} x ${number(height)} pixels`
  if (width < 1 || height < 1) throw new DomainError('damaged_image', `${what} has no pixels.`)
  if (Math.max(width, height) > limits.side) {
    throw outOfRange(`${what} is ${sides}; the longest side allowed is ${number(limits.side)}.`)
  }
  if (width * height > limits.pixels) {
    throw outOfRange(`${what} is ${sides} (${number(width * height)}); the limit is ${number(limits.pixels)} pixels.`)
  }
  if (frames > limits.frames) {
    throw outOfRange(`${what} has ${number(frames)} frames; the limit is ${number(limits.frames)}.`)
  }
  if (width * height * frames > limits.framePixels) {
    const total = number(width * height * frames)
    throw outOfRange(`${what} has ${total} pixels over all frames; the limit is ${number(limits.framePixels)}.`)
  }
}

/** An SVG is drawn at its own size first. */
export function checkSource(
  header: { format: InputFormat; width: number; height: number; frames: number; pages?: number },
  limits: Limits,
): void {
  const { pages = 1 } = header
  if (pages > limits.frames) {
    throw outOfRange(`The document has ${number(pages)} pages; the limit is ${number(limits.frames)}.`)
  }
  checkSize('The image', header, header.format === 'svg' ? { ...limits, side: Math.min(limits.side, svgSide) } : limits)
}

/** The result must fit the limits and its format. */
export function checkResult(
  result: { format: ImageFormat; width: number; height: number; frames: number },
  limits: Limits,
): void {
  const side = formatSides[result.format]
  if (side !== undefined && Math.max(result.width, result.height) > side) {
    throw outOfRange(
      `The result would be ${number(result.width)} x ${number(result.height)} pixels; ${result.format} ends at ${number(side)} a side.`,
    )
  }
  checkSize('The result', result, limits)
}

function outOfRange(message: string): DomainError {
  return new DomainError('out_of_range', message)
}
