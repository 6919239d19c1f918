/** Scales the picture. It stays in the pipeline that decodes, so that JPEG, WebP and SVG shrink (or grow) while loading. */
import type { Resize } from '../../../../core/processing/operations.ts'
import { checkResult } from '../limits.ts'
import type { Context, Picture } from '../picture.ts'
import { turned } from './orient.ts'

interface Size {
  width: number
  height: number
}

export function resize(picture: Picture, { order, limits }: Pick<Context, 'order' | 'limits'>): Picture {
  const asked = order.operations.resize
  const size = asked === undefined ? picture : resizedSides(asked, picture)
  checkResult({ ...picture, width: size.width, height: size.height }, limits)
  if (asked === undefined) return picture
  const edited = { ...picture, edited: true }
  if (size.width === picture.width && size.height === picture.height) return edited
  const stored = turned(size, picture.turn)
  return { ...edited, ...size, scaled: true, image: picture.image.resize(stored.width, stored.height, { fit: 'fill' }) }
}

/** The sides asked for: rounded, at least 1. Both sides and the ratio kept: the largest size inside the box. */
export function resizedSides(asked: Resize, from: Size): Size {
  const round = (value: number) => Math.max(1, Math.round(value))
  const scaled = (factor: number): Size => {
    const scale = asked.enlarge ? factor : Math.min(1, factor)
    return { width: round(from.width * scale), height: round(from.height * scale) }
  }
  if (asked.percentage !== undefined) return scaled(asked.percentage / 100)
  const { width, height } = asked
  if (asked.keepRatio) {
    const byWidth = width === undefined ? Number.POSITIVE_INFINITY : width / from.width
    const byHeight = height === undefined ? Number.POSITIVE_INFINITY : height / from.height
    const factor = Math.min(byWidth, byHeight)
    return Number.isFinite(factor) ? scaled(factor) : { width: from.width, height: from.height }
  }
  const side = (wanted: number | undefined, own: number) =>
    asked.enlarge ? (wanted ?? own) : Math.min(wanted ?? own, own)
  return { width: side(width, from.width), height: side(height, from.height) }
}
