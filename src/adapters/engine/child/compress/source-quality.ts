/** How finely a JPEG was quantised, as a quality on the scale of an encoder's tables. */

/** Luma steps of an encoder's table at quality 50, in zigzag order: as many as are compared. */
export const qualityScales = {
  /** The tables that compressing writes with; the low frequencies, which carry the picture. */
  ours: [16, 16, 16, 16, 17, 16, 18, 20, 20, 18, 25, 27, 24, 27, 25],
  /** The example tables of the JPEG standard, which most encoders scale: what people call a JPEG's quality. */
  usual: [
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61,
    60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113,
    121, 112, 100, 120, 92, 101, 103, 99,
  ],
} as const

type Scale = readonly number[]

/**
 * The highest quality that does not quantise finer than the file's luma table does; 1 to 100. Undefined: no table within
 * these bytes.
 */
export function sourceQuality(head: Buffer, scale: Scale = qualityScales.ours): number | undefined {
  const table = lumaTable(head, scale.length)
  if (table === undefined) return undefined
  const coarseness = table.reduce((sum, step) => sum + step, 0)
  for (let quality = 100; quality > 1; quality--) {
    if (coarsenessAt(quality, scale) >= coarseness) return quality
  }
  return 1
}

/** Sum of the encoder's steps; qualities scale its table as they do in every encoder of the Independent JPEG Group's line. */
function coarsenessAt(quality: number, scale: Scale): number {
  const percent = quality < 50 ? 5000 / quality : 200 - 2 * quality
  return scale.reduce((sum, step) => sum + Math.max(1, Math.min(255, Math.floor((step * percent + 50) / 100))), 0)
}

/** The first steps of the lowest-numbered quantisation table before the first scan. */
function lumaTable(head: Buffer, steps: number): number[] | undefined {
  let best: { id: number; table: number[] } | undefined
  for (let at = 2; at + 4 <= head.length && head[at] === 0xff; ) {
    const marker = head[at + 1] ?? 0
    if (marker === 0xff) {
      at += 1
      continue
    }
    if (marker === 0xda) break
    const end = at + 2 + head.readUInt16BE(at + 2)
    for (let from = at + 4; marker === 0xdb && from < Math.min(end, head.length); ) {
      const wide = (head[from] ?? 0) >> 4 === 1
      const id = (head[from] ?? 0) & 15
      const table = Array.from({ length: steps }, (_, index) => {
        const place = from + 1 + index * (wide ? 2 : 1)
        return wide ? ((head[place] ?? 0) << 8) | (head[place + 1] ?? 0) : (head[place] ?? 0)
      })
      if (best === undefined || id < best.id) best = { id, table }
      from += 1 + 64 * (wide ? 2 : 1)
    }
    at = end
  }
  return best?.table
}
