/** "Ingestion" (site-photos-api.md section 8): photos come in, in every way they may. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { libraryClient } from '../support/library-client.ts'
import { exifBlock, withBlocks } from '../support/metadata.ts'
import { photo, quarters } from '../support/pictures.ts'
import { addInstallation, addPhoto, type SitesClient, sitesClient } from '../support/sites-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'
import type { Answer } from '../support/tasks-client.ts'

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

export function ingestSuite(stack: Stack): void {
  let server: TestServer
  let manager: SitesClient

  beforeAll(async () => {
    server = await stack.start({ MAX_UPLOAD_BYTES: '500000', MAX_PIXELS: '1000000' })
    manager = await sitesClient(server)
  })
  afterAll(() => server.stop())

  it('takes a raw image with taken_at, filename and tags: 201', async () => {
    const id = await addInstallation(manager, { timezone: 'Australia/Brisbane' })
    const bytes = await photo(640, 480, 'jpeg', 1)
    const { status, json } = await addPhoto(manager, id, bytes, {
      taken_at: '2021-05-31T22:15:00Z',
      filename: 'IMG_0412.JPG',
      tags: 'slab,crane',
    })
    expect({ status, error: json.error }).toEqual({ status: 201, error: undefined })
    expect(json.duplicate).toBe(false)
    expect(json.photo).toMatchObject({
      installation_id: id,
      camera_id: null,
      taken_at: '2021-05-31T22:15:00Z',
      taken_at_local: '2021-06-01T08:15:00+10:00',
      time_source: 'given',
      filename: 'IMG_0412.JPG',
      width: 640,
      height: 480,
      size_bytes: bytes.length,
      mime_type: 'image/jpeg',
      sha256: sha256(bytes),
      tags: ['slab', 'crane'],
    })
    const listed = await manager.call('GET', `/v2/photos?installation_id=${id}`)
    expect(listed.json.photos.map((one: { id: string }) => one.id)).toEqual([json.photo.id])
    const { json: got } = await manager.call('GET', `/v1/installations/${id}`)
    expect(got.installation.photo_count).toBe(1)
  })

  const formOf = (parts: readonly [name: string, value: Buffer | string, filename?: string][]) => {
    const form = new FormData()
    for (const [name, value, filename] of parts) {
      if (typeof value === 'string') form.append(name, value)
      else form.append(name, new Blob([new Uint8Array(value)]), filename ?? 'file.jpg')
    }
    return form
  }
  const sendForm = (installation: string, form: FormData, query = '') =>
    manager.call('POST', `/v1/installations/${installation}/photos${query}`, { body: form })

  it('"JPEG, PNG, WebP, HEIC, AVIF or TIFF" by their content, whatever type is named', async () => {
    const id = await addInstallation(manager)
    const formats = ['jpeg', 'png', 'webp', 'avif', 'tiff'] as const
    const files = await Promise.all(formats.map((format) => quarters(64, 48, format)))
    files.push(await readFile(join(import.meta.dirname, '../fixtures/quarters.heic')))
    const answers = await Promise.all(files.map((bytes) => addPhoto(manager, id, bytes)))
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201, 201])
    expect(answers.map(({ json }) => json.photo.mime_type)).toEqual([
      'image/jpeg',
      'image/png',
      'image/webp',
      'image/avif',
      'image/tiff',
      'image/heic',
    ])
    for (const [at, { json }] of answers.entries()) expect(json.photo.sha256).toBe(sha256(files[at] ?? Buffer.alloc(0)))
  })

  it('anything else is 415, a damaged photo 422, and nothing of them stays', async () => {
    const id = await addInstallation(manager)
    const gif = await quarters(8, 8, 'gif')
    for (const bytes of [gif, Buffer.from('no image'), Buffer.alloc(0), Buffer.from('%PDF-1.4 …')]) {
      const { status, json } = await addPhoto(manager, id, bytes)
      expect(status).toBe(415)
      expect(json).toMatchObject({ ok: false, error: { code: 'unsupported_media_type', field: 'file' } })
    }
    const whole = await photo(320, 240, 'jpeg', 3)
    for (const damaged of [whole.subarray(0, whole.length / 2), whole.subarray(0, 200)]) {
      const { status, json } = await addPhoto(manager, id, damaged)
      expect({ status, code: json.error.code }).toEqual({ status: 422, code: 'unprocessable_photo' })
    }
    const { json } = await manager.call('GET', `/v1/installations/${id}`)
    expect(json.installation.photo_count).toBe(0)
  })

  it('"over the limit" of bytes or pixels is 413, by Content-Length before anything is read', async () => {
    const id = await addInstallation(manager)
    const wide = await addPhoto(manager, id, await quarters(1100, 1100, 'png'))
    expect({ status: wide.status, code: wide.json.error.code }).toEqual({ status: 413, code: 'payload_too_large' })
    const noise = Buffer.concat([await quarters(8, 8, 'jpeg'), Buffer.alloc(600_000)])
    const long = await addPhoto(manager, id, noise)
    expect({ status: long.status, field: long.json.error.field }).toEqual({ status: 413, field: 'Content-Length' })
    // Nothing says how long it is: it is counted while it comes.
    const chunks = new ReadableStream({
      start(controller) {
        for (let at = 0; at < noise.length; at += 50_000)
          controller.enqueue(new Uint8Array(noise.subarray(at, at + 50_000)))
        controller.close()
      },
    })
    const counted = await fetch(`${server.url}/site/v1/installations/${id}/photos`, {
      method: 'POST',
      headers: { authorization: `apiKey ${manager.key}` },
      body: chunks,
      duplex: 'half',
    } as RequestInit)
    expect(counted.status).toBe(413)
  })

  it('"unknown parameters 400", and what is wrong is named', async () => {
    const id = await addInstallation(manager)
    const bytes = await quarters(8, 8, 'jpeg')
    for (const [query, field] of [
      [{ nonsense: '1' }, 'nonsense'],
      [{ taken_at: 'yesterday' }, 'taken_at'],
      [{ taken_at: '2021-05-31T22:15:00' }, 'taken_at'],
      // Dates that no calendar has, and one before the first that RFC 3339 can write.
      [{ taken_at: '2021-02-30T12:00:00Z' }, 'taken_at'],
      [{ taken_at: '2021-02-28T24:00:00Z' }, 'taken_at'],
      [{ taken_at: '0000-01-01T00:00:00+14:00' }, 'taken_at'],
      [{ tags: 'a%b' }, 'tags'],
    ] as const) {
      const { status, json } = await addPhoto(manager, id, bytes, query as Record<string, string>)
      expect({ status, field: json.error.field }).toEqual({ status: 400, field })
    }
  })

  it('"More than 24 h ahead of now: 400"', async () => {
    const id = await addInstallation(manager)
    const bytes = await quarters(8, 8, 'jpeg')
    const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()
    const ahead = await addPhoto(manager, id, bytes, { taken_at: at(24.1) })
    expect({ status: ahead.status, field: ahead.json.error.field }).toEqual({ status: 400, field: 'taken_at' })
    expect((await addPhoto(manager, id, bytes, { taken_at: at(23.9) })).status).toBe(201)
  })

  it('takes a form with one file, and its meta', async () => {
    const id = await addInstallation(manager)
    const meta = JSON.stringify({ taken_at: '2020-02-03T04:05:06+01:00', tags: ['a', 'b'], filename: 'named.png' })
    const { status, json } = await sendForm(
      id,
      formOf([
        ['file', await quarters(30, 20, 'png'), 'x.png'],
        ['meta', meta],
      ]),
    )
    expect(status).toBe(201)
    expect(json.photo).toMatchObject({ taken_at: '2020-02-03T03:05:06Z', tags: ['a', 'b'], filename: 'named.png' })
    const plain = await sendForm(
      id,
      formOf([
        ['tags', 'c,d'],
        ['file', await quarters(31, 20, 'png'), '20210531_221500.png'],
      ]),
    )
    expect(plain.json.photo).toMatchObject({
      time_source: 'filename',
      tags: ['c', 'd'],
      filename: '20210531_221500.png',
    })
  })

  it('a name is the last part of what was sent, without what no name has', async () => {
    const id = await addInstallation(manager)
    const bytes = await quarters(33, 20, 'png')
    const { json } = await sendForm(id, formOf([['file', bytes, 'C:\\photos\\..\\a\0b.png']]))
    expect(json.photo.filename).toBe('ab.png')
    const raw = await addPhoto(manager, id, await quarters(34, 20, 'png'), { filename: '../../etc/c.png' })
    expect(raw.json.photo.filename).toBe('c.png')
    const none = await addPhoto(manager, id, await quarters(35, 20, 'png'))
    expect(none.json.photo.filename).toBe(`${none.json.photo.id}.png`)
  })

  it('"Several files: status per file and HTTP 200; one bad file does not lose the others"', async () => {
    const id = await addInstallation(manager)
    const [one, two] = await Promise.all([quarters(40, 20, 'jpeg'), quarters(41, 20, 'jpeg')])
    const long = Buffer.concat([one, Buffer.alloc(600_000)])
    const damaged = (await photo(300, 200, 'jpeg', 5)).subarray(0, 1000)
    const form = formOf([
      ['file', one, 'one.jpg'],
      ['file', Buffer.from('no image'), 'text.jpg'],
      ['file', long, 'long.jpg'],
      ['file', damaged, 'damaged.jpg'],
      ['file', two, '20210531_221500.jpg'],
      ['file', one, 'again.jpg'],
    ])
    const { status, json } = await sendForm(id, form, '?tags=common')
    expect(status).toBe(200)
    expect(json.ok).toBe(true)
    const of = (member: string) => json.results.map((result: Record<string, unknown>) => result[member])
    expect(of('status').toSorted()).toEqual([200, 201, 201, 413, 415, 422])
    expect(of('status').slice(1, 5)).toEqual([415, 413, 422, 201])
    expect(of('filename')).toEqual([
      'one.jpg',
      'text.jpg',
      'long.jpg',
      'damaged.jpg',
      '20210531_221500.jpg',
      'again.jpg',
    ])
    expect(json.results[1].error).toMatchObject({ code: 'unsupported_media_type', message: expect.any(String) })
    expect(json.results[4].photo).toMatchObject({ tags: ['common'], time_source: 'filename' })
    expect(json.results[0].photo.id).toBe(json.results[5].photo.id)
  })

  it('meta of several files: one for each in their order, a list, or one for all', async () => {
    const id = await addInstallation(manager)
    const files = await Promise.all([50, 51, 52, 53, 54, 55].map((width) => quarters(width, 20, 'jpeg')))
    const [a, b, c, d, e, f] = files as [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer]
    const tagsOf = ({ json }: Answer) => json.results.map((one: { photo?: { tags: string[] } }) => one.photo?.tags)
    const inOrder = await sendForm(
      id,
      formOf([
        ['meta', '{"tags":["1"]}'],
        ['file', a],
        ['file', b],
        ['meta', '{"tags":["2"]}'],
      ]),
    )
    expect(tagsOf(inOrder)).toEqual([['1'], ['2']])
    const list = await sendForm(
      id,
      formOf([
        ['file', c],
        ['file', d],
        ['meta', '[null, {"tags":["4"]}]'],
      ]),
    )
    expect(tagsOf(list)).toEqual([[], ['4']])
    const all = await sendForm(
      id,
      formOf([
        ['file', e],
        ['file', f],
        ['meta', '{"tags":["5"]}'],
      ]),
    )
    expect(tagsOf(all)).toEqual([['5'], ['5']])
    const three = await sendForm(
      id,
      formOf([
        ['file', a],
        ['file', b],
        ['meta', '{}'],
        ['meta', '{}'],
        ['meta', '{}'],
      ]),
    )
    expect({ status: three.status, field: three.json.error.field }).toEqual({ status: 400, field: 'meta' })
    const wrong = await sendForm(
      id,
      formOf([
        ['file', a],
        ['file', b],
        ['meta', '{"nonsense":1}'],
        ['meta', '{"x"'],
      ]),
    )
    expect(wrong.json.results.map((one: { status: number }) => one.status)).toEqual([400, 400])
    expect(wrong.json.results[0].error).toMatchObject({ code: 'invalid_request', field: 'nonsense' })
  })

  it('1..20 files: none or 21 are refused and nothing of them stays', async () => {
    const id = await addInstallation(manager)
    const none = await sendForm(id, formOf([['tags', 'a']]))
    expect({ status: none.status, field: none.json.error.field }).toEqual({ status: 400, field: 'file' })
    const bytes = await quarters(8, 8, 'jpeg')
    const many = await sendForm(
      id,
      formOf(Array.from({ length: 21 }, () => ['file', bytes] as const).map(([n, b]) => [n, b])),
    )
    expect({ status: many.status, field: many.json.error.field }).toEqual({ status: 400, field: 'file' })
    const other = await sendForm(id, formOf([['image', bytes]]))
    expect({ status: other.status, field: other.json.error.field }).toEqual({ status: 400, field: 'image' })
    const { json } = await manager.call('GET', `/v1/installations/${id}`)
    expect(json.installation.photo_count).toBe(0)
  })

  it('"Large files: the library\u2019s upload, then POST {file_id}": the bytes are shared, not copied', async () => {
    const id = await addInstallation(manager)
    const bytes = await quarters(90, 60, 'jpeg')
    const library = libraryClient(server)
    const { json: file } = await library.upload({ file: bytes, fileName: '20210531_221500.jpg' })
    const { status, json } = await manager.call('POST', `/v1/installations/${id}/photos`, {
      json: { file_id: file.fileId, tags: ['big'] },
    })
    expect(status).toBe(201)
    expect(json.photo).toMatchObject({ sha256: sha256(bytes), time_source: 'filename', tags: ['big'] })
    const blobs = await server.composed.store.read.blobs.page('', 1000)
    const shared = blobs.filter((blob) => blob.sha256 === sha256(bytes))
    expect(shared).toMatchObject([{ refs: 2 }])
    const again = await manager.call('POST', `/v1/installations/${id}/photos`, { json: { file_id: file.fileId } })
    expect({ status: again.status, duplicate: again.json.duplicate }).toEqual({ status: 200, duplicate: true })
    for (const [wrong, expected] of [
      ['0123456789abcdef01234567', 404],
      [(await library.upload({ file: Buffer.from('text'), fileName: 'a.txt' })).json.fileId, 415],
    ]) {
      const refused = await manager.call('POST', `/v1/installations/${id}/photos`, { json: { file_id: wrong } })
      expect(refused.status).toBe(expected)
    }
    const missing = await manager.call('POST', `/v1/installations/${id}/photos`, { json: {} })
    expect({ status: missing.status, field: missing.json.error.field }).toEqual({ status: 400, field: 'file_id' })
  })

  it('takes no photo of an installation whose originals the sender may not have, nor as a watermark', async () => {
    const [secret, mine] = [await addInstallation(manager), await addInstallation(manager)]
    const { json } = await addPhoto(manager, secret, await quarters(91, 60, 'jpeg'))
    const { store, clock } = server.composed
    const file_id = (await store.read.captures.find('default', json.photo.id))?.asset
    const person = await sitesClient(server, { siteAccess: 'view' })
    const group = { id: `gr_${person.user.id}`, project: 'default', name: person.user.id, description: null }
    await store.tx(async (tx) => {
      await tx.groups.insert({ ...group, created: clock.now(), updated: clock.now() })
      await tx.groups.setInstallations(group.id, [mine])
      await tx.groups.setMember(group.id, person.user.id, 'manage')
    })
    const sendBy = ({ call }: SitesClient) => call('POST', `/v1/installations/${mine}/photos`, { json: { file_id } })
    const markBy = ({ call }: SitesClient) =>
      call('PATCH', `/v1/installations/${mine}`, { json: { watermark: { image_file_id: file_id } } })
    expect([(await sendBy(person)).status, (await markBy(person)).status]).toEqual([404, 400])
    expect([(await sendBy(manager)).status, (await markBy(manager)).status]).toEqual([201, 200])
  })

  it('is for those who may contribute, and refuses others before it reads', async () => {
    const id = await addInstallation(manager)
    const bytes = await quarters(8, 8, 'jpeg')
    const [viewer, stranger, contributor] = await Promise.all([
      sitesClient(server, { siteAccess: 'download' }),
      sitesClient(server, { siteAccess: null }),
      sitesClient(server, { siteAccess: 'contribute' }),
    ])
    expect((await addPhoto(viewer, id, bytes)).status).toBe(403)
    expect((await addPhoto(stranger, id, bytes)).status).toBe(404)
    expect((await addPhoto(manager, 'in_unknown', bytes)).status).toBe(404)
    expect((await addPhoto(contributor, id, bytes)).status).toBe(201)
    const path = `/v1/installations/${id}/photos`
    const { status } = await manager.call('POST', path, { key: null, body: new Uint8Array(bytes) })
    expect(status).toBe(401)
  })

  it('an archived installation takes none (409), a paused one does', async () => {
    const id = await addInstallation(manager)
    const bytes = await quarters(8, 8, 'jpeg')
    const become = (status: string) => manager.call('PATCH', `/v1/installations/${id}`, { json: { status } })
    await become('archived')
    const refused = await addPhoto(manager, id, bytes)
    expect({ status: refused.status, code: refused.json.error.code }).toEqual({ status: 409, code: 'conflict' })
    await become('paused')
    expect((await addPhoto(manager, id, bytes)).status).toBe(201)
  })

  it('exposure and time come from EXIF; the file is in the library, private, under the hidden folder', async () => {
    const id = await addInstallation(manager, { timezone: 'Australia/Brisbane' })
    const exif = exifBlock({
      image: [
        { tag: 0x010f, type: 'ascii', value: 'Canon' },
        { tag: 0x0110, type: 'ascii', value: 'Canon EOS 80D' },
      ],
      exif: [
        { tag: 0x829a, type: 'rational', value: [[1, 250]] },
        { tag: 0x829d, type: 'rational', value: [[8, 1]] },
        { tag: 0x8827, type: 'short', value: 100 },
        { tag: 0x9003, type: 'ascii', value: '2021:06:01 08:15:00' },
      ],
    })
    const bytes = withBlocks(await quarters(120, 80, 'jpeg'), { exif })
    const { json } = await addPhoto(manager, id, bytes, { filename: '20190101_000000.jpg' })
    expect(json.photo).toMatchObject({
      taken_at: '2021-05-31T22:15:00Z',
      time_source: 'exif_local',
      exposure: { camera: 'Canon EOS 80D', iso: 100, aperture: 8, shutter: '1/250' },
    })
    const { json: files } = await libraryClient(server).call('GET', `/v1/files?path=/.sites/${id}/`)
    expect(files).toEqual([
      expect.objectContaining({ name: `${json.photo.id}.jpg`, isPrivateFile: true, size: bytes.length }),
    ])
  })
}
