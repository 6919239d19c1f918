/** The tables of the JPEG standard's annex K, which most encoders use: put in where a file has lost its own. */
import type { HuffmanSpec } from './huffman.ts'

const spec = (counts: readonly number[], values: readonly number[]): HuffmanSpec => ({
  counts: Uint8Array.from(counts),
  values: Uint8Array.from(values),
})
const small = Array.from({ length: 12 }, (_, value) => value)

const luminanceAc = `010203000411051221314106135161072271143281 91a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a
434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aa
b2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa`
const chrominanceAc = `0001020311040521310612415107617113223281081442 91a1b1c109233352f0156272d10a162434e125f11718191a262728292a35363738
393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5a6a7a8a9
aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa`
const hex = (text: string) => [...Buffer.from(text.replaceAll(/\s/g, ''), 'hex')]

/** Tables K.3 to K.6: [luminance, chrominance]. */
export const standardDc: readonly [HuffmanSpec, HuffmanSpec] = [
  spec([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], small),
  spec([0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], small),
]
export const standardAc: readonly [HuffmanSpec, HuffmanSpec] = [
  spec([0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7d], hex(luminanceAc)),
  spec([0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 0x77], hex(chrominanceAc)),
]

/** Tables K.1 and K.2 in zigzag order. */
const luminance = [
  16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61,
  60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113, 121,
  112, 100, 120, 92, 101, 103, 99,
]
const chrominance = [
  17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99,
]

/** The standard quantisation table of libjpeg's quality 1..100, in zigzag order. */
export function standardQuantisation(kind: 'luminance' | 'chrominance', quality: number): Uint16Array {
  const percent = quality < 50 ? 5000 / quality : 200 - quality * 2
  const base = kind === 'luminance' ? luminance : chrominance
  return Uint16Array.from(base, (value) => Math.min(255, Math.max(1, Math.floor((value * percent + 50) / 100))))
}

/** The quality whose standard table comes nearest to a given one. */
export function estimateQuality(table: Uint16Array, kind: 'luminance' | 'chrominance'): number {
  let best = 75
  let least = Number.POSITIVE_INFINITY
  for (let quality = 1; quality <= 100; quality += 1) {
    const standard = standardQuantisation(kind, quality)
    const off = standard.reduce((sum, value, index) => sum + Math.abs(value - (table[index] ?? 0)), 0)
    if (off < least) [best, least] = [quality, off]
  }
  return best
}
