/** Section 6: what each tool does to the pixels. */
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  animation,
  black,
  blue,
  expectColour,
  expectQuarters,
  green,
  type Look,
  look,
  photo,
  quarters,
  type Rgb,
  red,
  solid,
  white,
  yellow,
} from '../support/pictures.ts'
import type { Stack, TestServer } from '../support/stack.ts'
import { TasksClient } from '../support/tasks-client.ts'

const upright = [red, green, blue, yellow] as const
/** What `rotate` makes of the four quarters, clockwise. */
const turned: Record<number, readonly [Rgb, Rgb, Rgb, Rgb]> = {
  0: upright,
  90: [blue, red, yellow, green],
  180: [yellow, blue, green, red],
  270: [green, yellow, red, blue],
}

export function toolSuite(stack: Stack): void {
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

  describe('5.1 "files[].rotate: 0, 90, 180, 270 clockwise, applied before the tool"; 6 rotateimage', () => {
    it.each([0, 90, 180, 270])('%i degrees', async (rotate) => {
      const picture = await run('rotateimage', await quarters(80, 60), {}, { rotate })
      expect([picture.width, picture.height]).toEqual(rotate % 180 === 0 ? [80, 60] : [60, 80])
      expectQuarters(picture, turned[rotate] ?? upright)
    })
    it('"0" and "90" as text', async () => {
      expectQuarters(await run('rotateimage', await quarters(80, 60), {}, { rotate: '90' }), turned[90] ?? upright)
      expectQuarters(await run('rotateimage', await quarters(80, 60), {}, { rotate: '0' }), upright)
    })
    it('before crop and resize: their numbers are those of the turned picture', async () => {
      const source = await quarters(80, 60)
      const cropped = await run('cropimage', source, { width: 30, height: 40, x: 0, y: 0 }, { rotate: 90 })
      expect([cropped.width, cropped.height]).toEqual([30, 40])
      expectColour(cropped.at(15, 20), blue)
      const resized = await run('resizeimage', source, { pixels_width: 30 }, { rotate: 90 })
      expect([resized.width, resized.height]).toEqual([30, 40])
      expectQuarters(resized, turned[90] ?? upright)
    })
  })

  describe('6 "Honour EXIF orientation before geometry"', () => {
    // What the stored quarters look like upright: mirrored, turned, both.
    const shown: Record<number, readonly [Rgb, Rgb, Rgb, Rgb]> = {
      1: upright,
      2: [green, red, yellow, blue],
      3: turned[180] ?? upright,
      4: [blue, yellow, red, green],
      5: [red, blue, green, yellow],
      6: turned[90] ?? upright,
      7: [yellow, green, blue, red],
      8: turned[270] ?? upright,
    }
    it.each([1, 2, 3, 4, 5, 6, 7, 8])('orientation %i: rotate 0 makes the pixels upright', async (orientation) => {
      const picture = await run('rotateimage', await quarters(80, 60, 'jpeg', orientation))
      expect([picture.width, picture.height]).toEqual(orientation > 4 ? [60, 80] : [80, 60])
      expectQuarters(picture, shown[orientation] ?? upright)
    })
    it.each([3, 6, 8])(
      'orientation %i: crop, resize, watermark and rotate start from the upright picture',
      async (orientation) => {
        const colours = shown[orientation] ?? upright
        const source = await quarters(80, 60, 'jpeg', orientation)
        const [width, height] = orientation === 3 ? [80, 60] : [60, 80]
        const crop = await run('cropimage', source, { width: width / 2, height: height / 2, x: width / 2, y: 0 })
        expect([crop.width, crop.height]).toEqual([width / 2, height / 2])
        expectColour(crop.at(15, 15), colours[1])
        const resized = await run('resizeimage', source, { pixels_width: width / 2 })
        expect([resized.width, resized.height]).toEqual([width / 2, height / 2])
        expectQuarters(resized, colours)
        const element = { type: 'text', text: '█', font_size: 30, font_color: '#000000', gravity: 'NorthWest' }
        const marked = await run('watermarkimage', source, { elements: [element] })
        expect([marked.width, marked.height]).toEqual([width, height])
        expectColour(marked.at(width - 10, height - 10), colours[3])
        const compressed = await run('compressimage', source)
        expect([compressed.width, compressed.height]).toEqual([width, height])
        expectQuarters(compressed, colours)
      },
    )
    it('orientation 6 and rotate 90 add up', async () => {
      const picture = await run('rotateimage', await quarters(80, 60, 'jpeg', 6), {}, { rotate: 90 })
      expect([picture.width, picture.height]).toEqual([80, 60])
      expectQuarters(picture, turned[180] ?? upright)
    })
    it('orientation in WebP, PNG and TIFF', async () => {
      for (const format of ['webp', 'png', 'tiff'] as const) {
        const picture = await run('rotateimage', await quarters(80, 60, format, 6))
        expect([picture.format, picture.width, picture.height]).toEqual([format, 60, 80])
        expectQuarters(picture, turned[90] ?? upright)
      }
    })
  })

  describe('6 "Every tool except convert keeps the input format where we can write it"', () => {
    it.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)('%s', async (format) => {
      const source = await quarters(80, 60, format)
      const element = { type: 'text', text: 'x', gravity: 'Center' }
      for (const [tool, params] of [
        ['resizeimage', { pixels_width: 40 }],
        ['cropimage', { width: 40, height: 30 }],
        ['compressimage', {}],
        ['watermarkimage', { elements: [element] }],
        ['rotateimage', {}],
      ] as const) {
        const picture = await run(tool, source, params)
        expect([tool, picture.format]).toEqual([tool, format === 'avif' ? 'heif' : format])
      }
    })
    it('"SVG: compress keeps svg, every other tool -> png"', async () => {
      const svg = Buffer.from(
        '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">\n  <!-- a comment -->\n  <rect width="40" height="20" fill="#1e3cdc"/>\n</svg>\n',
      )
      for (const [tool, params] of [
        ['resizeimage', { pixels_width: 20 }],
        ['cropimage', { width: 20, height: 10 }],
        ['rotateimage', {}],
        ['watermarkimage', { elements: [{ type: 'text', text: '.', gravity: 'SouthEast' }] }],
      ] as const) {
        const { task, processed } = await client.run(tool, svg, 'logo.svg', params)
        expect(processed.json).toMatchObject({ output_extensions: ['png'], download_filename: 'logo.png' })
        const picture = await look((await client.download(task)).bytes)
        expect(picture.format).toBe('png')
        expectColour(picture.at(5, 5), blue)
      }
      const { task, processed } = await client.run('compressimage', svg, 'logo.svg')
      expect(processed.json).toMatchObject({ output_extensions: ['svg'], download_filename: 'logo.svg' })
      const download = await client.download(task)
      expect(download.headers.get('content-type')).toMatch(/^image\/svg\+xml/)
      expect(download.bytes.length).toBeLessThanOrEqual(svg.length)
      expectColour((await look(await sharp(download.bytes).png().toBuffer())).at(20, 10), blue)
    })
    it('SVG that reads files or the network sees neither', async () => {
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="20"><rect width="40" height="20" fill="#ffffff"/><image xlink:href="file:///etc/hostname" width="40" height="20"/><image href="${server.url}/livez" width="40" height="20"/></svg>`
      const picture = await run('resizeimage', Buffer.from(svg), { pixels_width: 20 })
      expectColour(picture.at(10, 5), white)
    })
    it('transparency is kept by png, webp and gif', async () => {
      for (const format of ['png', 'webp', 'gif'] as const) {
        const picture = await run('resizeimage', await solid(40, 40, red, format, 0), { pixels_width: 20 })
        expect(picture.at(10, 10)[3]).toBe(0)
      }
    })
  })

  describe('6.1 resizeimage', () => {
    it.each<[string, Record<string, unknown>, [number, number]]>([
      ['width alone: height follows', { pixels_width: 80 }, [80, 60]],
      ['height alone: width follows', { pixels_height: 30 }, [40, 30]],
      ['both: fit inside the box', { pixels_width: 80, pixels_height: 30 }, [40, 30]],
      ['both, the other side limits', { pixels_width: 40, pixels_height: 100 }, [40, 30]],
      ['a side larger than the original stays unchanged', { pixels_width: 400 }, [160, 120]],
      ['may enlarge', { pixels_width: 320, no_enlarge_if_smaller: false }, [320, 240]],
      ['ratio not kept', { pixels_width: 100, pixels_height: 30, maintain_ratio: false }, [100, 30]],
      ['ratio not kept, one side: the other unchanged', { pixels_width: 100, maintain_ratio: false }, [100, 120]],
      ['ratio not kept, never larger', { pixels_width: 400, pixels_height: 30, maintain_ratio: '0' }, [160, 30]],
      [
        'ratio not kept, larger',
        { pixels_width: 400, pixels_height: 30, maintain_ratio: 0, no_enlarge_if_smaller: 0 },
        [400, 30],
      ],
      ['percentage', { resize_mode: 'percentage', percentage: 50 }, [80, 60]],
      ['percentage as text', { resize_mode: 'Percentage', percentage: '25' }, [40, 30]],
      ['percentage above 100 with no_enlarge: unchanged', { resize_mode: 'percentage', percentage: 200 }, [160, 120]],
      [
        'percentage above 100',
        { resize_mode: 'percentage', percentage: 200, no_enlarge_if_smaller: 'false' },
        [320, 240],
      ],
      ['1 percent: sides are rounded, at least 1', { resize_mode: 'percentage', percentage: 1 }, [2, 1]],
      ['rounding', { pixels_width: 33 }, [33, 25]],
      ['0 is not given', { pixels_width: 0, pixels_height: 60, percentage: 0 }, [80, 60]],
    ])('%s', async (_name, params, sides) => {
      const picture = await run('resizeimage', await quarters(160, 120), params)
      expect([picture.width, picture.height]).toEqual(sides)
      if (sides[1] > 20) expectQuarters(picture, upright)
    })
    it('keeps animations, their timing and loop', async () => {
      for (const format of ['gif', 'webp'] as const) {
        const picture = await run('resizeimage', await animation(40, 30, [red, green, blue], format), {
          pixels_width: 20,
        })
        expect(picture).toMatchObject({ format, width: 20, height: 15, frames: 3, delay: [120, 120, 120], loop: 0 })
        for (const [frame, colour] of [red, green, blue].entries()) expectColour(picture.at(10, 7, frame), colour)
      }
    })
  })

  describe('6.2 cropimage', () => {
    it.each<[string, Record<string, unknown>, [number, number], Rgb]>([
      ['x and y default to 0', { width: 40, height: 30 }, [40, 30], red],
      ['right upper', { width: 40, height: 30, x: 40 }, [40, 30], green],
      ['left lower', { width: 40, height: 30, x: 0, y: 30 }, [40, 30], blue],
      ['numbers as text', { width: '40', height: '30', x: '40', y: '30' }, [40, 30], yellow],
      ['"Area beyond the image: clamp"', { width: 500, height: 500, x: 60, y: 40 }, [20, 20], yellow],
      ['one pixel', { width: 1, height: 1, x: 79, y: 0 }, [1, 1], green],
    ])('%s', async (_name, params, sides, colour) => {
      const picture = await run('cropimage', await quarters(80, 60), params)
      expect([picture.width, picture.height]).toEqual(sides)
      expectColour(picture.at(Math.floor(sides[0] / 2), Math.floor(sides[1] / 2)), colour)
    })
    it('"origin outside the image -> file OutOfRange error"', async () => {
      for (const at of [{ x: 80 }, { y: 60 }, { x: 1000, y: 1000 }]) {
        const { processed } = await client.run('cropimage', await quarters(80, 60), 'a.png', {
          width: 5,
          height: 5,
          ...at,
        })
        expect(processed.json.error.param[0].error).toBe('OutOfRange')
      }
    })
    it('keeps animations', async () => {
      const picture = await run('cropimage', await animation(40, 30, [red, green]), {
        width: 10,
        height: 12,
        x: 5,
        y: 5,
      })
      expect(picture).toMatchObject({ format: 'gif', width: 10, height: 12, frames: 2 })
      expectColour(picture.at(5, 5, 1), green)
    })
  })

  describe('6.3 compressimage', () => {
    it.each(['jpeg', 'webp', 'png', 'avif'] as const)(
      '%s: extreme < recommended < low < original; size in pixels unchanged',
      async (format) => {
        const source = await photo(400, 300, format)
        const sizes: number[] = []
        for (const level of ['extreme', 'recommended', 'low']) {
          const picture = await run('compressimage', source, { compression_level: level })
          expect([picture.width, picture.height]).toEqual([400, 300])
          sizes.push(picture.bytes.length)
        }
        expect(sizes).toEqual(sizes.toSorted((a, b) => a - b))
        expect(sizes.at(-1)).toBeLessThanOrEqual(source.length)
        expect(sizes[0]).toBeLessThan(source.length * 0.7)
      },
    )
    it('"recommended" is the default', async () => {
      const source = await photo(200, 150)
      const [unnamed, named] = [
        await run('compressimage', source),
        await run('compressimage', source, { compression_level: ' RECOMMENDED ' }),
      ]
      expect(unnamed.bytes.equals(named.bytes)).toBe(true)
    })
    it('"If recompression would be larger, return the original bytes"', async () => {
      const { bytes: tight } = await run('compressimage', await photo(200, 150), { compression_level: 'low' })
      const { task, processed } = await client.run('compressimage', tight, 'tight.jpg', { compression_level: 'low' })
      expect(processed.json).toMatchObject({
        status: 'TaskSuccess',
        filesize: tight.length,
        output_filesize: tight.length,
      })
      expect((await client.download(task)).bytes.equals(tight)).toBe(true)
      // The output outlives the input: it is the same blob twice referenced.
      const next = await client.call('POST', '/v1/task/next', { json: { task, tool: 'rotate' } })
      await client.call('DELETE', `/v1/task/${task}`)
      const files = Object.keys(next.json.files).map((server_filename) => ({ server_filename }))
      expect((await client.process(next.json.task, 'rotate', files)).json.status).toBe('TaskSuccess')
    })
    it('"Metadata stripped for recommended/extreme"', async () => {
      const tagged = await sharp(await photo(200, 150))
        .withExif({ IFD0: { Copyright: 'nobody at all' } })
        .jpeg({ quality: 95 })
        .toBuffer()
      expect(tagged.includes('nobody at all')).toBe(true)
      for (const level of ['recommended', 'extreme']) {
        expect((await run('compressimage', tagged, { compression_level: level })).bytes.includes('nobody at all')).toBe(
          false,
        )
      }
    })
    it('keeps animations', async () => {
      const picture = await run('compressimage', await animation(40, 30, [red, green, blue]))
      expect(picture).toMatchObject({ format: 'gif', frames: 3, delay: [120, 120, 120] })
      expectColour(picture.at(5, 5, 2), blue, 30)
    })
  })

  describe('6.4 convertimage', () => {
    const formats = { jpg: 'jpeg', png: 'png', gif: 'gif', webp: 'webp', avif: 'heif' } as const

    it.each(Object.entries(formats))('to %s from every input', async (to, format) => {
      for (const from of ['jpeg', 'png', 'gif', 'webp', 'tiff', 'avif'] as const) {
        const { task, processed } = await client.run('convertimage', await quarters(60, 40, from), 'picture.in', { to })
        expect(processed.json).toMatchObject({ output_extensions: [to], download_filename: `picture.${to}` })
        const download = await client.download(task)
        expect(download.headers.get('content-type')).toBe(`image/${to === 'jpg' ? 'jpeg' : to}`)
        const picture = await look(download.bytes)
        expect(picture).toMatchObject({ format, width: 60, height: 40 })
        expectQuarters(picture, upright)
      }
    })
    it.each([
      [{}, 'jpeg'],
      [{ to: 'JPEG' }, 'jpeg'],
      [{ to: ' png ' }, 'png'],
      [{ convert_to: 'png' }, 'png'],
      [{ to: 'png', convert_to: 'gif' }, 'png'],
      [{ to: '', convert_to: 'webp' }, 'webp'],
      [{ convert_to: 'gif_animation ' }, 'gif'],
      [{ to: 'gif_animated' }, 'gif'],
    ])('%j gives %s', async (params, format) => {
      expect((await run('convertimage', await quarters(30, 20), params)).format).toBe(format)
    })
    it('"Unsupported target -> 400 param to"', async () => {
      for (const params of [{ to: 'heic' }, { convert_to: 'heic' }]) {
        const { processed } = await client.run('convertimage', await quarters(30, 20), 'a.png', params)
        expect(processed.json.error).toMatchObject({
          type: 'ProcessingError',
          param: { to: [expect.stringMatching(/heic/)] },
        })
      }
    })
    it('"transparency flattened on white for jpg", kept by png, webp, avif and gif', async () => {
      const clear = await solid(30, 20, red, 'png', 0)
      expectColour((await run('convertimage', clear, { to: 'jpg' })).at(10, 10), white)
      for (const to of ['png', 'webp', 'avif', 'gif'])
        expect((await run('convertimage', clear, { to })).at(10, 10)[3]).toBe(0)
      const half = await run('convertimage', await solid(30, 20, black, 'png', 0.5), { to: 'jpg' })
      expectColour(half.at(10, 10), [128, 128, 128], 4)
    })
    it('"From an animated input gif and webp stay animated; jpg, png and avif take the first frame"', async () => {
      const source = await animation(40, 30, [red, green, blue])
      for (const to of ['gif', 'webp']) {
        const picture = await run('convertimage', source, { to })
        expect(picture).toMatchObject({ frames: 3, delay: [120, 120, 120] })
        expectColour(picture.at(20, 15, 1), green)
      }
      for (const to of ['jpg', 'png', 'avif']) {
        const picture = await run('convertimage', source, { to })
        expect(picture.frames).toBe(1)
        expectColour(picture.at(20, 15), red)
      }
    })
    it('CMYK and a wide-gamut profile come out as the colours they mean', async () => {
      const cmyk = await sharp(await solid(30, 20, red))
        .toColourspace('cmyk')
        .jpeg({ quality: 95 })
        .toBuffer()
      expectColour((await run('convertimage', cmyk, { to: 'png' })).at(10, 10), red, 60)
      const wide = await sharp(await solid(30, 20, red))
        .withIccProfile('p3')
        .png()
        .toBuffer()
      expectColour((await run('convertimage', wide, { to: 'jpg' })).at(10, 10), red, 10)
    })
    it('16-bit PNG', async () => {
      const deep = await sharp(await solid(30, 20, green))
        .toColourspace('rgb16')
        .png()
        .toBuffer()
      expectColour((await run('convertimage', deep, { to: 'webp' })).at(10, 10), green)
    })
  })

  describe('6.4 gif_animation: "first file sets the canvas, others fitted and centred"', () => {
    async function animate(params: Record<string, unknown>, sources: Buffer[]) {
      const task = await client.start('convertimage')
      const files: { server_filename: string }[] = []
      for (const [index, bytes] of sources.entries())
        files.push({ server_filename: (await client.upload(task, bytes, `frame${index}.png`)).json.server_filename })
      const processed = await client.process(task, 'convertimage', files, { to: 'gif_animation', ...params })
      return {
        task,
        processed,
        picture: processed.status === 200 ? await look((await client.download(task)).bytes) : undefined,
      }
    }
    it('N files make one output in their order', async () => {
      const { task, processed, picture } = await animate({ gif_time: 30 }, [
        await solid(40, 30, red),
        await solid(20, 30, green),
        await solid(80, 60, blue),
      ])
      expect(processed.json).toMatchObject({
        status: 'TaskSuccess',
        output_filenumber: 1,
        output_extensions: ['gif'],
        download_filename: 'frame0.gif',
      })
      expect(picture).toMatchObject({
        format: 'gif',
        width: 40,
        height: 30,
        frames: 3,
        delay: [300, 300, 300],
        loop: 0,
      })
      expectColour(picture?.at(20, 15, 0) ?? [], red)
      expectColour(picture?.at(20, 15, 1) ?? [], green)
      expectColour(picture?.at(20, 15, 2) ?? [], blue)
      // The narrow frame is centred: its sides are not green.
      expect(Math.abs((picture?.at(2, 15, 1)[1] ?? 0) - green[1])).toBeGreaterThan(30)
      expectColour(picture?.at(2, 15, 2) ?? [], blue)
      expect(
        (await client.call('GET', `/v1/task/${task}`)).json.files.map(({ status }: { status: string }) => status),
      ).toEqual(['FileSuccess', 'FileSuccess', 'FileSuccess'])
    })
    it.each([
      [{}, 500, 0],
      [{ gif_time: '100', gif_loop: 'false' }, 1000, 1],
      [{ gif_loop: 0 }, 500, 1],
      [{ gif_loop: true }, 500, 0],
      [{ gif_loop: '3' }, 500, 0],
      [{ gif_loop: 1 }, 500, 0],
      [{ gif_loop: 100_000 }, 500, 0],
    ])('%j', async (params, delay, loop) => {
      const { picture } = await animate(params, [await solid(10, 10, red), await solid(10, 10, blue)])
      expect(picture?.delay).toEqual([delay, delay])
      // "0/false = plays once": libvips says 1 for once, 0 for endless.
      expect(picture?.loop ?? 1).toBe(loop)
    })
    it('rotate counts for each file', async () => {
      const task = await client.start('convertimage')
      const name = (await client.upload(task, await quarters(40, 20), 'a.png')).json.server_filename
      const files = [
        { server_filename: name, rotate: 90 },
        { server_filename: name, rotate: 270 },
      ]
      expect((await client.process(task, 'convertimage', files, { to: 'gif_animation' })).json.status).toBe(
        'TaskSuccess',
      )
      const picture = await look((await client.download(task)).bytes)
      expect(picture).toMatchObject({ width: 20, height: 40, frames: 2 })
      expectQuarters(picture, turned[90] ?? upright, 0)
      expectQuarters(picture, turned[270] ?? upright, 1)
    })
    it('a broken frame is left out with a warning, or fails all', async () => {
      const broken = Buffer.from('no picture')
      const lenient = await animate({}, [await solid(10, 10, red), broken, await solid(10, 10, blue)])
      expect(lenient.processed.json).toMatchObject({
        status: 'TaskSuccessWithWarnings',
        warnings: [{ filename: 'frame1.png', error: 'DamagedFile' }],
      })
      expect(lenient.picture?.frames).toBe(2)
      const strict = await animate({ ignore_errors: false }, [await solid(10, 10, red), broken])
      expect(strict.processed.status).toBe(400)
      expect(strict.processed.json.error.param).toMatchObject([{ filename: 'frame1.png', error: 'DamagedFile' }])
    })
  })
}
