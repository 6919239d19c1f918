/** Pictures in the formats that sharp does not write, encoded on the spot or read from test/fixtures. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import {
  CompressionMethod,
  initializeImageMagick,
  MagickFormat,
  MagickImage,
  MagickReadSettings,
} from '@imagemagick/magick-wasm'
import { packageRoot } from '../../src/paths.ts'
import { pdf } from './pdfs.ts'
import { blue, green, quarters, red, solid, yellow } from './pictures.ts'

export const fixture = (name: string) => readFileSync(join(packageRoot, 'test', 'fixtures', name))

/** Formats made here, and how exact their colours are. */
const encoded = {
  bmp: [MagickFormat.Bmp, 0],
  ico: [MagickFormat.Ico, 0],
  cur: [MagickFormat.Ico, 0],
  psd: [MagickFormat.Psd, 0],
  tga: [MagickFormat.Tga, 0],
  jp2: [MagickFormat.Jp2, 6],
  j2k: [MagickFormat.J2k, 6],
  jxl: [MagickFormat.Jxl, 14],
  ppm: [MagickFormat.Ppm, 0],
  pgm: [MagickFormat.Pgm, 0],
  pbm: [MagickFormat.Pbm, 0],
  qoi: [MagickFormat.Qoi, 0],
  exr: [MagickFormat.Exr, 2],
} as const
export type Encoded = keyof typeof encoded
export const encodedFormats = Object.keys(encoded) as Encoded[]
export const toleranceOf = (format: Encoded) => encoded[format][1]

let ready: Promise<void> | undefined

/** Any picture that sharp wrote as PNG (or as JPEG), in another format. */
export async function encodeAs(format: Encoded, picture: Buffer, from: 'png' | 'jpeg' = 'png'): Promise<Buffer> {
  ready ??= initializeImageMagick(
    readFileSync(createRequire(import.meta.url).resolve('@imagemagick/magick-wasm/magick.wasm')),
  )
  await ready
  const image = MagickImage.create(
    picture,
    new MagickReadSettings({ format: from === 'png' ? MagickFormat.Png : MagickFormat.Jpeg }),
  )
  image.quality = 98
  if (format === 'psd') image.settings.compression = CompressionMethod.NoCompression
  const bytes = image.write(encoded[format][0], (data) => Buffer.from(data))
  image.dispose()
  // Its coder calls a cursor an icon.
  if (format === 'cur') bytes.writeUInt16LE(2, 2)
  return bytes
}

/** The four quarters (64 x 48) in a format that cannot be written, by its usual extension. */
export async function foreignQuarters(format: Encoded | 'heic' | 'dng' | 'pdf'): Promise<Buffer> {
  switch (format) {
    case 'heic':
      return fixture('quarters.heic')
    case 'dng':
      return fixture('quarters.dng')
    case 'pdf':
      return pdf([{ colour: red }])
    default:
      return await encodeAs(format, await quarters(64, 48))
  }
}

/** Half transparent green. */
export const halfClear = () => solid(16, 12, green, 'png', 0.5)

export const quarterColours = [red, green, blue, yellow] as const
