/** Section 3, `fo` and `z`: crops that look for faces and things; where nothing can be found, for what stands out. */
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packageRoot } from '../../src/paths.ts'
import { deliveryClient } from '../support/delivery-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'

/** A portrait of 300 x 310 at the right end of a grey strip, a loud pattern at the left one. */
async function strip(): Promise<Buffer> {
  const samples = join(packageRoot, 'node_modules/@vladmandic/human/assets/samples.jpg')
  const portrait = await sharp(samples)
    .extract({ left: 168, top: 2, width: 146, height: 154 })
    .resize(300, 310)
    .toBuffer()
  const pattern = `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="310">${Array.from(
    { length: 10 },
    (_, at) => `<rect x="${at * 20}" width="10" height="310" fill="#20e040"/>`,
  ).join('')}</svg>`
  return await sharp({ create: { width: 1100, height: 310, channels: 3, background: '#8a8a8a' } })
    .composite([
      { input: portrait, left: 800, top: 0 },
      { input: Buffer.from(pattern), left: 0, top: 0 },
    ])
    .jpeg({ quality: 92 })
    .toBuffer()
}

export function focusSuite(stack: Stack): void {
  let server: TestServer
  let plain: TestServer
  beforeAll(async () => {
    ;[server, plain] = await Promise.all([stack.start(), stack.start({ VISION_MODELS: '["features"]' })])
    const picture = await strip()
    for (const each of [server, plain]) await deliveryClient(each).upload('strip.jpg', picture)
  })
  afterAll(async () => {
    await Promise.all([server.stop(), plain.stop()])
  })

  /** Share of the loud green pattern in the picture. */
  const loud = async (on: TestServer, path: string) => {
    const { picture } = await deliveryClient(on).see(path)
    let count = 0
    for (let x = 0; x < picture.width; x++) {
      const [red, green] = picture.at(x, Math.floor(picture.height / 2))
      if (green > 150 && red < 110) count += 1
    }
    return { share: count / picture.width, picture }
  }

  test('fo-face has the face in its middle; without models it is fo-auto', async () => {
    const { share, picture } = await loud(server, 'tr:w-200,h-310,fo-face,f-png/strip.jpg')
    expect([picture.width, picture.height, share]).toEqual([200, 310, 0])
    // The wall behind her is darker than the strip: it is nowhere in the middle of the crop.
    const [red, green, blue] = picture.at(100, 60)
    expect(Math.max(Math.abs(red - 138), Math.abs(green - 138), Math.abs(blue - 138))).toBeGreaterThan(8)
    // Nothing was found: the same as fo-auto.
    const [face, auto] = await Promise.all(
      ['fo-face', 'fo-auto'].map((focus) => deliveryClient(plain).get(`tr:w-200,h-310,${focus},f-png/strip.jpg`)),
    )
    expect(face?.bytes.equals(auto?.bytes ?? Buffer.alloc(0))).toBe(true)
  })
  test('fo-person finds her too; of what is not there fo-auto decides', async () => {
    expect((await loud(server, 'tr:w-200,h-310,fo-person,f-png/strip.jpg')).share).toBe(0)
    const [zebra, auto] = await Promise.all(
      ['fo-zebra', 'fo-auto'].map((focus) => deliveryClient(server).get(`tr:w-200,h-310,${focus},f-png/strip.jpg`)),
    )
    expect(zebra?.bytes.equals(auto?.bytes ?? Buffer.alloc(0))).toBe(true)
  })
  test('z: tighter and wider, the sides stay', async () => {
    const sides = async (zoom: string) => {
      const { picture } = await deliveryClient(server).see(
        `tr:w-100,h-100,cm-extract,fo-face,z-${zoom},f-png/strip.jpg`,
      )
      return [picture.width, picture.height]
    }
    expect(await sides('2')).toEqual([100, 100])
    expect(await sides('0.5')).toEqual([100, 100])
  })
  test('the same address has the same ETag, before and after somebody looked', async () => {
    const path = 'tr:w-120,h-300,fo-face/strip.jpg'
    const first = await deliveryClient(server).get(path)
    const second = await deliveryClient(server).get(path)
    expect(second.headers.etag).toBe(first.headers.etag)
    expect(second.bytes.equals(first.bytes)).toBe(true)
  })
}
