/** How the pixels of a TIFF stand in its file: strips or tiles, where each begins and how far it may reach. */
import { type Directory, single } from './directory.ts'

export interface TiffLayout {
  width: number
  height: number
  /** Bits of a sample: 8 or 16. */
  depth: 8 | 16
  samples: number
  compression: number
  photometric: number
  predictor: number
  tables: Buffer | undefined
  /** 3 x 2^8 values of 16 bits. */
  palette: readonly number[]
  /** Sides of one strip or tile. */
  partWidth: number
  partHeight: number
  across: number
  parts: { from: number; to: number; declared: number }[]
}

/** Undefined for kinds that are not read here. */
export function layoutOf(bytes: Buffer, { entries, at }: Directory): TiffLayout | undefined {
  const value = (tag: number, otherwise: number) => single(entries, tag) ?? otherwise
  const [width, height] = [value(256, 0), value(257, 0)]
  const samples = value(277, 1)
  const depth = value(258, 1)
  const tiled = entries.has(324)
  const offsets = entries.get(tiled ? 324 : 273)?.values ?? []
  const counts = entries.get(tiled ? 325 : 279)?.values ?? []
  const partWidth = tiled ? value(322, 0) : width
  const partHeight = tiled ? value(323, 0) : Math.min(value(278, height), 65_535)
  const sameDepth = entries.get(258)?.values.every((bits) => bits === depth) ?? true
  if ((depth !== 8 && depth !== 16) || !sameDepth || samples < 1 || samples > 4) return undefined
  if (value(284, 1) !== 1 && samples > 1) return undefined
  if (value(339, 1) !== 1 || partWidth < 1 || partHeight < 1) return undefined
  const sorted = [...offsets, at, bytes.length].sort((a, b) => a - b)
  const parts = offsets.map((from, index) => ({
    from,
    // Up to whatever stands next; decoders stop by themselves.
    to: sorted.find((place) => place > from) ?? bytes.length,
    declared: counts[index] ?? 0,
  }))
  const tables = entries.get(347)
  return {
    width,
    height,
    depth,
    samples,
    compression: value(259, 1),
    photometric: value(262, 1),
    predictor: value(317, 1),
    tables: tables === undefined ? undefined : bytes.subarray(tables.at, tables.at + tables.values.length),
    palette: entries.get(320)?.values ?? [],
    partWidth,
    partHeight,
    across: tiled ? Math.ceil(width / partWidth) : 1,
    parts,
  }
}

/** Bytes of one row of a strip or tile. */
export const partRow = ({ partWidth, samples, depth }: TiffLayout) => (partWidth * samples * depth) / 8
