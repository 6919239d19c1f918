/** Forms of image URLs (image-urls.md section 1). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { projectSettingsSchema } from '../../src/core/projects/settings.ts'
import { type DeliveryClient, deliveryClient } from '../support/delivery-client.ts'
import { libraryClient } from '../support/library-client.ts'
import { photo, quarters } from '../support/pictures.ts'
import type { Stack, TestServer } from '../support/stack.ts'

export function urlSuite(stack: Stack): void {
  let server: TestServer
  let client: DeliveryClient
  let file: Buffer
  beforeAll(async () => {
    server = await stack.start()
    client = deliveryClient(server)
    file = await photo(400, 300)
    await client.upload('photo.jpg', file)
    await client.upload('inner.jpg', await quarters(80, 60, 'jpeg'), { folder: '/a/b' })
    await client.upload('été 1.jpg', file)
  })
  afterAll(() => server.stop())

  describe('the transformation', () => {
    it.each([
      ['original', 'photo.jpg', 400, 300],
      ['path', 'tr:w-200/photo.jpg', 200, 150],
      ['query', 'photo.jpg?tr=w-200', 200, 150],
      ['"the tr: segment may stand anywhere before the last segment"', 'a/tr:w-40/b/inner.jpg', 40, 30],
      ['directly before the file', 'a/b/tr:w-40/inner.jpg', 40, 30],
      ['encoded as client v6 encodes it', 'photo.jpg?tr=w-200%3Aw-100%2Ch-50', 100, 50],
      ['with an encoded colon in the path', 'tr%3Aw-200/photo.jpg', 200, 150],
      ['"path first, then query, as a chain"', 'tr:w-200,h-200/photo.jpg?tr=w-100', 100, 100],
      ['"doubled slashes collapse"', '/photo.jpg?tr=w-200', 200, 150],
      ['doubled slashes inside', 'a//b///tr:w-40//inner.jpg', 40, 30],
      ['other parameters are ignored', 'photo.jpg?v=1&tr=w-200&ik-sdk-version=js-1&x=%zz', 200, 150],
      ['SEO suffix', 'ik-seo/a/b/inner/a-nice-name.jpg?tr=w-40', 40, 30],
      ['SEO suffix after a transformation', 'tr:w-40/ik-seo/a/b/inner/a-nice-name.jpg', 40, 30],
    ])('%s: %s', async (_name, path, width, height) => {
      expect((await client.see(path)).picture).toMatchObject({ width, height })
    })
  })

  it('a file is no folder: with a slash behind its name there is nothing', async () => {
    expect((await client.get('photo.jpg/')).status).toBe(404)
    expect((await client.get('tr:w-40/photo.jpg/')).status).toBe(404)
  })

  it('"Path segments are percent-encoded UTF-8", in either Unicode form', async () => {
    for (const path of ['%C3%A9t%C3%A9_1.jpg', encodeURIComponent('été_1.jpg'.normalize('NFD'))]) {
      expect((await client.see(path)).picture.width).toBe(400)
    }
  })

  it('"ik-attachment=true sets Content-Disposition"', async () => {
    const { headers } = await client.get('photo.jpg?ik-attachment=true')
    expect(headers['content-disposition']).toBe('attachment; filename="photo.jpg"')
    expect((await client.get('photo.jpg')).headers['content-disposition']).toBeUndefined()
  })

  it('"ik-obj-version" delivers that version of the file, and of no other', async () => {
    const first = await client.upload('versions.png', await quarters(40, 20, 'png'))
    await client.upload('versions.png', await quarters(60, 20, 'png'), { overwriteFile: 'true' })
    const list = await libraryClient(server).call('GET', `/v1/files/${first.fileId}/versions`)
    const old = list.json.find(({ versionInfo }: { versionInfo: { name: string } }) => versionInfo.name === 'Version 1')
    expect((await client.see('versions.png')).picture.width).toBe(60)
    expect((await client.see(`versions.png?ik-obj-version=${old.versionInfo.id}`)).picture.width).toBe(40)
    for (const version of ['', 'x', '0'.repeat(24), `${old.versionInfo.id}%00`]) {
      expect((await client.get(`versions.png?ik-obj-version=${version}`)).status).toBe(404)
    }
    expect((await client.get(`photo.jpg?ik-obj-version=${old.versionInfo.id}`)).status).toBe(404)
  })

  describe('nothing is there', () => {
    it.each([
      'nothing.jpg',
      'a',
      'a/',
      '',
      '../default/photo.jpg',
      'a/../photo.jpg',
      './photo.jpg',
      '%2e%2e/default/photo.jpg',
      'a%2Fb%2Finner.jpg',
      'a/b%2Finner.jpg',
      '..%2fphoto.jpg',
      'tr:w-200',
      'photo.jpg/tr:w-200',
      'photo.jpg/x',
      'photo.jpg%5C',
      `${'x'.repeat(3000)}.jpg`,
    ])('%s', async (path) => {
      const { status, text, headers } = await client.get(path)
      expect({ status, text }).toEqual({ status: 404, text: 'Not Found\n' })
      expect(headers['ik-error']).toMatch(/^ENOENT - /)
      expect(headers['x-request-id']).toBeDefined()
      expect(headers['content-type']).toBe('text/plain; charset=utf-8')
    })

    it('in a project that is not there, disabled, or no project at all', async () => {
      await server.composed.store.tx((tx) =>
        tx.projects.insert({
          id: 'asleep',
          name: '',
          status: 'disabled',
          settings: projectSettingsSchema.parse({}),
          created: 0,
        }),
      )
      for (const project of ['nobody', 'asleep', 'DEFAULT', '%00', 'x'.repeat(500), '..', 'default%2F']) {
        const { status, text } = await deliveryClient(server, { project }).get('photo.jpg')
        expect({ project, status, text: text.slice(0, 9) }).toMatchObject(
          project === '%00' ? { status: 400 } : { status: 404, text: 'Not Found' },
        )
      }
    })
  })

  it('malformed escapes and zero bytes are 400, as text', async () => {
    for (const path of ['%zz.jpg', 'photo.jpg%', '%ff.jpg', 'a%00b.jpg', 'photo.jpg%00']) {
      const { status, headers } = await client.get(path)
      expect({ path, status, type: headers['content-type'] }).toEqual({
        path,
        status: 400,
        type: 'text/plain; charset=utf-8',
      })
    }
  })

  it('videos are not converted: a clear 400', async () => {
    for (const path of ['a.gif/ik-gif-video.mp4', 'a.mp4/ik-master.m3u8?tr=sr-240_360', 'a.mp4/ik-master.mpd']) {
      const { status, text } = await client.get(path)
      expect(status).toBe(400)
      expect(text).toMatch(/delivered as they are/)
    }
  })

  describe('other verbs and other paths', () => {
    it('405 with Allow on image paths', async () => {
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
        const { status, headers } = await client.get('photo.jpg', {}, method)
        expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: 'GET, HEAD' })
      }
    })
    it('paths of other APIs keep their own answers', async () => {
      const ask = async (method: string, path: string) => {
        const answer = await fetch(`${server.url}${path}`, { method })
        return [answer.status, answer.headers.get('content-type')]
      }
      expect(await ask('POST', '/v1/nothing')).toEqual([404, 'application/json; charset=utf-8'])
      expect(await ask('GET', '/v1/nothing')).toEqual([404, 'application/json; charset=utf-8'])
      expect((await ask('GET', '/v1/upload'))[0]).toBe(405)
      expect((await ask('GET', '/docs/nothing'))[0]).toBe(404)
      expect((await ask('GET', '/console'))[0]).toBe(404)
      expect((await ask('POST', '/console/x'))[0]).toBe(404)
      expect((await ask('GET', '/.well-known/x'))[0]).toBe(404)
    })
  })
}
