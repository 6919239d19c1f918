import sharp, { type Sharp } from 'sharp'
import { describe, expect, it } from 'vitest'
import type { CompressionLevel, ImageFormat, Operations } from '../../../../core/processing/operations.ts'
import { runPipeline } from '../pipeline.ts'
import { animation, delays, limits, photograph } from '../steps/pictures.fixtures.ts'
import { similarity, toRaster } from './similarity.ts'

const levels = ['low', 'recommended', 'extreme'] as const

/** The result; undefined: the source stays. */
async function compressed(file: Buffer, level: CompressionLevel, operations: Operations = {}) {
  const order = { operations, output: { format: 'same', compress: level } } as const
  return await runPipeline({
    order,
    openings: [{}],
    inputs: [file],
    limits,
    tolerant: false,
    admit: async () => undefined,
  })
}

async function alike(file: Buffer, result: Buffer, colour = false): Promise<number> {
  return similarity(await toRaster(sharp(file), colour, true), await toRaster(sharp(result), colour, true))
}

const svg = (content: string, width = 160, height = 120) =>
  sharp(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${content}</svg>`))

const text = Array.from(
  { length: 7 },
  (_, line) => `<text x="2" y="${line * 16 + 14}" font-size="13" fill="#c00">coloured words ${line * 37}</text>`,
).join('')
const gradient = '<linearGradient id="g"><stop stop-color="#123"/><stop offset="1" stop-color="#fca"/></linearGradient>'

const pictures: Record<string, () => Sharp> = {
  photograph: () => photograph(112, 84),
  noise: () => photograph(64, 48, 60),
  flat: () => svg('<rect width="160" height="120" fill="#369"/>').removeAlpha(),
  gradient: () => svg(`${gradient}<rect width="160" height="120" fill="url(#g)"/>`).removeAlpha(),
  words: () => svg(`<rect width="160" height="120" fill="#fff"/>${text}`).removeAlpha(),
  transparent: () => svg(`${gradient}<circle cx="60" cy="60" r="50" fill="url(#g)" opacity=".7"/>${text}`),
  grey: () => photograph(64, 48).toColourspace('b-w'),
  dot: () => svg('<rect width="1" height="1" fill="#f80"/>', 1, 1).removeAlpha(),
}

const sources: Record<string, (image: Sharp) => Sharp> = {
  'jpg 95 4:4:4': (image) => image.flatten({ background: '#fff' }).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }),
  'jpg 30': (image) => image.flatten({ background: '#fff' }).jpeg({ quality: 30 }),
  'jpg mozjpeg 80': (image) => image.flatten({ background: '#fff' }).jpeg({ quality: 80, mozjpeg: true }),
  png: (image) => image.png(),
  'webp 90': (image) => image.webp({ quality: 90 }),
  'webp lossless': (image) => image.webp({ lossless: true }),
  avif: (image) => image.avif({ quality: 80, effort: 0 }),
  gif: (image) => image.gif(),
  tiff: (image) => image.tiff({ compression: 'lzw' }),
}

describe.each(Object.entries(sources))('compressing %s', (_name, write) => {
  it('makes extreme <= recommended <= low <= source for every picture, and recommended looks like it', async () => {
    for (const [name, picture] of Object.entries(pictures)) {
      const file = await write(picture()).toBuffer()
      let least = file.length
      for (const level of levels) {
        const { bytes } = await compressed(file, level)
        const result = bytes ?? file
        expect([name, level, result.length <= least]).toEqual([name, level, true])
        least = result.length
        if (level !== 'extreme') expect(await alike(file, result)).toBeGreaterThanOrEqual(0.95)
        if (level === 'low') expect(await alike(file, result)).toBeGreaterThanOrEqual(0.985)
        expect((await sharp(result).metadata()).width).toBe((await sharp(file).metadata()).width)
      }
    }
  })
})

describe('compressing', () => {
  const format = async (bytes: Buffer | undefined) => await sharp(bytes).metadata()

  it('saves much of a photograph at every level', async () => {
    const file = await photograph(300, 200, 2).jpeg({ quality: 95 }).toBuffer()
    const sizes = []
    for (const level of levels) sizes.push(((await compressed(file, level)).bytes?.length ?? file.length) / file.length)
    expect(sizes[0]).toBeLessThan(0.8)
    expect(sizes[1]).toBeLessThan(0.5)
    expect(sizes[2]).toBeLessThan(0.35)
  })

  it('keeps the grain of a large photograph, and still saves', async () => {
    const file = await photograph(2600, 1700, 24).jpeg({ quality: 92 }).toBuffer()
    const result = (await compressed(file, 'recommended')).bytes
    expect(result?.length).toBeLessThan(file.length * 0.95)
    expect(await alike(file, result ?? file)).toBeGreaterThanOrEqual(0.95)
  })

  it('keeps the colours of coloured words, and halves their resolution in photographs', async () => {
    const subsampling = async (picture: Sharp) => {
      const file = await picture.jpeg({ quality: 92, chromaSubsampling: '4:4:4' }).toBuffer()
      return (await format((await compressed(file, 'recommended')).bytes)).chromaSubsampling
    }
    expect(await subsampling(svg(`<rect width="160" height="120" fill="#fff"/>${text}`).removeAlpha())).toBe('4:4:4')
    expect(await subsampling(photograph(160, 120, 2))).toBe('4:2:0')
  })

  it('gives back what it cannot make smaller: in the end its own result', async () => {
    for (const kind of ['jpeg', 'png', 'webp'] as const) {
      let file: Buffer = await photograph(120, 90).toFormat(kind, { quality: 90 }).toBuffer()
      let passes = 0
      for (let next = file; next !== undefined && passes < 5; passes++) {
        file = next
        next = (await compressed(file, 'low')).bytes ?? file
        if (next === file) break
      }
      expect([kind, passes < 4]).toEqual([kind, true])
    }
  })

  it('does not lose what one compressed before: a coarse source is only coded better', async () => {
    const file = await photograph(160, 120).jpeg({ quality: 20, optimiseCoding: false }).toBuffer()
    const { bytes } = await compressed(file, 'low')
    expect(bytes?.length).toBeLessThan(file.length * 0.95)
    expect(await alike(file, bytes ?? Buffer.alloc(0), true)).toBeGreaterThan(0.99)
  })

  it('drops an alpha channel that says nothing, and keeps one that does', async () => {
    const opaque = await photograph(80, 60).ensureAlpha().png().toBuffer()
    const clear = await svg('<circle cx="50" cy="50" r="40" fill="#c22" fill-opacity=".5"/>').png().toBuffer()
    for (const level of levels) {
      expect((await format((await compressed(opaque, level)).bytes)).hasAlpha).toBe(false)
      const { data, info } = await sharp((await compressed(clear, level)).bytes ?? clear)
        .ensureAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true })
      expect([data[3], data[(50 * info.width + 50) * 4 + 3]]).toEqual([0, expect.closeTo(128, -1)])
    }
  })

  it('leaves no coloured spot out of a palette', async () => {
    const spots = ['#d22', '#e93', '#bd2', '#4d2', '#2d7', '#2dd', '#26d', '#42d', '#b2d', '#d28', '#999', '#753']
      .map((colour, index) => `<circle cx="${12 + index * 12}" cy="60" r="5" fill="${colour}"/>`)
      .join('')
    const file = await svg(`<rect width="160" height="120" fill="#f4f5f7"/>${text}${spots}`).png().toBuffer()
    const result = (await compressed(file, 'extreme')).bytes ?? file
    const [before, after] = await Promise.all(
      [file, result].map((bytes) => sharp(bytes).removeAlpha().raw().toBuffer()),
    )
    for (let index = 0; index < 12; index++) {
      const at = (60 * 160 + 12 + index * 12) * 3
      for (let band = 0; band < 3; band++) {
        expect(Math.abs((before?.[at + band] ?? 0) - (after?.[at + band] ?? 255))).toBeLessThan(24)
      }
    }
  })

  it('keeps lossless WebP lossless where that is smaller', async () => {
    const file = await svg(`<rect width="160" height="120" fill="#fff"/>${text}`)
      .webp({ lossless: true, effort: 0 })
      .toBuffer()
    const { bytes } = await compressed(file, 'low')
    expect((bytes ?? file).toString('latin1', 12, 16)).toBe('VP8L')
  })

  it.each(['gif', 'webp'] as const)('keeps frames, times and loops of an animated %s', async (kind) => {
    const frames = Array.from({ length: 6 }, (_, index) => `#${(index * 40 + 20).toString(16).padStart(2, '0')}8844`)
    const file = await animation(frames, 60, 40)
      .toFormat(kind, { delay: delays(6), loop: 3, quality: 100, effort: 1 })
      .toBuffer()
    for (const level of levels) {
      const { bytes, frames: count } = await compressed(file, level)
      const { pages, delay, loop } = await sharp(bytes ?? file, { pages: -1 }).metadata()
      expect([count, pages, delay, loop]).toEqual([6, 6, delays(6), 3])
    }
  })

  it('turns before it compresses, and judges the turned picture', async () => {
    const file = await photograph(160, 96).jpeg({ quality: 95 }).withMetadata({ orientation: 6 }).toBuffer()
    const upright = await sharp(file).autoOrient().png().toBuffer()
    for (const level of levels) {
      const { bytes, width, height } = await compressed(file, level)
      expect([width, height]).toEqual([96, 160])
      expect(await alike(upright, bytes ?? Buffer.alloc(0))).toBeGreaterThan(0.88)
      const turned = await compressed(file, level, { rotate: 90 })
      expect([turned.width, turned.height]).toEqual([160, 96])
    }
  })

  it.each(['jpg', 'png', 'webp', 'tiff'] satisfies ImageFormat[])('leaves no metadata in %s', async (kind) => {
    const image = photograph(100, 80, 1).withExif({ IFD0: { Copyright: 'somebody' } })
    const options = kind === 'tiff' ? ({ compression: 'none' } as const) : { quality: 97 }
    const file = await image.toFormat(kind === 'jpg' ? 'jpeg' : kind, options).toBuffer()
    for (const level of levels) {
      const { bytes } = await compressed(file, level)
      expect([level, bytes?.includes('somebody')]).toEqual([level, false])
    }
  })
})
