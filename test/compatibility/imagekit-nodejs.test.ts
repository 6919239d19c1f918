/**
 * The client library `@imagekit/nodejs` 7 as it is published: every method of every resource, and its helpers. Nothing of
 * it is touched: the base address is an option. Its quirks that matter here: a password that must be ignored, retries of
 * 408, 409, 429 and 5xx, uploads to the same base address, and webhook keys taken as raw text.
 */
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ImageKit, { toFile } from '@imagekit/nodejs'
import { SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { addEndpoint, removeEndpoint } from '../../src/core/webhooks/endpoints.ts'
import { startOrigin } from '../support/origin.ts'
import { quarters } from '../support/pictures.ts'
import { embedded, publicKey, secretKey, type TestServer } from '../support/stack.ts'

let checks = 0
let server: TestServer
let client: ImageKit
let picture: Buffer
let folder: string

beforeAll(async () => {
  picture = await quarters(64, 48, 'jpeg')
  folder = await mkdtemp(join(tmpdir(), 'imagestead-imagekit-'))
  await writeFile(join(folder, 'photo.jpg'), picture)
  server = await embedded.start({ LIMITS: 'off', FETCH_ALLOW: '127.0.0.1' })
  client = new ImageKit({ privateKey: secretKey, baseURL: server.url, maxRetries: 0 })
})
afterEach(() => {
  checks += expect.getState().assertionCalls
})
afterAll(async () => {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
  console.log(`@imagekit/nodejs: ${checks} checks`)
})

const hexId = /^[0-9a-f]{24}$/
const unknownId = 'f'.repeat(24)

type Uploaded = { fileId: string; filePath: string; name: string; url: string }

/** A file of that exact name. */
async function put(name: string, options: Partial<ImageKit.FileUploadParams> = {}): Promise<Uploaded> {
  const file = await toFile(picture, name)
  const uploaded = await client.files.upload({ file, fileName: name, useUniqueFileName: false, ...options })
  return uploaded as Uploaded
}

/** What the call was refused with. */
const refusal = (call: PromiseLike<unknown>) =>
  Promise.resolve(call).then(
    () => undefined,
    (error: unknown) => error as InstanceType<typeof ImageKit.APIError>,
  )

/** Waits until a bulk job has ended. */
async function ended(jobId: string | undefined) {
  const state = async () => (await client.folders.job.get(jobId ?? '')).status
  await expect.poll(state).toBe('Completed')
}

describe('files', () => {
  it('upload: a stream, with every kind of field', async () => {
    const uploaded = await client.files.upload({
      file: createReadStream(join(folder, 'photo.jpg')),
      fileName: 'pier at night.jpg',
      folder: '/upload/stream',
      tags: ['sea', 'pier'],
      isPrivateFile: true,
      isPublished: false,
      customCoordinates: '1,2,30,40',
      description: 'The pier',
      useUniqueFileName: false,
      responseFields: ['tags', 'isPrivateFile', 'isPublished', 'customCoordinates', 'embeddedMetadata', 'metadata'],
      checks: `'file.size' < '1mb'`,
    })
    expect(uploaded).toMatchObject({
      fileId: expect.stringMatching(hexId),
      name: 'pier_at_night.jpg',
      filePath: '/upload/stream/pier_at_night.jpg',
      size: picture.length,
      width: 64,
      height: 48,
      fileType: 'image',
      tags: ['sea', 'pier'],
      isPrivateFile: true,
      isPublished: false,
      customCoordinates: '1,2,30,40',
      description: 'The pier',
      AITags: null,
      url: `${server.url}/default/upload/stream/pier_at_night.jpg`,
      thumbnailUrl: expect.stringContaining('/tr:n-ik_ml_thumbnail/'),
    })
    expect(uploaded.versionInfo).toEqual({ id: uploaded.fileId, name: 'Version 1' })
  })
  it('upload: bytes, base64 and a data URI; names are unique by default', async () => {
    const bytes = await client.files.upload({ file: await toFile(picture, 'a.jpg'), fileName: 'a.jpg' })
    expect(bytes.name).toMatch(/^a_[\w-]{9}\.jpg$/)
    const text = picture.toString('base64')
    for (const file of [text, `data:image/jpeg;base64,${text}`]) {
      const uploaded = await client.files.upload({ file: file as never, fileName: 'text.jpg' })
      expect(uploaded).toMatchObject({ size: picture.length, width: 64 })
    }
  })
  it('upload: what is no image is kept too', async () => {
    const file = await toFile(Buffer.from('only words'), 'note.txt')
    expect(await client.files.upload({ file, fileName: 'note.txt' })).toMatchObject({ fileType: 'non-image', size: 10 })
  })
  it('upload: a transformation before, a check that fails, extensions that need a provider', async () => {
    const small = await put('small.jpg', { transformation: { pre: 'w-32' } })
    expect(await client.files.get(small.fileId)).toMatchObject({ width: 32, height: 24 })
    const refused = await refusal(put('checked.jpg', { checks: `'file.size' > '1mb'` }))
    expect(refused).toBeInstanceOf(ImageKit.BadRequestError)
    expect(refused?.message).toContain('checks')
    const extended = await put('extended.jpg', {
      extensions: [{ name: 'google-auto-tagging', minConfidence: 80, maxTags: 5 }],
    })
    expect(extended).toMatchObject({
      extensionStatus: { 'google-auto-tagging': expect.stringMatching(/failed|pending/) },
    })
  })
  it('get, update and delete', async () => {
    const { fileId } = await put('changed.jpg', { tags: ['old'] })
    expect(await client.files.get(fileId)).toMatchObject({ type: 'file', fileId, tags: ['old'], mime: 'image/jpeg' })
    const changed = await client.files.update(fileId, {
      tags: ['new'],
      customCoordinates: '0,0,10,10',
      description: 'x',
    })
    expect(changed).toMatchObject({ tags: ['new'], customCoordinates: '0,0,10,10', description: 'x' })
    expect(await client.files.update(fileId, { tags: null, customCoordinates: null })).toMatchObject({
      tags: null,
      customCoordinates: null,
    })
    expect(await client.files.update(fileId, { publish: { isPublished: false } })).toMatchObject({ isPublished: false })
    expect(await client.files.update(fileId, { removeAITags: 'all' })).toMatchObject({ AITags: null })
    await client.files.delete(fileId)
    expect(await refusal(client.files.get(fileId))).toBeInstanceOf(ImageKit.NotFoundError)
  })
  it('copy, move and rename', async () => {
    await put('wander.jpg', { folder: '/from' })
    expect(
      await client.files.copy({
        sourceFilePath: '/from/wander.jpg',
        destinationPath: '/to/',
        includeFileVersions: true,
      }),
    ).toBeNull()
    await client.files.move({ sourceFilePath: '/to/wander.jpg', destinationPath: '/on' })
    expect(await client.files.rename({ filePath: '/on/wander.jpg', newFileName: 'home.jpg' })).toEqual({})
    const purged = await client.files.rename({ filePath: '/on/home.jpg', newFileName: 'back.jpg', purgeCache: true })
    expect(purged.purgeRequestId).toMatch(hexId)
    const names = async (path: string) => (await client.assets.list({ path })).map((file) => file.name)
    expect(await names('/from')).toEqual(['wander.jpg'])
    expect(await names('/to')).toEqual([])
    expect(await names('/on')).toEqual(['back.jpg'])
  })
  it('a name that is taken is a ConflictError at once: 409 is not tried again', async () => {
    await put('one.jpg', { folder: '/taken' })
    await put('two.jpg', { folder: '/taken' })
    const eager = client.withOptions({ maxRetries: 2 })
    const refused = await refusal(eager.files.rename({ filePath: '/taken/one.jpg', newFileName: 'two.jpg' }))
    expect(refused).toBeInstanceOf(ImageKit.ConflictError)
    expect(refused?.error).toMatchObject({ reason: 'FILE_ALREADY_EXISTS' })
    expect(refused?.headers?.get('x-should-retry')).toBe('false')
  })
})

describe('files.bulk', () => {
  it('addTags, removeTags, removeAITags and delete', async () => {
    const files = await Promise.all([put('bulk1.jpg', { tags: ['a'] }), put('bulk2.jpg')])
    const fileIds = files.map(({ fileId }) => fileId)
    const all = { successfullyUpdatedFileIds: expect.arrayContaining(fileIds) }
    expect(await client.files.bulk.addTags({ fileIds, tags: ['b', 'c'] })).toEqual(all)
    expect((await client.files.get(fileIds[0] ?? '')).tags).toEqual(['a', 'b', 'c'])
    expect(await client.files.bulk.removeTags({ fileIds, tags: ['a', 'b'] })).toEqual(all)
    expect((await client.files.get(fileIds[1] ?? '')).tags).toEqual(['c'])
    expect(await client.files.bulk.removeAITags({ fileIds, AITags: ['Sky'] })).toEqual(all)
    const missing = await refusal(client.files.bulk.delete({ fileIds: [...fileIds, unknownId] }))
    expect(missing).toBeInstanceOf(ImageKit.NotFoundError)
    expect(missing?.error).toMatchObject({ missingFileIds: [unknownId] })
    expect(await client.files.bulk.delete({ fileIds })).toEqual({
      successfullyDeletedFileIds: expect.arrayContaining(fileIds),
    })
  })
})

describe('files.versions', () => {
  it('list, get, restore and delete', async () => {
    const { fileId } = await put('twice.jpg', { tags: ['first'] })
    await put('twice.jpg', { tags: ['second'] })
    const [current, older] = await client.files.versions.list(fileId)
    expect(current).toMatchObject({ type: 'file', tags: ['second'], versionInfo: { name: 'Version 2' } })
    expect(older).toMatchObject({ type: 'file-version', tags: ['first'], versionInfo: { id: fileId } })
    const version = await client.files.versions.get(fileId, { fileId })
    expect(version).toMatchObject({ type: 'file-version', fileId, url: expect.stringContaining('ik-obj-version=') })
    const currentId = current?.versionInfo?.id ?? ''
    expect(await refusal(client.files.versions.delete(currentId, { fileId }))).toBeInstanceOf(ImageKit.BadRequestError)
    expect(await client.files.versions.restore(fileId, { fileId })).toMatchObject({ type: 'file', tags: ['first'] })
    await client.files.versions.delete(currentId, { fileId })
    expect(await client.files.versions.list(fileId)).toHaveLength(1)
  })
})

describe('files.metadata', () => {
  it('get by id and by address', async () => {
    const { fileId, url } = await put('meta.jpg')
    const metadata = await client.files.metadata.get(fileId)
    expect(metadata).toMatchObject({
      width: 64,
      height: 48,
      format: 'jpg',
      size: picture.length,
      hasTransparency: false,
    })
    expect(metadata.pHash).toMatch(/^[0-9a-f]{16}$/)
    expect(Object.keys(metadata.exif ?? {}).sort()).toEqual(
      ['exif', 'gps', 'image', 'interoperability', 'makernote', 'thumbnail'].sort(),
    )
    expect(await client.files.metadata.getFromURL({ url })).toEqual(metadata)
  })
})

describe('assets', () => {
  it('list: by folder, type, sort, page; and by a query', async () => {
    for (const [name, tags] of [
      ['list-a.jpg', ['x']],
      ['list-b.jpg', ['x', 'y']],
      ['list-c.jpg', ['y']],
    ] as const) {
      await put(name, { folder: '/list', tags: [...tags] })
    }
    await client.folders.create({ folderName: 'inner', parentFolderPath: '/list' })
    const names = async (query: ImageKit.AssetListParams) => (await client.assets.list(query)).map(({ name }) => name)
    expect(await names({ path: '/list', sort: 'DESC_NAME' })).toEqual(['list-c.jpg', 'list-b.jpg', 'list-a.jpg'])
    expect(await names({ path: '/list', sort: 'ASC_NAME', skip: 1, limit: 1 })).toEqual(['list-b.jpg'])
    expect(await names({ path: '/list', type: 'folder' })).toEqual(['inner'])
    expect(await names({ path: '/list', type: 'all' })).toHaveLength(4)
    expect(await names({ path: '/list', fileType: 'non-image' })).toEqual([])
    expect(await names({ path: '/list', sort: 'ASC_NAME', searchQuery: 'tags IN ["y"] AND width > 10' })).toEqual([
      'list-b.jpg',
      'list-c.jpg',
    ])
    expect(await names({ searchQuery: 'name : "list-" AND (tags NOT IN ["x"] OR size > "1mb")' })).toEqual([
      'list-c.jpg',
    ])
    expect(await refusal(client.assets.list({ searchQuery: 'name ==' }))).toBeInstanceOf(ImageKit.BadRequestError)
    expect(await refusal(client.assets.list({ limit: 1001 }))).toBeInstanceOf(ImageKit.BadRequestError)
  })
})

describe('folders', () => {
  it('create and delete', async () => {
    expect(await client.folders.create({ folderName: 'made', parentFolderPath: '/new/deep' })).toEqual({})
    expect(await client.assets.list({ path: '/new/deep', type: 'folder' })).toMatchObject([
      { type: 'folder', folderPath: '/new/deep/made', folderId: expect.stringMatching(hexId) },
    ])
    await client.folders.delete({ folderPath: '/new' })
    const gone = await refusal(client.folders.delete({ folderPath: '/new' }))
    expect(gone).toBeInstanceOf(ImageKit.NotFoundError)
    expect(gone?.error).toMatchObject({ reason: 'FOLDER_NOT_FOUND' })
  })
  it('copy, move and rename are jobs', async () => {
    await put('moved.jpg', { folder: '/jobs/source' })
    const copied = await client.folders.copy({ sourceFolderPath: '/jobs/source', destinationPath: '/jobs/copies' })
    expect(copied.jobId).toMatch(hexId)
    await ended(copied.jobId)
    expect(await client.folders.job.get(copied.jobId)).toMatchObject({ jobId: copied.jobId, type: 'COPY_FOLDER' })
    const moved = await client.folders.move({ sourceFolderPath: '/jobs/copies/source', destinationPath: '/jobs/moved' })
    await ended(moved.jobId)
    const renamed = await client.folders.rename({
      folderPath: '/jobs/moved/source',
      newFolderName: 'named',
      purgeCache: true,
    })
    await ended(renamed.jobId)
    expect(await client.folders.job.get(renamed.jobId)).toMatchObject({ type: 'RENAME_FOLDER' })
    const files = await client.assets.list({ searchQuery: 'name = "moved.jpg"', sort: 'ASC_CREATED' })
    expect(files.map((file) => ('filePath' in file ? file.filePath : ''))).toEqual([
      '/jobs/source/moved.jpg',
      '/jobs/moved/named/moved.jpg',
    ])
  })
})

describe('cache.invalidation', () => {
  it('create and get', async () => {
    const { url } = await put('purged.jpg')
    const { requestId } = await client.cache.invalidation.create({ url })
    expect(requestId).toMatch(hexId)
    await expect.poll(async () => (await client.cache.invalidation.get(requestId ?? '')).status).toBe('Completed')
    const foreign = await refusal(client.cache.invalidation.create({ url: 'https://other.example/x.jpg' }))
    expect(foreign).toBeInstanceOf(ImageKit.BadRequestError)
  })
})

describe('customMetadataFields', () => {
  it('create, list, update, use and delete', async () => {
    const field = await client.customMetadataFields.create({
      name: 'rating',
      label: 'Rating',
      schema: { type: 'Number', minValue: 0, maxValue: 5 },
    })
    expect(field).toMatchObject({ id: expect.stringMatching(hexId), name: 'rating', schema: { type: 'Number' } })
    expect(await client.customMetadataFields.list()).toMatchObject([{ name: 'rating' }])
    expect(await client.customMetadataFields.update(field.id, { label: 'Stars' })).toMatchObject({ label: 'Stars' })
    const file = await put('rated.jpg', { customMetadata: { rating: 4 } })
    expect((await client.files.get(file.fileId)).customMetadata).toEqual({ rating: 4 })
    const found = await client.assets.list({ searchQuery: '"customMetadata.rating" > 3' })
    expect(found).toMatchObject([{ name: 'rated.jpg' }])
    const wrong = await refusal(client.files.update(file.fileId, { customMetadata: { rating: 9 } }))
    expect(wrong?.error).toMatchObject({ errors: { rating: expect.any(String) } })
    await client.customMetadataFields.delete(field.id)
    expect(await client.customMetadataFields.list()).toEqual([])
    expect(await client.customMetadataFields.list({ includeDeleted: true })).toMatchObject([{ name: 'rating' }])
  })
  it.each([
    { type: 'Text', maxLength: 10 },
    { type: 'Textarea', minLength: 1 },
    { type: 'Date' },
    { type: 'Boolean' },
    { type: 'SingleSelect', selectOptions: ['a', 1, true] },
    { type: 'MultiSelect', selectOptions: ['a', 'b'], defaultValue: ['a'], isValueRequired: true },
  ] as const)('a field of type $type', async (schema) => {
    const name = `of_${schema.type}`
    const field = await client.customMetadataFields.create({ name, label: name, schema: schema as never })
    expect(field.schema).toMatchObject(schema)
    await client.customMetadataFields.delete(field.id)
  })
})

describe('namedTransformations', () => {
  it('create, list, get, update and delete', async () => {
    const resource = client.namedTransformations
    const made = await resource.create({ name: 'card', transformation: 'w-300,h-200' })
    expect(made).toMatchObject({ name: 'card', transformation: 'w-300,h-200', enabled: true })
    expect(await resource.list()).toMatchObject([{ id: made.id }])
    expect(await resource.get(made.id)).toEqual(made)
    expect(await resource.update(made.id, { enabled: false })).toMatchObject({ enabled: false })
    await resource.delete(made.id)
    expect(await refusal(resource.get(made.id))).toBeInstanceOf(ImageKit.NotFoundError)
  })
})

describe('savedExtensions', () => {
  it('create, list, get, update and delete', async () => {
    const resource = client.savedExtensions
    const made = await resource.create({ name: 'cut', description: 'out', config: { name: 'remove-bg' } })
    const id = made.id ?? ''
    expect(made).toMatchObject({ name: 'cut', config: { name: 'remove-bg' } })
    expect(await resource.list()).toMatchObject([{ id }])
    expect(await resource.get(id)).toMatchObject({ name: 'cut' })
    expect(await resource.update(id, { description: 'away' })).toMatchObject({ description: 'away' })
    await resource.delete(id)
    expect(await refusal(resource.get(id))).toBeInstanceOf(ImageKit.NotFoundError)
  })
})

describe('accounts', () => {
  it('origins: create, list, get, update and delete; secrets are not told', async () => {
    const resource = client.accounts.origins
    const bucket = {
      type: 'S3_COMPATIBLE',
      name: 'Bucket',
      bucket: 'b',
      endpoint: 'https://s3.example.com',
      accessKey: 'a-key',
      secretKey: 'very-secret',
    } as const
    const made = await resource.create(bucket)
    expect(made).toMatchObject({ type: 'S3_COMPATIBLE', name: 'Bucket', bucket: 'b', prefix: '' })
    expect(JSON.stringify(made)).not.toContain('very-secret')
    expect(await resource.list()).toMatchObject([{ id: made.id }])
    expect(await resource.get(made.id)).toEqual(made)
    expect(await resource.update(made.id, { ...bucket, name: 'Pail' })).toMatchObject({ id: made.id, name: 'Pail' })
    const web = await resource.create({ type: 'WEB_FOLDER', name: 'Web', baseUrl: 'https://www.example.com/' })
    const proxy = await resource.create({ type: 'WEB_PROXY', name: 'Proxy' })
    for (const { id } of [made, web, proxy]) await resource.delete(id)
    expect(await resource.list()).toEqual([])
  })
  it('urlEndpoints: create, list, get, update and delete; the default one stays', async () => {
    const origin = await client.accounts.origins.create({
      type: 'WEB_FOLDER',
      name: 'W',
      baseUrl: 'https://w.example.com',
    })
    const resource = client.accounts.urlEndpoints
    const made = await resource.create({ description: 'Shop', urlPrefix: 'shop', origins: [origin.id] })
    expect(made).toMatchObject({ description: 'Shop', urlPrefix: 'shop', origins: [origin.id] })
    expect((await resource.list()).map(({ id }) => id)).toContain(made.id)
    expect(await resource.get(made.id)).toEqual(made)
    const changed = await resource.update(made.id, { description: 'Store', urlPrefix: 'shop', origins: [origin.id] })
    expect(changed).toMatchObject({ description: 'Store' })
    await resource.delete(made.id)
    expect(await refusal(resource.get(made.id))).toBeInstanceOf(ImageKit.NotFoundError)
    expect(await resource.get('default')).toMatchObject({ id: 'default', urlPrefix: '' })
    expect(await refusal(resource.delete('default'))).toMatchObject({ status: 400 })
    await client.accounts.origins.delete(origin.id)
  })
  it('usage and usageAnalytics', async () => {
    const day = (ahead: number) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10)
    const usage = await client.accounts.usage.get({ startDate: day(-7), endDate: day(1) })
    expect(usage).toMatchObject({ bandwidthBytes: expect.any(Number), mediaLibraryStorageBytes: expect.any(Number) })
    expect(usage.mediaLibraryStorageBytes).toBeGreaterThan(0)
    const analytics = await client.accounts.usageAnalytics.get({ startDate: day(-7), endDate: day(0) })
    expect(analytics).toMatchObject({ requestCount: expect.any(Number), bandwidthBytes: expect.any(Number) })
    const wrong = client.accounts.usage.get({ startDate: day(1), endDate: day(-1) })
    expect(await refusal(wrong)).toBeInstanceOf(ImageKit.BadRequestError)
  })
})

describe('beta.v2.files', () => {
  it('upload with the private key', async () => {
    const uploaded = await client.beta.v2.files.upload({ file: await toFile(picture, 'v2.jpg'), fileName: 'v2.jpg' })
    expect(uploaded).toMatchObject({ fileId: expect.stringMatching(hexId), width: 64 })
  })
  it('upload with a token and no key', async () => {
    const token = await new SignJWT({ fileName: 'token.jpg', tags: 'a,b' })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: publicKey })
      .setIssuedAt()
      .setExpirationTime('10m')
      .sign(Buffer.from(secretKey))
    const upload = async () =>
      client.beta.v2.files.upload(
        { file: await toFile(picture, 'token.jpg'), fileName: 'token.jpg', tags: ['a', 'b'], token },
        { headers: { authorization: null } },
      )
    expect(await upload()).toMatchObject({ fileId: expect.stringMatching(hexId) })
    expect(await refusal(upload())).toBeInstanceOf(ImageKit.BadRequestError)
  })
})

describe('helper', () => {
  it('getAuthenticationParameters make a client-side upload, once', async () => {
    const signed = client.helper.getAuthenticationParameters()
    const form = new FormData()
    for (const [name, value] of Object.entries({ fileName: 'signed.jpg', publicKey, ...signed }))
      form.set(name, `${value}`)
    form.set('file', new Blob([new Uint8Array(picture)]), 'signed.jpg')
    const send = () => fetch(`${server.url}/api/v1/files/upload`, { method: 'POST', body: form })
    expect((await send()).status).toBe(200)
    const again = await send()
    expect(again.status).toBe(400)
    expect(await again.json()).toMatchObject({ message: expect.stringMatching(/token/) })
  })
  it('buildSrc and buildTransformationString make addresses below ours', async () => {
    const urlEndpoint = `${server.url}/default`
    const { helper } = client
    expect(helper.buildSrc({ urlEndpoint, src: '/a/b.jpg', transformation: [{ width: 100, height: 50 }] })).toBe(
      `${urlEndpoint}/a/b.jpg?tr=w-100,h-50`,
    )
    expect(
      helper.buildSrc({
        urlEndpoint,
        src: '/a/b.jpg',
        transformationPosition: 'path',
        transformation: [{ width: 100 }],
      }),
    ).toBe(`${urlEndpoint}/tr:w-100/a/b.jpg`)
    expect(helper.buildSrc({ urlEndpoint, src: '/a.jpg', signed: true })).toMatch(/\/a\.jpg\?ik-s=[0-9a-f]{40}$/)
    expect(helper.buildTransformationString([{ width: 10 }, { rotation: 90 }])).toBe('w-10:rt-90')
  })
})

describe('webhooks', () => {
  it('unwrap takes what the server sends, and refuses what is not signed by its secret', async () => {
    const origin = await startOrigin((_request, response) => response.writeHead(204).end())
    const endpoint = await addEndpoint(server.composed, 'default', { url: origin.url })
    try {
      const { fileId } = await put('told.jpg')
      const { body, headers } = await origin.wait((request) => request.body.includes(fileId))
      const [webhookSecret = ''] = await server.composed.webhookSecrets.active('default')
      const { webhooks } = client.withOptions({ webhookSecret })
      const told = { text: body.toString(), headers: headers as Record<string, string> }
      const event = webhooks.unwrap(told.text, { headers: told.headers })
      expect(event).toMatchObject({ type: 'file.created', data: { type: 'file', fileId } })
      expect(webhooks.unsafeUnwrap(told.text)).toEqual(event)
      expect(() => webhooks.unwrap(`${told.text} `, { headers: told.headers })).toThrow()
      expect(() => webhooks.unwrap(told.text, { headers: told.headers, key: 'whsec_other' })).toThrow()
    } finally {
      await removeEndpoint(server.composed, endpoint.id)
      await origin.stop()
    }
  })
})

describe('the client itself', () => {
  it('a wrong key is 403, no key 401; the password does not matter', async () => {
    const wrong = new ImageKit({ privateKey: 'private_wrong', baseURL: server.url, maxRetries: 0 })
    expect(await refusal(wrong.assets.list())).toBeInstanceOf(ImageKit.PermissionDeniedError)
    const none = client.assets.list({}, { headers: { authorization: null } })
    expect(await refusal(none)).toBeInstanceOf(ImageKit.AuthenticationError)
    const other = new ImageKit({
      privateKey: secretKey,
      password: 'anything',
      baseURL: `${server.url}/`,
      maxRetries: 0,
    })
    expect(await other.assets.list({ limit: 1 })).toHaveLength(1)
  })
  it('answers carry the request id; malformed ids are 400, unknown ones 404', async () => {
    const { response } = await client.assets.list({ limit: 1 }).withResponse()
    expect(response.headers.get('x-ik-requestid')).toBe(response.headers.get('x-request-id'))
    expect(await refusal(client.files.get('nonsense'))).toBeInstanceOf(ImageKit.BadRequestError)
    expect(await refusal(client.files.get(unknownId))).toBeInstanceOf(ImageKit.NotFoundError)
    expect(await refusal(client.get('/v1/nothing/here'))).toMatchObject({ status: 404 })
    expect(await refusal(client.put('/v1/files/addTags'))).toMatchObject({ status: 405 })
  })
})
