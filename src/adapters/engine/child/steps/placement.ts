/** Where stamps lie on the picture and how large they are: numbers only. */
import type { Stamp } from '../../../../core/processing/operations.ts'
import type { Area } from './crop.ts'

interface Size {
  width: number
  height: number
}

export interface Position {
  left: number
  top: number
}

/**
 * How much a stamp of this natural size is scaled: to its percentages of the base, keeping its ratio (with both, to fit
 * inside the box). 1 without percentages.
 */
export function stampScale(stamp: Pick<Stamp, 'widthPercent' | 'heightPercent'>, natural: Size, base: Size): number {
  const scales: number[] = []
  if (stamp.widthPercent !== undefined) scales.push((base.width * stamp.widthPercent) / 100 / natural.width)
  if (stamp.heightPercent !== undefined) scales.push((base.height * stamp.heightPercent) / 100 / natural.height)
  return scales.length === 0 ? 1 : Math.min(...scales)
}

/** The upper left corners of a stamp: one by its gravity and adjustments, or the centres of nine cells as a mosaic. */
export function stampPositions(stamp: Stamp, size: Size, base: Size): Position[] {
  if (!stamp.mosaic) return [byGravity(stamp, size, base)]
  const centres = [1 / 6, 1 / 2, 5 / 6]
  return centres.flatMap((y) =>
    centres.map((x) => ({
      left: Math.round(base.width * x - size.width / 2),
      top: Math.round(base.height * y - size.height / 2),
    })),
  )
}

/** Adjustments point inward from the gravity's edge; along an axis without an edge, right and down. */
function byGravity(stamp: Stamp, size: Size, base: Size): Position {
  const { gravity } = stamp
  const right = Math.round((base.width * stamp.horizontalPercent) / 100) + stamp.horizontalPixels
  const down = Math.round((base.height * stamp.verticalPercent) / 100) + stamp.verticalPixels
  const free = { width: base.width - size.width, height: base.height - size.height }
  const left = gravity.endsWith('West') ? right : gravity.endsWith('East') ? free.width - right : free.width / 2 + right
  const top = gravity.startsWith('North')
    ? down
    : gravity.startsWith('South')
      ? free.height - down
      : free.height / 2 + down
  return { left: Math.round(left), top: Math.round(top) }
}

/** The part of a stamp that lies on the base: an area of the stamp. Undefined: none does. */
export function visibleArea(size: Size, at: Position, base: Size): Area | undefined {
  const left = Math.max(0, -at.left)
  const top = Math.max(0, -at.top)
  const width = Math.min(size.width, base.width - at.left) - left
  const height = Math.min(size.height, base.height - at.top) - top
  return width > 0 && height > 0 ? { left, top, width, height } : undefined
}
