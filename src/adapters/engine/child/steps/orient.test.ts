import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { encode } from './encode.ts'
import { orient } from './orient.ts'
import { contextOf, pictureOf, quadrantColours, quadrants } from './pictures.fixtures.ts'
import { rotate } from './rotate.ts'
import { turn } from './turn.ts'

/** What a camera does to an upright picture that it marks with an orientation: the inverse of what a viewer does. */
const taken: Record<number, { angle: number; flop: boolean }> = {
  1: { angle: 0, flop: false },
  2: { angle: 0, flop: true },
  3: { angle: 180, flop: false },
  4: { angle: 180, flop: true },
  5: { angle: 90, flop: true },
  6: { angle: 270, flop: false },
  7: { angle: 270, flop: true },
  8: { angle: 90, flop: false },
}

async function stored(orientation: number): Promise<Buffer> {
  const { angle, flop } = taken[orientation] ?? { angle: 0, flop: false }
  const rotated = await sharp(await quadrants(40, 20).png().toBuffer())
    .rotate(angle)
    .png()
    .toBuffer()
  const image = flop ? sharp(rotated).flop() : sharp(rotated)
  return await image.withMetadata({ orientation }).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer()
}

describe('orient, rotate and turn', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('makes EXIF orientation %i upright', async (orientation) => {
    const context = await contextOf([await stored(orientation)])
    const picture = await turn(orient(await pictureOf(context), context))
    expect([picture.width, picture.height]).toEqual([40, 20])
    expect(await quadrantColours(picture.image, 40, 20)).toBe('red green blue white')
  })

  it.each(['jpg', 'png', 'webp', 'avif', 'tiff'] as const)(
    'leaves nothing in a %s that would turn it again',
    async (format) => {
      for (const orientation of [2, 3, 6]) {
        const context = await contextOf([await stored(orientation)], {}, { format })
        const { bytes } = await encode(await turn(orient({ ...(await pictureOf(context)), format }, context)), context)
        expect(await quadrantColours(bytes ?? Buffer.alloc(0), 40, 20)).toBe('red green blue white')
      }
    },
  )

  it.each([
    [90, 'blue red white green', 20, 40],
    [180, 'white blue green red', 40, 20],
    [270, 'green white red blue', 20, 40],
  ] as const)('rotates by %i clockwise after the orientation', async (angle, colours, width, height) => {
    for (const orientation of [1, 5, 6]) {
      const context = await contextOf([await stored(orientation)], { rotate: angle })
      const picture = await turn(rotate(orient(await pictureOf(context), context), context))
      expect([picture.width, picture.height, picture.edited]).toEqual([width, height, true])
      expect(await quadrantColours(picture.image, width, height)).toBe(colours)
    }
  })
})
