/** Ways to spoil a photo on purpose, to see whether its score falls (vision.md section 4). */

export const degradationKinds = [
  /** Only brought to its size. */
  'none',
  /** Sigma of a Gaussian, in pixels. */
  'blur',
  /** Standard deviation of Gaussian noise in each channel. */
  'noise',
  /** Quality of a JPEG. */
  'jpeg',
  /** Factor on the values; below 1 under-exposed, above 1 over-exposed. */
  'exposure',
  /** Factor on the distance from middle grey. */
  'contrast',
  /** Factor that both sides are divided by. */
  'smaller',
  /** The same, then enlarged to the size it had. */
  'enlarged',
  /** Degrees it is turned by; cropped to what every turn up to `tiltReach` keeps. */
  'tilt',
] as const
export type DegradationKind = (typeof degradationKinds)[number]

export const tiltReach = 12

export interface Degradation {
  kind: DegradationKind
  strength: number
  /** Longest side of the photo before it is spoilt; a smaller photo stays as it is. */
  side: number
  /** Of the noise. */
  seed: number
  /** How the copy is written; `jpeg` is JPEG inside in any case. */
  format: 'png' | 'webp' | 'jpg'
}
