/** What the pixels tell: hashes that near duplicates share, colours as seen, placeholders that can be drawn. */
import sharp, { type Sharp } from 'sharp'
import { thumbHashToRGBA } from 'thumbhash'
import { describe, expect, it } from 'vitest'
import { blue, quarters, red, solid } from '../../../../../test/support/pictures.ts'
import type { ImageDescription } from '../../../../core/processing/description.ts'
import { limits } from '../steps/pictures.fixtures.ts'
import { describe as describeImage } from './describe.ts'

async function described(bytes: Buffer): Promise<ImageDescription> {
  return (await describeImage(bytes, {}, limits, async () => undefined)).description
}
async function hashOf(bytes: Buffer): Promise<string> {
  const { pHash } = await described(bytes)
  if (pHash === null) throw new Error('the picture has no hash')
  return pHash
}

/** In how many of 64 bits two hashes differ. */
function hammingDistance(one: string, other: string): number {
  let bits = BigInt(`0x${one}`) ^ BigInt(`0x${other}`)
  let count = 0
  for (; bits > 0n; bits &= bits - 1n) count++
  return count
}

/** A scene of soft blobs and hard edges, another one for each seed. */
async function scene(seed: number, width = 640, height = 480): Promise<Buffer> {
  let state = seed * 7919
  const next = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fff_ffff
    return (state >> 8) % below
  }
  const shapes = Array.from({ length: 14 }, () => {
    const colour = `rgb(${next(256)},${next(256)},${next(256)})`
    return next(2) === 0
      ? `<circle cx="${next(800)}" cy="${next(600)}" r="${30 + next(160)}" fill="${colour}"/>`
      : `<rect x="${next(800)}" y="${next(600)}" width="${50 + next(300)}" height="${50 + next(300)}" fill="${colour}"/>`
  })
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600"><rect width="800" height="600" fill="rgb(${next(256)},${next(256)},${next(256)})"/>${shapes.join('')}</svg>`
  return sharp(Buffer.from(svg)).resize(width, height).removeAlpha().jpeg({ quality: 92 }).toBuffer()
}

describe('the perceptual hash', () => {
  const changes: [string, (image: Sharp) => Sharp][] = [
    ['recompressed', (image) => image.jpeg({ quality: 35 })],
    ['of another format', (image) => image.webp({ quality: 60 })],
    ['made smaller', (image) => image.resize(213).jpeg()],
    ['made larger', (image) => image.resize(1300).jpeg()],
    ['squeezed a little', (image) => image.resize(640, 450, { fit: 'fill' }).jpeg()],
    ['brightened', (image) => image.modulate({ brightness: 1.08 }).jpeg()],
    ['blurred', (image) => image.blur(2).jpeg()],
    ['grey', (image) => image.greyscale().jpeg()],
    ['turned, with the tag that turns it back', (image) => image.rotate(90).withMetadata({ orientation: 8 }).jpeg()],
  ]
  it.each(changes)('differs by 10 bits at most in a picture that was %s', async (_name, change) => {
    for (const seed of [1, 2]) {
      const original = await scene(seed)
      const changed = await change(sharp(original)).toBuffer()
      expect(hammingDistance(await hashOf(original), await hashOf(changed))).toBeLessThanOrEqual(10)
    }
  })

  it('is far apart in pictures of other scenes', async () => {
    const hashes = await Promise.all(Array.from({ length: 10 }, (_, seed) => scene(seed + 20, 200, 150).then(hashOf)))
    const distances = hashes.flatMap((one, at) => hashes.slice(at + 1).map((other) => hammingDistance(one, other)))
    expect(Math.min(...distances)).toBeGreaterThan(14)
    const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length
    expect(mean).toBeGreaterThan(26)
    expect(mean).toBeLessThan(38)
  })

  it('is of the picture on white', async () => {
    const hole = `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200"><circle cx="90" cy="80" r="60" fill="#204060"/></svg>`
    const clear = await sharp(Buffer.from(hole)).png().toBuffer()
    const white = await sharp(clear).flatten({ background: '#ffffff' }).png().toBuffer()
    expect(await hashOf(clear)).toBe(await hashOf(white))
  })

  it('is 16 hex digits for every picture, however small or plain', async () => {
    for (const picture of [
      await solid(1, 1, red),
      await solid(3000, 2, blue, 'jpeg'),
      await solid(50, 50, red, 'png', 0),
    ])
      expect(await hashOf(picture)).toMatch(/^[0-9a-f]{16}$/)
    expect(await hashOf(await solid(200, 100, red, 'jpeg'))).toBe('0000000000000000')
  })
})

describe('the colours', () => {
  it('are those of the areas, with their shares', async () => {
    const { dominantColors, averageColor } = await described(await quarters(200, 100))
    expect(dominantColors.map(({ hex }) => hex).sort()).toEqual(['#1e3cdc', '#1eb428', '#dc1e1e', '#f0dc28'])
    for (const { share } of dominantColors) expect(share).toBeCloseTo(0.25, 1)
    expect(averageColor).toMatch(/^#[0-9a-f]{6}$/)
  })

  it('are five at most, the largest first', async () => {
    const { dominantColors } = await described(await scene(5))
    expect(dominantColors.length).toBeGreaterThan(2)
    expect(dominantColors.length).toBeLessThanOrEqual(5)
    const shares = dominantColors.map(({ share }) => share)
    expect(shares).toEqual([...shares].sort((one, other) => other - one))
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(1.001)
  })

  it('leave out what is transparent', async () => {
    const shape = `<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"><rect width="30" height="100" fill="#dc1e1e"/></svg>`
    const { dominantColors, averageColor } = await described(await sharp(Buffer.from(shape)).png().toBuffer())
    expect(dominantColors).toEqual([{ hex: '#dc1e1e', share: 1 }])
    expect(averageColor).toBe('#dc1e1e')
    expect(await described(await solid(20, 20, red, 'png', 0))).toMatchObject({
      dominantColors: [],
      averageColor: null,
    })
  })
})

describe('the placeholder', () => {
  it('draws the picture, upright, with its ratio', async () => {
    const { thumbhash } = await described(await quarters(300, 200, 'jpeg', 6))
    const { w, h, rgba } = thumbHashToRGBA(Buffer.from(thumbhash ?? '', 'base64'))
    expect(h).toBeGreaterThan(w)
    // Orientation 6 turns clockwise: the stored blue corner comes to the top left.
    const [red, green, blue] = rgba
    expect(blue ?? 0).toBeGreaterThan(Math.max(red ?? 0, green ?? 0))
    expect(Buffer.from(thumbhash ?? '', 'base64').length).toBeLessThan(40)
  })
})

describe('every colour model', () => {
  const models: [string, (image: Sharp) => Sharp][] = [
    ['grey', (image) => image.greyscale().png()],
    ['16 bits', (image) => image.toColourspace('rgb16').png()],
    ['16-bit grey', (image) => image.toColourspace('grey16').png()],
    ['CMYK', (image) => image.toColourspace('cmyk').jpeg()],
    ['palette', (image) => image.png({ palette: true })],
    ['a wide profile', (image) => image.withIccProfile('p3').jpeg()],
  ]
  it.each(models)('%s gives the facts of the same picture', async (name, change) => {
    const original = await scene(9)
    const { pHash, dominantColors, averageColor } = await described(await change(sharp(original)).toBuffer())
    expect(hammingDistance(pHash ?? '', await hashOf(original))).toBeLessThanOrEqual(10)
    // Vivid colours have no CMYK.
    if (name === 'CMYK') return
    if (name.includes('grey')) for (const { hex } of dominantColors) expect(hex).toMatch(/^#(..)\1\1$/)
    else expectAlike(averageColor, (await described(original)).averageColor)
  })
})

/** Two colours within a few levels of each other. */
function expectAlike(one: string | null, other: string | null): void {
  const levels = (hex: string | null) => [1, 3, 5].map((at) => Number.parseInt((hex ?? '').slice(at, at + 2), 16))
  const off = levels(one).map((level, channel) => Math.abs(level - (levels(other)[channel] ?? Number.NaN)))
  expect(Math.max(...off), `${one} is not ${other}`).toBeLessThan(16)
}

describe('a picture that cannot be drawn', () => {
  it('has the facts of its header, and none of its pixels', async () => {
    const whole = await scene(7)
    const cut = whole.subarray(0, Math.floor(whole.length * 0.6))
    expect(await described(cut)).toMatchObject({
      format: 'jpg',
      mime: 'image/jpeg',
      width: 640,
      height: 480,
      quality: 92,
      pHash: null,
      dominantColors: [],
      averageColor: null,
      thumbhash: null,
    })
  })

  it('may be too large to draw', async () => {
    const small = { ...limits, pixels: 1000 }
    const { description } = await describeImage(await quarters(100, 100), {}, small, async () => undefined)
    expect(description).toMatchObject({ width: 100, pHash: null })
  })
})
