/** Section 6.6 `upscaleimage`: "Output sides = input x multiplier exactly", in the input's format. */
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  animation,
  blue,
  expectColour,
  expectQuarters,
  green,
  look,
  quarters,
  red,
  solid,
  yellow,
} from '../support/pictures.ts'
import type { Stack, TestServer } from '../support/stack.ts'
import { TasksClient } from '../support/tasks-client.ts'

export function upscaleSuite(stack: Stack): void {
  let server: TestServer
  let client: TasksClient

  beforeAll(async () => {
    server = await stack.start({ VISION_MODELS: '["features"]' })
    client = await TasksClient.of(server)
  })
  afterAll(() => server.stop())

  async function run(bytes: Buffer, params: Record<string, unknown> = {}, file: Record<string, unknown> = {}) {
    const { task, processed } = await client.run('upscale', bytes, 'a.bin', params, file)
    expect(processed.json).toMatchObject({ status: 'TaskSuccess' })
    return look((await client.download(task)).bytes)
  }

  describe('6.6 "multiplier int: 2 or 4 … default 2, others 400"', () => {
    it.each([
      [{}, 2],
      [{ multiplier: '2' }, 2],
      [{ multiplier: 4 }, 4],
    ])('%o', async (params, times) => {
      const picture = await run(await quarters(31, 21), params)
      expect([picture.format, picture.width, picture.height]).toEqual(['png', 31 * times, 21 * times])
      expectQuarters(picture, [red, green, blue, yellow])
    })
    it.each([1, 3, 8, 0, 'two', 2.5])('%s is refused', async (multiplier) => {
      const { processed } = await client.run('upscaleimage', await solid(4, 4, red), 'a.png', { multiplier })
      expect(processed.status).toBe(400)
      expect(processed.json.error.param).toHaveProperty('multiplier')
    })
  })

  describe('6 "upscale keeps" the format', () => {
    it.each(['jpeg', 'webp', 'gif', 'tiff', 'avif'] as const)('%s', async (format) => {
      const picture = await run(await quarters(48, 32, format))
      expect([picture.format, picture.width, picture.height]).toEqual([format === 'avif' ? 'heif' : format, 96, 64])
      expectQuarters(picture, [red, green, blue, yellow])
    })
    it('orientation and `files[].rotate` come before', async () => {
      const turned = await run(await quarters(48, 32, 'jpeg', 6), {}, { rotate: 90 })
      expect([turned.width, turned.height]).toEqual([96, 64])
      expectQuarters(turned, [yellow, blue, green, red])
    })
    it('an SVG is drawn at the new size, as png', async () => {
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="20" height="20" fill="rgb(${red})"/></svg>`
      const picture = await run(Buffer.from(svg), { multiplier: 4 })
      expect([picture.format, picture.width, picture.height]).toEqual(['png', 160, 80])
      expectColour(picture.at(79, 40), [...red, 255])
      expect(picture.at(80, 40)[3]).toBe(0)
    })
    it('every frame of an animation, with its timing', async () => {
      const moving = await run(await animation(20, 10, [red, blue]))
      expect([moving.format, moving.width, moving.height, moving.frames]).toEqual(['gif', 40, 20, 2])
      expect(moving.delay).toEqual([120, 120])
      expectColour(moving.at(20, 10, 0), red)
      expectColour(moving.at(20, 10, 1), blue)
    })
    it('alpha too, and what is hidden does not shine through', async () => {
      const half = await sharp({ create: { width: 20, height: 20, channels: 4, background: '#00ff0000' } })
        .composite([{ input: await solid(10, 20, red), left: 0, top: 0 }])
        .png()
        .toBuffer()
      const picture = await run(half)
      expect(picture.alpha).toBe(true)
      expect(picture.at(5, 20)[3]).toBe(255)
      expect(picture.at(35, 20)[3]).toBe(0)
      for (let x = 14; x < 20; x++) expect(picture.at(x, 20)[1]).toBeLessThan(90)
    })
  })

  it('a result above the limits is OutOfRange before anything is decoded', async () => {
    const { processed } = await client.run('upscale', await solid(4000, 2000, red), 'a.png', { multiplier: 4 })
    expect(processed.json.error.param[0]).toMatchObject({ error: 'OutOfRange' })
  })
}
