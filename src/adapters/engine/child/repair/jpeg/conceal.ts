/** What stands in the place of MCUs that are lost: the tone of their neighbours, or plain grey where nothing follows. */
import type { Planes } from './frame.ts'

/** `known`: the MCUs of the picture that were read. Returns the share of rows that were. */
export function concealMcus({ planes, mcusWide, mcusHigh, frame, mcuHeight }: Planes, known: Uint8Array): number {
  let saved = 0
  const lastRow = Math.floor(known.lastIndexOf(1) / mcusWide)
  for (let row = 0; row < mcusHigh; row += 1) {
    const from = row * mcusWide
    let lost = 0
    for (let column = 0; column < mcusWide; column += 1) {
      if (known[from + column] === 1) continue
      lost += 1
      for (const plane of planes) fillMcu(plane, row, column, row <= lastRow)
    }
    // A spot or two in a row are no lost row.
    if (lost <= mcusWide * 0.05) saved += Math.min(mcuHeight, frame.height - row * mcuHeight)
  }
  return saved / frame.height
}

/** The level of the block above, else of the block to the left. */
function fillMcu(plane: Planes['planes'][number], row: number, column: number, inside: boolean): void {
  const { h, v, blocksWide, coefficients } = plane
  for (let dy = 0; dy < v; dy += 1) {
    for (let dx = 0; dx < h; dx += 1) {
      const x = column * h + dx
      const y = row * v + dy
      const at = (y * blocksWide + x) * 64
      coefficients.fill(0, at, at + 64)
      if (!inside) continue
      const near = row > 0 ? at - (dy + 1) * blocksWide * 64 : x > 0 ? at - 64 : at
      coefficients[at] = coefficients[near] ?? 0
    }
  }
}
