/** Section 6 `removebackgroundimage`: the subject stays, what is behind it becomes transparent; the output is a png. */
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { animation, blue, expectColour, look, red, solid, white } from '../support/pictures.ts'
import type { Stack, TestServer } from '../support/stack.ts'
import { TasksClient } from '../support/tasks-client.ts'

/** A red disc on a blue ground that darkens downwards. */
async function disc(width = 160, height = 120): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <linearGradient id="g" x1="0" y1="0" x2="0" y2="1"><stop stop-color="#4a7ade"/><stop offset="1" stop-color="#1b3a8c"/></linearGradient>
    <rect width="100%" height="100%" fill="url(#g)"/>
    <circle cx="${width / 2}" cy="${height / 2}" r="${height / 3}" fill="rgb(${red})"/></svg>`
  return await sharp(Buffer.from(svg)).png().toBuffer()
}

export function backgroundSuite(stack: Stack): void {
  let server: TestServer
  let client: TasksClient

  beforeAll(async () => {
    server = await stack.start({ VISION_MODELS: '["features"]' })
    client = await TasksClient.of(server)
  })
  afterAll(() => server.stop())

  async function run(tool: string, bytes: Buffer, name: string) {
    const { task, processed } = await client.run(tool, bytes, name)
    expect(processed.json).toMatchObject({ status: 'TaskSuccess', output_extensions: ['png'] })
    const file = await client.download(task)
    return { picture: await look(file.bytes), headers: file.headers }
  }

  describe('6 "remove background outputs png because of alpha"', () => {
    it.each([
      ['removebackgroundimage', 'jpeg'],
      ['removebackground', 'webp'],
      ['removebackgroundimage', 'png'],
    ] as const)('%s of a %s', async (tool, format) => {
      const input = await sharp(await disc())
        .toFormat(format, { quality: 95 })
        .toBuffer()
      const { picture, headers } = await run(tool, input, `beach.${format}`)
      expect(headers.get('content-type')).toBe('image/png')
      expect(headers.get('content-disposition')).toContain('beach.png')
      expect([picture.width, picture.height, picture.alpha]).toEqual([160, 120, true])
      expectColour(picture.at(80, 60), [...red, 255], 20)
      for (const [x, y] of [
        [3, 3],
        [150, 5],
        [80, 116],
        [10, 60],
      ] as const)
        expect(picture.at(x, y)[3]).toBe(0)
    })
    it('of an animation the first frame, turned as asked', async () => {
      const { picture } = await run('removebackground', await animation(20, 10, [white, blue]), 'a.gif')
      expect([picture.width, picture.height, picture.frames]).toEqual([20, 10, 1])
    })
    it('a picture of one colour has no subject, and what was cut out stays cut out', async () => {
      expect((await run('removebackground', await solid(40, 30, white), 'a.png')).picture.width).toBe(40)
      const cut = await sharp({ create: { width: 20, height: 20, channels: 4, background: '#00000000' } })
        .composite([{ input: await solid(10, 10, red), left: 5, top: 5 }])
        .png()
        .toBuffer()
      const { picture } = await run('removebackground', cut, 'cut.png')
      expect(picture.at(10, 10)).toEqual([...red, 255])
      expect(picture.at(1, 1)[3]).toBe(0)
    })
  })

  it('a broken file fails alone', async () => {
    const { processed } = await client.run('removebackground', Buffer.from('no picture'), 'a.jpg')
    expect(processed.json.error.param[0]).toMatchObject({ error: 'DamagedFile' })
  })
}
