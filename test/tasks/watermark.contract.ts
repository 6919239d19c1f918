import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  animation,
  black,
  blue,
  expectColour,
  green,
  type Look,
  look,
  quarters,
  type Rgb,
  red,
  solid,
  white,
} from '../support/pictures.ts'
import type { Stack, TestServer } from '../support/stack.ts'
import { TasksClient } from '../support/tasks-client.ts'

export function watermarkSuite(stack: Stack): void {
  let server: TestServer
  let client: TasksClient

  beforeAll(async () => {
    server = await stack.start()
    client = await TasksClient.of(server)
  })
  afterAll(() => server.stop())

  /** Runs one file through a tool and looks at the result. */
  async function run(
    tool: string,
    bytes: Buffer,
    params: Record<string, unknown> = {},
    file: Record<string, unknown> = {},
  ): Promise<Look> {
    const { task, processed } = await client.run(tool, bytes, 'a.bin', params, file)
    expect(processed.json).toMatchObject({ status: 'TaskSuccess' })
    return look((await client.download(task)).bytes)
  }

  describe('6.5 watermarkimage: image stamps', () => {
    let base: Buffer
    let stamp: Buffer

    beforeAll(async () => {
      base = await solid(200, 100, white)
      stamp = await solid(20, 10, red)
    })

    async function mark(element: Record<string, unknown>, on = base, by = stamp) {
      const task = await client.start('watermarkimage')
      const name = (await client.upload(task, on, 'base.png')).json.server_filename
      const image = (await client.upload(task, by, 'stamp.png')).json.server_filename
      const elements = [{ type: 'image', image, ...element }]
      const processed = await client.process(task, 'watermarkimage', [{ server_filename: name }], { elements })
      expect(processed.json).toMatchObject({ status: 'TaskSuccess', output_filenumber: 1 })
      return look((await client.download(task)).bytes)
    }
    /** Box of what is no longer white. */
    function box(picture: Look, frame = 0): { left: number; top: number; right: number; bottom: number } {
      const found = { left: picture.width, top: picture.height, right: -1, bottom: -1 }
      for (let y = 0; y < picture.height; y += 1) {
        for (let x = 0; x < picture.width; x += 1) {
          const [r, g, b] = picture.at(x, y, frame)
          if (r > 240 && g > 240 && b > 240) continue
          found.left = Math.min(found.left, x)
          found.top = Math.min(found.top, y)
          found.right = Math.max(found.right, x + 1)
          found.bottom = Math.max(found.bottom, y + 1)
        }
      }
      return found
    }
    const at = (left: number, top: number, width = 20, height = 10) => ({
      left,
      top,
      right: left + width,
      bottom: top + height,
    })

    it.each<[Record<string, unknown>, number, number]>([
      [{}, 90, 45],
      [{ gravity: 'North' }, 90, 0],
      [{ gravity: 'northeast' }, 180, 0],
      [{ gravity: 'NorthWest' }, 0, 0],
      [{ gravity: 'CenterEast' }, 180, 45],
      [{ gravity: 'East' }, 180, 45],
      [{ gravity: 'CenterWest' }, 0, 45],
      [{ gravity: 'West' }, 0, 45],
      [{ gravity: 'South' }, 90, 90],
      [{ gravity: 'SouthEast' }, 180, 90],
      [{ gravity: 'SouthWest' }, 0, 90],
      [{ gravity: 'NorthWest', vertical_adjustment_percent: 10, horizontal_adjustment_percent: 10 }, 20, 10],
      [{ gravity: 'SouthEast', vertical_adjustment_percent: 10, horizontal_adjustment_percent: '10' }, 160, 80],
      [{ gravity: 'Center', vertical_adjustment_percent: 10, horizontal_adjustment_percent: -10 }, 70, 55],
      [{ gravity: 'SouthEast', vertical_adjustment: 5, horizontal_adjustment: 3 }, 177, 85],
      [{ gravity: 'SouthEast', x_pos_percent: 25, y_pos_percent: 50 }, 50, 50],
      [{ gravity: 'South', x_pos_percent: 25, y_pos_percent: 0 }, 50, 90],
    ])('%j', async (element, left, top) => {
      const picture = await mark(element)
      expect([picture.width, picture.height]).toEqual([200, 100])
      expect(box(picture)).toEqual(at(left, top))
      expectColour(picture.at(left + 10, top + 5), red)
    })
    it('partly and wholly outside the picture', async () => {
      expect(box(await mark({ gravity: 'NorthWest', horizontal_adjustment_percent: -5 }))).toEqual(at(0, 0, 10, 10))
      expect(box(await mark({ gravity: 'NorthWest', horizontal_adjustment_percent: -100 })).right).toBe(-1)
    })
    it('a stamp larger than the picture', async () => {
      const picture = await mark({}, base, await solid(400, 300, blue))
      expectColour(picture.at(0, 0), blue)
      expectColour(picture.at(199, 99), blue)
    })
    it('"server_filename: Python, and PHP\'s array form", and "type wins" over a stale mode', async () => {
      const task = await client.start('watermarkimage')
      const name = (await client.upload(task, base, 'base.png')).json.server_filename
      const image = (await client.upload(task, stamp, 'stamp.png')).json.server_filename
      const elements = [{ type: 'image', mode: 'text', server_filename: image }]
      expect(
        (await client.process(task, 'watermarkimage', [{ server_filename: name }], { elements })).json.status,
      ).toBe('TaskSuccess')
      expect(box(await look((await client.download(task)).bytes))).toEqual(at(90, 45))
    })
    it.each([
      [{ transparency: 50 }, 0.5],
      [{ transparency: '1' }, 0.01],
      [{ opacity: 25 }, 0.25],
      [{ transparency: 80, opacity: 10 }, 0.8],
      [{ transparency: 100 }, 1],
    ])('%j is opacity', async (element, share) => {
      const expected = red.map((value) => 255 + (value - 255) * share)
      expectColour((await mark(element)).at(100, 50), expected, 4)
    })
    it('width_percent and height_percent scale by the base, keeping the ratio of the stamp', async () => {
      expect(box(await mark({ width_percent: 50 }))).toEqual(at(50, 25, 100, 50))
      expect(box(await mark({ width_percent: 100 }))).toEqual(at(0, 0, 200, 100))
      expect(box(await mark({ height_percent: 50 }))).toEqual(at(50, 25, 100, 50))
      expect(box(await mark({ width_percent: 50, height_percent: 20 }))).toEqual(at(80, 40, 40, 20))
      expect(box(await mark({ width_percent: 0 }))).toEqual(at(90, 45))
    })
    it('"rotation 0-360 clockwise"', async () => {
      expect(box(await mark({ rotation: 90 }))).toEqual(at(95, 40, 10, 20))
      expect(box(await mark({ rotation: 360 }))).toEqual(at(90, 45))
      const quarter = await mark({ rotation: 90, gravity: 'NorthWest' }, base, await quarters(40, 20))
      expect(box(quarter)).toEqual(at(0, 0, 20, 40))
      expectColour(quarter.at(4, 8), blue)
      expectColour(quarter.at(15, 8), red)
      const slanted = box(await mark({ rotation: 45 }))
      expect(slanted.right - slanted.left).toBeGreaterThanOrEqual(20)
      expect(slanted.bottom - slanted.top).toBeGreaterThanOrEqual(20)
    })
    it('"mosaic: overrides position, stamps 9 times"', async () => {
      const picture = await mark({ mosaic: 'true', gravity: 'NorthWest' })
      for (const x of [33, 100, 167]) for (const y of [17, 50, 83]) expectColour(picture.at(x, y), red)
      for (const [x, y] of [
        [66, 33],
        [133, 66],
        [5, 5],
      ] as const)
        expectColour(picture.at(x, y), white)
    })
    it('several elements, later ones above', async () => {
      const task = await client.start('watermarkimage')
      const [name, first, second] = [
        (await client.upload(task, base, 'base.png')).json.server_filename,
        (await client.upload(task, await solid(40, 40, red), 's.png')).json.server_filename,
        (await client.upload(task, await solid(20, 20, blue), 't.png')).json.server_filename,
      ]
      const elements = [
        { type: 'image', image: first },
        { type: 'image', image: second },
        { type: 'image', image: first, gravity: 'NorthWest' },
      ]
      await client.process(task, 'watermarkimage', [{ server_filename: name }], { elements })
      const picture = await look((await client.download(task)).bytes)
      expectColour(picture.at(100, 50), blue)
      expectColour(picture.at(85, 35), red)
      expectColour(picture.at(20, 20), red)
    })
    it('a transparent stamp on a transparent base, and on every frame of an animation', async () => {
      const clear = await mark(
        { gravity: 'NorthWest' },
        await solid(200, 100, white, 'png', 0),
        await solid(20, 10, red, 'png', 0.5),
      )
      expect(clear.at(100, 50)[3]).toBe(0)
      expect(clear.at(5, 5)[3]).toBeGreaterThan(120)
      const moving = await mark({ gravity: 'SouthEast' }, await animation(200, 100, [white, green, blue]))
      expect(moving.frames).toBe(3)
      for (const frame of [0, 1, 2]) expectColour(moving.at(190, 95, frame), red, 25)
      expectColour(moving.at(20, 20, 2), blue, 25)
    })
    it('a stamp that is no picture fails the files', async () => {
      const task = await client.start('watermarkimage')
      const name = (await client.upload(task, base, 'base.png')).json.server_filename
      const image = (await client.upload(task, Buffer.from('text'), 'stamp.png')).json.server_filename
      const answer = await client.process(task, 'watermarkimage', [{ server_filename: name }], {
        elements: [{ type: 'image', image }],
      })
      expect(answer.json.error.param[0].error).toBe('DamagedFile')
    })
  })

  describe('6.5 watermarkimage: text', () => {
    const text = async (element: Record<string, unknown>, base?: Buffer) =>
      run('watermarkimage', base ?? (await solid(300, 120, white)), {
        elements: [{ type: 'text', text: 'HHHH', ...element }],
      })
    function ink(picture: Look, of: Rgb = black, tolerance = 60) {
      const found = { count: 0, left: picture.width, top: picture.height, right: -1, bottom: -1 }
      for (let y = 0; y < picture.height; y += 1) {
        for (let x = 0; x < picture.width; x += 1) {
          const pixel = picture.at(x, y)
          if (of.some((value, channel) => Math.abs((pixel[channel] ?? 0) - value) > tolerance)) continue
          found.count += 1
          found.left = Math.min(found.left, x)
          found.top = Math.min(found.top, y)
          found.right = Math.max(found.right, x + 1)
          found.bottom = Math.max(found.bottom, y + 1)
        }
      }
      return found
    }

    it('black, 14 pixels, in the centre by default; type text is the default', async () => {
      const found = ink(await run('watermarkimage', await solid(300, 120, white), { elements: [{ text: 'HHHH' }] }))
      expect(found.count).toBeGreaterThan(50)
      expect(found.bottom - found.top).toBeGreaterThanOrEqual(7)
      expect(found.bottom - found.top).toBeLessThanOrEqual(20)
      expect(Math.abs((found.left + found.right) / 2 - 150)).toBeLessThanOrEqual(4)
      expect(Math.abs((found.top + found.bottom) / 2 - 60)).toBeLessThanOrEqual(6)
    })
    it('font_size scales, font_color colours (#RGB too), gravity places', async () => {
      const large = ink(await text({ font_size: '48' }))
      const height = large.bottom - large.top
      expect(height).toBeGreaterThanOrEqual(28)
      expect(height).toBeLessThanOrEqual(48)
      expect(ink(await text({ font_size: 40, font_color: '#1E3CDC' }), blue).count).toBeGreaterThan(200)
      expect(ink(await text({ font_size: 40, font_color: '#f00' }), [255, 0, 0]).count).toBeGreaterThan(200)
      const corner = ink(await text({ gravity: 'SouthEast', font_size: 30 }))
      expect(corner.left).toBeGreaterThan(150)
      expect(corner.top).toBeGreaterThan(70)
    })
    it('bold has more ink, italic another outline, in every spelling', async () => {
      const regular = ink(await text({ font_size: 40 })).count
      for (const element of [{ font_style: 'Bold' }, { bold: true }, { font_weight: 'bold' }, { font_weight: '700' }]) {
        expect(ink(await text({ font_size: 40, ...element })).count).toBeGreaterThan(regular * 1.1)
      }
      for (const font_style of [null, 'Regular', ''])
        expect(ink(await text({ font_size: 40, font_style })).count).toBe(regular)
      const italic = await text({ font_size: 40, font_style: 'Italic' })
      expect(italic.bytes.equals((await text({ font_size: 40 })).bytes)).toBe(false)
      expect(ink(await text({ font_size: 40, font_style: 'Bold Italic' })).count).toBeGreaterThan(regular * 1.1)
    })
    it('every font family has a face', async () => {
      const seen = new Set<string>()
      for (const font_family of [
        'Arial',
        'Verdana',
        'Courier',
        'Times New Roman',
        'Comic Sans MS',
        'Arial Unicode MS',
        'WenQuanYi Zen Hei',
        'Lohit Marathi',
        'Lohit Devanagari',
      ]) {
        const picture = await text({ font_size: 40, font_family })
        expect(ink(picture).count).toBeGreaterThan(200)
        seen.add(picture.bytes.toString('base64'))
      }
      // Arial, Verdana, Courier, Times and Comic differ from each other.
      expect(seen.size).toBeGreaterThanOrEqual(5)
    })
    it('"width_percent … relies on as scale for text; 100 means unset"', async () => {
      const natural = ink(await text({ font_size: 20, width_percent: 100, height_percent: 100 }))
      expect(natural.right - natural.left).toBeLessThan(120)
      const scaled = ink(await text({ font_size: 20, width_percent: 80 }))
      expect(scaled.right - scaled.left).toBeGreaterThan(200)
      expect(scaled.right - scaled.left).toBeLessThanOrEqual(242)
    })
    it('opacity, rotation and mosaic', async () => {
      const half = await text({ font_size: 60, text: '████', transparency: 50 })
      expectColour(half.at(150, 60), [128, 128, 128], 6)
      const vertical = ink(await text({ font_size: 20, rotation: 90 }))
      expect(vertical.bottom - vertical.top).toBeGreaterThan(vertical.right - vertical.left)
      const nine = ink(await text({ font_size: 14, mosaic: 1 })).count
      const one = ink(await text({ font_size: 14 })).count
      expect(nine).toBeGreaterThan(one * 7)
    })
    it('markup, quotes and long texts are text', async () => {
      for (const odd of ['<b>&amp;</b>', '"\'`$(x)', 'a\nb', 'é ü ß Ж Ω', '%s %d \\n', 'x'.repeat(500)]) {
        expect(ink(await text({ text: odd, font_size: 12 })).count).toBeGreaterThan(5)
      }
    })
    it('on JPEG, on transparent PNG and on an animation', async () => {
      const jpeg = await text({ font_size: 40 }, await solid(300, 120, white, 'jpeg'))
      expect(jpeg.format).toBe('jpeg')
      expect(ink(jpeg).count).toBeGreaterThan(200)
      const clear = await text({ font_size: 40 }, await solid(300, 120, white, 'png', 0))
      expect(clear.at(2, 2)[3]).toBe(0)
      const moving = await text({ text: '████', font_size: 60 }, await animation(300, 120, [white, red]))
      for (const frame of [0, 1]) expectColour(moving.at(150, 60, frame), black, 25)
    })
  })
}
