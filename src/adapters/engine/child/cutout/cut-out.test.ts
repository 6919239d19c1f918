/** Cutting out without a model: drawn subjects over drawn backgrounds, whose true mattes are known. */
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { Picture } from '../picture.ts'
import { toPixels } from '../pixels.ts'
import { removeBackground } from '../steps/remove-background.ts'

const width = 300
const height = 200

/** Waves and speckle in two colours. */
function texture(one: readonly number[], other: readonly number[], scale: number): Buffer {
  const data = Buffer.alloc(width * height * 3)
  let state = 7
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [at % width, Math.floor(at / width)]
    state = (state * 1_103_515_245 + 12_345) & 0x7fff_ffff
    const share = 0.5 + 0.35 * Math.sin(x / scale) * Math.cos(y / scale / 1.3) + ((state >> 16) % 100) / 700
    for (let band = 0; band < 3; band++) {
      data[at * 3 + band] = Math.min(255, (one[band] ?? 0) * share + (other[band] ?? 0) * (1 - share))
    }
  }
  return data
}

const shapes = {
  disc: `<circle cx="240" cy="160" r="100"/>`,
  star: `<path d="M240 40 L275 130 L370 135 L295 195 L320 285 L240 235 L160 285 L185 195 L110 135 L205 130 Z"/>`,
  'a shape that touches the edge': `<path d="M150 320 L150 190 Q240 60 330 190 L330 320 Z"/>`,
}

async function matteOf(shape: string): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 480 320" fill="#fff">${shape}</svg>`
  return await sharp(Buffer.from(svg)).extractChannel('alpha').raw().toBuffer()
}

async function composite(matte: Buffer): Promise<Buffer> {
  const front = texture([210, 60, 40], [240, 170, 60], 14)
  const back = texture([40, 90, 60], [90, 140, 170], 37)
  const data = Buffer.alloc(front.length)
  for (let at = 0; at < data.length; at++) {
    const alpha = (matte[Math.floor(at / 3)] ?? 0) / 255
    data[at] = Math.round((front[at] ?? 0) * alpha + (back[at] ?? 0) * (1 - alpha))
  }
  return data
}

async function cut(data: Buffer) {
  const image = sharp(data, { raw: { width, height, channels: 3 } })
  const picture = { image, width, height, frames: 1, alpha: false } as Picture
  const order = { operations: { removeBackground: true as const }, output: { format: 'png' as const } }
  return await toPixels((await removeBackground(picture, { order, sources: [] })).image)
}

describe.each(Object.entries(shapes))('%s', (_name, shape) => {
  it('its matte is found to 97 %, soft at the edge, without the colour of what was behind', async () => {
    const matte = await matteOf(shape)
    const { data } = await cut(await composite(matte))
    let [both, either, soft] = [0, 0, 0]
    let [green, edge] = [0, 0]
    for (let at = 0; at < matte.length; at++) {
      const [want, got] = [(matte[at] ?? 0) > 127, (data[at * 4 + 3] ?? 0) > 127]
      both += Number(want && got)
      either += Number(want || got)
      const alpha = data[at * 4 + 3] ?? 0
      if (alpha > 12 && alpha < 243) soft += 1
      if (alpha > 60 && alpha < 200) {
        edge += 1
        // The subject is red and yellow, the background green and blue.
        green += Number((data[at * 4 + 2] ?? 0) > (data[at * 4] ?? 0))
      }
    }
    expect(both / either).toBeGreaterThan(0.97)
    expect(soft).toBeGreaterThan(100)
    expect(green / edge).toBeLessThan(0.2)
  })
})

it('what is see-through already stays as it is', async () => {
  const data = Buffer.alloc(64 * 64 * 4, 200)
  for (let at = 3; at < data.length / 2; at += 4) data[at] = 0
  const image = sharp(data, { raw: { width: 64, height: 64, channels: 4 } })
  const order = { operations: { removeBackground: true as const }, output: { format: 'png' as const } }
  const done = await removeBackground({ image, width: 64, height: 64, frames: 1, alpha: true } as Picture, {
    order,
    sources: [],
  })
  expect((await toPixels(done.image)).data.equals(data)).toBe(true)
})
