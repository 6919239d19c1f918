/** How pictures look (image-urls.md section 4, and the backgrounds of section 3), through URLs. */
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deliveryClient } from '../support/delivery-client.ts'
import { blue, expectColour, green, quarters, red, white, yellow } from '../support/pictures.ts'
import type { Stack, TestServer } from '../support/stack.ts'

/** 120 x 80, a red block of 60 x 40 in the middle of nothing, or of white. */
function framed(ground: { r: number; g: number; b: number; alpha: number }): Promise<Buffer> {
  const [r, g, b] = red
  const block = { create: { width: 60, height: 40, channels: 4, background: { r, g, b, alpha: 1 } } } as const
  return sharp({ create: { width: 120, height: 80, channels: 4, background: ground } })
    .composite([{ input: block }])
    .png()
    .toBuffer()
}

export function appearanceSuite(stack: Stack): void {
  let server: TestServer
  const see = async (transformation: string, file = 'quarters.png') =>
    (await deliveryClient(server).see(`tr:${transformation},f-png/${file}`)).picture
  const refusal = async (transformation: string, file = 'quarters.png') => {
    const { status, text } = await deliveryClient(server).get(`tr:${transformation}/${file}`)
    return `${status} ${text}`
  }

  beforeAll(async () => {
    server = await stack.start()
    const client = deliveryClient(server)
    await client.upload('quarters.png', await quarters(120, 80))
    await client.upload('logo.png', await framed({ r: 0, g: 0, b: 0, alpha: 0 }))
    await client.upload('scan.png', await framed({ r: 255, g: 255, b: 255, alpha: 1 }))
    await client.upload('large.png', await quarters(2000, 1100))
  })
  afterAll(() => server.stop())

  describe('colours', () => {
    test('e-grayscale, e-colorize', async () => {
      for (const effect of ['e-grayscale', 'e-colorize']) {
        const [r = 0, g = 0, b = 0] = (await see(effect)).at(10, 10)
        expect(Math.max(r, g, b) - Math.min(r, g, b)).toBeLessThan(4)
      }
      const [r = 0, , b = 0] = (await see('e-colorize-co-0000FF_in-100')).at(10, 10)
      expect(b).toBeGreaterThan(r + 50)
    })

    test('e-contrast, e-sharpen, e-sharpen-n, e-usm keep sides and flat colours of the full range', async () => {
      for (const effect of ['e-contrast', 'e-sharpen', 'e-sharpen-30', 'e-usm', 'e-usm-2-2-0.8-0.024']) {
        const picture = await see(effect)
        expect(picture).toMatchObject({ width: 120, height: 80 })
        if (effect !== 'e-contrast') expectColour(picture.at(30, 20), red, 2)
      }
    })

    test('bl mixes neighbours', async () => {
      const picture = await see('bl-10')
      expectColour(picture.at(60, 10), [125, 105, 35], 20)
    })

    test('cr with and without the colour that is replaced', async () => {
      expectColour((await see('cr-1EB428_20_DC1E1E')).at(10, 10), green, 3)
      expectColour((await see('cr-1EB428_20_DC1E1E')).at(10, 70), blue, 3)
      expectColour((await see('cr-0000FF', 'scan.png')).at(3, 3), [0, 0, 255], 3)
    })
  })

  describe('shapes', () => {
    // "integer px, max (ellipse/circle), or four values tl_tr_br_bl joined by `_`"
    test('r', async () => {
      expect((await see('r-20')).at(0, 0)[3]).toBe(0)
      const ellipse = await see('r-max')
      expect([ellipse.at(5, 5)[3], ellipse.at(60, 1)[3]]).toEqual([0, 255])
      const one = await see('r-0_30_0_0')
      expect([one.at(0, 0)[3], one.at(119, 0)[3], one.at(119, 79)[3]]).toEqual([255, 0, 255])
    })

    test('r where the result has no transparency: the background, black by default', async () => {
      const { picture } = await deliveryClient(server).see('tr:r-30,f-jpg/quarters.png')
      expectColour(picture.at(0, 0), [0, 0, 0])
      const filled = await deliveryClient(server).see('tr:r-30,bg-FFFFFF,f-jpg/quarters.png')
      expectColour(filled.picture.at(0, 0), white)
    })

    test('r with c or cm in one step rounds the finished crop', async () => {
      const picture = await see('w-40,h-40,c-force,r-max')
      expect(picture).toMatchObject({ width: 40, height: 40 })
      expect([picture.at(1, 1)[3], picture.at(20, 20)[3]]).toEqual([0, 255])
    })

    // "the border is drawn outside, so output grows by 2 x width"; "b-ih_mul_0.05_red"
    test('b', async () => {
      const picture = await see('b-10_0000FF')
      expect(picture).toMatchObject({ width: 140, height: 100 })
      expectColour(picture.at(5, 50), [0, 0, 255], 0)
      expectColour(picture.at(10, 10), red, 0)
      expect(await see('b-ih_mul_0.05_red')).toMatchObject({ width: 128, height: 88 })
      expect(await see('w-60:b-cw_mul_0.1_red')).toMatchObject({ width: 72, height: 52 })
      const round = await see('r-max,b-10_0000FF')
      expect(round.at(1, 1)[3]).toBe(0)
      expectColour(round.at(70, 4), [0, 0, 255], 0)
    })

    test('t cuts solid edges and leaves solid pictures', async () => {
      for (const trim of ['t-true', 't-20']) {
        for (const file of ['scan.png', 'logo.png'])
          expect(await see(trim, file)).toMatchObject({ width: 60, height: 40 })
      }
      expect(await see('w-30,h-30,cm-extract,x-40,y-25:t-true', 'scan.png')).toMatchObject({ width: 30, height: 30 })
    })

    test('e-distort', async () => {
      const bent = await see('e-distort-p-20_0_100_0_120_80_0_80')
      expect(bent).toMatchObject({ width: 120, height: 80 })
      expect([bent.at(2, 2)[3], bent.at(2, 77)[3]]).toEqual([0, 255])
      expect((await see('e-distort-a-90')).at(1, 1)[3]).toBe(0)
      const down = await see('e-distort-a-N90')
      expect(down.at(down.width - 2, down.height - 2)[3]).toBe(0)
      expect(await refusal('e-distort-p-0_0_100_80_100_0_0_80')).toMatch(/^400 .*clockwise/s)
    })
  })

  describe('what shows through', () => {
    // "with bg the colour is blended in and the result is opaque"
    test('o', async () => {
      expect((await see('o-50')).at(10, 10)[3]).toBe(128)
      const blended = await see('o-50,bg-FFFFFF')
      expectColour(blended.at(10, 10), [238, 143, 143, 255], 2)
    })

    test('bg behind a transparent picture', async () => {
      expectColour((await see('bg-1E3CDC', 'logo.png')).at(2, 2), [...blue, 255], 0)
      expectColour((await see('bg-1E3CDC50', 'logo.png')).at(2, 2), [...blue, 128], 1)
      expectColour((await see('bg-dominant', 'logo.png')).at(2, 2), [...red, 255], 0)
      expect((await see('w-60', 'logo.png')).at(1, 1)[3]).toBe(0)
    })

    test('backgrounds of padding', async () => {
      const bars = (bg: string) => see(`w-200,h-80,cm-pad_resize,bg-${bg}`)
      expectColour((await bars('F0DC28')).at(5, 40), yellow, 0)
      expectColour((await bars('F0DC2850')).at(5, 40), [...yellow, 128], 1)
      const blurred = await bars('blurred')
      expect(blurred.at(5, 10)[0]).toBeGreaterThan(blurred.at(195, 10)[0])
      const dark = await bars('blurred_40_N120')
      expect(dark.at(5, 10)[0]).toBeLessThan(blurred.at(5, 10)[0])
      expect((await bars('dominant')).at(5, 5)).toEqual((await bars('dominant')).at(195, 75))
      const two = await bars('gradient_dominant')
      expect(two.at(5, 40)).not.toEqual(two.at(195, 40))
      const four = await bars('gradient_dominant_4')
      expectColour(four.at(0, 0), red, 3)
      expectColour(four.at(199, 79), yellow, 3)
    })

    test('e-gradient', async () => {
      expectColour((await see('e-gradient')).at(10, 0), white, 6)
      expectColour((await see('e-gradient')).at(10, 79), blue, 6)
      expectColour((await see('e-gradient-ld-right_from-000000_sp-0.5')).at(1, 10), [0, 0, 0], 12)
      expectColour((await see('e-gradient-ld-right_from-000000_sp-0.5')).at(70, 10), green, 1)
      expectColour((await see('e-gradient-ld-top_to-00FF00_sp-ih_div_4')).at(10, 20), [0, 255, 0], 1)
    })

    test('e-shadow needs transparency and is for two megapixels', async () => {
      const cast = await see('e-shadow-bl-0_st-50_x-10_y-10', 'logo.png')
      expect(cast.at(95, 64)).toEqual([0, 0, 0, 128])
      expectColour((await see('e-shadow')).at(10, 10), red, 0)
      expect(await refusal('e-shadow', 'large.png')).toMatch(/^400 .*2 megapixels/s)
    })
  })
}
