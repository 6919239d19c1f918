import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { Amount, Layer } from '../../../../../core/processing/transformation.ts'
import { runPipeline } from '../../pipeline.ts'
import { animation, colourAt, limits, nameOf, photograph, quadrants } from '../../steps/pictures.fixtures.ts'
import {
  black,
  block,
  blue,
  boundsOf,
  color,
  fromEnd,
  green,
  image,
  lay,
  pixelAt,
  px,
  red,
  white,
} from './layers.fixtures.ts'

const nearly = (actual: readonly number[], expected: readonly number[], by = 2) => {
  for (const [band, value] of expected.entries()) expect(Math.abs((actual[band] ?? -1) - value)).toBeLessThanOrEqual(by)
}

describe('blocks: "i-ik_canvas"', () => {
  it('stand to the pixel where they are put, and change nothing beside', async () => {
    const result = await lay([block(30, 20, red, { x: px(5), y: fromEnd(7) })])
    expect(boundsOf(result)).toEqual({ left: 5, top: 33, right: 35, bottom: 53 })
    expect(boundsOf(result, red)).toEqual({ left: 5, top: 33, right: 35, bottom: 53 })
  })

  it("have the base's size by default, shares and expressions of it", async () => {
    const position = { focus: { x: -1, y: -1 } } as const
    const whole = await lay([{ type: 'canvas', color: red, position, parts: [] }])
    expect(boundsOf(whole, red)).toEqual({ left: 0, top: 0, right: 100, bottom: 60 })
    const quarter: Amount = { operator: 'div', left: { variable: 'bw' }, right: 4 }
    const sized = await lay([{ type: 'canvas', color: red, position, parts: [], width: quarter, height: 0.5 }])
    expect(boundsOf(sized)).toEqual({ left: 0, top: 0, right: 25, bottom: 30 })
  })

  it('let the base through by their alpha, and both can be clear', async () => {
    nearly(pixelAt(await lay([block(10, 10, color(255, 0, 0, 0.5))]), 50, 30), [255, 127, 127, 255])
    const onClear = await lay([block(10, 10, color(255, 0, 0, 0.5))], { background: color(0, 0, 0, 0) })
    expect(pixelAt(onClear, 50, 30)).toEqual([255, 0, 0, 128])
    expect(pixelAt(onClear, 0, 0)).toEqual([0, 0, 0, 0])
  })

  it('take radius and gradient', async () => {
    const round = await lay([block(40, 40, red, {}, [{ type: 'step', radius: 'max' }])])
    expect(nameOf(pixelAt(round, 50, 30))).toBe('red')
    expect(nameOf(pixelAt(round, 31, 11))).toBe('white')
    const gradient = { direction: 180, from: black, to: white, stop: 1 }
    const shaded = await lay([block(40, 40, red, {}, [{ type: 'step', gradient }])])
    expect(pixelAt(shaded, 50, 12)[0]).toBeLessThan(40)
    expect(pixelAt(shaded, 50, 48)[0]).toBeGreaterThan(210)
  })

  it.each([0, -3, { operator: 'sub', left: { variable: 'bw' }, right: 500 } as const])(
    'refuse a side of %j',
    async (width) => {
      await expect(lay([{ type: 'canvas', color: red, position: {}, parts: [], width }])).rejects.toMatchObject({
        code: 'invalid',
      })
    },
  )

  it('end at the limits', async () => {
    await expect(lay([block(60_000, 60_000, red)])).rejects.toMatchObject({ code: 'out_of_range' })
  })
})

describe('layers of one step', () => {
  it('are laid on in the order in which they are written, cut off at the edges', async () => {
    const result = await lay([block(300, 20, red), block(20, 300, green), block(4, 4, blue)])
    expect(['red', 'red', 'green', 'blue']).toEqual([
      nameOf(pixelAt(result, 0, 30)),
      nameOf(pixelAt(result, 99, 30)),
      nameOf(pixelAt(result, 50, 0)),
      nameOf(pixelAt(result, 50, 30)),
    ])
    expect(result.width).toBe(100)
  })

  it('nest three deep, each on its own parent', async () => {
    const inner = block(4, 4, blue, { x: px(1), y: px(2) })
    const middle = block(12, 10, green, { x: fromEnd(0), y: px(0) }, [{ type: 'step', layers: [inner] }])
    const outer = block(40, 30, red, { x: px(10), y: px(5) }, [{ type: 'step', layers: [middle] }])
    const result = await lay([outer])
    expect(boundsOf(result)).toEqual({ left: 10, top: 5, right: 50, bottom: 35 })
    expect(boundsOf(result, blue)).toEqual({ left: 39, top: 7, right: 43, bottom: 11 })
    expect(nameOf(pixelAt(result, 38, 5))).toBe('green')
    expect(nameOf(pixelAt(result, 37, 5))).toBe('red')
  })

  it('work in chains inside a layer', async () => {
    const chain = [
      { type: 'step', layers: [block(10, 10, green, { x: px(0), y: px(0) })] },
      { type: 'step', rotate: 90 },
    ] as const
    const result = await lay([block(40, 20, red, { x: px(0), y: px(0) }, [...chain])])
    expect(boundsOf(result)).toEqual({ left: 0, top: 0, right: 20, bottom: 40 })
    expect(boundsOf(result, green)).toEqual({ left: 10, top: 0, right: 20, bottom: 10 })
  })
})

describe('"lm"', () => {
  const half = block(50, 60, color(0, 0, 0), { x: px(0), y: px(0) })

  it('"multiply"', async () => {
    const result = await lay([{ ...block(50, 60, color(128, 255, 0), { x: px(0), y: px(0) }), mode: 'multiply' }], {
      background: color(200, 100, 50),
    })
    nearly(pixelAt(result, 10, 10), [100, 100, 0, 255], 1)
    expect(pixelAt(result, 60, 10)).toEqual([200, 100, 50, 255])
  })

  it('"multiply" with a half-clear overlay mixes half of the product in', async () => {
    const result = await lay([{ ...block(50, 60, color(0, 0, 0, 0.5)), mode: 'multiply' }], { background: white })
    nearly(pixelAt(result, 50, 30), [127, 127, 127, 255], 1)
  })

  it('"cutter (keep base only under opaque overlay)"', async () => {
    const result = await lay([{ ...half, mode: 'cutter' }], { background: red })
    expect(pixelAt(result, 49, 59)).toEqual([255, 0, 0, 255])
    expect(pixelAt(result, 50, 59)[3]).toBe(0)
  })

  it('"cutout (punch hole)"', async () => {
    const result = await lay([{ ...half, mode: 'cutout' }], { background: red })
    expect(pixelAt(result, 49, 59)[3]).toBe(0)
    expect(pixelAt(result, 50, 59)).toEqual([255, 0, 0, 255])
  })

  it('"displace (red = x, green = y shift)"', async () => {
    const stripe = block(10, 60, blue, { x: px(40), y: px(0) })
    const shifted = async (map: Layer, displace: { x?: Amount; y?: Amount }) =>
      boundsOf(await lay([stripe, { ...map, mode: 'displace', displace }]), blue)
    const right = block(100, 60, color(255, 128, 0))
    expect(await shifted(right, { x: 20 })).toEqual({ left: 20, top: 0, right: 30, bottom: 60 })
    expect(await shifted(right, { x: -20 })).toEqual({ left: 60, top: 0, right: 70, bottom: 60 })
    expect(await shifted(right, { y: 20 })).toEqual({ left: 40, top: 0, right: 50, bottom: 60 })
    expect(await shifted(block(100, 60, color(128, 127, 0)), { x: 20, y: 20 })).toEqual({
      left: 40,
      top: 0,
      right: 50,
      bottom: 60,
    })
  })
})

describe('image layers', () => {
  const framed = () =>
    sharp({ create: { width: 60, height: 50, channels: 4, background: '#00000000' } })
      .composite([
        { input: { create: { width: 30, height: 20, channels: 4, background: '#0000ff' } }, left: 10, top: 25 },
      ])
      .png()
      .toBuffer()

  it('"are trimmed by default; t-false turns that off"', async () => {
    const files = [await framed()]
    const corner = { x: px(0), y: px(0) }
    expect(boundsOf(await lay([image(corner)], { files }))).toEqual({ left: 0, top: 0, right: 30, bottom: 20 })
    expect(boundsOf(await lay([image(corner, [{ type: 'step', trim: false }])], { files }))).toEqual({
      left: 10,
      top: 25,
      right: 40,
      bottom: 45,
    })
    // Sizes are those of what is left.
    expect(boundsOf(await lay([image(corner, [{ type: 'step', width: 60 }])], { files }))).toEqual({
      left: 0,
      top: 0,
      right: 60,
      bottom: 40,
    })
  })

  it('are upright by their EXIF orientation', async () => {
    const file = await quadrants(40, 20).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer()
    const result = await lay([image({ x: px(0), y: px(0) }, [{ type: 'step', trim: false }])], { files: [file] })
    expect(boundsOf(result).bottom).toBe(40)
    expect(nameOf(pixelAt(result, 15, 5))).toBe('red')
    expect(nameOf(pixelAt(result, 15, 35))).toBe('green')
  })

  it('expressions know the base and the picture as it came, before it was trimmed', async () => {
    const files = [await framed()]
    const width = async (amount: Amount) =>
      boundsOf(await lay([image({ x: px(0), y: px(0) }, [{ type: 'step', width: amount }])], { files })).right
    expect(await width({ operator: 'div', left: { variable: 'bw' }, right: 2 })).toBe(50)
    expect(await width({ operator: 'sub', left: { variable: 'iw' }, right: 20 })).toBe(40)
  })

  it('take sizes, turns and further layers', async () => {
    const files = [await framed()]
    const parts = [{ type: 'step', width: 20, height: 20, rotate: 90, layers: [block(4, 4, red)] }] as const
    const result = await lay([image({ x: px(0), y: px(0) }, [...parts])], { files })
    expect(boundsOf(result)).toEqual({ left: 0, top: 0, right: 20, bottom: 20 })
    expect(boundsOf(result, red)).toEqual({ left: 8, top: 8, right: 12, bottom: 12 })
  })

  it('large pictures that are shown small look the same as in full', async () => {
    const files = [await photograph(2400, 1600).jpeg({ quality: 90 }).toBuffer()]
    const position = { x: px(0), y: px(0) }
    const small = await lay([image(position, [{ type: 'step', width: 90, trim: false }])], { files })
    const whole = await lay(
      [
        image(position, [
          { type: 'step', trim: false },
          { type: 'step', width: 90 },
        ]),
      ],
      { files },
    )
    let sum = 0
    for (let at = 0; at < small.data.length; at++) sum += Math.abs((small.data[at] ?? 0) - (whole.data[at] ?? 0))
    expect(sum / small.data.length).toBeLessThan(1.5)
    expect(boundsOf(small)).toEqual(boundsOf(whole))
  })

  it('little content in a large picture is not enlarged from a small reading', async () => {
    const picture = sharp({ create: { width: 3000, height: 2000, channels: 3, background: '#ffffff' } }).composite([
      { input: await quadrants(80, 80).png().toBuffer(), left: 1500, top: 900 },
    ])
    const files = [await picture.jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer()]
    const result = await lay([image({ x: px(0), y: px(0) }, [{ type: 'step', width: 60 }])], { files })
    // The white quarter below right is trimmed with the border only where nothing else stands in its rows.
    expect(nameOf(pixelAt(result, 28, 5))).toBe('red')
    expect(nameOf(pixelAt(result, 31, 5))).toBe('green')
  })

  it('SVG is drawn at the size at which it is seen', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="5" height="10"/></svg>'
    const result = await lay([image({ x: px(0), y: px(0) }, [{ type: 'step', width: 100, trim: false }])], {
      files: [Buffer.from(svg)],
    })
    const edge = [49, 50].map((x) => pixelAt(result, x, 30)[0])
    expect(edge).toEqual([0, 255])
  })

  it('a damaged one is told by its number', async () => {
    const file = (await photograph(200, 200).jpeg().toBuffer()).subarray(0, 3000)
    await expect(lay([image()], { files: [file] })).rejects.toMatchObject({
      code: 'damaged_image',
      param: 'sources[1]',
    })
  })
})

describe('on an animation', () => {
  it('every frame gets the same layers', async () => {
    const file = await animation(['#ff0000', '#00ff00'], 40, 30).gif().toBuffer()
    const parts = [{ type: 'step' as const, layers: [block(10, 10, blue, { x: px(0), y: px(0) })] }]
    const { bytes, frames } = await runPipeline({
      order: {
        operations: { transform: { parts, images: [], fonts: [], accepts: ['webp'] } },
        output: { format: 'same' },
      },
      inputs: [file],
      openings: [],
      limits,
      tolerant: false,
      admit: async () => undefined,
    })
    expect(frames).toBe(2)
    const names = []
    for (const [x, y] of [
      [5, 5],
      [30, 20],
      [5, 35],
      [30, 50],
    ] as const)
      names.push(nameOf(await colourAt(bytes ?? file, x, y)))
    expect(names).toEqual(['blue', 'red', 'blue', 'green'])
  })
})
