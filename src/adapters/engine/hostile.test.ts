/** Files made to hurt: each is refused or done within its deadline, and the engine goes on. Needs dist/. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { EngineJob, ImageEngine } from '../../core/ports.ts'
import { createEngine } from './engine.ts'

let folder: string
let engine: ImageEngine

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hostile-'))
  engine = createEngine({
    workers: 1,
    queue: 10,
    memoryBytes: 2 ** 31,
    childJobs: 100,
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
afterEach(async () => {
  const file = await sharp({ create: { width: 10, height: 10, channels: 3, background: '#fff' } })
    .png()
    .toBuffer()
  await expect(shrunk('good', file)).resolves.toMatchObject({ width: 5 })
})

async function shrunk(name: string, bytes: Buffer, changes: Partial<EngineJob> = {}, deadlineMs = 20_000) {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  const operations = { resize: { width: 5, keepRatio: true, enlarge: false } }
  const job = { sources: [{ path }], operations, output: { format: 'same' }, tolerant: false, ...changes } as const
  return await engine.run(job, { path: join(folder, 'out') }, { lane: 'interactive', deadlineMs })
}
const svg = (inner: string, attributes = 'width="100" height="100"') =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${attributes}>${inner}</svg>`,
  )

describe('hostile files', () => {
  it('a PNG of 50,000 x 50,000 pixels is refused by its header', async () => {
    const header = Buffer.alloc(13)
    header.writeUInt32BE(50_000, 0)
    header.writeUInt32BE(50_000, 4)
    header[8] = 1
    const chunk = (type: string, data: Buffer) => {
      const named = Buffer.concat([Buffer.from(type), data])
      const ends = Buffer.alloc(8)
      ends.writeUInt32BE(data.length, 0)
      ends.writeUInt32BE(crc32(named), 4)
      return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)])
    }
    const file = Buffer.concat([
      Buffer.from('89504e470d0a1a0a', 'hex'),
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(Buffer.alloc(1_000_000))),
      chunk('IEND', Buffer.alloc(0)),
    ])
    await expect(shrunk('bomb.png', file)).rejects.toMatchObject({
      code: 'out_of_range',
      message: expect.stringMatching(/50,000 x 50,000.*120,000,000/),
    })
  })

  it('a GIF with more frames than allowed is refused by its header', async () => {
    const raw = { width: 1, height: 101, channels: 3 as const, pageHeight: 1 }
    const file = await sharp(Buffer.alloc(303), { raw })
      .gif({ keepDuplicateFrames: true, delay: Array(101).fill(20) })
      .toBuffer()
    await expect(shrunk('many.gif', file)).rejects.toMatchObject({
      code: 'out_of_range',
      message: expect.stringContaining('101 frames'),
    })
  })

  it('an SVG of a billion laughs is refused', async () => {
    const names = 'abcdefghi'.split('')
    const entities = names.map((name, at) => `<!ENTITY ${name} "${at === 0 ? 'ha' : `&${names[at - 1]};`.repeat(10)}">`)
    const file = Buffer.from(
      `<!DOCTYPE svg [${entities.join('')}]><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>&i;</text></svg>`,
    )
    await expect(shrunk('laughs.svg', file)).rejects.toMatchObject({ code: 'damaged_image' })
  })

  it('an SVG that takes for ever is killed at its deadline', async () => {
    let levels = '<g id="l0"><rect width="1" height="1"/></g>'
    for (let level = 1; level < 10; level++) {
      levels += `<g id="l${level}">${`<use xlink:href="#l${level - 1}"/>`.repeat(10)}</g>`
    }
    const started = performance.now()
    const file = svg(`<defs>${levels}</defs><use xlink:href="#l9"/>`)
    await expect(shrunk('use.svg', file, {}, 1000)).rejects.toMatchObject({ code: 'timed_out' })
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  it('an SVG cannot show a file beside it', async () => {
    const secret = join(folder, 'secret.png')
    await sharp({ create: { width: 10, height: 10, channels: 3, background: '#ff0000' } })
      .png()
      .toFile(secret)
    const images = ['secret.png', `file://${secret}`, secret].map(
      (href) => `<image xlink:href="${href}" href="${href}" width="100" height="100"/>`,
    )
    await shrunk('look.svg', svg(`<rect width="100" height="100" fill="#ffffff"/>${images.join('')}`))
    const { channels } = await sharp(readFileSync(join(folder, 'out'))).stats()
    expect(channels.map((channel) => channel.min)).toEqual([255, 255, 255, 255])
  })

  it('an SVG of any size is drawn within the limits', async () => {
    await expect(shrunk('huge.svg', svg('', 'width="100000" height="100000"'))).rejects.toMatchObject({
      code: 'out_of_range',
    })
    await expect(shrunk('tiny.svg', svg('', 'width="0.1" height="0.1"'))).resolves.toMatchObject({
      width: 1,
      height: 1,
    })
    await expect(shrunk('none.svg', svg('', ''))).resolves.toMatchObject({ width: 5 })
  })

  it('a truncated JPEG is damaged, and repaired as far as it goes when that is asked', async () => {
    const whole = await sharp({
      create: {
        width: 300,
        height: 200,
        channels: 3,
        background: '#345',
        noise: { type: 'gaussian', mean: 128, sigma: 30 },
      },
    })
      .jpeg()
      .toBuffer()
    const half = whole.subarray(0, whole.length / 2)
    await expect(shrunk('half.jpg', half)).rejects.toMatchObject({ code: 'damaged_image' })
    await expect(shrunk('half.jpg', half, { tolerant: true })).resolves.toMatchObject({
      width: 5,
      repair: { findings: ['The end of the file was missing.'], savedRows: expect.closeTo(0.5, 1) },
    })
    expect(await shrunk('whole.jpg', whole, { tolerant: true })).not.toHaveProperty('repair')
    await expect(shrunk('stub.jpg', whole.subarray(0, 60), { tolerant: true })).rejects.toMatchObject({
      code: 'damaged_image',
    })
  })

  it.each([
    ['empty.jpg', '', 'damaged_image'],
    ['text.jpg', 'not a picture at all', 'damaged_image'],
    ['page.jpg', '<html><body><svg/></body></html>', 'damaged_image'],
    ['paper.jpg', '%PDF-1.7\n', 'damaged_image'],
    ['film.jpg', '\0\0\0\x18ftypisom\0\0\0\0isommp41', 'unsupported_format'],
  ])('%s is refused for what it is', async (name, text, code) => {
    const error = await shrunk(name, Buffer.from(text)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code })
    expect((error as Error).message).not.toContain(folder)
  })
})
