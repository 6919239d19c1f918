/** Opens the first source for the steps: decides the output's format and whether an animation stays one. Nothing is decoded. */
import sharp, { type Sharp } from 'sharp'
import { DomainError } from '../../../../core/errors.ts'
import {
  type ImageFormat,
  type InputFormat,
  imageFormats,
  type OutputSpec,
  rawFormats,
} from '../../../../core/processing/operations.ts'
import type { Context, Header, Picture } from '../picture.ts'

export function load(context: Context): Picture {
  const header = context.sources[0]
  if (header === undefined) throw new Error('a job without a source')
  const format = outputFormat(header, context.order)
  const animated = staysAnimated(header, format, context.order.output)
  return {
    image: openSource(header, context, animated),
    width: header.width,
    height: header.height,
    frames: animated ? header.frames : 1,
    delay: animated ? header.delay : [],
    loop: header.loop,
    alpha: header.alpha,
    turn: { flop: false, quarters: 0 },
    format,
    edited: false,
  }
}

/** sharp on a source. All frames, or the first only. */
export function openSource(header: Header, context: Pick<Context, 'limits' | 'tolerant'>, animated: boolean): Sharp {
  return sharp(header.input, {
    failOn: context.tolerant ? 'none' : 'warning',
    limitInputPixels: animated ? context.limits.framePixels : context.limits.pixels,
    // Pages other than the first are asked of the formats that have them only.
    ...(animated ? { pages: -1 } : {}),
    ...(header.frame === undefined ? {} : { page: header.frame }),
  })
}

/**
 * `same` keeps the input's format where it can be written. An SVG stays one when it is only compressed.
 * @throws DomainError unsupported_format: other images cannot become SVG
 */
export function outputFormat(
  header: Pick<Header, 'format'> & { alpha?: boolean },
  { output, operations }: Context['order'],
): ImageFormat {
  if (output.animation !== undefined) return 'gif'
  const asked = output.format === 'same' ? writable(header.format, header.alpha ?? false) : output.format
  if (asked !== 'svg') return asked
  if (header.format !== 'svg') throw new DomainError('unsupported_format', 'Only an SVG can be written as SVG.')
  const touched = Object.values(operations).some((operation) => operation !== undefined)
  return output.compress === undefined || touched ? 'png' : 'svg'
}

const photographs: readonly InputFormat[] = ['heic', 'pdf', ...rawFormats]

/** "HEIC and RAW -> jpg; all others -> png with alpha, jpg without; PDF pages -> jpg" (tasks-api.md section 6). */
function writable(format: InputFormat, alpha: boolean): ImageFormat {
  const own = imageFormats.find((candidate) => candidate === format)
  return own ?? (photographs.includes(format) || !alpha ? 'jpg' : 'png')
}

/** Animations live in gif and webp, pages in tiff (those that are upright); every other output takes the first frame. */
function staysAnimated(header: Header, format: ImageFormat, output: OutputSpec): boolean {
  if (header.frames < 2 || output.animation !== undefined) return false
  if (header.format === 'tiff') return format === 'tiff' && header.orientation === 1
  return format === 'gif' || format === 'webp'
}
