/** Where overlays stand on their base (image-urls.md section 8): numbers only. */
import { evaluate, type Variables } from '../../../../../core/processing/amounts.ts'
import type { LayerPosition, Offset } from '../../../../../core/processing/transformation.ts'
import type { Size } from '../run-parts.ts'

export interface Place {
  left: number
  top: number
}

/** Variables of amounts under a layer. */
export function baseVariables({ width, height }: Size): Variables {
  return { bw: width, bh: height, bar: width / height }
}

/** And those of its offsets: the finished overlay, and the overlay as it came. */
export function offsetVariables(base: Size, overlay: Size, natural: Size): Variables {
  const { width, height } = overlay
  return {
    ...baseVariables(base),
    cw: width,
    ch: height,
    car: width / height,
    iw: natural.width,
    ih: natural.height,
    iar: natural.width / natural.height,
  }
}

/**
 * The overlay's upper left corner. Offsets beyond the base are moved so that the overlay fits; one that is larger than
 * the base covers all of it. By `lfo` a larger one hangs over on the sides that the focus is not at.
 */
export function placeOverlay(position: LayerPosition, overlay: Size, base: Size, known: Variables): Place {
  const { x, y, centerX, centerY, anchor, focus = { x: 0, y: 0 } } = position
  if (x === undefined && y === undefined && centerX === undefined && centerY === undefined) {
    return {
      left: Math.round(((base.width - overlay.width) * (focus.x + 1)) / 2),
      top: Math.round(((base.height - overlay.height) * (focus.y + 1)) / 2),
    }
  }
  return {
    left: along({ corner: x, centre: centerX, anchor: anchor?.x }, overlay.width, base.width, known),
    top: along({ corner: y, centre: centerY, anchor: anchor?.y }, overlay.height, base.height, known),
  }
}

interface Axis {
  corner: Offset | undefined
  centre: Offset | undefined
  anchor: -1 | 0 | 1 | undefined
}

/** One axis; an offset that is not given is 0. From an anchor that is given, N only means the other direction. */
function along({ corner, centre, anchor }: Axis, own: number, whole: number, known: Variables): number {
  const offset = centre ?? corner ?? { amount: 0, fromEnd: false }
  const amount = evaluate(offset.amount, known)
  const half = centre === undefined ? 0 : own / 2
  const free = whole - own
  const start =
    anchor === undefined && offset.fromEnd
      ? whole - amount - (centre === undefined ? own : half)
      : (whole * ((anchor ?? -1) + 1)) / 2 + (offset.fromEnd ? -amount : amount) - half
  return Math.round(Math.min(Math.max(start, Math.min(0, free)), Math.max(0, free)))
}
