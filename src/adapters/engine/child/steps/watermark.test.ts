import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { ImageStamp, Operations } from '../../../../core/processing/operations.ts'
import {
  animation,
  colourAt,
  contextOf,
  delays,
  nameOf,
  pictureOf,
  placement,
  quadrants,
  textStamp,
} from './pictures.fixtures.ts'
import { drawText } from './text-stamp.ts'
import { watermark } from './watermark.ts'

const white = () =>
  sharp({ create: { width: 200, height: 100, channels: 3, background: '#ffffff' } })
    .png()
    .toBuffer()
const imageStamp: ImageStamp = { ...placement, type: 'image', source: 1 }

async function stamped(files: Buffer[], operations: Operations): Promise<Buffer> {
  const context = await contextOf(files, operations)
  return (await watermark(await pictureOf(context), context)).image.png().toBuffer()
}

describe('watermark', () => {
  it('lays an image at its place and size', async () => {
    const file = await stamped([await white(), await quadrants(20, 10).png().toBuffer()], {
      watermark: [{ ...imageStamp, gravity: 'SouthEast', widthPercent: 20 }],
    })
    expect(nameOf(await colourAt(file, 165, 84))).toBe('red')
    expect(nameOf(await colourAt(file, 195, 84))).toBe('green')
    expect(nameOf(await colourAt(file, 165, 95))).toBe('blue')
    expect(nameOf(await colourAt(file, 155, 84))).toBe('white')
  })

  it('rotates clockwise with open corners', async () => {
    const file = await stamped([await white(), await quadrants(40, 20).png().toBuffer()], {
      watermark: [{ ...imageStamp, rotation: 90 }],
    })
    // Blue was below left and is above left now.
    expect(nameOf(await colourAt(file, 95, 40))).toBe('blue')
    expect(nameOf(await colourAt(file, 105, 40))).toBe('red')
    const tilted = await stamped([await white(), await quadrants(40, 40).png().toBuffer()], {
      watermark: [{ ...imageStamp, rotation: 45 }],
    })
    expect(nameOf(await colourAt(tilted, 100, 30))).toBe('red')
    expect(nameOf(await colourAt(tilted, 76, 26))).toBe('white')
  })

  it('lets the picture through by opacity', async () => {
    const stamp = await sharp({ create: { width: 20, height: 20, channels: 3, background: '#000000' } })
      .png()
      .toBuffer()
    const file = await stamped([await white(), stamp], { watermark: [{ ...imageStamp, opacity: 40 }] })
    const [red] = await colourAt(file, 100, 50)
    expect(Math.abs(red - 153)).toBeLessThan(3)
  })

  it('clips a stamp larger than the picture', async () => {
    const stamp = await quadrants(400, 400).png().toBuffer()
    const file = await stamped([await white(), stamp], {
      watermark: [{ ...imageStamp }, { ...textStamp, fontSize: 900 }],
    })
    expect((await sharp(file).metadata()).width).toBe(200)
  })

  it('draws text in its colour, and nothing for text without ink', async () => {
    const file = await stamped([await white()], {
      watermark: [
        { ...textStamp, text: '████', color: '#ff0000', fontSize: 40 },
        { ...textStamp, text: ' \n\u200b ' },
      ],
    })
    expect(nameOf(await colourAt(file, 100, 50))).toBe('red')
    expect(nameOf(await colourAt(file, 3, 3))).toBe('white')
  })

  it('keeps transparency around the stamp', async () => {
    const clear = await sharp({
      create: { width: 100, height: 100, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer()
    const file = await stamped([clear], { watermark: [{ ...textStamp, text: '██', color: '#0000ff' }] })
    expect(nameOf(await colourAt(file, 50, 50))).toBe('blue')
    expect(nameOf(await colourAt(file, 2, 2))).toBe('clear')
  })

  it('stamps every frame of an animation alike', async () => {
    const gif = await animation(['#ffffff', '#00ff00'], 80, 40)
      .gif({ delay: delays(2) })
      .toBuffer()
    const context = await contextOf(
      [gif, await quadrants(20, 10).png().toBuffer()],
      { watermark: [imageStamp] },
      { format: 'gif' },
    )
    const picture = await watermark(await pictureOf(context), context)
    const file = await picture.image.gif({ delay: delays(2) }).toBuffer()
    for (const top of [0, 40]) {
      expect(nameOf(await colourAt(file, 35, top + 17))).toBe('red')
      expect(nameOf(await colourAt(file, 35, top + 22))).toBe('blue')
    }
    expect(nameOf(await colourAt(file, 5, 5))).toBe('white')
    expect(nameOf(await colourAt(file, 5, 45))).toBe('green')
  })
})

describe('text', () => {
  const base = { width: 400, height: 300 }
  it('treats markup characters and controls as text', async () => {
    expect(await drawText({ ...textStamp, text: '<b>&amp;\u0001\ud800</b>' }, base)).toBeDefined()
  })

  it('is as high as its font size says', async () => {
    const small = await drawText({ ...textStamp, text: 'H', fontSize: 50 }, base)
    const large = await drawText({ ...textStamp, text: 'H', fontSize: 100 }, base)
    // Capitals are about 0.7 of the font size.
    expect(large?.height).toBeGreaterThan(60)
    expect(large?.height).toBeLessThan(100)
    expect((large?.height ?? 0) / (small?.height ?? 1)).toBeCloseTo(2, 0)
  })

  it('fills its percent of the width', async () => {
    const drawn = await drawText({ ...textStamp, text: 'SAMPLE', fontSize: 8, widthPercent: 50 }, base)
    expect(Math.abs((drawn?.width ?? 0) - 200)).toBeLessThan(6)
  })

  it('draws what is too large to be drawn smaller', async () => {
    const drawn = await drawText({ ...textStamp, text: 'W'.repeat(2000), fontSize: 500 }, base)
    expect(drawn?.width).toBeLessThanOrEqual(30_000)
  })
})
