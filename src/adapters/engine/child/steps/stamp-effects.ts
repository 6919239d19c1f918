/** What the PHP client's elements may have beside themselves: an outline and a shadow. Both make the stamp larger. */
import { fromPixels, type Pixels } from '../pixels.ts'

const opaque = 128

/** A band of this many pixels in one colour around all that is opaque, under it; its corners are round. */
export function outline(stamp: Pixels, { width, color }: { width: number; color: string }): Pixels {
  const pad = width + 1
  const padded = extend(stamp, pad, pad)
  const distances = squaredDistances(padded, pad)
  const [red, green, blue] = channels(color)
  const data = Buffer.allocUnsafe(padded.data.length)
  for (let index = 0, at = 0; at < data.length; index++, at += 4) {
    // Its own edge is smoothed over one pixel.
    const cover = Math.max(0, Math.min(1, width + 0.5 - Math.sqrt(distances[index] ?? 0)))
    data[at] = red
    data[at + 1] = green
    data[at + 2] = blue
    data[at + 3] = Math.round(255 * cover)
  }
  return over(padded, { ...padded, data })
}

/** A soft copy in one colour under it, shifted down and right by a twentieth of the stamp's shorter side. */
export async function castShadow(stamp: Pixels, color: string): Promise<Pixels> {
  const shift = Math.max(1, Math.min(12, Math.round(Math.min(stamp.width, stamp.height) / 20)))
  const soft = Math.max(0.5, shift / 2)
  const reach = Math.ceil(soft * 2.5)
  const padded = extend(stamp, Math.max(0, reach - shift), reach + shift)
  const alpha = await fromPixels(extend(stamp, shift + Math.max(0, reach - shift), reach))
    .extractChannel(3)
    .blur(soft)
    .raw()
    .toBuffer()
  const [red, green, blue] = channels(color)
  const data = Buffer.allocUnsafe(padded.data.length)
  for (let index = 0, at = 0; at < data.length; index++, at += 4) {
    data[at] = red
    data[at + 1] = green
    data[at + 2] = blue
    data[at + 3] = alpha[index] ?? 0
  }
  return over(padded, { ...padded, data })
}

/** With clear margins, `before` above and on the left, `after` below and on the right. */
function extend({ data, width, height }: Pixels, before: number, after: number): Pixels {
  const wide = width + before + after
  const high = height + before + after
  const extended = Buffer.alloc(wide * high * 4)
  for (let row = 0; row < height; row++) {
    data.copy(extended, ((row + before) * wide + before) * 4, row * width * 4, (row + 1) * width * 4)
  }
  return { data: extended, width: wide, height: high }
}

/** The upper over the lower, both of one size, straight alpha. */
function over(upper: Pixels, lower: Pixels): Pixels {
  const data = Buffer.from(upper.data)
  for (let at = 0; at < data.length; at += 4) {
    const top = data[at + 3] ?? 0
    const bottom = lower.data[at + 3] ?? 0
    if (top === 255 || bottom === 0) continue
    const rest = (bottom * (255 - top)) / 255
    const alpha = top + rest
    for (let band = at; band < at + 3; band++) {
      data[band] = Math.round(((data[band] ?? 0) * top + (lower.data[band] ?? 0) * rest) / alpha)
    }
    data[at + 3] = Math.round(alpha)
  }
  return { ...upper, data }
}

/** Squared distance of every pixel to the nearest opaque one, exact up to `reach`, more than its square beyond. */
function squaredDistances({ data, width, height }: Pixels, reach: number): Uint16Array {
  const far = reach + 1
  const vertical = new Uint8Array(width * height)
  for (let x = 0; x < width; x++) {
    let above = far
    for (let y = 0; y < height; y++) {
      const index = y * width + x
      above = (data[index * 4 + 3] ?? 0) >= opaque ? 0 : Math.min(far, above + 1)
      vertical[index] = above
    }
    let below = far
    for (let y = height - 1; y >= 0; y--) {
      const index = y * width + x
      below = vertical[index] === 0 ? 0 : Math.min(far, below + 1)
      vertical[index] = Math.min(vertical[index] ?? far, below)
    }
  }
  const squared = new Uint16Array(width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let least = (vertical[y * width + x] ?? far) ** 2
      for (let step = 1; step <= reach && step * step < least; step++) {
        const left = x >= step ? (vertical[y * width + x - step] ?? far) : far
        const right = x + step < width ? (vertical[y * width + x + step] ?? far) : far
        least = Math.min(least, step * step + Math.min(left, right) ** 2)
      }
      squared[y * width + x] = least
    }
  }
  return squared
}

function channels(color: string): [number, number, number] {
  const value = Number.parseInt(color.slice(1), 16)
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255]
}
