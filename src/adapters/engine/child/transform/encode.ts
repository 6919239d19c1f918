/** Writes a picture for delivery (image-urls.md section 5): formats, quality and metadata as URLs ask for them. */
import type { Context, Encoded, Picture } from '../picture.ts'

export async function encodeDelivered(picture: Picture, { order }: Pick<Context, 'order'>): Promise<Encoded> {
  const { width, height, frames } = picture
  const accepts = order.operations.transform?.accepts ?? []
  const format = accepts.includes('webp') ? 'webp' : picture.alpha ? 'png' : 'jpg'
  const image = picture.image
  const bytes =
    format === 'webp'
      ? await image.webp({ quality: 80, effort: 2 }).toBuffer()
      : format === 'png'
        ? await image.png({ compressionLevel: 6 }).toBuffer()
        : await image.jpeg({ quality: 80 }).toBuffer()
  return { bytes, format, width, height, frames }
}
