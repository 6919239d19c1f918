import { describe, expect, it } from 'vitest'
import {
  encodeAs,
  encodedFormats,
  fixture,
  foreignQuarters,
  halfClear,
  quarterColours,
  toleranceOf,
} from '../../../../../test/support/foreign.ts'
import { pdf } from '../../../../../test/support/pdfs.ts'
import {
  animation,
  blue,
  expectColour,
  expectQuarters,
  green,
  look,
  photo,
  quarters,
  red,
  yellow,
} from '../../../../../test/support/pictures.ts'
import type { SourceOpening } from '../../../../core/ports.ts'
import type { Operations, OutputSpec } from '../../../../core/processing/operations.ts'
import { readHeader, toFacts } from '../header.ts'
import { runPipeline } from '../pipeline.ts'
import { sniff } from '../sniff.ts'
import { limits } from '../steps/pictures.fixtures.ts'

const colours = ['bmp', 'ico', 'cur', 'psd', 'tga', 'jp2', 'j2k', 'jxl', 'ppm', 'qoi', 'exr'] as const

async function run(
  input: Buffer,
  output: OutputSpec = { format: 'png' },
  {
    operations = {},
    opening = {},
    tolerant = false,
  }: { operations?: Operations; opening?: SourceOpening; tolerant?: boolean } = {},
) {
  const order = { operations, output }
  const job = { order, inputs: [input], openings: [opening], limits, tolerant, admit: async () => undefined }
  return await runPipeline(job)
}

async function pixels(...parameters: Parameters<typeof run>) {
  const { bytes } = await run(...parameters)
  return look(bytes ?? Buffer.alloc(0))
}

describe('formats that sharp does not read', () => {
  it.each(encodedFormats)('%s is known by its bytes and tells its sides', async (format) => {
    const file = await foreignQuarters(format)
    expect(await sniff(file)).toBe(format)
    expect(toFacts(await readHeader(file))).toMatchObject({ format, width: 64, height: 48, frames: 1 })
  })

  it.each(colours)('%s keeps its colours', async (format) => {
    const picture = await pixels(await foreignQuarters(format))
    expect([picture.width, picture.height]).toEqual([64, 48])
    for (const [index, [x, y]] of (
      [
        [5, 5],
        [58, 5],
        [5, 42],
        [58, 42],
      ] as const
    ).entries()) {
      expectColour(picture.at(x, y), quarterColours[index] ?? red, toleranceOf(format))
    }
  })

  it('pgm and pbm keep grey and black and white', async () => {
    const grey = await pixels(await foreignQuarters('pgm'))
    const [r, g, b] = grey.at(5, 5)
    expect(r).toBe(g)
    expect(g).toBe(b)
    const bits = await pixels(await foreignQuarters('pbm'))
    expect([0, 255]).toContain(bits.at(5, 5)[0])
  })

  it.each(['tga', 'ico', 'bmp', 'qoi', 'jxl', 'jp2'] as const)('%s keeps transparency', async (format) => {
    const picture = await pixels(await encodeAs(format, await halfClear()))
    expectColour(picture.at(5, 5), [...green, 128], toleranceOf(format) + 1)
  })

  it('psd keeps transparency; its merged picture is mixed with white, as Photoshop writes it', async () => {
    const picture = await pixels(await encodeAs('psd', await halfClear()))
    expect(picture.at(5, 5)[3]).toBe(128)
  })

  it('heic: colours, turned by its own property, half transparent', async () => {
    expectQuarters(await pixels(fixture('quarters.heic')), quarterColours)
    const turned = await pixels(fixture('turned.heic'))
    expect([turned.width, turned.height]).toEqual([48, 64])
    expectQuarters(turned, [blue, red, yellow, green])
    expect((await pixels(fixture('half-clear.heic'))).at(5, 5)[3]).toBe(127)
  })

  it('dng: developed and upright', async () => {
    expect(await sniff(fixture('quarters.dng'))).toBe('dng')
    const picture = await pixels(fixture('quarters.dng'))
    const [red] = [picture.at(10, 10)]
    expect(red[0]).toBeGreaterThan(red[1] + 80)
    const green = picture.at(50, 10)
    expect(green[1]).toBeGreaterThan(green[0] + 80)
  })

  it('of an icon the largest picture', async () => {
    const small = await encodeAs('ico', await quarters(16, 16))
    const large = await encodeAs('ico', await quarters(64, 64))
    const head = Buffer.concat([small.subarray(0, 22), large.subarray(6, 22)])
    head.writeUInt16LE(2, 4)
    head.writeUInt32LE(38, 18)
    head.writeUInt32LE(38 + small.length - 22, 34)
    const picture = await pixels(Buffer.concat([head, small.subarray(22), large.subarray(22)]))
    expect([picture.width, picture.height]).toEqual([64, 64])
  })
})

describe('"keeps the input format where we can write it"', () => {
  it.each([
    ['bmp', 'bmp'],
    ['psd', 'jpg'],
    ['tga', 'jpg'],
    ['jxl', 'jpg'],
    ['qoi', 'jpg'],
    ['ico', 'jpg'],
    ['heic', 'jpg'],
    ['dng', 'jpg'],
    ['pdf', 'jpg'],
  ] as const)('%s without transparency becomes %s', async (from, to) => {
    expect(await run(await foreignQuarters(from), { format: 'same' })).toMatchObject({ format: to })
  })

  it('with transparency png, heic always jpg', async () => {
    for (const format of ['psd', 'tga', 'ico', 'qoi'] as const) {
      expect(await run(await encodeAs(format, await halfClear()), { format: 'same' })).toMatchObject({ format: 'png' })
    }
    expect(await run(fixture('half-clear.heic'), { format: 'same' })).toMatchObject({ format: 'jpg' })
  })

  it('bmp is written with and without alpha, and read back the same', async () => {
    for (const png of [await quarters(63, 47), await halfClear()]) {
      const bmp = (await run(png, { format: 'bmp' })).bytes ?? Buffer.alloc(0)
      expect(await sniff(bmp)).toBe('bmp')
      const [before, after] = [await look(png), await pixels(bmp)]
      expect([after.width, after.height, after.alpha]).toEqual([before.width, before.height, before.alpha])
      for (const [x, y] of [
        [1, 1],
        [before.width - 2, 1],
        [1, before.height - 2],
      ] as const) {
        expect(after.at(x, y)).toEqual(before.at(x, y))
      }
    }
  })
})

describe('operations on them', () => {
  it('crop and rotate work on the upright picture', async () => {
    const operations = { rotate: 90, crop: { x: 0, y: 0, width: 10, height: 10 } } as const
    const picture = await pixels(await foreignQuarters('tga'), { format: 'png' }, { operations })
    expectColour(picture.at(5, 5), blue, 0)
  })

  it('a photo keeps its pixels', async () => {
    const png = await photo(120, 90, 'png')
    const [before, after] = [await look(png), await pixels(await encodeAs('psd', png))]
    for (let at = 0; at < 90; at += 7) expect(after.at(at, at)).toEqual(before.at(at, at))
  })
})

describe('pdf', () => {
  const two = pdf([{ colour: red }, { colour: blue, width: 48, height: 96 }])

  it('each page is a picture at 150 dots per inch', async () => {
    expect(toFacts(await readHeader(two))).toMatchObject({ format: 'pdf', width: 200, height: 100, frames: 2 })
    const first = await run(two, { format: 'png' })
    expect(first).toMatchObject({ pages: 2, width: 200, height: 100 })
    const second = await pixels(two, { format: 'png' }, { opening: { page: 1 } })
    expect([second.width, second.height]).toEqual([100, 200])
    expectColour(second.at(5, 5), [0, 0, 0])
    expectColour(second.at(90, 190), blue, 1)
  })

  it('a page that is not there is out of range', async () => {
    await expect(run(two, { format: 'png' }, { opening: { page: 2 } })).rejects.toMatchObject({ code: 'out_of_range' })
  })

  it.each([
    ['locked-rc4.pdf', 'secret'],
    ['locked-aes.pdf', 'pässword'],
  ])('%s opens with its password only', async (name, password) => {
    const file = fixture(name)
    await expect(run(file)).rejects.toMatchObject({
      code: 'wrong_password',
      message: expect.stringContaining('give its password'),
    })
    await expect(run(file, undefined, { opening: { password: 'no' } })).rejects.toMatchObject({
      code: 'wrong_password',
      message: expect.stringContaining('wrong'),
    })
    expectColour((await pixels(file, undefined, { opening: { password } })).at(150, 50), red, 1)
  })

  it('one that is only protected against changes opens without', async () => {
    expectColour((await pixels(fixture('restricted.pdf'))).at(150, 50), red, 1)
  })

  it('without pages it has no images', async () => {
    await expect(run(pdf([]))).rejects.toMatchObject({ code: 'no_image' })
  })

  it('a huge page is drawn with fewer dots', async () => {
    const { width, height } = await readHeader(pdf([{ colour: red, width: 14_400, height: 14_400 }]))
    expect(width).toBe(height)
    expect(width * height).toBeLessThanOrEqual(50_100_000)
  })
})

describe('animations', () => {
  it.each(['gif', 'webp'] as const)(
    'stay animated from %s to gif and webp, and give their first frame to others',
    async (from) => {
      const file = await animation(20, 10, [red, green, blue], from)
      for (const to of ['gif', 'webp'] as const) expect((await pixels(file, { format: to })).frames).toBe(3)
      for (const to of ['jpg', 'png', 'avif'] as const) {
        const picture = await pixels(file, { format: to })
        expect(picture.frames).toBe(1)
        expectColour(picture.at(5, 5), red)
      }
    },
  )
})
