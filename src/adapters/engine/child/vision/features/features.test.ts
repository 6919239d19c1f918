/** Each feature moves the way it should when a drawn photo is spoilt. */
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { drawing, drawRoom } from '../../../../../../test/support/drawn-rooms.ts'
import type { Degradation } from '../../../../../core/processing/degradation.ts'
import type { Features } from '../../../../../core/processing/sight.ts'
import { look } from '../look.ts'
import type { View } from '../raster.ts'
import { createSessions } from '../sessions.ts'
import { blockinessOf } from './blockiness.ts'
import { noiseOf } from './noise.ts'
import { planesOf } from './planes.ts'

const limits = { pixels: 1e8, side: 65_535, frames: 10, framePixels: 1e8 }
const looking = { models: [], sessions: createSessions(), limits, admit: () => Promise.resolve() }
let photo: Buffer
beforeAll(async () => {
  photo = await drawRoom('kitchen', 600, 400)
})

const known = new Map<string, Promise<Features>>()

/** Of a copy of the photo; measured once each. */
function features(
  kind: Degradation['kind'] = 'none',
  strength = 0,
  format: Degradation['format'] = 'png',
): Promise<Features> {
  const degradation: Degradation = { kind, strength, side: 1024, seed: 5, format }
  const key = JSON.stringify(degradation)
  const measured = known.get(key) ?? look(photo, {}, { ...looking, degradation }).then(({ features }) => features)
  known.set(key, measured)
  return measured
}

/** One feature over copies ever more spoilt. */
async function over(name: string, kind: Degradation['kind'], strengths: readonly number[]): Promise<number[]> {
  const values: number[] = []
  for (const strength of strengths) values.push((await features(kind, strength))[name] ?? Number.NaN)
  return values
}

const falling = (values: readonly number[]) => values.every((value, at) => at === 0 || value < (values[at - 1] ?? 0))
const rising = (values: readonly number[]) => falling(values.map((value) => -value))

describe('features of a look', () => {
  it('are the same for the same bytes, and numbers all', async () => {
    const first = await features()
    known.clear()
    const second = await features()
    expect(second).toEqual(first)
    expect(Object.values(first).filter((value) => !Number.isFinite(value))).toEqual([])
  })

  it('sharpness and fineness fall with blur', async () => {
    expect(falling([(await features()).sharpness ?? 0, ...(await over('sharpness', 'blur', [1, 2, 4]))])).toBe(true)
    expect(falling([(await features()).fineness ?? 0, ...(await over('fineness', 'blur', [1, 2, 4]))])).toBe(true)
  })

  it('an enlarged picture has fewer real pixels than it says', async () => {
    const { megapixels = 0, realMegapixels = 0 } = await features()
    expect(realMegapixels).toBeGreaterThan(megapixels * 0.8)
    const enlarged = await features('enlarged', 4)
    expect(enlarged.megapixels).toBe(megapixels)
    expect(enlarged.realMegapixels).toBeLessThan(megapixels * 0.3)
  })

  it('noise is measured about as strong as it is, and does not pass for sharpness', async () => {
    const flat: View = { data: Buffer.alloc(300 * 200 * 3, 128), width: 300, height: 200 }
    const bytes = await sharp(flat.data, { raw: { width: 300, height: 200, channels: 3 } })
      .png()
      .toBuffer()
    const degradation: Degradation = { kind: 'noise', strength: 20, side: 1024, seed: 1, format: 'png' }
    const { features: noisy } = await look(bytes, {}, { ...looking, degradation })
    // Of three independent channels luma keeps two thirds.
    expect(noisy.noise).toBeGreaterThan(11)
    expect(noisy.noise).toBeLessThan(15)
    const plain = planesOf(flat).luma[0]
    if (plain === undefined) throw new Error('no plane')
    expect(noiseOf(plain, plain)).toBe(0)
    expect(rising(await over('noise', 'noise', [10, 25, 50]))).toBe(true)
    expect((await features('noise', 10)).sharpness).toBeLessThan(((await features()).sharpness ?? 0) + 0.2)
  })

  it('finds the grid of coarse JPEG coding, also when it was saved again and cut off the grid', async () => {
    expect(rising([(await features()).blockiness ?? 9, ...(await over('blockiness', 'jpeg', [40, 20, 8]))])).toBe(true)
    const coarse = await sharp(photo).jpeg({ quality: 10 }).toBuffer()
    const cut = await sharp(coarse).extract({ left: 3, top: 5, width: 500, height: 380 }).raw().toBuffer()
    const plane = planesOf({ data: cut, width: 500, height: 380 }).luma[0]
    if (plane === undefined) throw new Error('no plane')
    expect(blockinessOf(plane).blockiness).toBeGreaterThan(0.5)
  })

  it('reads the quality of a JPEG from its tables; of other formats it knows none', async () => {
    expect((await features('jpeg', 40, 'jpg')).codedQuality).toBe(40)
    expect((await features('jpeg', 40)).codedQuality).toBe(100)
  })

  it('exposure and contrast move light, range and clipping', async () => {
    expect(falling(await over('brightness', 'exposure', [1.4, 1, 0.6, 0.35, 0.18]))).toBe(true)
    expect(rising(await over('plateau', 'exposure', [1, 1.8, 2.4]))).toBe(true)
    expect(falling(await over('range', 'contrast', [1, 0.7, 0.45, 0.25]))).toBe(true)
    // Clipped highlights stay known when they are darkened.
    const clipped = (await features('exposure', 2.4)).plateau ?? 0
    expect((await features('contrast', 0.7)).plateau).toBeLessThan(clipped / 2)
  })

  it.each([-12, -8, -4, 0, 4, 8, 12])('a room turned by %i° is seen turned by it', async (degrees) => {
    const { cardinalTurn = 99, cardinality } = await features('tilt', degrees)
    expect(Math.abs(cardinalTurn - degrees)).toBeLessThan(1)
    expect(cardinality).toBeGreaterThan(0.25)
    expect(Math.abs(((await features('tilt', degrees)).tilt ?? 99) - degrees)).toBeLessThan(1.5)
  })

  it('flags blank, dark, grey and document-like pictures, and nothing of a photo', async () => {
    const { blank, dark, document, grey } = await features()
    expect({ blank, dark, document, grey }).toEqual({ blank: 0, dark: 0, document: 0, grey: 0 })
    expect((await features('exposure', 0.05)).dark).toBe(1)
    const of = async (bytes: Buffer) => (await look(bytes, {}, looking)).features
    const wall = { create: { width: 200, height: 200, channels: 3 as const, background: '#b5a' } }
    expect((await of(await sharp(wall).png().toBuffer())).blank).toBe(1)
    expect((await of(await sharp(photo).greyscale().png().toBuffer())).grey).toBe(1)
    const plan = `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600"><rect width="800" height="600" fill="#fff"/>
      <path d="M80 80H720V520H80Z M400 80V300 M80 300H300 M500 300H720" fill="none" stroke="#111" stroke-width="8"/></svg>`
    expect((await of(await sharp(Buffer.from(plan)).png().toBuffer())).document).toBe(1)
  })

  it('small, thin and flat pictures are measured too', async () => {
    for (const [width, height] of [
      [16, 16],
      [1024, 16],
      [17, 300],
    ] as const) {
      const { data } = await drawing('house', width, height)
      const bytes = await sharp(data, { raw: { width, height, channels: 3 } })
        .png()
        .toBuffer()
      const { features: small } = await look(bytes, {}, looking)
      expect(Object.entries(small).filter(([, value]) => !Number.isFinite(value))).toEqual([])
    }
  })
})
