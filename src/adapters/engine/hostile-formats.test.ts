/** Hostile files for the fallback decoders: each is refused or done in time, and the engine goes on. Needs dist/. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Encoded, encodedFormats, fixture, foreignQuarters } from '../../../test/support/foreign.ts'
import { pdf } from '../../../test/support/pdfs.ts'
import { photo, red } from '../../../test/support/pictures.ts'
import type { EngineJob, ImageEngine } from '../../core/ports.ts'
import { createEngine } from './engine.ts'

let folder: string
let engine: ImageEngine
let count = 0

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hostile-formats-'))
  engine = createEngine({
    workers: 1,
    queue: 10,
    memoryBytes: 2 ** 31,
    childJobs: 100,
    childBytes: 2 ** 30,
    idleMs: 60_000,
    limits: { pixels: 120_000_000, side: 65_535, frames: 1000, framePixels: 500_000_000 },
    workDir: folder,
  })
})
afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})
afterEach(async () => {
  await expect(small(await foreignQuarters('bmp'))).resolves.toMatchObject({ width: 5 })
})

async function small(bytes: Buffer, changes: Partial<EngineJob> = {}, deadlineMs = 20_000) {
  count += 1
  const path = join(folder, `${count}`)
  writeFileSync(path, bytes)
  const operations = { resize: { width: 5, keepRatio: true, enlarge: false } }
  const job = { sources: [{ path }], operations, output: { format: 'same' }, tolerant: false, ...changes } as const
  return await engine.run(job, { path: join(folder, 'out') }, { lane: 'interactive', deadlineMs })
}

const refusedCode = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { code?: string }) => error.code ?? String(error),
  )

describe('cut files', () => {
  it.each([...encodedFormats, 'heic', 'pdf'] as const)(
    '%s: cut anywhere it is damaged, and never a crash',
    async (format) => {
      const whole = await foreignQuarters(format)
      for (const share of [0.02, 0.3, 0.6, 0.9]) {
        const code = await refusedCode(small(whole.subarray(0, Math.ceil(whole.length * share))))
        // The cross-reference table of a PDF is rebuilt.
        const allowed = format === 'pdf' ? ['damaged_image', 'no_image', 'done'] : ['damaged_image', 'no_image']
        expect(allowed, `${format} cut to ${share}`).toContain(code)
      }
    },
  )

  it('tolerant decoding saves what a decoder gives', async () => {
    const whole = await foreignQuarters('psd')
    const half = whole.subarray(0, Math.floor(whole.length * 0.6))
    await expect(small(half, { tolerant: true })).resolves.toMatchObject({ width: 5, repair: { savedRows: null } })
  })
})

/** A small PNG whose header says more. */
async function foreignPng(side: number): Promise<Buffer> {
  const png = await photo(16, 16, 'png')
  png.writeUInt32BE(side, 16)
  png.writeUInt32BE(side, 20)
  return png
}

describe('lying headers', () => {
  /** A header that announces sides far beyond the pixels behind it. */
  async function announcing(format: Encoded, side: number): Promise<Buffer> {
    const file = Buffer.from(await foreignQuarters(format))
    switch (format) {
      case 'bmp':
        file.writeUInt32LE(side, 18)
        file.writeUInt32LE(side, 22)
        return file
      case 'tga':
        file.writeUInt16LE(Math.min(side, 65_535), 12)
        file.writeUInt16LE(Math.min(side, 65_535), 14)
        return file
      case 'psd':
        file.writeUInt32BE(side, 14)
        file.writeUInt32BE(side, 18)
        return file
      case 'qoi':
        file.writeUInt32BE(side, 4)
        file.writeUInt32BE(side, 8)
        return file
      case 'ppm':
        return Buffer.from(`P6\n${side} ${side}\n255\n abc`)
      default:
        throw new Error(format)
    }
  }

  it.each(['bmp', 'tga', 'psd', 'qoi', 'ppm'] as const)(
    '%s announcing 60,000 x 60,000 is out of range',
    async (format) => {
      const started = performance.now()
      expect(['out_of_range', 'damaged_image']).toContain(await refusedCode(small(await announcing(format, 60_000))))
      expect(performance.now() - started).toBeLessThan(5000)
    },
  )

  it.each(['bmp', 'tga', 'psd', 'qoi', 'ppm'] as const)(
    '%s announcing 10,000 x 10,000 with few bytes is damaged',
    async (format) => {
      expect(['damaged_image', 'done']).toContain(await refusedCode(small(await announcing(format, 10_000))))
    },
  )

  it('an icon that lies about offsets, sizes and counts', async () => {
    const good = await foreignQuarters('ico')
    const changed = (at: number, value: number, bytes: 2 | 4) => {
      const file = Buffer.from(good)
      if (bytes === 2) file.writeUInt16LE(value, at)
      else file.writeUInt32LE(value, at)
      return file
    }
    expect(await refusedCode(small(changed(14, 0x7fff_ffff, 4)))).toBe('damaged_image')
    expect(await refusedCode(small(changed(18, 0x7fff_ffff, 4)))).toBe('damaged_image')
    // The other 65,534 entries are not there; the one that is there is read.
    const many = await refusedCode(small(changed(4, 65_535, 2)))
    expect(['damaged_image', 'done']).toContain(many)
    expect(await refusedCode(small(good.subarray(0, 4)))).toBe('damaged_image')
    expect(await refusedCode(small(Buffer.from([0, 0, 1, 0, 0, 0])))).toBe('no_image')
  })

  it('an icon of 1 x 1 that holds a PNG of 30,000 x 30,000', async () => {
    const png = await foreignPng(30_000)
    const head = Buffer.alloc(22)
    head[2] = 1
    head[4] = 1
    head[6] = 1
    head[7] = 1
    head.writeUInt32LE(png.length, 14)
    head.writeUInt32LE(22, 18)
    expect(await refusedCode(small(Buffer.concat([head, png])))).toBe('out_of_range')
  })
})

describe('documents', () => {
  it('a PDF of 100,000 pages is refused before a page is drawn', async () => {
    await expect(small(pdf([{ colour: red }], 100_000))).rejects.toMatchObject({
      code: 'out_of_range',
      message: expect.stringMatching(/100,000 pages.*1,000/),
    })
  })

  it('a PDF whose pages contain each other', async () => {
    const loop = Buffer.from(
      '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Count 3/Kids[2 0 R 2 0 R]>>endobj trailer<</Root 1 0 R>>',
    )
    expect(['damaged_image', 'no_image', 'out_of_range']).toContain(await refusedCode(small(loop)))
  })
})

describe('the same files through pipes', () => {
  it('a stream is sniffed without losing a byte, and nothing touches the disk', async () => {
    const bytes = await photo(400, 300, 'png')
    const sink = new PassThrough()
    const poured = buffer(sink)
    const source = { stream: Readable.from([bytes.subarray(0, 10), bytes.subarray(10, 5000), bytes.subarray(5000)]) }
    const job = { sources: [source], operations: {}, output: { format: 'bmp' }, tolerant: false } as const
    const options = { lane: 'interactive', deadlineMs: 20_000 } as const
    await engine.run(job, { stream: sink }, options)
    const facts = await engine.inspect({ stream: Readable.from([await poured]) }, options)
    expect(facts).toMatchObject({ format: 'bmp', width: 400, height: 300 })
  })

  it('a stream that fails', async () => {
    const failing = new Readable({ read() {} })
    failing.push(fixture('quarters.heic').subarray(0, 100))
    const work = engine.inspect({ stream: failing }, { lane: 'interactive', deadlineMs: 20_000 })
    setImmediate(() => failing.destroy(new Error('gone')))
    await expect(work).rejects.toMatchObject({ code: 'internal' })
  })
})

describe('random damage', () => {
  it('mutated files are refused or read; the main process never notices', async () => {
    let seed = 7
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) & 0x7fff_ffff
      return seed / 0x7fff_ffff
    }
    const files = await Promise.all(
      (['bmp', 'ico', 'psd', 'tga', 'jp2', 'jxl', 'qoi', 'exr', 'heic', 'pdf', 'dng'] as const).map(foreignQuarters),
    )
    const codes = new Map<string, number>()
    for (let round = 0; round < 88; round += 1) {
      const file = Buffer.from(files[round % files.length] ?? Buffer.alloc(1))
      const changes = 1 + Math.floor(random() * file.length * 0.03)
      for (let change = 0; change < changes; change += 1)
        file[Math.floor(random() * file.length)] = Math.floor(random() * 256)
      const code = await refusedCode(small(file))
      codes.set(code, (codes.get(code) ?? 0) + 1)
    }
    expect([...codes.keys()].filter((code) => code === 'internal' || code === 'timed_out')).toEqual([])
  }, 120_000)
})

it('what came out last is a picture', async () => {
  await small(await foreignQuarters('tga'))
  expect((await sharp(readFileSync(join(folder, 'out'))).metadata()).format).toBe('jpeg')
})
