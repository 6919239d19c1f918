/** Rounded corners as coverage: how much of each pixel lies inside. Radius and border are made of it. */
import type { Step } from '../../../../core/processing/transformation.ts'
import type { Size } from './run-parts.ts'

/** Half axes of a corner's ellipse; 0: a square corner. */
export interface Corner {
  x: number
  y: number
}
/** Top left, top right, bottom right, bottom left. */
export type Corners = readonly [Corner, Corner, Corner, Corner]

/** Radii that do not fit beside each other shrink together, as in CSS. `max` is an ellipse. */
export function cornersOf(radius: Step['radius'], { width, height }: Size): Corners {
  if (radius === 'max') {
    const half = { x: width / 2, y: height / 2 }
    return [half, half, half, half]
  }
  const [tl, tr, br, bl] =
    radius === undefined || typeof radius === 'number' ? Array<number>(4).fill(radius ?? 0) : radius
  const [a, b, c, d] = [tl ?? 0, tr ?? 0, br ?? 0, bl ?? 0].map((side) => Math.max(0, side)) as [
    number,
    number,
    number,
    number,
  ]
  const scale = Math.min(1, width / Math.max(1, a + b, c + d), height / Math.max(1, a + d, b + c))
  const corner = (side: number) => ({ x: side * scale, y: side * scale })
  return [corner(a), corner(b), corner(c), corner(d)]
}

/** The corners of a line `width` outside of these; square ones stay square. */
export function widen(corners: Corners, width: number): Corners {
  const wider = ({ x, y }: Corner) => (x === 0 || y === 0 ? { x: 0, y: 0 } : { x: x + width, y: y + width })
  const [tl, tr, br, bl] = corners
  return [wider(tl), wider(tr), wider(br), wider(bl)]
}

/** Calls `visit` for every pixel that does not lie wholly inside, with the part of it that does (0..1). */
export function visitCorners(
  { width, height }: Size,
  corners: Corners,
  visit: (x: number, y: number, cover: number) => void,
): void {
  for (const [index, corner] of corners.entries()) {
    if (corner.x === 0 || corner.y === 0) continue
    const [right, bottom] = [index === 1 || index === 2, index >= 2]
    const rows = Math.min(height, Math.ceil(corner.y))
    for (let row = 0; row < rows; row++) {
      const end = Math.min(width, solidFrom(corner, row))
      const y = bottom ? height - 1 - row : row
      for (let column = 0; column < end; column++) {
        const cover = coverOf(corner, column, row)
        if (cover < 1) visit(right ? width - 1 - column : column, y, cover)
      }
    }
  }
}

/** The part of one pixel that lies inside. */
export function coverAt({ width, height }: Size, corners: Corners, x: number, y: number): number {
  const [tl, tr, br, bl] = corners
  const [right, bottom] = [width - 1 - x, height - 1 - y]
  if (x < tl.x && y < tl.y) return coverOf(tl, x, y)
  if (right < tr.x && y < tr.y) return coverOf(tr, right, y)
  if (right < br.x && bottom < br.y) return coverOf(br, right, bottom)
  return x < bl.x && bottom < bl.y ? coverOf(bl, x, bottom) : 1
}

/** From this column on, counted from the corner, the row's pixels lie inside whatever their edges do. */
function solidFrom(corner: Corner, row: number): number {
  const out = (corner.y - row + 1) / corner.y
  return out >= 1
    ? Math.ceil(corner.x)
    : Math.min(Math.ceil(corner.x), Math.ceil(corner.x * (1 - Math.sqrt(1 - out * out))) + 2)
}

/** By the distance of the pixel's middle to the ellipse, near enough for half axes of a pixel and more. */
function coverOf(corner: Corner, column: number, row: number): number {
  const dx = Math.max(0, corner.x - column - 0.5) / corner.x
  const dy = Math.max(0, corner.y - row - 0.5) / corner.y
  const length = Math.sqrt(dx * dx + dy * dy)
  if (length === 0) return 1
  const slope = Math.sqrt((dx / corner.x) ** 2 + (dy / corner.y) ** 2) / length
  return Math.min(1, Math.max(0, 0.5 - (length - 1) / slope))
}
