/** Sizes and crops on pixels: image-urls.md sections 3 and 12. */
import sharp, { type Sharp } from 'sharp'
import { describe, expect, it } from 'vitest'
import { type SizeMode, type Step, sizeModes } from '../../../../core/processing/transformation.ts'
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

const png = { output: { format: 'png' } } as const
const red = { type: 'color', color: { red: 255, green: 0, blue: 0, alpha: 1 } } as const
const quads = (width = 400, height = 300) => quadrants(width, height).png().toBuffer()

async function sidesOf(file: Buffer, step: Omit<Step, 'type'>) {
  const { bytes, width, height } = await transformed(file, [{ ...step, ...png }])
  const metadata = await sharp(bytes).metadata()
  expect([metadata.width, metadata.height]).toEqual([width, height])
  return [width, height]
}

describe('sizes', () => {
  it.each<[Omit<Step, 'type'>, number, number]>([
    [{ width: 200 }, 200, 150],
    [{ height: 200 }, 267, 200],
    [{ width: 0.5 }, 200, 150],
    [{ width: 200, height: 200 }, 200, 200],
    [{ width: 200, ratio: 4 / 3 }, 200, 150],
    [{ width: 200, height: 200, mode: 'at_max' }, 200, 150],
    [{ width: 200, height: 200, mode: 'at_least' }, 267, 200],
    [{ width: 100, height: 100, dpr: 2 }, 200, 200],
    [{ width: 200, rotate: 90 }, 150, 200],
    [{ width: 800 }, 800, 600],
  ])('section 12: %o', async (step, width, height) => {
    expect(await sidesOf(await quads(), step)).toEqual([width, height])
  })

  it('turns after sizing in one step, and in the order of the steps otherwise', async () => {
    const file = await quads()
    const one = await transformed(file, [{ width: 200, rotate: 90, ...png }])
    const two = await transformed(file, [{ rotate: 90 }, { width: 200, ...png }])
    expect([one.width, one.height, two.width, two.height]).toEqual([150, 200, 200, 267])
    expect(await quadrantColours(one.bytes, 150, 200)).toBe('blue red white green')
    expect(await quadrantColours(two.bytes, 200, 267)).toBe('blue red white green')
  })

  it('takes the extracted area pixel for pixel', async () => {
    const source = await photograph(400, 300).png().toBuffer()
    const { bytes } = await transformed(source, [{ width: 100, height: 80, mode: 'extract', x: 10, y: 20, ...png }])
    const expected = sharp(source).extract({ left: 10, top: 20, width: 100, height: 80 })
    expect(await sharp(bytes).raw().toBuffer()).toEqual(await expected.raw().toBuffer())
  })

  it('cuts before scaling in a chain, and after it', async () => {
    const source = await photograph(400, 300).png().toBuffer()
    const extract = { width: 200, height: 200, mode: 'extract', x: 100, y: 50 } as const
    const { bytes } = await transformed(source, [extract, { width: 100, ...png }])
    const cut = await sharp(source).extract({ left: 100, top: 50, width: 200, height: 200 }).png().toBuffer()
    expect(await difference(bytes, await sharp(cut).resize(100).png().toBuffer())).toBeLessThan(0.5)
    const after = await transformed(source, [
      { width: 200 },
      { ...extract, width: 50, height: 50, x: 60, y: 70, ...png },
    ])
    const scaled = await sharp(source).resize(200).png().toBuffer()
    const expected = await sharp(scaled).extract({ left: 60, top: 70, width: 50, height: 50 }).png().toBuffer()
    expect(await difference(after.bytes, expected)).toBeLessThan(0.5)
  })

  it('pads with the colour, or with black', async () => {
    for (const [background, name] of [
      [red, 'red'],
      [undefined, 'black'],
    ] as const) {
      const step = { width: 300, height: 300, mode: 'pad_resize', ...(background && { background }) } as const
      const { bytes, width, height } = await transformed(await quads(), [{ ...step, ...png }])
      expect([width, height]).toEqual([300, 300])
      expect(nameOf(await colourAt(bytes, 150, 10))).toBe(name)
      expect(nameOf(await colourAt(bytes, 150, 290))).toBe(name)
      expect(nameOf(await colourAt(bytes, 75, 50))).toBe('red')
      expect(nameOf(await colourAt(bytes, 225, 250))).toBe('white')
    }
  })

  it('pads grey pictures in colour', async () => {
    const grey = await quadrants(400, 300).greyscale().toColourspace('b-w').png().toBuffer()
    const { bytes } = await transformed(grey, [
      { width: 300, height: 300, mode: 'pad_resize', background: red, ...png },
    ])
    expect(nameOf(await colourAt(bytes, 150, 10))).toBe('red')
  })

  it('crops to what is in focus', async () => {
    const at = async (focus: Step['focus']) => {
      const { bytes } = await transformed(await quads(), [
        { width: 100, height: 100, mode: 'extract', ...(focus && { focus }), ...png },
      ])
      return nameOf(await colourAt(bytes, 50, 50))
    }
    expect(await at({ type: 'anchor', x: -1, y: -1 })).toBe('red')
    expect(await at({ type: 'anchor', x: 1, y: -1 })).toBe('green')
    expect(await at({ type: 'anchor', x: -1, y: 1 })).toBe('blue')
    expect(await at({ type: 'anchor', x: 1, y: 1 })).toBe('white')
  })

  it('finds what is interesting, at both ends of a wide picture and of an extract', async () => {
    const detail = await photograph(120, 120, 40).modulate({ saturation: 2 }).png().toBuffer()
    for (const [left, half] of [
      [20, 'left'],
      [660, 'right'],
    ] as const) {
      const wide = await sharp({ create: { width: 800, height: 200, channels: 3, background: '#808890' } })
        .composite([{ input: detail, left, top: 40 }])
        .png()
        .toBuffer()
      for (const mode of ['maintain_ratio', 'extract'] as const) {
        for (const type of ['auto', 'face'] as const) {
          const step = { width: 160, height: 160, mode, focus: { type }, ...png }
          const { bytes } = await transformed(wide, [step])
          const { channels } = await sharp(bytes).stats()
          expect(Math.max(...channels.map(({ stdev }) => stdev)), `${mode} ${half}`).toBeGreaterThan(15)
        }
      }
    }
  })

  it('crops around the custom coordinates of the file', async () => {
    const coordinates = { x: 250, y: 30, width: 100, height: 100 }
    const step = { width: 150, height: 300, focus: { type: 'custom' }, ...png } as const
    const { bytes } = await transformed(await quads(), [step], { coordinates })
    // Centred at x = 300 of 400: 225 to 375, all of it on the right.
    expect(await quadrantColours(bytes, 150, 300)).toBe('green green white white')
    const without = await transformed(await quads(), [step])
    expect(await quadrantColours(without.bytes, 150, 300)).toBe('red green blue white')
  })
})

describe('the fast path', () => {
  const modes = sizeModes.filter((mode) => mode !== 'pad_extract_no_shrink')
  const orientations = [1, 2, 3, 4, 5, 6, 7, 8]

  it.each(orientations)(
    'shows the same as sizing an upright picture, stored as orientation %i',
    async (orientation) => {
      const upright = await quadrants(160, 120).png().toBuffer()
      const stored = await storedAs(upright, orientation)
      for (const mode of modes) {
        for (const [x, y] of [
          [0, 0],
          [-1, 1],
        ] as const) {
          const focus = { type: 'anchor', x, y } as const
          const parts = [
            {
              width: 100,
              height: 100,
              mode,
              focus,
              background: red,
              rotate: 90,
              flip: { horizontal: true, vertical: false },
            },
            { width: 50, ...png },
          ] as const
          const lazily = await transformed(stored, parts)
          // A trim that finds nothing keeps all of it in memory.
          const held = await transformed(upright, [
            { ...parts[0], rotate: 0, flip: { horizontal: false, vertical: false } },
          ])
          const turnedBytes = await sharp(held.bytes).rotate(90).png().toBuffer()
          const flipped = await sharp(turnedBytes).flop().resize(50).png().toBuffer()
          expect(await difference(lazily.bytes, flipped), `${mode} ${x} ${y}`).toBeLessThan(6)
        }
      }
    },
  )

  it('keeps alpha where there is some and adds none', async () => {
    const opaque = await transformed(await photograph(400, 300).jpeg().toBuffer(), [{ width: 200, ...png }])
    expect((await sharp(opaque.bytes).metadata()).channels).toBe(3)
    const clear = { r: 0, g: 0, b: 0, alpha: 0 }
    const sheet = await sharp({ create: { width: 40, height: 40, channels: 4, background: clear } })
      .png()
      .toBuffer()
    const open = await transformed(sheet, [{ width: 20, ...png }])
    expect((await sharp(open.bytes).metadata()).channels).toBe(4)
  })

  it('enlarging after shrinking keeps what was lost', async () => {
    const { bytes } = await transformed(await photograph(400, 300, 40).png().toBuffer(), [
      { width: 8 },
      { width: 400, ...png },
    ])
    const { channels } = await sharp(bytes)
      .convolve({ width: 3, height: 3, kernel: [0, -1, 0, -1, 4, -1, 0, -1, 0] })
      .stats()
    expect(channels[0]?.stdev).toBeLessThan(3)
  })
})

describe('animations', () => {
  const parts = (mode: SizeMode): Omit<Step, 'type'>[] => [{ width: 20, height: 20, mode, background: red, rotate: 90 }]

  it.each(['gif', 'webp'] as const)('keep frames, delays and plays as %s', async (format) => {
    const source = animation(['#ff0000', '#00ff00', '#0000ff'], 40, 30)
    const file = await (format === 'gif'
      ? source.gif({ delay: delays(3), loop: 2 })
      : source.webp({ lossless: true, delay: delays(3), loop: 2 })
    ).toBuffer()
    for (const mode of ['maintain_ratio', 'pad_resize', 'extract', 'force'] as const) {
      const made = await transformed(file, parts(mode), { accepts: format === 'gif' ? [] : ['avif', 'webp'] })
      expect(made).toMatchObject({ format, frames: 3, width: 20, height: 20 })
      const metadata = await sharp(made.bytes, { animated: true }).metadata()
      expect(metadata).toMatchObject({ pages: 3, delay: [100, 200, 300], loop: 2, pageHeight: 20 })
      const names = []
      for (const frame of [0, 1, 2]) names.push(nameOf(await colourAt(made.bytes, 10, frame * 20 + 10)))
      expect(names).toEqual(['red', 'green', 'blue'])
    }
  })

  it('show one frame where a page is asked for or the format has no more', async () => {
    const file = await animation(['#ff0000', '#00ff00', '#0000ff'], 40, 30)
      .gif({ delay: delays(3) })
      .toBuffer()
    const page = await transformed(file, [{ page: { type: 'index', index: 1 }, width: 20, ...png }])
    expect(nameOf(await colourAt(page.bytes, 5, 5))).toBe('green')
    const still = await transformed(file, [{ width: 20, output: { format: 'jpg' } }])
    expect(still).toMatchObject({ frames: 1, width: 20, height: 15 })
    expect(nameOf(await colourAt(still.bytes, 5, 5))).toBe('red')
    await expect(transformed(file, [{ page: { type: 'index', index: 3 } }])).rejects.toThrow(/"pg-4": .* 3 pages/)
  })

  it('crop all frames where the first one is interesting', async () => {
    const frame = async (left: number) =>
      sharp({ create: { width: 120, height: 40, channels: 3, background: '#808080' } })
        .composite([{ input: await photograph(30, 30, 60).png().toBuffer(), left, top: 5 }])
        .png()
        .toBuffer()
    const file = await sharp([await frame(5), await frame(80)], { join: { animated: true } })
      .webp({ lossless: true })
      .toBuffer()
    const made = await transformed(file, [{ width: 40, height: 40, focus: { type: 'auto' } }], { accepts: ['webp'] })
    expect(made).toMatchObject({ frames: 2, width: 40, height: 40 })
    const second = await sharp(made.bytes, { page: 1 }).stats()
    expect(second.channels[0]?.stdev).toBeLessThan(3)
  })
})

/** Mean difference of the colours. */
async function difference(one: Buffer, other: Buffer): Promise<number> {
  const [a, b] = await Promise.all(
    [one, other].map((file) =>
      sharp(file).removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true }),
    ),
  )
  if (a === undefined || b === undefined) throw new Error('two pictures')
  expect([a.info.width, a.info.height]).toEqual([b.info.width, b.info.height])
  let sum = 0
  for (const [index, value] of a.data.entries()) sum += Math.abs(value - (b.data[index] ?? 0))
  return sum / a.data.length
}

/** The picture as a camera would store it, with its tag. */
async function storedAs(upright: Buffer, orientation: number): Promise<Buffer> {
  const undo: Record<number, (image: Sharp) => Sharp> = {
    2: (image) => image.flop(),
    3: (image) => image.rotate(180),
    4: (image) => image.flip(),
    5: (image) => image.rotate(90).flop(),
    6: (image) => image.rotate(270),
    7: (image) => image.rotate(270).flop(),
    8: (image) => image.rotate(90),
  }
  let image = sharp(upright)
  if (orientation === 5 || orientation === 7) {
    // Transposed: turned first, then flopped, each in a pass of its own.
    const quarter = await sharp(upright)
      .rotate(orientation === 5 ? 90 : 270)
      .png()
      .toBuffer()
    image = sharp(quarter).flop()
  } else image = undo[orientation]?.(image) ?? image
  return await image.withMetadata({ orientation }).png().toBuffer()
}
