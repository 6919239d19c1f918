import { randomBytes } from 'node:crypto'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { readLzw, writeLzw } from './gif/lzw.ts'
import { inflateFrom } from './inflate.ts'
import { explain } from './png/checksum.ts'
import { salvage } from './salvage.ts'
import { readTiffLzw } from './tiff/lzw.ts'

const limits = { pixels: 4_000_000, frames: 100, framePixels: 8_000_000, side: 20_000 }

function picture(width = 200, height = 120) {
  const data = Buffer.alloc(width * height * 3)
  for (let at = 0; at < data.length; at += 1)
    data[at] = 128 + 70 * Math.sin(at / 3 / width / 30) + 40 * Math.cos((at % (width * 3)) / 50)
  return sharp(data, { raw: { width, height, channels: 3 } })
}
const pixelsOf = (bytes: Buffer) => sharp(bytes).removeAlpha().raw().toBuffer()
async function repaired(bytes: Buffer) {
  const outcome = await salvage(bytes, limits)
  if (outcome === undefined || outcome === 'sound') throw new Error(`not repaired: ${outcome}`)
  return outcome
}

describe('the tools of repair', () => {
  it('a checksum tells where a byte was damaged, and how', () => {
    const data = randomBytes(5000)
    const stored = crc32(data)
    for (const [at, change] of [
      [0, 1],
      [2500, 0xa7],
      [4999, 0x80],
    ] as const) {
      const damaged = Buffer.from(data)
      damaged[at] = (damaged[at] ?? 0) ^ change
      const undo = explain((stored ^ crc32(damaged)) >>> 0, damaged.length)
      for (const [index, pattern] of undo?.pattern.entries() ?? [])
        damaged[(undo?.at ?? 0) + index] = (damaged[(undo?.at ?? 0) + index] ?? 0) ^ pattern
      expect(damaged.equals(data)).toBe(true)
    }
  })
  it('inflates like zlib, and of a cut stream all that is there', () => {
    const text = Buffer.from(Array.from({ length: 40_000 }, (_, n) => (n * n) >> ((n >> 6) & 7)))
    for (const level of [0, 1, 6, 9]) {
      const coded = deflateSync(text, { level })
      expect(inflateFrom(coded, 2, 100_000)).toEqual({ bytes: text, complete: true })
      const { bytes, complete } = inflateFrom(coded.subarray(0, coded.length >> 1), 2, 100_000)
      expect(complete).toBe(false)
      expect(bytes.length).toBeGreaterThan(1000)
      expect(text.subarray(0, bytes.length).equals(bytes)).toBe(true)
    }
    expect(inflateFrom(deflateSync(Buffer.alloc(1_000_000)), 2, 5000).bytes.length).toBeLessThanOrEqual(5000)
  })
  it('LZW of GIF: what is written is read', () => {
    for (const size of [2, 4, 8]) {
      const indices = Uint8Array.from({ length: 30_000 }, (_, n) => (n * 7 + ((n * n) >> 9)) & (2 ** size - 1))
      const { indices: read, length, ended } = readLzw(writeLzw(indices, size), size, 40_000)
      expect(ended).toBe(true)
      expect(Buffer.from(read.subarray(0, length)).equals(Buffer.from(indices))).toBe(true)
    }
  })
  it('LZW of TIFF: what libtiff writes is read', async () => {
    const tiff = await picture(90, 40).tiff({ compression: 'lzw', predictor: 'none' }).toBuffer()
    const raw = await pixelsOf(tiff)
    const from = tiff.indexOf(Buffer.from([0x80]), 8)
    expect(readTiffLzw(tiff.subarray(from), raw.length).equals(raw)).toBe(true)
  })
})

describe('JPEG', () => {
  it('a missing end marker: the coded data stays byte for byte', async () => {
    const whole = await picture().jpeg().toBuffer()
    const { bytes, savedRows, findings } = await repaired(whole.subarray(0, whole.length - 2))
    expect(await pixelsOf(bytes)).toEqual(await pixelsOf(whole))
    expect([savedRows, findings]).toEqual([1, ['The end marker was missing.']])
  })
  it('a damaged spot without restart markers: what stands behind it comes back in its place and brightness', async () => {
    const whole = await picture(400, 300).jpeg({ quality: 90, chromaSubsampling: '4:4:4' }).toBuffer()
    const damaged = Buffer.from(whole)
    damaged.fill(0x5a, whole.length >> 1, (whole.length >> 1) + 12)
    const [before, after] = [await pixelsOf(whole), await pixelsOf((await repaired(damaged)).bytes)]
    // The last fifty rows, far behind the spot.
    const from = 250 * 400 * 3
    let off = 0
    for (let at = from; at < before.length; at += 1) off += Math.abs((before[at] ?? 0) - (after[at] ?? 0))
    expect(off / (before.length - from)).toBeLessThan(6)
  })
  it('the thumbnail is the last resort, and said to be', async () => {
    const thumbnail = await picture(64, 48).jpeg().toBuffer()
    const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), Buffer.alloc(40), thumbnail])
    const head = Buffer.from([0xff, 0xd8, 0xff, 0xe1, (body.length + 2) >> 8, (body.length + 2) & 255])
    const { bytes, findings } = await repaired(Buffer.concat([head, body, Buffer.alloc(500, 0x11)]))
    expect(findings[0]).toMatch(/preview or thumbnail/)
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width: 64, height: 48 })
  })
  it('sound metadata is kept, torn metadata left out', async () => {
    const whole = await picture()
      .withExif({ IFD0: { Artist: 'Someone' } })
      .withIccProfile('srgb')
      .jpeg()
      .toBuffer()
    const cut = await repaired(whole.subarray(0, whole.length - 2))
    expect(await sharp(cut.bytes).metadata()).toMatchObject({ exif: expect.any(Buffer), icc: expect.any(Buffer) })
    const torn = Buffer.from(whole)
    torn.writeUInt16BE(9, torn.indexOf('Exif') - 2)
    expect((await repaired(torn)).findings.join()).toMatch(/metadata/)
  })
})

describe('animations', () => {
  it('frames are kept up to the damage', async () => {
    const frames = await Promise.all(
      ['#f00', '#0f0', '#00f', '#ff0'].map((background) =>
        sharp({
          create: { width: 60, height: 40, channels: 3, background, noise: { type: 'gaussian', mean: 128, sigma: 30 } },
        })
          .png()
          .toBuffer(),
      ),
    )
    for (const format of ['gif', 'webp'] as const) {
      const whole = await sharp(frames, { join: { animated: true } })
        .toFormat(format)
        .toBuffer()
      const { bytes, savedRows } = await repaired(whole.subarray(0, Math.floor(whole.length * 0.7)))
      expect((await sharp(bytes, { animated: true }).metadata()).pages).toBe(2)
      expect(savedRows).toBeGreaterThan(0.3)
      expect(savedRows).toBeLessThan(1)
    }
  })
})

describe('hostile and hopeless bytes', () => {
  it.each(['jpeg', 'png', 'gif', 'webp', 'tiff'] as const)('%s in pieces of every length', async (format) => {
    const whole = await picture(60, 40).toFormat(format).toBuffer()
    for (let length = 0; length < whole.length; length += Math.ceil(whole.length / 30))
      await expect(salvage(whole.subarray(0, length), limits)).resolves.not.toThrow()
  })
  it.each(['jpeg', 'png', 'gif', 'webp', 'tiff'] as const)('%s with noise written over it', async (format) => {
    const whole = await picture(60, 40).toFormat(format).toBuffer()
    for (let seed = 0; seed < 25; seed += 1) {
      const damaged = Buffer.from(whole)
      for (let n = 0; n < 12; n += 1) damaged[(seed * 977 + n * n * 31) % damaged.length] = (seed * 37 + n * 101) & 255
      const outcome = await salvage(damaged, limits)
      if (outcome !== undefined && outcome !== 'sound') expect(outcome.savedRows).toBeLessThanOrEqual(1)
    }
  })
  it('a JPEG of restart markers, of start markers, of end markers; a PNG of chunk names', async () => {
    const head = (await picture(16, 16).jpeg().toBuffer()).subarray(0, -40)
    const piles = [
      [0xff, 0xd0],
      [0xff, 0xd8, 0xff, 0xe0],
      [0xff, 0xd9],
      [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0],
      [0xff, 0xc4],
    ]
    for (const pile of piles) {
      const started = performance.now()
      await salvage(Buffer.concat([head, Buffer.alloc(400_000, Buffer.from(pile))]), limits)
      expect(performance.now() - started).toBeLessThan(15_000)
    }
    const png = await picture(16, 16).png().toBuffer()
    await salvage(Buffer.concat([png.subarray(0, 40), Buffer.alloc(400_000, 'IDATIEND')]), limits)
  })
})
