/** Formats by Accept, optimised originals and client hints (image-urls.md sections 1 and 5). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { projectSettingsSchema } from '../../src/core/projects/settings.ts'
import { type DeliveryClient, deliveryClient } from '../support/delivery-client.ts'
import { pdf } from '../support/pdfs.ts'
import { blue, expectColour, green, photo, red, solid } from '../support/pictures.ts'
import type { Stack, TestServer } from '../support/stack.ts'

export function negotiationSuite(stack: Stack): void {
  let server: TestServer
  let client: DeliveryClient
  let picture: Buffer
  const svg = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="60"><rect width="80" height="60" fill="red"/></svg>',
  )
  const document = pdf([{ colour: red }, { colour: green }])
  const chrome = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8'

  beforeAll(async () => {
    server = await stack.start()
    client = deliveryClient(server)
    picture = await photo(400, 300)
    await client.upload('photo.jpg', picture)
    await client.upload('clear.png', await solid(40, 30, blue, 'png', 0.5))
    await client.upload('drawing.svg', svg)
    await client.upload('document.pdf', document)
    await client.upload('broken.jpg', picture.subarray(0, 300))
  })
  afterAll(() => server.stop())
  beforeEach(() => settings({}))

  const settings = (delivery: unknown) =>
    server.composed.store.tx((tx) =>
      tx.projects.update('default', { settings: projectSettingsSchema.parse({ delivery }) }),
    )
  const type = async (path: string, accept?: string) =>
    (await client.get(path, accept === undefined ? {} : { accept })).headers['content-type']

  describe('"choose by the request\'s Accept header"', () => {
    it.each([
      [chrome, 'image/webp'],
      ['image/webp', 'image/webp'],
      ['text/html, image/webp;q=0.2', 'image/webp'],
      ['image/webp;q=0, */*', 'image/jpeg'],
      ['image/webp;q=x', 'image/jpeg'],
      ['image/*', 'image/jpeg'],
      ['*/*', 'image/jpeg'],
      ['', 'image/jpeg'],
    ])('%s', async (accept, expected) => {
      for (const path of ['photo.jpg', 'photo.jpg?tr=w-40', 'photo.jpg?tr=w-40,f-auto']) {
        const { status, headers } = await client.get(path, { accept })
        expect({ path, status, type: headers['content-type'], vary: headers.vary }).toEqual({
          path,
          status: 200,
          type: expected,
          vary: 'Accept',
        })
      }
    })
    it('AVIF "if enabled for the account and accepted"', async () => {
      expect(await type('photo.jpg?tr=w-40', chrome)).toBe('image/webp')
      await settings({ avif: true })
      expect(await type('photo.jpg?tr=w-40', chrome)).toBe('image/avif')
      expect(await type('photo.jpg?tr=w-40', 'image/avif;q=0.5, image/webp')).toBe('image/webp')
      expect(await type('photo.jpg?tr=w-40', '*/*')).toBe('image/jpeg')
    })
    it('"PNG when the result has transparency"', async () => {
      expect(await type('clear.png?tr=w-20', '*/*')).toBe('image/png')
      expect(await type('clear.png?tr=w-20', chrome)).toBe('image/webp')
    })
    it('a format that is given is not negotiated', async () => {
      const { headers } = await client.get('photo.jpg?tr=w-40,f-png', { accept: chrome })
      expect([headers['content-type'], headers.vary]).toEqual(['image/png', undefined])
    })
  })

  describe('"With no transformation the image is still optimised"', () => {
    it('metadata goes and the bytes are fewer', async () => {
      const { bytes } = await client.get('photo.jpg')
      expect(bytes.length).toBeLessThan(picture.length)
    })
    it('"an account setting may turn this off"', async () => {
      await settings({ optimise: false })
      const { bytes, headers } = await client.get('photo.jpg', { accept: chrome })
      expect(bytes.equals(picture)).toBe(true)
      expect([headers['content-type'], headers.vary]).toEqual(['image/jpeg', undefined])
      expect((await client.see('photo.jpg?tr=w-40', { accept: chrome })).picture.width).toBe(40)
    })
    it('"orig-true … every other parameter ignored": byte-identical', async () => {
      for (const path of [
        'photo.jpg?tr=orig-true,w-10',
        'tr:w-10:orig-true/photo.jpg',
        'tr:w-10/photo.jpg?tr=orig-true',
      ]) {
        expect((await client.get(path, { accept: chrome })).bytes.equals(picture), path).toBe(true)
      }
    })
    it('what cannot be read is sent as it is, unless a transformation is asked for', async () => {
      expect((await client.get('broken.jpg')).bytes.equals(picture.subarray(0, 300))).toBe(true)
      expect((await client.get('broken.jpg?tr=w-40')).status).toBe(400)
    })
  })

  describe('SVG', () => {
    it('"stays SVG under auto"', async () => {
      for (const path of ['drawing.svg', 'drawing.svg?tr=w-40', 'drawing.svg?tr=w-40,f-auto']) {
        const { bytes, headers } = await client.get(path, { accept: chrome })
        expect(bytes.equals(svg)).toBe(true)
        expect(headers['content-type']).toBe('image/svg+xml')
      }
    })
    it('"an explicit raster format rasterises it"', async () => {
      const { picture: drawn, headers } = await client.see('drawing.svg?tr=w-40,f-png')
      expect([headers['content-type'], drawn.width, drawn.height]).toEqual(['image/png', 40, 30])
    })
  })

  describe('documents', () => {
    it('"PDF/PSD without ik-thumbnail.jpg are delivered as they are"', async () => {
      for (const path of ['document.pdf', 'document.pdf?tr=w-40']) {
        const { bytes, headers } = await client.get(path)
        expect(bytes.equals(document)).toBe(true)
        expect(headers['content-type']).toBe('application/pdf')
      }
    })
    it('/ik-thumbnail.jpg shows the first page, or the one of pg', async () => {
      const first = await client.see('document.pdf/ik-thumbnail.jpg?tr=w-48')
      expect([first.headers['content-type'], first.picture.width, first.picture.height]).toEqual(['image/jpeg', 48, 24])
      expectColour(first.picture.at(40, 12), red)
      const second = await client.see('tr:pg-2,w-48/document.pdf/ik-thumbnail.jpg')
      expectColour(second.picture.at(40, 12), green)
      expect((await client.get('document.pdf/ik-thumbnail.jpg?tr=pg-9')).status).toBe(400)
      expect((await client.get('nothing.pdf/ik-thumbnail.jpg')).status).toBe(404)
    })
  })

  describe('client hints', () => {
    it.each([
      // "150 -> 200, 212 -> 300"
      [{ 'sec-ch-width': '150' }, 200, '1.33'],
      [{ width: '212' }, 300, '1.42'],
      [{ 'sec-ch-width': '300', width: '100' }, 300, '1.00'],
      // "the hinted width is already physical, so DPR is ignored"
      [{ 'sec-ch-width': '200', 'sec-ch-dpr': '2' }, 200, '2.00'],
      [{}, 400, undefined],
      [{ width: 'x' }, 400, undefined],
      [{ width: '-5' }, 400, undefined],
    ])('w-auto with %o: %i wide', async (headers, width, dpr) => {
      const seen = await client.see('photo.jpg?tr=w-auto', headers as Record<string, string>)
      expect(seen.picture.width).toBe(width)
      expect(seen.headers['content-dpr']).toBe(dpr)
      expect(seen.headers.vary?.toLowerCase()).toMatch(/accept, sec-ch-width, width, sec-ch-dpr, dpr, save-data/)
      expect(seen.headers['accept-ch']).toMatch(/Sec-CH-Width/)
    })
    it.each([
      [{ 'sec-ch-dpr': '2' }, 80, '2.00'],
      [{ dpr: '1.5' }, 60, '1.50'],
      [{ dpr: '50' }, 200, '5.00'],
      [{}, 40, undefined],
    ])('dpr-auto with %o: %i wide', async (headers, width, dpr) => {
      const seen = await client.see('photo.jpg?tr=w-40,dpr-auto', headers as Record<string, string>)
      expect(seen.picture.width).toBe(width)
      expect(seen.headers['content-dpr']).toBe(dpr)
    })
    it('"Save-Data: on may lower quality": where hints are used and no quality is given', async () => {
      const size = async (tr: string, saving: boolean) =>
        (await client.get(`photo.jpg?tr=${tr}`, { 'sec-ch-width': '300', ...(saving ? { 'save-data': 'on' } : {}) }))
          .bytes.length
      expect(await size('w-auto', true)).toBeLessThan(await size('w-auto', false))
      expect(await size('w-auto,q-80', true)).toBe(await size('w-auto,q-80', false))
    })
    it('URLs without them do not vary on them', async () => {
      expect((await client.get('photo.jpg?tr=w-40', { 'sec-ch-width': '150' })).headers.vary).toBe('Accept')
    })
  })

  it('"di … delivered, with the same transformations, when the path does not exist"', async () => {
    await client.upload('fallback.png', await solid(100, 100, green), { folder: '/a' })
    for (const di of ['a@@fallback.png', '@@a@@fallback.png']) {
      const { picture: seen } = await client.see(`nothing.jpg?tr=w-40,di-${di}`)
      expect(seen.width).toBe(40)
      expect((await client.see(`photo.jpg?tr=w-40,di-${di}`)).picture.height).toBe(30)
    }
    expect((await client.get('nothing.jpg?tr=w-40,di-no.png')).status).toBe(404)
  })
}
