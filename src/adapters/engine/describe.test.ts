/** Describing through real children: every format that is read, from paths and pipes, sound and damaged. Needs dist/. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeAs, foreignQuarters } from '../../../test/support/foreign.ts'
import { cameraExif, exifBlock, iptcBlock, withBlocks } from '../../../test/support/metadata.ts'
import { pdf } from '../../../test/support/pdfs.ts'
import { animation, blue, green, photo, quarters, red } from '../../../test/support/pictures.ts'
import { mp4, webm } from '../../../test/support/videos.ts'
import type { EngineOptions, ImageEngine } from '../../core/ports.ts'
import { mediaTypes } from '../../core/processing/operations.ts'
import { createEngine } from './engine.ts'

let folder: string
let engine: ImageEngine
const options: EngineOptions = { lane: 'interactive', deadlineMs: 20_000 }

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'describe-'))
  engine = createEngine({
    workers: 1,
    queue: 10,
    memoryBytes: 2 ** 31,
    childJobs: 1000,
    childBytes: 2 ** 30,
    idleMs: 60_000,
    limits: { pixels: 120_000_000, side: 65_535, frames: 100, framePixels: 500_000_000 },
    workDir: folder,
  })
})
afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

function described(bytes: Buffer) {
  const path = join(folder, 'in')
  writeFileSync(path, bytes)
  return engine.describe({ path }, options)
}

describe('the engine', () => {
  it('describes a picture from a path and from a pipe, all the same', async () => {
    const bytes = withBlocks(await photo(640, 480), { exif: exifBlock(cameraExif) })
    const description = await described(bytes)
    expect(description).toMatchObject({
      format: 'jpg',
      mime: 'image/jpeg',
      width: 480,
      height: 640,
      orientation: 6,
      alpha: false,
      frames: 1,
      hasColorProfile: false,
      colorProfile: null,
      quality: 95,
      density: 72,
      embeddedMetadata: expect.objectContaining({ Make: 'Acme', GPSLatitude: 59.3294 }),
      exif: expect.objectContaining({ gps: expect.objectContaining({ GPSVersionID: [2, 2, 0, 0] }) }),
      pHash: expect.stringMatching(/^[0-9a-f]{16}$/),
      averageColor: expect.stringMatching(/^#[0-9a-f]{6}$/),
      thumbhash: expect.stringMatching(/^[\w+/]+=*$/),
    })
    expect(description.dominantColors.length).toBeGreaterThan(0)
    expect(await engine.describe({ stream: Readable.from([bytes]) }, options)).toEqual(description)
    expect(engine.stats().queuedBytes).toBe(0)
  })

  it('says what a head announces, or nothing', async () => {
    expect(engine.formatOf(await quarters(8, 8))).toBe('png')
    const others = [
      'hello',
      '<html>',
      'PK\x03\x04',
      'wOF2\0\x01',
      'ID3\x04',
      '\0asm\x01\0\0\0',
      '\0\x01\0\0\0\x0f\0\x80',
      '',
    ]
    for (const head of [mp4(), mp4({ brand: 'qt  ' }), webm(), ...others.map((text) => Buffer.from(text, 'latin1'))]) {
      expect(engine.formatOf(Buffer.concat([head, Buffer.alloc(500)]))).toBeUndefined()
    }
  })

  it.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)('describes %s', async (format) => {
    const description = await described(await quarters(64, 48, format))
    expect(description).toMatchObject({
      width: 64,
      height: 48,
      pHash: expect.any(String),
      thumbhash: expect.any(String),
    })
    // Chroma that bleeds over an edge may make a small fifth.
    expect(description.dominantColors.filter(({ share }) => share > 0.2)).toHaveLength(4)
  })

  it.each(['bmp', 'psd', 'jxl', 'heic', 'dng', 'pdf'] as const)(
    'describes %s by the fallback decoders',
    async (format) => {
      const description = await described(await foreignQuarters(format))
      expect(description).toMatchObject({ format, mime: mediaTypes[format], pHash: expect.any(String) })
      expect(description.dominantColors.length).toBeGreaterThan(0)
    },
    30_000,
  )

  it('describes an animation by its first frame, a document by its first page', async () => {
    const [first] = (await described(await animation(30, 20, [red, green, blue]))).dominantColors
    expect(first).toEqual({ hex: '#dc1e1e', share: 1 })
    expect(await described(await animation(30, 20, [red, green]))).toMatchObject({ frames: 2, height: 20 })
    expect(await described(pdf([{ colour: red }, { colour: blue }]))).toMatchObject({ frames: 2, format: 'pdf' })
  })

  it('reads the metadata that a fallback decoder finds', async () => {
    const tagged = withBlocks(await quarters(64, 48, 'jpeg'), { iptc: iptcBlock([[25, 'sea']]) })
    const psd = await encodeAs('psd', tagged, 'jpeg')
    expect(await described(psd)).toMatchObject({ embeddedMetadata: { Keywords: ['sea'] } })
  })

  it('describes an SVG, and one that cannot be drawn by its sides alone', async () => {
    const svg = (inner: string) => `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30">${inner}</svg>`
    expect(await described(Buffer.from(svg('<rect width="40" height="30" fill="#dc1e1e"/>')))).toMatchObject({
      format: 'svg',
      width: 40,
      height: 30,
      pHash: expect.any(String),
      dominantColors: [{ hex: '#dc1e1e', share: 1 }],
    })
    const vast = '<svg xmlns="http://www.w3.org/2000/svg" width="60000" height="60000"/>'
    expect(await described(Buffer.from(vast))).toMatchObject({ width: 60_000, pHash: null, thumbhash: null })
  })
})

describe('what is no sound picture', () => {
  it('is refused as by inspect when it is none', async () => {
    await expect(described(Buffer.from('just text'))).rejects.toMatchObject({ code: 'damaged_image' })
    await expect(described(Buffer.alloc(0))).rejects.toMatchObject({ code: 'damaged_image' })
    await expect(described(Buffer.from('PK\x03\x04\x14\0\0\0'))).rejects.toMatchObject({ code: 'unsupported_format' })
    const header = (await quarters(64, 48)).subarray(0, 20)
    await expect(described(header)).rejects.toMatchObject({ code: 'damaged_image' })
  })

  it.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)(
    'a cut %s has its sides, or is refused',
    async (format) => {
      const whole = await photo(200, 150, format)
      const half = whole.subarray(0, Math.floor(whole.length / 2))
      const description = await described(half).catch((error: unknown) => error)
      const facts = { width: 200, height: 150, pHash: null, dominantColors: [], averageColor: null, thumbhash: null }
      if (format === 'jpeg' || format === 'png') expect(description).toMatchObject(facts)
      else if (description instanceof Error) expect(description).toMatchObject({ code: 'damaged_image' })
      else expect(description).toMatchObject({ width: 200, height: 150 })
    },
  )

  it('mutated files are described or refused, never more', async () => {
    let seed = 11
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) & 0x7fff_ffff
      return (seed >> 8) % below
    }
    const jpeg = withBlocks(await photo(120, 90), { exif: exifBlock(cameraExif) })
    const files = [jpeg, await photo(60, 40, 'png'), await photo(60, 40, 'webp'), await photo(60, 40, 'tiff')]
    for (let round = 0; round < 60; round += 1) {
      const file = Buffer.from(files[round % files.length] ?? jpeg)
      for (let change = 0; change <= random(12); change += 1) file[random(Math.min(file.length, 2000))] = random(256)
      const outcome = await described(file).catch((error: unknown) => error)
      if (outcome instanceof Error)
        expect(['damaged_image', 'unsupported_format']).toContain(Reflect.get(outcome, 'code'))
      else expect(outcome).toMatchObject({ width: expect.any(Number), frames: expect.any(Number) })
    }
    expect(engine.stats().restarts).toBeLessThan(5)
  }, 60_000)
})
