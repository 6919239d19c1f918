/** `cr`: one colour, and what looks like it, becomes another. Shades of the old colour become shades of the new one. */
import type { Step } from '../../../../core/processing/transformation.ts'
import type { Pixels } from '../pixels.ts'
import { dominantColors, labDistance, labOf, luma } from './palette.ts'

/** Around the tolerance the new colour fades out, so that edges stay smooth: wholly new below this share of it, old above the other. */
const fades = { from: 0.8, to: 1.25 }

export function replaceColorStep(pixels: Pixels, { replaceColor }: Step): Pixels {
  if (replaceColor === undefined) return pixels
  const { to, tolerance, from } = replaceColor
  const [old = [0, 0, 0] as const] =
    from === undefined ? dominantColors(pixels, 1) : [[from.red, from.green, from.blue] as const]
  const likeness = createLikeness(old, tolerance)
  const [light, fresh] = [luma(...old), [to.red, to.green, to.blue] as const]
  const source = pixels.data
  const data = new Uint8ClampedArray(source.length)
  data.set(source)
  for (let at = 0; at < source.length; at += 4) {
    const [red, green, blue, alpha] = [source[at] ?? 0, source[at + 1] ?? 0, source[at + 2] ?? 0, source[at + 3] ?? 0]
    const share = alpha === 0 ? 0 : likeness(red, green, blue)
    if (share === 0) continue
    const shade = luma(red, green, blue) - light
    // The new colour counts as much as it covers, or a transparent one would show.
    const left = 1 - share
    const cover = share * to.alpha
    const whole = left + cover
    data[at + 3] = alpha * whole
    if (whole === 0) continue
    data[at] = (red * left + (fresh[0] + shade) * cover) / whole
    data[at + 1] = (green * left + (fresh[1] + shade) * cover) / whole
    data[at + 2] = (blue * left + (fresh[2] + shade) * cover) / whole
  }
  return { ...pixels, data: Buffer.from(data.buffer) }
}

/** How much of a colour is replaced, 0..1. Worked out once for each group of colours that nobody can tell apart. */
function createLikeness(old: readonly [number, number, number], tolerance: number) {
  if (tolerance === 0) {
    return (red: number, green: number, blue: number) => Number(red === old[0] && green === old[1] && blue === old[2])
  }
  const lab = labOf(...old)
  const [near, far] = [tolerance * fades.from, tolerance * fades.to]
  const shareOf = (red: number, green: number, blue: number) =>
    Math.min(1, Math.max(0, (far - labDistance(lab, labOf(red, green, blue))) / (far - near)))
  // 64 levels a channel, 0: not known yet, else 1 + 254 x share.
  const known = new Uint8Array(64 ** 3)
  return (red: number, green: number, blue: number) => {
    const group = ((red >> 2) << 12) | ((green >> 2) << 6) | (blue >> 2)
    let value = known[group] ?? 0
    if (value === 0) {
      const middle = (channel: number) => (channel & ~3) + 1.5
      value = 1 + Math.round(254 * shareOf(middle(red), middle(green), middle(blue)))
      known[group] = value
    }
    return (value - 1) / 254
  }
}
