/** How many rows of a picture came back: within a PSNR of 30 dB of the original's. */
import sharp from 'sharp'
import type { Original } from './pictures.ts'

/** Mean squared error of 30 dB at 8 bits. */
const most = 65.025

/** Rows of the original that `bytes`, decoded tolerantly, shows within 30 dB. */
export async function intactRows(original: Original, bytes: Buffer): Promise<number> {
  const shown = await sharp(bytes, { failOn: 'none', limitInputPixels: 50_000_000 })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch(() => undefined)
  if (shown === undefined || shown.info.channels !== 3) return 0
  const { data, info } = shown
  const width = Math.min(info.width, original.width)
  let rows = 0
  if (width < original.width * 0.9) return 0
  for (let y = 0; y < Math.min(info.height, original.height); y += 1) {
    let error = 0
    for (let x = 0; x < width * 3; x += 1) {
      const off = (data[y * info.width * 3 + x] ?? 0) - (original.pixels[y * original.width * 3 + x] ?? 0)
      error += off * off
    }
    if (error / (width * 3) <= most) rows += 1
  }
  return rows
}
