/** A perceptual hash: the signs of a picture's low frequencies, which survive recompression and resizing. */
import { type Averages, resample } from './raster.ts'

/** Sides of the grey picture that is transformed. */
const side = 32
/** Frequencies per direction, from 1: the mean brightness (0) says nothing of what is shown. */
const frequencies = 8
/** Amplitudes below this (of 255) are rounding and noise, as in a picture of one colour. */
const noise = 0.02

/** By frequency (from 1), then by place. */
const cosines = Float32Array.from({ length: frequencies * side }, (_, index) => {
  const [frequency, at] = [Math.floor(index / side) + 1, index % side]
  return Math.cos(((2 * at + 1) * frequency * Math.PI) / (2 * side))
})

/** 64 bits as 16 hex digits, row by row: is the frequency's amplitude above the median? */
export function perceptualHash(picture: Averages): string {
  const amplitudes = transform(greyOnWhite(picture))
  const sorted = amplitudes.toSorted()
  const middle = sorted.length / 2
  const median = ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
  let hash = 0n
  for (const amplitude of amplitudes) hash = (hash << 1n) | (amplitude > median ? 1n : 0n)
  return hash.toString(16).padStart(16, '0')
}

/** Brightness (Rec. 601) of 32 x 32 places, whatever the picture's ratio. */
function greyOnWhite(picture: Averages): Float32Array {
  const { data } = resample(picture, side, side)
  const grey = new Float32Array(side * side)
  for (let at = 0; at < grey.length; at++) {
    const from = at * 4
    const brightness = 0.299 * (data[from] ?? 0) + 0.587 * (data[from + 1] ?? 0) + 0.114 * (data[from + 2] ?? 0)
    grey[at] = brightness + 255 - (data[from + 3] ?? 0)
  }
  return grey
}

/** The 8 x 8 lowest frequencies of the cosine transform, without those that are 0 in a direction. */
function transform(grey: Float32Array): Float32Array {
  const across = new Float32Array(frequencies * side)
  for (let frequency = 0; frequency < frequencies; frequency++) {
    for (let y = 0; y < side; y++) {
      let sum = 0
      for (let x = 0; x < side; x++) sum += (cosines[frequency * side + x] ?? 0) * (grey[y * side + x] ?? 0)
      across[frequency * side + y] = sum
    }
  }
  const amplitudes = new Float32Array(frequencies * frequencies)
  for (let at = 0; at < amplitudes.length; at++) {
    const [down, sideways] = [Math.floor(at / frequencies), at % frequencies]
    let sum = 0
    for (let y = 0; y < side; y++) sum += (cosines[down * side + y] ?? 0) * (across[sideways * side + y] ?? 0)
    const amplitude = (sum * 4) / (side * side)
    amplitudes[at] = Math.abs(amplitude) < noise ? 0 : amplitude
  }
  return amplitudes
}
