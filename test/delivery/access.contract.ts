/** Private files, drafts and restrictions (image-urls.md section 10). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { projectSettingsSchema } from '../../src/core/projects/settings.ts'
import { type DeliveryClient, deliveryClient } from '../support/delivery-client.ts'
import { libraryClient } from '../support/library-client.ts'
import { pdf } from '../support/pdfs.ts'
import { photo, solid } from '../support/pictures.ts'
import { signed } from '../support/signed.ts'
import type { Stack, TestServer } from '../support/stack.ts'

export function accessSuite(stack: Stack): void {
  let server: TestServer
  let client: DeliveryClient
  const thumbnail = 'n-ik_ml_thumbnail'
  const svg = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="60"><rect width="9" height="9"/></svg>',
  )

  beforeAll(async () => {
    server = await stack.start()
    client = deliveryClient(server)
    const library = libraryClient(server)
    for (const [name, transformation] of [
      ['small', 'w-40'],
      ['whole', 'orig-true'],
    ]) {
      await library.call('POST', '/v1/named-transformations', { json: { name, transformation } })
    }
    await library.call('POST', '/v1/named-transformations', {
      json: { name: 'off', transformation: 'w-40', enabled: false },
    })
    const hidden = { isPrivateFile: 'true' }
    await client.upload('open.jpg', await photo(800, 600))
    await client.upload('secret.jpg', await photo(800, 600), hidden)
    await client.upload('secret.pdf', pdf([{ colour: [200, 30, 30] }]), hidden)
    await client.upload('secret.svg', svg, hidden)
    await client.upload('secret.txt', Buffer.from('secret'), hidden)
  })
  afterAll(() => server.stop())
  beforeEach(() => settings({}))

  const settings = (delivery: unknown) =>
    server.composed.store.tx((tx) =>
      tx.projects.update('default', { settings: projectSettingsSchema.parse({ delivery }) }),
    )
  const status = async (path: string, headers = {}) => (await client.get(path, headers)).status

  describe('private files', () => {
    it('"original and any explicit transformation need a valid signature"', async () => {
      for (const path of [
        'secret.jpg',
        'tr:w-40/secret.jpg',
        'secret.jpg?tr=orig-true',
        'secret.jpg?tr=n-small,w-40',
        'tr:n-small/secret.jpg?tr=w-50',
        'secret.jpg?tr=',
        'secret.txt',
        'secret.pdf/ik-thumbnail.jpg',
      ]) {
        const { status: code, text } = await client.get(path)
        expect({ path, code, text }).toEqual({ path, code: 401, text: 'Unauthorized\n' })
        expect(await status(signed(path)), path).toBe(200)
      }
    })
    it('"whose transformation consists only of named transformations works unsigned"', async () => {
      for (const path of [
        'secret.jpg?tr=n-small',
        'tr:n-small/secret.jpg',
        'secret.jpg?tr=n-small:n-ik_ml_thumbnail',
      ]) {
        expect((await client.see(path)).picture.width).toBe(40)
      }
      expect((await client.get('secret.jpg?tr=n-whole')).status).toBe(200)
    })
    it('a name does not open what it cannot transform', async () => {
      for (const path of ['secret.txt?tr=n-small', 'secret.pdf?tr=n-small', 'secret.svg?tr=n-small']) {
        expect(await status(path), path).toBe(401)
      }
    })
    it('"n-ik_ml_thumbnail … must always work … also for private files"', async () => {
      for (const name of ['secret.jpg', 'secret.svg', 'secret.pdf', 'open.jpg']) {
        for (const path of [
          `${name}?tr=${thumbnail}`,
          `tr:${thumbnail}/${name}`,
          `${name}?tr=n-media_library_thumbnail`,
        ]) {
          const { picture } = await client.see(path, { accept: 'image/webp' })
          expect(Math.max(picture.width / 400, picture.height / 300), path).toBeLessThanOrEqual(1)
        }
      }
    })
    it('answers are for no shared cache', async () => {
      expect((await client.get(signed('secret.jpg?updatedAt=1'))).headers['cache-control']).toMatch(/^private/)
      expect((await client.get('secret.jpg?tr=n-small')).headers['cache-control']).toMatch(/^private/)
      expect((await client.get(signed('open.jpg?v=1'))).headers['cache-control']).toMatch(/^private/)
    })
  })

  it('named transformations that are unknown or disabled are 400', async () => {
    for (const name of ['off', 'nothing', 'Small', 'a%00b', '']) {
      const { status: code, text } = await client.get(`open.jpg?tr=n-${name}`)
      expect(code, name).toBe(400)
      expect(text).toMatch(/^Bad URL Transformation Request: .*named transformation/)
    }
  })

  it('"Draft … not deliverable, 404"', async () => {
    const draft = await client.upload('draft.jpg', await photo(40, 30), { isPublished: 'false' })
    for (const path of ['draft.jpg', signed('draft.jpg'), `draft.jpg?tr=${thumbnail}`]) {
      expect(await status(path), path).toBe(404)
    }
    const version = (draft.versionInfo as { id: string }).id
    expect(await status(`draft.jpg?ik-obj-version=${version}`)).toBe(404)
    await libraryClient(server).call('PATCH', `/v1/files/${draft.fileId}/details`, {
      json: { publish: { isPublished: true } },
    })
    expect(await status('draft.jpg')).toBe(200)
  })

  it('"every URL needs a signature, else 401", but for the library\'s own thumbnails', async () => {
    await settings({ restrictUnsigned: true })
    for (const path of ['open.jpg', 'tr:w-40/open.jpg', 'open.jpg?tr=n-small', 'nothing.jpg']) {
      expect(await status(path), path).toBe(401)
    }
    expect(await status(signed('open.jpg?tr=w-40'))).toBe(200)
    expect(await status(`open.jpg?updatedAt=1&tr=${thumbnail}`)).toBe(200)
    expect(await status(`open.jpg?tr=${thumbnail},w-40`)).toBe(401)
  })

  it('"explicit tr values give 400 …; only n-... and originals pass"', async () => {
    await settings({ restrictUnnamed: true })
    for (const path of ['tr:w-40/open.jpg', 'open.jpg?tr=n-small:w-30', signed('open.jpg?tr=w-40')]) {
      const { status: code, text } = await client.get(path)
      expect(code, path).toBe(400)
      expect(text).toMatch(/^Bad URL Transformation Request: /)
    }
    for (const path of ['open.jpg', 'open.jpg?tr=n-small', 'tr:orig-true/open.jpg'])
      expect(await status(path)).toBe(200)
  })

  it('"403 for IP, referrer or user-agent blocking rules"', async () => {
    const page = (host: string) => ({ referer: `https://${host}/x?y` })
    await settings({ clients: { blockedIps: ['127.0.0.0/8'] } })
    expect(await status('open.jpg')).toBe(403)
    await settings({ clients: { allowedIps: ['10.0.0.0/8', '2001:db8::/32'] } })
    expect(await status('open.jpg')).toBe(403)
    await settings({ clients: { allowedIps: ['127.0.0.1'], blockedAgents: ['evilbot'] } })
    expect(await status('open.jpg')).toBe(200)
    expect(await status('open.jpg', { 'user-agent': 'Mozilla (EvilBot/1.0)' })).toBe(403)
    await settings({ clients: { allowedReferrers: ['shop.example', '*.shop.example'] } })
    expect(await status('open.jpg', page('shop.example'))).toBe(200)
    expect(await status('open.jpg', page('www.shop.example'))).toBe(200)
    expect(await status('open.jpg', page('shop.example.evil.example'))).toBe(403)
    expect(await status('open.jpg')).toBe(403)
    await settings({ clients: { blockedReferrers: ['evil.example'] } })
    expect(await status('open.jpg', page('evil.example'))).toBe(403)
    expect(await status('open.jpg')).toBe(200)
  })

  it('a private layer needs what a private file needs', async () => {
    await client.upload('stamp.png', await solid(10, 10, [9, 9, 9]), { isPrivateFile: 'true' })
    const path = 'open.jpg?tr=w-40,l-image,i-stamp.png,l-end'
    expect(await status(path)).toBe(401)
    expect(await status(signed(path))).toBe(200)
  })
}
