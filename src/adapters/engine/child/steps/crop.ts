/** Cuts out an area of the upright picture. The pixels are cut before they are turned, which reads fewer of them. */
import { DomainError } from '../../../../core/errors.ts'
import type { Crop } from '../../../../core/processing/operations.ts'
import type { Context, Picture, Turn } from '../picture.ts'
import { turned } from './orient.ts'

export interface Area {
  left: number
  top: number
  width: number
  height: number
}

export function crop(picture: Picture, { order }: Pick<Context, 'order'>): Picture {
  if (order.operations.crop === undefined) return picture
  const area = clampArea(order.operations.crop, picture)
  const { width, height } = area
  const image = picture.image.extract(storedArea(area, picture, picture.turn))
  return { ...picture, image, width, height, edited: true }
}

/**
 * The area, clamped to the picture.
 * @throws DomainError out_of_range when its origin lies outside
 */
export function clampArea(asked: Crop, picture: { width: number; height: number }): Area {
  if (asked.x >= picture.width || asked.y >= picture.height) {
    throw new DomainError(
      'out_of_range',
      `The crop starts at ${asked.x},${asked.y}, outside the image of ${picture.width} x ${picture.height} pixels.`,
      { param: asked.x >= picture.width ? 'x' : 'y' },
    )
  }
  return {
    left: asked.x,
    top: asked.y,
    width: Math.min(asked.width, picture.width - asked.x),
    height: Math.min(asked.height, picture.height - asked.y),
  }
}

/** Where an area of the upright picture lies in the stored one, which `turn` makes upright. */
export function storedArea(area: Area, upright: { width: number; height: number }, turn: Turn): Area {
  let { left, top, width, height } = area
  let size = { width: upright.width, height: upright.height }
  // Undo the clockwise quarters one by one: the left edge was the bottom one.
  for (let quarter = 0; quarter < turn.quarters; quarter++) {
    const before = turned(size, { flop: false, quarters: 1 })
    ;[left, top] = [top, size.width - left - width]
    ;[width, height] = [height, width]
    size = before
  }
  if (turn.flop) left = size.width - left - width
  return { left, top, width, height }
}
