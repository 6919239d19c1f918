/** The asked quarter turns, clockwise, on the upright picture and before everything else. */
import type { Context, Picture, Turn } from '../picture.ts'
import { turned } from './orient.ts'

export function rotate(picture: Picture, { order }: Pick<Context, 'order'>): Picture {
  const angle = order.operations.rotate
  if (angle === undefined) return picture
  const quarters = ((picture.turn.quarters + angle / 90) % 4) as Turn['quarters']
  const swapped = turned(picture, { flop: false, quarters: angle === 180 ? 2 : 1 })
  return { ...picture, ...swapped, turn: { ...picture.turn, quarters }, edited: true }
}
