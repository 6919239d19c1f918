/** The format of what is delivered (image-urls.md section 5, `f`). */
import { DomainError } from '../../../../core/errors.ts'
import { type ImageFormat, imageFormats } from '../../../../core/processing/operations.ts'
import type { Part } from '../../../../core/processing/transformation.ts'
import { checkResult } from '../limits.ts'
import type { Context, Header, Picture } from '../picture.ts'

type Job = Pick<Context, 'order' | 'sources'>
type Result = Pick<Picture, 'width' | 'height' | 'frames' | 'alpha' | 'asked'>

const longestSides = { jpg: 65_500, webp: 16_383, avif: 16_384 } as const

/**
 * Undefined: jpg or png, depending on whether anything in the pixels is transparent.
 * @throws DomainError unsupported_format: what only sources of that format can become
 */
export function deliveredFormat(result: Result, { order, sources: [header] }: Job): ImageFormat | undefined {
  if (header === undefined) throw new Error('a job without a source')
  const asked = result.asked?.format ?? 'auto'
  switch (asked) {
    case 'auto':
      return automatic(result, header, order)
    case 'orig':
      return imageFormats.find((format) => format === header.format && format !== 'svg') ?? still(result)
    case 'gif':
      if (header.format === 'gif') return 'gif'
      throw refused('"f-gif" works on GIF images only. Take webp, png or jpg.')
    case 'svg':
      throw refused('"f-svg" works on an SVG that nothing else is done to. Take png or webp.')
    default:
      return asked
  }
}

/** @throws DomainError out_of_range when an asked format cannot hold the result */
export function checkDelivered(result: Result, { order, sources, limits }: Job & Pick<Context, 'limits'>): void {
  const format = deliveredFormat(result, { order, sources }) ?? 'png'
  const { width, height } = result
  checkResult({ format, width, height, frames: animates(format) ? result.frames : 1 }, limits)
}

export const animates = (format: ImageFormat) => format === 'gif' || format === 'webp'

/** The best that the client takes and that can hold the result. */
function automatic(result: Result, header: Header, order: Job['order']): ImageFormat | undefined {
  const { accepts = [], parts = [] } = order.operations.transform ?? {}
  const { asked, frames } = result
  const side = Math.max(result.width, result.height)
  const modern = accepts.find((format) => {
    if (side > longestSides[format]) return false
    if (format === 'webp') return true
    return frames === 1 && header.format !== 'heic' && !sharpens(parts) && !asked?.profile && !asked?.lossless
  })
  if (modern !== undefined) return modern
  if (frames > 1 && header.format === 'gif') return 'gif'
  return asked?.lossless === true ? 'png' : still(result)
}

function still({ alpha, width, height }: Result): ImageFormat | undefined {
  if (Math.max(width, height) > longestSides.jpg) return 'png'
  return alpha ? undefined : 'jpg'
}

/** "e-usm … exclude AVIF" (section 5). */
function sharpens(parts: readonly Part[]): boolean {
  return parts.some((part) =>
    part.type === 'if' ? sharpens(part.then) || sharpens(part.otherwise) : part.unsharp !== undefined,
  )
}

const refused = (message: string) => new DomainError('unsupported_format', message, { param: 'tr' })
