import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { CompressionLevel, ImageFormat } from '../../../../core/processing/operations.ts'
import { encode } from './encode.ts'
import { flatten } from './flatten.ts'
import { load } from './load.ts'
import {
  animation,
  colourAt,
  contextOf,
  delays,
  nameOf,
  photograph,
  quadrantColours,
  quadrants,
} from './pictures.fixtures.ts'

const noise = (width: number, height: number) =>
  sharp({
    create: { width, height, channels: 3, background: '#888', noise: { type: 'gaussian', mean: 128, sigma: 20 } },
  })

async function reencoded(file: Buffer, format: ImageFormat | 'same', compress?: CompressionLevel) {
  const context = await contextOf([file], {}, compress === undefined ? { format } : { format, compress })
  return await encode(flatten(load(context)), context)
}

/** Symbols in all Huffman tables of a JPEG: the ones it needs, or all of the standard ones. */
function huffmanSymbols(jpeg: Buffer | undefined): number {
  let symbols = 0
  for (let at = 2; jpeg !== undefined && jpeg[at + 1] !== 0xda; at += 2 + jpeg.readUInt16BE(at + 2)) {
    if (jpeg[at + 1] !== 0xc4) continue
    const end = at + 2 + jpeg.readUInt16BE(at + 2)
    for (let table = at + 4; table < end; ) {
      const count = jpeg.subarray(table + 1, table + 17).reduce((sum, each) => sum + each, 0)
      symbols += count
      table += 17 + count
    }
  }
  return symbols
}

describe('encode', () => {
  it.each(['jpg', 'png', 'gif', 'webp', 'avif', 'tiff'] as const)(
    'writes %s with the picture in it',
    async (format) => {
      const { bytes, ...facts } = await reencoded(await quadrants(40, 20).png().toBuffer(), format)
      expect(facts).toEqual({ format, width: 40, height: 20, frames: 1 })
      expect(await quadrantColours(bytes ?? Buffer.alloc(0), 40, 20)).toBe('red green blue white')
    },
  )

  it('lays transparency on white for jpg', async () => {
    const clear = { r: 255, g: 0, b: 0, alpha: 0 }
    const file = await sharp({ create: { width: 20, height: 20, channels: 4, background: clear } })
      .png()
      .toBuffer()
    const { bytes } = await reencoded(file, 'jpg')
    expect(nameOf(await colourAt(bytes ?? Buffer.alloc(0), 10, 10))).toBe('white')
  })

  it('writes no metadata: no EXIF with its position and thumbnail, no XMP, no profile', async () => {
    const file = await quadrants(40, 20)
      .withExif({ IFD0: { Copyright: 'somebody' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' } })
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
      .withIccProfile('p3')
      .jpeg()
      .toBuffer()
    for (const format of ['jpg', 'png', 'webp', 'tiff'] as const) {
      const { bytes } = await reencoded(file, format)
      const metadata = await sharp(bytes).metadata()
      expect([metadata.exif, metadata.xmp, metadata.icc]).toEqual([undefined, undefined, undefined])
      expect(bytes?.includes('somebody')).toBe(false)
    }
  })

  it('compress low keeps the profile, the other levels convert to sRGB', async () => {
    const file = await photograph(200, 200, 1).withIccProfile('p3').jpeg({ quality: 98 }).toBuffer()
    const kept = await reencoded(file, 'same', 'low')
    const converted = await reencoded(file, 'same', 'recommended')
    expect((await sharp(kept.bytes).metadata()).hasProfile).toBe(true)
    expect((await sharp(converted.bytes).metadata()).hasProfile).toBe(false)
  })

  it('converts CMYK to sRGB', async () => {
    const file = await quadrants(40, 20).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer()
    const { bytes } = await reencoded(file, 'same')
    expect((await sharp(bytes).metadata()).space).toBe('srgb')
    const [red, green, blue] = await colourAt(bytes ?? Buffer.alloc(0), 10, 5)
    expect(red).toBeGreaterThan(200)
    expect(Math.max(green, blue)).toBeLessThan(80)
  })

  it('keeps 16 bits in png, and the colours of 16-bit pictures with a profile', async () => {
    const deep = await quadrants(40, 20).withIccProfile('p3').toColourspace('rgb16').png().toBuffer()
    const same = await reencoded(deep, 'same')
    expect((await sharp(same.bytes).metadata()).depth).toBe('ushort')
    const { bytes } = await reencoded(deep, 'jpg')
    expect((await sharp(bytes).metadata()).depth).toBe('uchar')
    for (const file of [same.bytes, bytes]) {
      expect(await quadrantColours(file ?? Buffer.alloc(0), 40, 20)).toBe('red green blue white')
    }
  })

  it('keeps grey grey', async () => {
    const file = await noise(60, 60).toColourspace('b-w').jpeg().toBuffer()
    const { bytes } = await reencoded(file, 'same')
    expect((await sharp(bytes).metadata()).channels).toBe(1)
  })

  it('writes a large edit with the standard Huffman tables, which spares memory, and compresses with its own', async () => {
    const large = await sharp({ create: { width: 2100, height: 2000, channels: 3, background: '#846' } })
      .jpeg()
      .toBuffer()
    const standard = 12 + 162 + 12 + 162
    expect(huffmanSymbols((await reencoded(large, 'same')).bytes)).toBe(standard)
    expect(huffmanSymbols((await reencoded(large, 'same', 'low')).bytes)).toBeLessThan(standard)
    const small = await noise(200, 200).jpeg().toBuffer()
    expect(huffmanSymbols((await reencoded(small, 'same')).bytes)).toBeLessThan(standard)
  })

  it.each(['jpg', 'png', 'webp'] as const)('compresses %s more from level to level', async (format) => {
    const file = await photograph(300, 200)
      .toFormat(format === 'jpg' ? 'jpeg' : format, { quality: 100 })
      .toBuffer()
    const sizes = []
    for (const level of ['low', 'recommended', 'extreme'] as const) {
      const { bytes } = await reencoded(file, 'same', level)
      sizes.push(bytes?.length ?? file.length)
    }
    expect(sizes[0]).toBeLessThanOrEqual(file.length)
    expect(sizes[1]).toBeLessThan(sizes[0] ?? 0)
    expect(sizes[2]).toBeLessThan(sizes[1] ?? 0)
  })

  it('gives nothing when compressing gains nothing', async () => {
    const first = await noise(100, 100).jpeg({ quality: 20, mozjpeg: true }).toBuffer()
    const file = (await reencoded(first, 'same', 'recommended')).bytes ?? first
    expect((await reencoded(file, 'same', 'recommended')).bytes).toBeUndefined()
    const context = await contextOf([file], {}, { format: 'same', compress: 'recommended' })
    const repaired = { ...context, tolerant: true }
    expect((await encode(load(repaired), repaired)).bytes).toBeDefined()
  })

  it.each([
    ['gif', 'gif', 3],
    ['gif', 'webp', 3],
    ['webp', 'gif', 3],
    ['gif', 'png', 1],
    ['webp', 'jpg', 1],
  ] as const)('from an animated %s to %s keeps %i frames', async (from, to, frames) => {
    const file = await animation(['#ff0000', '#00ff00', '#0000ff'], 20, 10)
      .toFormat(from, { delay: delays(3), loop: 2 })
      .toBuffer()
    const result = await reencoded(file, to)
    expect(result.frames).toBe(frames)
    const metadata = await sharp(result.bytes, { pages: frames === 1 ? 1 : -1 }).metadata()
    if (frames > 1) expect([metadata.delay, metadata.loop]).toEqual([[100, 200, 300], 2])
    expect(nameOf(await colourAt(result.bytes ?? Buffer.alloc(0), 5, 5))).toBe('red')
  })

  it('keeps the pages of a tiff', async () => {
    const file = await animation(['#ff0000', '#00ff00'], 20, 10).tiff().toBuffer()
    const { bytes } = await reencoded(file, 'same')
    expect((await sharp(bytes).metadata()).pages).toBe(2)
  })

  it('minifies svg in compress without touching what is drawn, else makes it png', async () => {
    const file = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"> <!-- made by --> <metadata>x</metadata>\n<rect width="4" height="4"/> </svg>',
    )
    const { bytes } = await reencoded(file, 'same', 'recommended')
    expect(bytes?.toString()).toBe(
      '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><rect width="4" height="4"/></svg>',
    )
    expect((await reencoded(file, 'same')).format).toBe('png')
  })
})
