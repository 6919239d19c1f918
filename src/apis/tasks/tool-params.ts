/** The tools' own parameters (tasks-api.md section 6), from the clients' spellings to our words. */
import { z } from 'zod'
import { DomainError, invalid } from '../../core/errors.ts'
import type { ToolParams } from '../../core/tasks/params.ts'
import { flag, integer, oneOf, parse, size } from './fields.ts'
import type { AvailableTool } from './tool-names.ts'
import { watermarkParams, watermarkSchema } from './watermark-params.ts'

export const resizeSchema = z.object({
  resize_mode: oneOf(['pixels', 'percentage']),
  pixels_width: size,
  pixels_height: size,
  percentage: size,
  maintain_ratio: flag(true),
  no_enlarge_if_smaller: flag(true),
})

export const cropSchema = z.object({
  width: size,
  height: size,
  x: integer(0, 1_000_000),
  y: integer(0, 1_000_000),
})

export const compressSchema = z.object({
  compression_level: oneOf(['extreme', 'recommended', 'low']),
})

export const upscaleSchema = z.object({
  multiplier: integer(2, 4),
})

const targets = ['jpg', 'png', 'gif', 'gif_animation', 'webp', 'avif', 'heic'] as const
const targetAliases = { jpeg: 'jpg', gif_animated: 'gif_animation', heif: 'heic' } as const

/** "0/false = plays once; true or any integer >= 1 = endless". */
const loop = z.preprocess(
  (value) => (/^\d+$/.test(String(value).trim()) ? Number(value) > 0 : value),
  flag(true).describe('true or a number above 0: endless; false or 0: plays once'),
)

export const convertSchema = z.object({
  to: oneOf(targets, targetAliases),
  convert_to: oneOf(targets, targetAliases),
  gif_time: integer(1, 65_535),
  gif_loop: loop,
})

/** Validates the parameters of one tool. @throws DomainError `invalid` naming the parameter */
export function toolParams(tool: AvailableTool, params: Record<string, unknown>): ToolParams {
  switch (tool) {
    case 'resizeimage':
      return { tool, resize: resize(parse(resizeSchema, params)) }
    case 'cropimage': {
      const { width, height, x = 0, y = 0 } = parse(cropSchema, params)
      if (width === undefined) throw invalid('width', 'width cannot be blank; give the width of the area in pixels.')
      if (height === undefined)
        throw invalid('height', 'height cannot be blank; give the height of the area in pixels.')
      return { tool, crop: { x, y, width, height } }
    }
    case 'compressimage':
      return { tool, level: parse(compressSchema, params).compression_level ?? 'recommended' }
    case 'convertimage':
      return convert(parse(convertSchema, params))
    case 'upscaleimage':
      return { tool, factor: factor(parse(upscaleSchema, params)) }
    case 'rotateimage':
    case 'repairimage':
    case 'removebackgroundimage':
      return { tool }
    case 'watermarkimage':
      return { tool, elements: watermarkParams(parse(watermarkSchema, params)) }
  }
}

/** "`multiplier` int: 2 or 4 … default 2, others 400" (section 6.6). */
function factor({ multiplier = 2 }: z.output<typeof upscaleSchema>): 2 | 4 {
  if (multiplier === 2 || multiplier === 4) return multiplier
  throw invalid('multiplier', 'multiplier must be 2 or 4.')
}

/** "at least one of width and height in pixels mode" (section 6.1). */
function resize(params: z.output<typeof resizeSchema>) {
  const common = { keepRatio: params.maintain_ratio, enlarge: !params.no_enlarge_if_smaller }
  if (params.resize_mode === 'percentage') {
    if (params.percentage === undefined) throw invalid('percentage', 'percentage cannot be blank in percentage mode.')
    return { ...common, percentage: params.percentage }
  }
  const { pixels_width: width, pixels_height: height } = params
  if (width === undefined && height === undefined) {
    throw invalid('pixels_width', 'pixels_width and pixels_height cannot both be blank; give at least one.')
  }
  return { ...common, ...(width === undefined ? {} : { width }), ...(height === undefined ? {} : { height }) }
}

/** "Accept both; if both are given and differ, `to` wins." (section 6.4) */
function convert(params: z.output<typeof convertSchema>): ToolParams {
  const to = params.to ?? params.convert_to ?? 'jpg'
  if (to === 'heic') {
    throw new DomainError(
      'invalid',
      'heic cannot be written here (no encoder); convert to jpg, png, gif, gif_animation, webp or avif.',
      {
        param: 'to',
      },
    )
  }
  return { tool: 'convertimage', to, delayMs: (params.gif_time ?? 50) * 10, loop: params.gif_loop ? 0 : 1 }
}
