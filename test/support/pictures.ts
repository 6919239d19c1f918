/** Pictures with known pixels, made on the spot, and a look at single pixels of results. */
import sharp from 'sharp'
import { expect } from 'vitest'

export type Rgb = readonly [red: number, green: number, blue: number]

export const red: Rgb = [220, 30, 30]
export const green: Rgb = [30, 180, 40]
export const blue: Rgb = [30, 60, 220]
export const yellow: Rgb = [240, 220, 40]
export const white: Rgb = [255, 255, 255]
export const black: Rgb = [0, 0, 0]

type Format = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif'

/** Encoder options under which colours survive well enough to be judged. */
const options = {
  jpeg: { quality: 95, chromaSubsampling: '4:4:4' },
  png: {},
  webp: { quality: 95 },
  gif: {},
  tiff: { compression: 'lzw' },
  avif: { quality: 80, effort: 1 },
} as const

/** Four quarters in reading order: red, green, blue, yellow. `orientation`: stored that way with an EXIF tag. */
export function quarters(width: number, height: number, format: Format = 'png', orientation?: number): Promise<Buffer> {
  const data = Buffer.alloc(width * height * 3)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const right = x >= width / 2
      const colour = y < height / 2 ? (right ? green : red) : right ? yellow : blue
      data.set(colour, (y * width + x) * 3)
    }
  }
  const image = sharp(data, { raw: { width, height, channels: 3 } })
  const tagged = orientation === undefined ? image : image.withMetadata({ orientation })
  return tagged.toFormat(format, options[format]).toBuffer()
}

export function solid(width: number, height: number, colour: Rgb, format: Format = 'png', alpha = 1): Promise<Buffer> {
  const [r, g, b] = colour
  const channels = alpha === 1 ? 3 : 4
  return sharp({ create: { width, height, channels, background: { r, g, b, alpha } } })
    .toFormat(format, options[format])
    .toBuffer()
}

/** A picture that does not compress away: smooth areas with noise, the same for the same seed. */
export function photo(width: number, height: number, format: Format = 'jpeg', seed = 1): Promise<Buffer> {
  const data = Buffer.alloc(width * height * 3)
  let state = seed
  for (let index = 0; index < data.length; index += 1) {
    state = (state * 1_103_515_245 + 12_345) & 0x7fff_ffff
    const smooth = 128 + 90 * Math.sin(index / 3 / width / 40 + seed) * Math.cos((index % width) / 60)
    data[index] = Math.max(0, Math.min(255, smooth + ((state >> 16) % 24)))
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .toFormat(format, options[format])
    .toBuffer()
}

/** An animation of solid frames. */
export async function animation(
  width: number,
  height: number,
  colours: readonly Rgb[],
  format: 'gif' | 'webp' = 'gif',
): Promise<Buffer> {
  const frames = await Promise.all(colours.map((colour) => solid(width, height, colour)))
  const joined = sharp(frames, { join: { animated: true } })
  const timing = { delay: colours.map(() => 120), loop: 0 }
  return format === 'gif' ? joined.gif(timing).toBuffer() : joined.webp({ quality: 95, ...timing }).toBuffer()
}

export interface Look {
  format: string | undefined
  width: number
  height: number
  frames: number
  delay: number[] | undefined
  loop: number | undefined
  alpha: boolean
  bytes: Buffer
  /** Red, green, blue and alpha of one pixel; `frame` from 0. */
  at(x: number, y: number, frame?: number): [number, number, number, number]
}

/** Decodes all frames; nothing is turned by EXIF, so a tag left behind would show as wrong sides. */
export async function look(bytes: Buffer): Promise<Look> {
  const source = sharp(bytes, { animated: true })
  const { format, width, height, pages = 1, pageHeight, delay, loop, hasAlpha, orientation } = await source.metadata()
  expect(orientation ?? 1, 'an orientation tag is left in the result').toBe(1)
  const { data } = await source.toColourspace('srgb').ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  const side = pageHeight ?? height
  return {
    format,
    width,
    height: side,
    frames: pages,
    delay,
    loop,
    alpha: hasAlpha,
    bytes,
    at(x, y, frame = 0) {
      const offset = ((frame * side + y) * width + x) * 4
      return [data[offset] ?? -1, data[offset + 1] ?? -1, data[offset + 2] ?? -1, data[offset + 3] ?? -1]
    },
  }
}

/** The pixel has this colour, give or take what lossy encoders change. */
export function expectColour(pixel: readonly number[], colour: readonly number[], tolerance = 14): void {
  const off = colour.some((value, channel) => Math.abs((pixel[channel] ?? -999) - value) > tolerance)
  expect(off, `the pixel is [${pixel.join(', ')}], expected about [${colour.join(', ')}]`).toBe(false)
}

/** The four quarters in reading order, looked at well inside each. */
export function expectQuarters(picture: Look, colours: readonly [Rgb, Rgb, Rgb, Rgb], frame = 0): void {
  const spots = [
    [0.2, 0.2],
    [0.8, 0.2],
    [0.2, 0.8],
    [0.8, 0.8],
  ] as const
  for (const [index, [x, y]] of spots.entries()) {
    expectColour(
      picture.at(Math.floor(picture.width * x), Math.floor(picture.height * y), frame),
      colours[index] ?? red,
    )
  }
}
