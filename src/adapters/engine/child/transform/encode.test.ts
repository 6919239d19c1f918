/** Output policy of delivery: image-urls.md section 5. */
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { Output } from '../../../../core/processing/transformation.ts'
import { parseTransformation } from '../../../../core/transformations/language/parse.ts'
import {
  animation,
  colourAt,
  delays,
  nameOf,
  photograph,
  quadrantColours,
  quadrants,
} from '../steps/pictures.fixtures.ts'
import { transformed } from './transform.fixtures.ts'

const MiB = 1024 * 1024
const photo = () => photograph(400, 300).jpeg().toBuffer()
const clear = { r: 0, g: 0, b: 0, alpha: 0 }
const sheet = (alpha: number) =>
  sharp({ create: { width: 40, height: 30, channels: 4, background: { ...clear, alpha } } })
    .png()
    .toBuffer()
const tagged = () =>
  quadrants(40, 20)
    .withExif({ IFD0: { Copyright: 'by the author' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer()

describe('the format under f-auto', () => {
  it('is the best that the client takes, else jpg, or png when something is transparent', async () => {
    const formatOf = async (file: Buffer, accepts: readonly ('avif' | 'webp')[], output: Output = {}) =>
      (await transformed(file, [{ width: 20, output }], { accepts })).format
    expect(await formatOf(await photo(), ['avif', 'webp'])).toBe('avif')
    expect(await formatOf(await photo(), ['avif', 'webp'], { profile: true })).toBe('webp')
    expect(await formatOf(await photo(), ['webp'])).toBe('webp')
    expect(await formatOf(await photo(), [])).toBe('jpg')
    expect(await formatOf(await sheet(0.5), [])).toBe('png')
    expect(await formatOf(await sheet(1), [])).toBe('jpg')
    expect(await formatOf(await photo(), [], { lossless: true })).toBe('png')
  })

  it.each(['jpg', 'png', 'webp', 'avif'] as const)('is no reason to turn a picture twice: %s', async (format) => {
    const { bytes } = await transformed(await tagged(), [{ width: 20, output: { format } }])
    const { width, height, orientation = 1 } = await sharp(bytes).metadata()
    expect([width, height, orientation]).toEqual([20, 40, 1])
  })

  it('takes no AVIF where e-usm sharpens', async () => {
    const unsharp = { radius: 2, sigma: 2, amount: 0.8, threshold: 0.024 }
    expect((await transformed(await photo(), [{ unsharp }], { accepts: ['avif', 'webp'] })).format).toBe('webp')
  })

  it('leaves an animated GIF one where webp is not taken', async () => {
    const gif = await animation(['#ff0000', '#00ff00'], 20, 10)
      .gif({ delay: delays(2) })
      .toBuffer()
    expect(await transformed(gif, [{ width: 10 }])).toMatchObject({ format: 'gif', frames: 2 })
    expect(await transformed(gif, [{ width: 10 }], { accepts: ['avif', 'webp'] })).toMatchObject({
      format: 'webp',
      frames: 2,
    })
  })
})

describe('what is asked of the output', () => {
  it('turns transparency black in jpg', async () => {
    const { bytes } = await transformed(await sheet(0), [{ width: 20, output: { format: 'jpg' } }])
    expect(nameOf(await colourAt(bytes, 5, 5))).toBe('black')
  })

  it('refuses gif and svg of other sources, and webp beyond its longest side', async () => {
    await expect(transformed(await photo(), [{ output: { format: 'gif' } }])).rejects.toThrow(/f-gif/)
    await expect(transformed(await photo(), [{ output: { format: 'svg' } }])).rejects.toThrow(/f-svg/)
    const wide = { width: 16_400, height: 10, output: { format: 'webp' } } as const
    await expect(transformed(await photo(), [wide])).rejects.toMatchObject({ code: 'out_of_range' })
    const auto = await transformed(await photo(), [{ ...wide, output: {} }], { accepts: ['webp'] })
    expect(auto).toMatchObject({ format: 'jpg', width: 16_400 })
  })

  it('quality, progressive, lossless', async () => {
    const size = async (output: Output) => (await transformed(await photo(), [{ output }])).bytes.length
    expect(await size({ format: 'jpg', quality: 20 })).toBeLessThan(0.6 * (await size({ format: 'jpg' })))
    const { bytes } = await transformed(await photo(), [{ output: { format: 'jpg', progressive: true } }])
    expect((await sharp(bytes).metadata()).isProgressive).toBe(true)
    const source = await quadrants(40, 20).png().toBuffer()
    const lossless = await transformed(source, [{ output: { format: 'webp', lossless: true } }])
    const pixels = (file: Buffer) => sharp(file).removeAlpha().raw().toBuffer()
    expect(await pixels(lossless.bytes)).toEqual(await pixels(source))
  })

  it.each([
    { name: 'while decoding', blur: {} },
    { name: 'in memory', blur: { blur: 1 } },
  ])('metadata: none, or all with md, upright, $name', async ({ blur }) => {
    for (const metadata of [false, true]) {
      const { bytes } = await transformed(await tagged(), [{ ...blur, output: { format: 'jpg', metadata } }])
      const found = await sharp(bytes).metadata()
      expect([found.width, found.height, found.orientation ?? 1]).toEqual([20, 40, 1])
      expect(found.exif?.includes('by the author') ?? false).toBe(metadata)
      expect(await quadrantColours(bytes, 20, 40)).toBe('blue red white green')
    }
  })

  it('keeps the colour profile with cp only', async () => {
    const file = await quadrants(40, 20).withIccProfile('p3').jpeg().toBuffer()
    for (const profile of [false, true]) {
      const { bytes } = await transformed(file, [{ width: 20, output: { format: 'jpg', profile } }])
      expect((await sharp(bytes).metadata()).hasProfile).toBe(profile)
    }
  })

  it('makes 8 bits of 16 and keeps grey grey', async () => {
    const deep = await quadrants(40, 20).toColourspace('rgb16').png().toBuffer()
    const { bytes } = await transformed(deep, [{ width: 20, output: { format: 'png' } }])
    expect((await sharp(bytes).metadata()).depth).toBe('uchar')
    expect(await quadrantColours(bytes, 20, 10)).toBe('red green blue white')
    const grey = await quadrants(40, 20).greyscale().toColourspace('b-w').jpeg().toBuffer()
    const small = await transformed(grey, [{ width: 20, output: { format: 'jpg' } }])
    expect((await sharp(small.bytes).metadata()).channels).toBe(1)
  })
})

describe('limits and memory', () => {
  it('are checked before any work', async () => {
    const step = { width: 50_000, height: 50_000, mode: 'force' } as const
    const before = performance.now()
    await expect(transformed(await photo(), [step])).rejects.toMatchObject({ code: 'out_of_range' })
    await expect(transformed(await photo(), [{ blur: 3 }, step])).rejects.toMatchObject({ code: 'out_of_range' })
    expect(performance.now() - before).toBeLessThan(2000)
  })

  it('a 100-megapixel JPEG made small needs little, one worked on as a whole needs its pixels', async () => {
    const large = await sharp({ create: { width: 10_000, height: 10_000, channels: 3, background: '#446688' } })
      .jpeg({ optimiseCoding: false })
      .toBuffer()
    const { estimate } = await transformed(large, [{ width: 80 }])
    expect(estimate).toBeLessThan(200 * MiB)
  })

  it('conditions do not work on GIF', async () => {
    const gif = await animation(['#ff0000'], 20, 10).gif().toBuffer()
    const { parts } = parseTransformation('if-w_gt_1,w-5,if-end')
    await expect(transformed(gif, parts)).rejects.toThrow(/GIF/)
  })
})
