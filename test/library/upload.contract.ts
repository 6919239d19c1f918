/** media-library-api.md sections 4.3, 5.1, 5.4 and 5.5: the fields of an upload, what they do and what is refused. */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { hexId } from '../../src/core/ids.ts'
import { type LibraryClient, libraryClient, type UploadFields } from '../support/library-client.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { quarters } from '../support/pictures.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'
import { basic, orphans, postForm } from '../support/upload-form.ts'
import { mp4 } from '../support/videos.ts'
import { send } from '../support/wire.ts'

export function uploadSuite(stack: Stack): void {
  let server: TestServer
  let client: LibraryClient
  let origin: Origin
  let picture: Buffer

  beforeAll(async () => {
    server = await stack.start({ FETCH_ALLOW: '127.0.0.1', MAX_UPLOAD_BYTES: '100000', SCORING_DEADLINE_MS: '45000' })
    client = libraryClient(server)
    origin = await startOrigin((_request, response) => response.writeHead(204).end())
    picture = await quarters(40, 30, 'jpeg')
  })
  afterAll(async () => {
    await server.stop()
    await origin.stop()
  })

  const upload = (fields: Partial<UploadFields> = {}) =>
    client.upload({ file: picture, fileName: 'a.jpg', ...fields } as UploadFields)
  const detailsOf = async (fields: Partial<UploadFields>) => {
    const { json } = await upload(fields)
    return (await client.call('GET', `/v1/files/${json.fileId}/details`)).json
  }
  const refusal = async (fields: Partial<UploadFields>) => {
    const { status, json } = await upload(fields)
    return `${status} ${json.message}`
  }

  describe('names and folders', () => {
    it('"true: insert `_` + 9 random characters of [A-Za-z0-9_-] before the extension", the default', async ({
      expect,
    }) => {
      const { json } = await upload({ fileName: 'tür 1/2.tar.jpg' })
      expect(json.name).toMatch(/^tür_1_2\.tar_[A-Za-z0-9_-]{9}\.jpg$/)
      expect(json.url).toBe(`${server.url}/default/${encodeURIComponent(json.name)}`)
    })
    it('"characters other than letters, digits, `_`, `-`, `/` become `_`; leading/trailing slash optional"', async ({
      expect,
    }) => {
      const { json } = await upload({ folder: '/été 24//b.c/', fileName: 'x.jpg', useUniqueFileName: 'false' })
      expect(json.filePath).toBe('/été_24/b_c/x.jpg')
      expect(await refusal({ folder: 'a/../b' })).toMatch(/^400 folder /)
      expect(await refusal({ folder: Array(51).fill('a').join('/') })).toMatch(/^400 folder .*50/)
      expect((await upload({ folder: Array(50).fill('a').join('/') })).status).toBe(200)
    })
    it('"missing file", "missing name", and names of nothing', async ({ expect }) => {
      const missing = await postForm(server, [['fileName', 'a.jpg']], { headers: basic() })
      expect(missing.json).toEqual({
        message: 'Your request is missing file parameter.',
        help: expect.any(String),
      })
      expect(missing.status).toBe(400)
      expect(await refusal({ fileName: '' })).toBe('400 Your request is missing fileName parameter.')
      expect(await refusal({ fileName: '..' })).toMatch(/^400 fileName /)
      expect(await refusal({ fileName: `${'x'.repeat(260)}.jpg` })).toMatch(/^400 fileName .*255 bytes/)
    })
  })

  it('"Booleans arrive as text", "Unknown fields are ignored"', async ({ expect }) => {
    const fields = { isPrivateFile: 'true', isPublished: 'false', somethingElse: 'x', 'a[b]': 'c' }
    expect(await detailsOf(fields)).toMatchObject({ isPrivateFile: true, isPublished: false })
    expect(await detailsOf({ isPrivateFile: '' })).toMatchObject({ isPrivateFile: false, isPublished: true })
    expect(await refusal({ isPublished: 'perhaps' })).toBe('400 isPublished must be true or false.')
  })

  it('tags: "comma-separated text", "a JSON array text", "total characters <= 500; `%` not allowed"', async ({
    expect,
  }) => {
    expect((await detailsOf({ tags: 'sea, pier ,,sea' })).tags).toEqual(['sea', 'pier'])
    expect((await detailsOf({ tags: '["sea, side","pier"]' })).tags).toEqual(['sea, side', 'pier'])
    expect((await detailsOf({ tags: '' })).tags).toBeNull()
    expect((await detailsOf({ tags: `${'x'.repeat(250)},${'y'.repeat(250)}` })).tags).toHaveLength(2)
    expect(await refusal({ tags: `${'x'.repeat(251)},${'y'.repeat(250)}` })).toMatch(/^400 .*500 characters/)
    expect(await refusal({ tags: '50%' })).toMatch(/^400 tags .*%/)
    expect(await refusal({ tags: '[1]' })).toMatch(/^400 tags/)
  })

  it('customCoordinates: "x,y,w,h", "images only"', async ({ expect }) => {
    expect((await detailsOf({ customCoordinates: ' 1, 2,3,4' })).customCoordinates).toBe('1,2,3,4')
    expect((await detailsOf({ file: 'aGVsbG8=', customCoordinates: '1,2,3,4' })).customCoordinates).toBeNull()
    expect(await refusal({ customCoordinates: '1,2,3' })).toMatch(/^400 customCoordinates/)
  })

  it('"Only when named in responseFields"', async ({ expect }) => {
    const names =
      'tags, customCoordinates,isPrivateFile,isPublished,customMetadata,embeddedMetadata,metadata,pHash,dominantColors,thumbhash'
    const { json } = await upload({ tags: 'a', description: 'Four quarters', responseFields: `${names},nothing` })
    expect(json).toMatchObject({
      description: 'Four quarters',
      orientation: 1,
      tags: ['a'],
      customCoordinates: null,
      isPrivateFile: false,
      isPublished: true,
      customMetadata: {},
      embeddedMetadata: null,
      metadata: {
        height: 30,
        width: 40,
        size: picture.length,
        format: 'jpg',
        hasColorProfile: false,
        quality: expect.any(Number),
        density: expect.any(Number),
        hasTransparency: false,
        pHash: expect.stringMatching(/^[0-9a-f]{16}$/),
        exif: { image: {}, thumbnail: {}, exif: {}, gps: {}, interoperability: {}, makernote: {} },
      },
      dominantColors: expect.arrayContaining([
        { hex: expect.stringMatching(/^#[0-9a-f]{6}$/), share: expect.any(Number) },
      ]),
      thumbhash: expect.any(String),
    })
    expect(json).not.toHaveProperty('nothing')
    const plain = await upload({ tags: 'a' })
    for (const name of names.split(',')) expect(plain.json).not.toHaveProperty(name.trim())
  })

  it('an image turned by EXIF is told upright, with its orientation', async ({ expect }) => {
    const { json } = await upload({ file: await quarters(40, 30, 'jpeg', 6), responseFields: 'embeddedMetadata' })
    expect(json).toMatchObject({ orientation: 6, width: 30, height: 40 })
    expect(json.embeddedMetadata.Orientation).toMatch(/Rotate 90/)
  })

  it('"File type and mime are detected from content, not from the name"', async ({ expect }) => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="6"/>'
    const table = [
      [picture, 'a.pdf', 'image', 'image/jpeg'],
      [await quarters(8, 6, 'webp'), 'a.png', 'image', 'image/webp'],
      [await quarters(8, 6, 'gif'), 'a', 'image', 'image/gif'],
      [Buffer.from(svg), 'a.txt', 'image', 'image/svg+xml'],
      [Buffer.from('%PDF-1.7 and no more'), 'a.jpg', 'non-image', 'application/pdf'],
      [Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0'), 'a.jpg', 'non-image', 'video/mp4'],
      [Buffer.from('body { color: red }'), 'a.css', 'non-image', 'text/css'],
      [Buffer.from('let a = 1'), 'a.js', 'non-image', 'text/javascript'],
      [Buffer.from('hello'), 'a.jpg', 'non-image', 'text/plain'],
      [Buffer.from([1, 2, 3, 0, 255]), 'a.js', 'non-image', 'application/octet-stream'],
    ] as const
    for (const [file, fileName, fileType, mime] of table) {
      const { json } = await upload({ file, fileName })
      expect([json.fileType, 'thumbnailUrl' in json]).toEqual([fileType, fileType === 'image'])
      expect((await client.call('GET', `/v1/files/${json.fileId}/details`)).json).toMatchObject({ fileType, mime })
    }
  })

  it('"Videos add bitRate, duration, audioCodec, videoCodec"', async ({ expect }) => {
    const file = mp4()
    const facts = { width: expect.any(Number), height: expect.any(Number), duration: expect.any(Number) }
    const { status, json } = await upload({ file, fileName: 'a.mp4', checks: '"mediaMetadata.duration" > 0' })
    expect(status).toBe(200)
    expect(json).toMatchObject({ fileType: 'non-image', videoCodec: 'h264', ...facts })
    const details = await client.call('GET', `/v1/files/${json.fileId}/details`)
    expect(details.json).toMatchObject({ mime: 'video/mp4', duration: json.duration, videoCodec: 'h264' })
  })

  it('a damaged picture is kept as what it is', async ({ expect }) => {
    const { status, json } = await upload({ file: Buffer.concat([picture.subarray(0, 30), Buffer.alloc(50)]) })
    expect(status).toBe(200)
    expect(json.fileType).toBe('image')
    expect(json).not.toHaveProperty('width')
  })

  it('too large: 400 and the sentence, with nothing left behind', async ({ expect }) => {
    expect(await refusal({ file: Buffer.alloc(100_001) })).toBe(
      '400 Your request contains invalid file parameter. The file size exceeds limits.',
    )
    expect(await orphans(server)).toEqual([])
  })

  it('"Sending both Basic auth and signature is rejected with 400"', async ({ expect }) => {
    expect(await refusal({ signature: 'a' })).toMatch(/^400 .*both/)
  })

  it('a JSON body does as well as a form', async ({ expect }) => {
    const body = JSON.stringify({
      file: picture.toString('base64'),
      fileName: 'j.jpg',
      tags: ['a', 'b'],
      isPublished: false,
    })
    const answer = await send(
      `${server.url}/api/v1/files/upload`,
      'POST',
      { ...basic(), 'content-type': 'application/json' },
      body,
    )
    expect(answer.status).toBe(200)
    const details = await client.call('GET', `/v1/files/${answer.json.fileId}/details`)
    expect(details.json).toMatchObject({ width: 40, tags: ['a', 'b'], isPublished: false })
  })

  it('a second file is refused, and neither stays', async ({ expect }) => {
    const answer = await postForm(
      server,
      [
        ['file', picture],
        ['other', picture],
        ['file', picture],
        ['fileName', 'a.jpg'],
      ],
      { headers: basic() },
    )
    expect([answer.status, answer.json.message]).toEqual([400, expect.stringContaining('more than one file')])
    expect(await orphans(server)).toEqual([])
  })

  it('"createdBy" is the label of the key', async ({ expect }) => {
    const pair = await addProject(server, 'labelled')
    const { json } = await libraryClient(server, pair.secretKey).upload({ file: picture, fileName: 'a.jpg' })
    expect((await server.composed.store.read.assets.find('labelled', json.fileId))?.createdBy).toBe('test')
  })

  describe('customMetadata: "keys must exist as custom fields; values validated; required fields without value are an error"', () => {
    beforeAll(() =>
      server.composed.store.tx(async (tx) => {
        const fields = [
          ['rating', { type: 'Number', maxValue: 5 }],
          ['season', { type: 'SingleSelect', selectOptions: ['summer', 'winter'] }],
        ] as const
        for (const [name, schema] of fields) {
          const id = hexId(1000)
          const field = { id, project: 'default', name, label: name, description: null, deleted: false, created: 1 }
          await tx.customFields.insert({ ...field, schema: JSON.parse(JSON.stringify(schema)) })
        }
      }),
    )
    it('is kept, and refused with `errors` by field', async ({ expect }) => {
      const { json } = await upload({
        customMetadata: '{"rating":4,"season":"winter"}',
        responseFields: 'customMetadata',
      })
      expect(json.customMetadata).toEqual({ rating: 4, season: 'winter' })
      const refused = await upload({ customMetadata: '{"rating":9,"season":"spring","price":1}' })
      expect(refused.status).toBe(400)
      expect(refused.json).toMatchObject({
        message: 'Invalid custom metadata.',
        errors: { rating: expect.any(String), season: expect.any(String), price: expect.any(String) },
      })
      expect(await refusal({ customMetadata: '{"rating":' })).toBe('400 customMetadata must be JSON.')
      expect(await refusal({ customMetadata: '[]' })).toBe('400 customMetadata must be a JSON object.')
    })
  })

  describe('5.5 checks: "Evaluated before storing; false = 400"', () => {
    it.for([
      ['"request.folder" : "marketing/"', 'marketing/2026'],
      ['"file.size" < "1mb" AND "file.mime" = "image/jpeg"', ''],
      [`'mediaMetadata.width' = 40 AND 'mediaMetadata.height' <= 30`, ''],
    ] as const)('%s', async ([checks, folder], { expect }) => {
      expect((await upload({ checks, folder })).status).toBe(200)
    })
    it('that fail, or are none', async ({ expect }) => {
      const failed = "400 Your request failed 'checks' validation."
      expect(await refusal({ checks: '"file.size" > "1mb"' })).toBe(failed)
      expect(await refusal({ checks: '"request.folder" : "marketing/"', folder: 'sales' })).toBe(failed)
      // "an unquoted name is a syntax error (400)"
      expect(await refusal({ checks: 'file.size < 10' })).toMatch(/^400 .*checks/)
      expect(await orphans(server)).toEqual([])
    })
  })

  describe('5.4 extensions', () => {
    const extensions = '[{"name":"google-auto-tagging","minConfidence":80,"maxTags":3},{"name":"remove-bg"}]'
    it('"report failed … when no provider is configured"; tags are found here', async ({ expect }) => {
      const { status, json } = await upload({ extensions })
      expect(status).toBe(200)
      expect(json.extensionStatus).toEqual({ 'google-auto-tagging': 'pending', 'remove-bg': 'failed' })
      expect(await refusal({ extensions: '[{"name":"nothing"}]' })).toMatch(/^400 extensions\[0\]\.name/)
      expect(await refusal({ extensions: 'x' })).toBe('400 extensions must be JSON.')
    })
    it('"or pending then failed by webhook"', async ({ expect }) => {
      const { json } = await upload({ extensions, webhookUrl: `${origin.url}/done` })
      expect(json.extensionStatus).toEqual({ 'google-auto-tagging': 'pending', 'remove-bg': 'pending' })
      const told = await origin.wait(({ path }) => path === '/done', 50_000)
      expect(JSON.parse(told.body.toString())).toMatchObject({
        data: { fileId: json.fileId, extensionStatus: { 'google-auto-tagging': 'success', 'remove-bg': 'failed' } },
      })
      expect(await refusal({ webhookUrl: 'ftp://example.org/' })).toMatch(/^400/)
      expect(await refusal({ webhookUrl: 'http://10.0.0.1/' })).toMatch(/^400/)
    })
  })
}
