/**
 * The quantised DCT coefficients of a picture, stored as they will be written: turned while they are read. A turn of a
 * block moves its coefficients across the diagonal and flips the signs of odd frequencies; nothing is rounded.
 */
import type { Turn } from '../picture.ts'
import { type Component, type Frame, Unsuited } from './jpeg-file.ts'

export interface Plane {
  /** 64 per block in zigzag order. */
  values: Int16Array
  /** Two words per block: bit n says that coefficient n is not zero (bit 0, the DC, is not kept). */
  masks: Int32Array
  /** Blocks of the turned plane, padding included. */
  wide: number
  high: number
  /** Block of the source's (x, y): `first + x * stepX + y * stepY`. */
  first: number
  stepX: number
  stepY: number
}

export interface TurnedFrame {
  width: number
  height: number
  transposed: boolean
  /** Where coefficient k of the source goes; and whether its sign changes: 0 or -1. */
  place: Uint8Array
  sign: Int8Array
  planes: Plane[]
}

/** Row and column of each place in zigzag order. */
const zigzag = Array.from({ length: 64 }, (_, at) => ({ row: at >> 3, column: at & 7 })).sort((a, b) => {
  const [one, other] = [a.row + a.column, b.row + b.column]
  if (one !== other) return one - other
  return one % 2 === 0 ? b.row - a.row : a.row - b.row
})
/** Zigzag places across the diagonal. */
const across = Uint8Array.from(zigzag, ({ row, column }) =>
  zigzag.findIndex((other) => other.row === column && other.column === row),
)

/**
 * Empty planes for a frame turned so.
 * @throws Unsuited when a side that is mirrored is no multiple of the MCU: the partial blocks would come first
 */
export function planTurn(frame: Frame, turn: Turn): TurnedFrame {
  const transposed = turn.quarters % 2 === 1
  // After the transposition, in the result's directions; the source's left-right flip comes first.
  const mirrorX = (turn.quarters === 1 || turn.quarters === 2) !== (turn.flop && !transposed)
  const mirrorY = (turn.quarters === 2 || turn.quarters === 3) !== (turn.flop && transposed)
  const mirroredSide = (mirror: boolean, side: number, unit: number) => mirror && side % (8 * unit) !== 0
  const [acrossSides, downSides] = transposed ? [mirrorY, mirrorX] : [mirrorX, mirrorY]
  if (mirroredSide(acrossSides, frame.width, frame.h) || mirroredSide(downSides, frame.height, frame.v)) {
    throw new Unsuited('a side that is no multiple of the MCU')
  }
  const place = transposed ? across : Uint8Array.from({ length: 64 }, (_, at) => at)
  const sign = Int8Array.from(place, (target) => {
    const { row, column } = zigzag[target] ?? { row: 0, column: 0 }
    return ((mirrorX ? column : 0) + (mirrorY ? row : 0)) % 2 === 1 ? -1 : 0
  })
  const [width, height] = transposed ? [frame.height, frame.width] : [frame.width, frame.height]
  const planes = frame.components.map((component) => emptyPlane(component, transposed, mirrorX, mirrorY))
  return { width, height, transposed, place, sign, planes }
}

function emptyPlane(component: Component, transposed: boolean, mirrorX: boolean, mirrorY: boolean): Plane {
  const { paddedWide, paddedHigh } = component
  const [wide, high] = transposed ? [paddedHigh, paddedWide] : [paddedWide, paddedHigh]
  const alongX = mirrorX ? -1 : 1
  const alongY = (mirrorY ? -1 : 1) * wide
  const first = (mirrorX ? wide - 1 : 0) + (mirrorY ? (high - 1) * wide : 0)
  const [stepX, stepY] = transposed ? [alongY, alongX] : [alongX, alongY]
  const blocks = wide * high
  return { values: new Int16Array(blocks * 64), masks: new Int32Array(blocks * 2), wide, high, first, stepX, stepY }
}

/** A quantisation table for turned coefficients. */
export function turnTable(table: Uint16Array, transposed: boolean): Uint16Array {
  return transposed ? Uint16Array.from(across, (source) => table[source] ?? 0) : table
}
