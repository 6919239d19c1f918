/** The rows of a PNG as they stand in its data stream: how long they are, how many there are, and what fills the lost. */
import type { PngHeader } from './chunks.ts'

const channels: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

/** Bytes of one row with its filter byte. */
export function rowBytes({ depth, colour }: PngHeader, width: number): number {
  return 1 + Math.ceil((width * depth * (channels[colour] ?? 1)) / 8)
}

/** Bytes of the whole stream. */
export function streamBytes(header: PngHeader): number {
  if (!header.interlaced) return header.height * rowBytes(header, header.width)
  return passes(header).reduce((sum, { width, height }) => sum + (width > 0 ? height * rowBytes(header, width) : 0), 0)
}

/** The seven passes of an interlaced picture. */
function passes({ width, height }: PngHeader): { width: number; height: number }[] {
  const grid = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
  ] as const
  return grid.map(([x, y, dx, dy]) => ({ width: Math.ceil((width - x) / dx), height: Math.ceil((height - y) / dy) }))
}

/** Rows from the start whose filter byte is one. */
export function soundRows(stream: Buffer, row: number, height: number): number {
  let rows = 0
  while (rows < height && (rows + 1) * row <= stream.length && (stream[rows * row] ?? 9) <= 4) rows += 1
  return rows
}

/** Other sides that the length of a complete stream allows: one side of the header is right. */
export function otherSides(header: PngHeader, stream: Buffer): { width: number; height: number } | undefined {
  if (header.interlaced || stream.length === 0) return undefined
  const fits = (width: number, height: number) =>
    width > 0 && height > 0 && soundRows(stream, rowBytes(header, width), height) === height
  const high = stream.length / rowBytes(header, header.width)
  if (Number.isInteger(high) && fits(header.width, high)) return { width: header.width, height: high }
  const row = stream.length / header.height
  if (!Number.isInteger(row)) return undefined
  const width = Math.floor(((row - 1) * 8) / (header.depth * (channels[header.colour] ?? 1)))
  return rowBytes(header, width) === row && fits(width, header.height) ? { width, height: header.height } : undefined
}

/** So many rows behind the damage repeat the last one: most pictures go on a little as they were. */
const repeated = 8

/**
 * The stream filled up: the last row again a few times, then white (transparent with alpha). `light`: the index of a
 * palette's lightest colour.
 */
export function fillRows(header: PngHeader, stream: Buffer, rows: number, light: number): Buffer {
  const row = rowBytes(header, header.width)
  const filled = Buffer.alloc(row * header.height)
  // Of a row that is nearly there, what is missing is what its filter foretells.
  const begun = stream.length - rows * row > row * 0.97 && (stream[rows * row] ?? 9) <= 4 ? 1 : 0
  const blank = header.colour === 3 ? (light * 255) / (2 ** header.depth - 1) : header.colour < 4 ? 0xff : 0
  stream.copy(filled, 0, 0, Math.min(stream.length, (rows + begun) * row))
  for (let index = rows + begun; index < header.height; index += 1) {
    const at = index * row
    // Filter 2, nothing added: as the row above.
    if (index < rows + begun + repeated) filled[at] = 2
    else filled.fill(blank, at + 1, at + row)
  }
  return filled
}
