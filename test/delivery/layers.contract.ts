/** Layers of image URLs: pictures, blocks and texts laid on pictures (image-urls.md section 8). */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deliveryClient } from '../support/delivery-client.ts'
import { animation, expectColour, green, type Look, quarters, red, solid, white, yellow } from '../support/pictures.ts'
import type { Stack, TestServer } from '../support/stack.ts'

const lobster = () =>
  readFileSync(createRequire(import.meta.url).resolve('@expo-google-fonts/lobster/400Regular/Lobster_400Regular.ttf'))

export function layerSuite(stack: Stack): void {
  let server: TestServer
  beforeAll(async () => {
    server = await stack.start()
    const client = deliveryClient(server)
    await client.upload('white.png', await solid(200, 100, white))
    await client.upload('red.png', await solid(40, 20, red), { folder: '/logos' })
    await client.upload('quarters.png', await quarters(40, 40))
    await client.upload('turned.jpg', await quarters(40, 20, 'jpeg', 6))
    await client.upload('playing.gif', await animation(60, 40, [red, green]))
    await client.upload('Curly.ttf', lobster(), { folder: '/fonts' })
    await client.upload('words.txt', Buffer.from('no font'))
  })
  afterAll(() => server.stop())

  const client = () => deliveryClient(server)
  /** white.png, losslessly, under these layers. */
  const shown = async (layers: string) => (await client().see(`tr:${layers},f-png/white.png`)).picture
  const refused = async (layers: string) => {
    const { status, text } = await client().get(`tr:${layers}/white.png`)
    expect(status, text).toBe(400)
    return text
  }

  function bounds(picture: Look, is: (pixel: number[]) => boolean = ([r, g, b]) => `${[r, g, b]}` !== '255,255,255') {
    const found = [picture.width, picture.height, 0, 0] as [number, number, number, number]
    for (let y = 0; y < picture.height; y++) {
      for (let x = 0; x < picture.width; x++) {
        if (!is(picture.at(x, y))) continue
        found[0] = Math.min(found[0], x)
        found[1] = Math.min(found[1], y)
        found[2] = Math.max(found[2], x + 1)
        found[3] = Math.max(found[3], y + 1)
      }
    }
    return found
  }

  describe('positions, to the pixel', () => {
    test.each([
      ['', [80, 40, 120, 60]],
      [',lfo-top_left', [0, 0, 40, 20]],
      [',lfo-bottom_right', [160, 80, 200, 100]],
      [',lfo-right', [160, 40, 200, 60]],
      [',lx-10,ly-7', [10, 7, 50, 27]],
      // "N.. measures from the right/bottom edge"
      [',lx-N10,ly-N5', [150, 75, 190, 95]],
      // "values beyond the base are clamped so that the overlay fits"
      [',lx-500,ly-500', [160, 80, 200, 100]],
      [',lx-10,ly-7,lfo-center', [10, 7, 50, 27]],
      [',lxc-100,lyc-50', [80, 40, 120, 60]],
      [',lap-bottom_right,lx-N50,ly-N30', [150, 70, 190, 90]],
      // "cw = final overlay size in lx/ly"
      [',lx-bw_sub_cw_sub_3,ly-bh_div_4', [157, 25, 197, 45]],
    ])('%s', async (position, expected) => {
      expect(bounds(await shown(`l-image,i-logos@@red.png,t-false${position},l-end`))).toEqual(expected)
    })
  })

  describe('image layers', () => {
    test('sizes, expressions of the base, turns', async () => {
      expect(bounds(await shown('l-image,i-logos@@red.png,w-bw_mul_0.5,lx-0,ly-0,l-end'))).toEqual([0, 0, 100, 50])
      expect(bounds(await shown('l-image,i-logos@@red.png,w-20,rt-90,lx-0,ly-0,l-end'))).toEqual([0, 0, 10, 20])
    })

    test('"ie-<base64, percent-encoded>"; both: ie wins', async () => {
      const encoded = encodeURIComponent(Buffer.from('logos/red.png').toString('base64'))
      const picture = await shown(`l-image,i-quarters.png,ie-${encoded},t-false,lfo-top_left,l-end`)
      expect(bounds(picture)).toEqual([0, 0, 40, 20])
    })

    test('are upright, and larger ones than the base are cut off', async () => {
      const upright = await shown('l-image,i-turned.jpg,t-false,lx-0,ly-0,l-end')
      expect(bounds(upright)[3]).toBe(40)
      const large = await shown('l-image,i-quarters.png,w-400,h-400,t-false,l-end')
      expect([large.width, large.height]).toEqual([200, 100])
      expectColour(large.at(50, 25), red)
      expectColour(large.at(150, 75), yellow)
    })

    test('"up to 3 nesting levels", each on its direct parent', async () => {
      const inner = 'l-image,i-ik_canvas,w-4,h-4,bg-0000FF,lx-1,ly-2,l-end'
      const middle = `l-image,i-ik_canvas,w-12,h-10,bg-00FF00,lx-N0,ly-0,${inner},l-end`
      const picture = await shown(`l-image,i-logos@@red.png,w-60,h-30,lx-10,ly-20,${middle},l-end`)
      expect(bounds(picture)).toEqual([10, 20, 70, 50])
      expect(bounds(picture, ([r, g, b]) => `${[r, g, b]}` === '0,0,255')).toEqual([59, 22, 63, 26])
    })

    test('a file that is no picture: 400 and its name', async () => {
      expect(await refused('l-image,i-words.txt,l-end')).toMatch(/words\.txt/)
    })

    test('a path where nothing is: 400 and its name', async () => {
      expect(await refused('l-image,i-logos@@none.png,l-end')).toMatch(/logos\/none\.png/)
    })
  })

  describe('"i-ik_canvas"', () => {
    test('w, h, bg, al; "if bg has an alpha part it beats al"', async () => {
      const picture = await shown('l-image,i-ik_canvas,w-50,h-bh_div_2,bg-0000FF,al-5,lx-0,ly-0,l-end')
      expect(bounds(picture)).toEqual([0, 0, 50, 50])
      expectColour(picture.at(10, 10), [127, 127, 255], 2)
      const beaten = await shown('l-image,i-ik_canvas,w-50,h-50,bg-0000FF20,al-9,lx-0,ly-0,l-end')
      expectColour(beaten.at(10, 10), [204, 204, 255], 2)
    })

    test('"h, w default: base size"', async () => {
      expect(bounds(await shown('l-image,i-ik_canvas,bg-FF0000,l-end'))).toEqual([0, 0, 200, 100])
    })

    test('black unless told otherwise; under a gradient that ends clear the base shows', async () => {
      expectColour((await shown('l-image,i-ik_canvas,al-5,l-end')).at(10, 10), [127, 127, 127], 2)
      const picture = await shown('l-image,i-ik_canvas,e-gradient-from-000000_to-00000000,l-end')
      expect(picture.at(10, 1)[0]).toBeLessThan(20)
      expect(picture.at(10, 98)[0]).toBeGreaterThan(240)
    })

    test('a block under text, as a banner', async () => {
      const layers =
        'l-image,i-ik_canvas,w-bw,h-30,bg-000000,lfo-bottom,l-end,l-text,i-Sale,co-FFFFFF,fs-20,lfo-bottom,l-end'
      const picture = await shown(layers)
      expect(bounds(picture)).toEqual([0, 70, 200, 100])
      expect(bounds(picture, ([, g]) => (g ?? 0) > 200)[1]).toBe(0)
    })
  })

  describe('text layers', () => {
    test('boxes: padding, background, width', async () => {
      const narrow = bounds(await shown('l-text,i-Hi,fs-20,bg-FFFF00,lx-0,ly-0,l-end'))
      const padded = bounds(await shown('l-text,i-Hi,fs-20,bg-FFFF00,pa-5_10,lx-0,ly-0,l-end'))
      expect(padded).toEqual([0, 0, narrow[2] + 20, narrow[3] + 10])
      const wrapped = bounds(await shown('l-text,i-several%20words%20in%20lines,fs-20,w-90,bg-FFFF00,lx-0,ly-0,l-end'))
      expect(wrapped[2]).toBe(90)
      expect(wrapped[3]).toBeGreaterThanOrEqual(narrow[3] * 2 - 1)
    })

    test('fonts: built in, "path of an uploaded TTF/OTF with @@", unknown is the default', async () => {
      const word = async (font: string) => (await shown(`l-text,i-Rag%2035,fs-40${font},l-end`)).bytes
      const plain = await word('')
      const built = await word(',ff-Lobster')
      expect(built.equals(plain)).toBe(false)
      expect((await word(',ff-fonts@@Curly.ttf')).equals(built)).toBe(true)
      expect((await word(',ff-Papyrus')).equals(plain)).toBe(true)
    })

    test('a font that is none: 400 and what to do', async () => {
      expect(await refused('l-text,i-Hi,ff-@@words.txt,l-end')).toMatch(/TTF or OTF/)
    })

    test('"Text box above 16383 px in any direction: error 400"', async () => {
      const { status, headers } = await client().get(`tr:l-text,i-${'W'.repeat(900)},fs-100,l-end/white.png`)
      expect(status).toBe(400)
      expect(headers['ik-error']).toMatch(/^ELIMIT/)
    })

    test('markup and emoji in ie are text', async () => {
      const encoded = encodeURIComponent(Buffer.from('<b>&amp; 😀').toString('base64'))
      const [left, , right] = bounds(await shown(`l-text,ie-${encoded},fs-20,l-end`))
      expect(right - left).toBeGreaterThan(90)
    })
  })

  describe('"lm"', () => {
    test.each([
      ['multiply', [127, 0, 0, 255], [255, 255, 255, 255]],
      ['cutter', [255, 255, 255, 255], [0, 0, 0, 0]],
      ['cutout', [0, 0, 0, 0], [255, 255, 255, 255]],
    ])('%s', async (mode, inside, outside) => {
      const picture = await shown(`l-image,i-ik_canvas,w-50,h-50,bg-7F0000,lm-${mode},l-end`)
      const alphaFirst = ([r, g, b, a]: number[]) => (a === 0 ? [0, 0, 0, 0] : [r, g, b, a])
      expect(alphaFirst(picture.at(100, 50))).toEqual(inside)
      expect(alphaFirst(picture.at(5, 5))).toEqual(outside)
    })
  })

  test('"Items in the same step outside the layer apply to the base first"', async () => {
    const picture = await shown('l-image,i-logos@@red.png,t-false,lx-0,ly-0,l-end,w-100')
    expect(picture.width).toBe(100)
    expect(bounds(picture)).toEqual([0, 0, 40, 20])
  })

  test('on every frame of an animation', async () => {
    const { picture } = await client().see(
      'tr:f-gif,l-image,i-ik_canvas,w-10,h-10,bg-0000FF,lx-0,ly-0,l-end/playing.gif',
    )
    expect(picture.frames).toBe(2)
    for (const [frame, colour] of [red, green].entries()) {
      expectColour(picture.at(4, 4, frame), [0, 0, 255])
      expectColour(picture.at(40, 30, frame), colour)
    }
  })
}
