/** A perceptual hash: the signs of a picture's low frequencies, which survive recompression and resizing. */
import type { Pixels } from '../pixels.ts'
import { resample } from './raster.ts'

/** Sides of the grey picture that is transformed. */
const side = 32
/** Frequencies per direction, from 1: the mean brightness (0) says nothing of what is shown. */
const frequencies = 8
/** Amplitudes below this (of 255) are rounding and noise, as in a picture of one colour. */
const noise = 0.02

/** cosines[frequency - 1][position] */
const cosines = Array.from({ length: frequencies }, (_, index) =>
  Array.from({ length: side }, (_, at) => Math.cos(((2 * at + 1) * (index + 1) * Math.PI) / (2 * side))),
)

/** 64 bits as 16 hex digits, row by row: is the frequency's amplitude above the median? */
export function perceptualHash(pixels: Pixels): string {
  const amplitudes = transform(greyOnWhite(pixels))
  const sorted = [...amplitudes].sort((one, other) => one - other)
  const middle = sorted.length / 2
  const median = ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
  let hash = 0n
  for (const amplitude of amplitudes) hash = (hash << 1n) | (amplitude > median ? 1n : 0n)
  return hash.toString(16).padStart(16, '0')
}

/** In how many of 64 bits two hashes differ. */
export function hammingDistance(one: string, other: string): number {
  let bits = BigInt(`0x${one}`) ^ BigInt(`0x${other}`)
  let count = 0
  for (; bits > 0n; bits &= bits - 1n) count++
  return count
}

/** Brightness (Rec. 601) of 32 x 32 places, whatever the picture's ratio. */
function greyOnWhite(pixels: Pixels): Float32Array {
  const { data } = resample(pixels, side, side)
  const grey = new Float32Array(side * side)
  for (let at = 0; at < grey.length; at++) {
    const [red, green, blue, alpha] = [
      data[at * 4] ?? 0,
      data[at * 4 + 1] ?? 0,
      data[at * 4 + 2] ?? 0,
      data[at * 4 + 3] ?? 0,
    ]
    grey[at] = 0.299 * red + 0.587 * green + 0.114 * blue + 255 - alpha
  }
  return grey
}

/** The 8 x 8 lowest frequencies of the cosine transform, without those that are 0 in a direction. */
function transform(grey: Float32Array): number[] {
  const across: number[][] = cosines.map((wave) =>
    Array.from({ length: side }, (_, y) =>
      wave.reduce((sum, cosine, x) => sum + cosine * (grey[y * side + x] ?? 0), 0),
    ),
  )
  return cosines.flatMap((wave) =>
    across.map((column) => {
      const amplitude = wave.reduce((sum, cosine, y) => sum + cosine * (column[y] ?? 0), 0) * (4 / (side * side))
      return Math.abs(amplitude) < noise ? 0 : amplitude
    }),
  )
}
