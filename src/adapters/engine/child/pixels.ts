/** Small pictures in memory: straight (not premultiplied) RGBA, 8 bits. Stamps are made of them. */
import sharp, { type Sharp } from 'sharp'

export interface Pixels {
  data: Buffer
  width: number
  height: number
}

/** Renders a pipeline into memory. */
export async function toPixels(image: Sharp): Promise<Pixels> {
  const { data, info } = await image.toColourspace('srgb').ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

export function fromPixels({ data, width, height }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels: 4 }, limitInputPixels: false })
}

/** Rotated clockwise; the corners that open up are transparent. */
export async function rotatePixels(pixels: Pixels, degrees: number): Promise<Pixels> {
  const angle = degrees % 360
  if (angle === 0) return pixels
  if (angle % 90 === 0) return await toPixels(fromPixels(pixels).rotate(angle))
  // Between pixels colour is averaged: premultiplied, or the edges would darken.
  const blended = { ...pixels, data: premultiply(pixels.data) }
  const background = { r: 0, g: 0, b: 0, alpha: 0 }
  const rotated = await toPixels(fromPixels(blended).rotate(angle, { background }))
  return { ...rotated, data: unpremultiply(rotated.data) }
}

/** With all alpha scaled to `percent`. */
export function fade(pixels: Pixels, percent: number): Pixels {
  if (percent >= 100) return pixels
  const data = Buffer.from(pixels.data)
  for (let at = 3; at < data.length; at += 4) data[at] = Math.round(((data[at] ?? 0) * percent) / 100)
  return { ...pixels, data }
}

/** A rectangle of it, which must lie inside. */
export function cutPixels(pixels: Pixels, area: { left: number; top: number; width: number; height: number }): Pixels {
  const { left, top, width, height } = area
  if (width === pixels.width && height === pixels.height) return pixels
  const data = Buffer.allocUnsafe(width * height * 4)
  for (let row = 0; row < height; row++) {
    const from = ((top + row) * pixels.width + left) * 4
    pixels.data.copy(data, row * width * 4, from, from + width * 4)
  }
  return { data, width, height }
}

/** Colours as they count: what is hidden does not bleed into what shows when pixels are averaged. */
export function premultiply(straight: Buffer): Buffer {
  const data = Buffer.from(straight)
  for (let at = 0; at < data.length; at += 4) {
    const alpha = data[at + 3] ?? 0
    if (alpha === 255) continue
    for (let band = at; band < at + 3; band++) data[band] = Math.round(((data[band] ?? 0) * alpha) / 255)
  }
  return data
}

export function unpremultiply(blended: Buffer): Buffer {
  const data = Buffer.from(blended)
  for (let at = 0; at < data.length; at += 4) {
    const alpha = data[at + 3] ?? 0
    if (alpha === 255 || alpha === 0) continue
    for (let band = at; band < at + 3; band++) data[band] = Math.min(255, Math.round(((data[band] ?? 0) * 255) / alpha))
  }
  return data
}
