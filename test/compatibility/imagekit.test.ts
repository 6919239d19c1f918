/**
 * The client library `imagekit` 6 as it is published: every method, as a promise and with a callback. Its hosts are built
 * in; the shim of the docs (samples-library.ts) redirects them. Its quirks that matter here: an empty password, lists at
 * `/v1/files/`, addresses appended unencoded to `/v1/metadata?url=`, `includeFileVersions` for folders, and a hidden
 * property that it attaches to every answer, which must therefore be an object.
 */
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ImageKit from 'imagekit'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { addEndpoint, removeEndpoint } from '../../src/core/webhooks/endpoints.ts'
import { startOrigin } from '../support/origin.ts'
import { photo, quarters } from '../support/pictures.ts'
import { embedded, publicKey, secretKey, type TestServer } from '../support/stack.ts'

let checks = 0
let server: TestServer
let client: ImageKit
let picture: Buffer
let folder: string
/** Where the shim sends the calls. */
let target = ''

beforeAll(async () => {
  picture = await quarters(64, 48, 'jpeg')
  folder = await mkdtemp(join(tmpdir(), 'imagestead-imagekit6-'))
  await writeFile(join(folder, 'photo.jpg'), picture)
  server = await embedded.start({ LIMITS: 'off', FETCH_ALLOW: '127.0.0.1' })
  target = server.url
  redirect()
  client = clientOf(secretKey)
})
afterEach(() => {
  checks += expect.getState().assertionCalls
})
afterAll(async () => {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
  console.log(`imagekit 6: ${checks} checks`)
})

interface Axios {
  interceptors: { request: { use(change: (request: { url: string }) => object): void } }
}

/** The shim: calls to the hosted service go to our server. */
function redirect(): void {
  const require = createRequire(import.meta.url)
  const axios = createRequire(require.resolve('imagekit'))('axios') as Axios
  axios.interceptors.request.use((request) => {
    request.url = request.url.replace(/^https:\/\/(api|upload)\.imagekit\.io/, target)
    return request
  })
}

const clientOf = (privateKey: string) => new ImageKit({ publicKey, privateKey, urlEndpoint: `${server.url}/default` })

const hexId = /^[0-9a-f]{24}$/
const unknownId = 'f'.repeat(24)

type Metadata = { statusCode: number; headers: Record<string, string> }
const metadataOf = (value: object) => (value as { $ResponseMetadata: Metadata }).$ResponseMetadata

/** A file of that exact name. */
const put = (name: string, options: object = {}) =>
  client.upload({ file: picture, fileName: name, useUniqueFileName: false, ...options })

/** What the call was refused with: the body itself. */
const refusal = (call: Promise<unknown>) =>
  call.then(
    () => undefined as never,
    (error: unknown) => error as { message: string; help: string; reason?: string; missingFileIds?: string[] },
  )

const namesIn = async (path: string) => (await client.listFiles({ path })).map(({ name }) => name)

describe('upload', () => {
  it('a buffer, with every kind of field', async () => {
    await client.createCustomMetadataField({ name: 'place', label: 'Place', schema: { type: 'Text' } })
    const uploaded = await client.upload({
      file: picture,
      fileName: 'pier at night.jpg',
      folder: 'upload/buffer/',
      tags: ['sea', 'pier'],
      isPrivateFile: true,
      isPublished: false,
      useUniqueFileName: false,
      overwriteFile: true,
      overwriteTags: true,
      overwriteAITags: true,
      overwriteCustomMetadata: true,
      customCoordinates: '1,2,30,40',
      customMetadata: { place: 'Brighton' },
      responseFields: ['tags', 'isPrivateFile', 'isPublished', 'customCoordinates', 'customMetadata'],
      extensions: [{ name: 'google-auto-tagging', minConfidence: 80, maxTags: 10 }],
      transformation: { post: [{ type: 'transformation', value: 'w-20' }] },
      checks: `"file.size" < "1mb"`,
      webhookUrl: 'https://example.com/hook',
    } as never)
    expect(uploaded).toMatchObject({
      fileId: expect.stringMatching(hexId),
      name: 'pier_at_night.jpg',
      filePath: '/upload/buffer/pier_at_night.jpg',
      size: picture.length,
      width: 64,
      height: 48,
      fileType: 'image',
      tags: ['sea', 'pier'],
      isPrivateFile: true,
      isPublished: false,
      customCoordinates: '1,2,30,40',
      customMetadata: { place: 'Brighton' },
      AITags: null,
      url: `${server.url}/default/upload/buffer/pier_at_night.jpg`,
      thumbnailUrl: expect.stringContaining('/tr:n-ik_ml_thumbnail/'),
      versionInfo: { name: 'Version 1' },
    })
    expect(metadataOf(uploaded)).toMatchObject({ statusCode: 200, headers: { 'x-ik-requestid': expect.any(String) } })
  })
  it('a stream, base64, a data URI and an address', async () => {
    const origin = await startOrigin((_request, response) => response.end(picture))
    const text = picture.toString('base64')
    const files = [
      createReadStream(join(folder, 'photo.jpg')),
      text,
      `data:image/jpeg;base64,${text}`,
      `${origin.url}/photo.jpg`,
    ]
    for (const file of files) {
      expect(await client.upload({ file, fileName: 'any.jpg' })).toMatchObject({
        name: expect.stringMatching(/^any_[\w-]{9}\.jpg$/),
        size: picture.length,
        width: 64,
      })
    }
    await origin.stop()
  })
  it('with a callback', async () => {
    const [error, answer] = await new Promise<[unknown, object | null]>((resolve) => {
      client.upload({ file: picture, fileName: 'callback.jpg' }, (...both) => resolve(both))
    })
    expect(error).toBeNull()
    expect(answer).toMatchObject({ fileId: expect.stringMatching(hexId) })
    const [refused] = await new Promise<[unknown]>((resolve) => {
      client.upload({ file: 'not base64!', fileName: 'bad.jpg' }, (reason) => resolve([reason]))
    })
    expect(refused).toMatchObject({ message: expect.any(String) })
  })
  it('refusals are the body, with message and help; without a file or name the client refuses by itself', async () => {
    await put('there.jpg')
    const taken = await refusal(put('there.jpg', { overwriteFile: false }))
    expect(taken).toMatchObject({ message: expect.stringContaining('exist'), help: expect.any(String) })
    expect(metadataOf(taken).statusCode).toBe(400)
    expect((await refusal(client.upload({ fileName: 'x' } as never))).message).toContain('Missing file')
    expect((await refusal(client.upload({ file: picture } as never))).message).toContain('Missing fileName')
  })
  it('getAuthenticationParameters sign uploads without the key', async () => {
    const { token, expire, signature } = client.getAuthenticationParameters()
    const form = new FormData()
    const fields = { publicKey, token, expire, signature, fileName: 'signed.jpg' }
    for (const [name, value] of Object.entries(fields)) form.set(name, String(value))
    form.set('file', picture.toString('base64'))
    const answer = await fetch(`${server.url}/api/v1/files/upload`, { method: 'POST', body: form })
    expect(answer.status).toBe(200)
    expect(client.getAuthenticationParameters('mine', 1_900_000_000)).toMatchObject({
      token: 'mine',
      expire: 1_900_000_000,
      signature: expect.stringMatching(/^[0-9a-f]{40}$/),
    })
  })
})

describe('files', () => {
  it('listFiles: as it is, filtered, sorted and by query', async () => {
    await put('list-a.jpg', { folder: '/list', tags: ['x'] })
    await put('list-b.jpg', { folder: '/list', tags: ['x', 'y'] })
    await put('list-c.jpg', { folder: '/list', tags: ['y'] })
    const all = await client.listFiles({})
    expect(all.length).toBeGreaterThanOrEqual(3)
    expect(metadataOf(all)).toMatchObject({ statusCode: 200 })
    const names = async (options: object) => (await client.listFiles(options)).map(({ name }) => name)
    expect(await names({ path: '/list', sort: 'DESC_NAME', limit: 2 })).toEqual(['list-c.jpg', 'list-b.jpg'])
    expect(await names({ path: 'list', sort: 'ASC_NAME', skip: 2 })).toEqual(['list-c.jpg'])
    expect(await names({ name: 'list-b.jpg' })).toEqual(['list-b.jpg'])
    expect(await names({ tags: ['x'], sort: 'ASC_NAME' })).toEqual(['list-a.jpg', 'list-b.jpg'])
    expect(await names({ searchQuery: 'tags IN ["y"] AND createdAt > "1d"', sort: 'ASC_NAME' })).toEqual([
      'list-b.jpg',
      'list-c.jpg',
    ])
    expect(await names({ type: 'all', path: '/', searchQuery: 'type = "folder" AND name = "list"' })).toEqual(['list'])
    expect(metadataOf(await refusal(client.listFiles({ limit: 0 }))).statusCode).toBe(400)
  })
  it('getFileDetails, updateFileDetails and deleteFile', async () => {
    const { fileId } = await put('changed.jpg', { tags: ['old'] })
    const details = await client.getFileDetails(fileId)
    expect(details).toMatchObject({ type: 'file', fileId, tags: ['old'], mime: 'image/jpeg', hasAlpha: false })
    expect(await client.updateFileDetails(fileId, { tags: ['new'], customCoordinates: '0,0,10,10' })).toMatchObject({
      tags: ['new'],
      customCoordinates: '0,0,10,10',
    })
    expect(await client.updateFileDetails(fileId, { customMetadata: { place: 'Hove' } })).toMatchObject({
      customMetadata: { place: 'Hove' },
    })
    expect(await client.updateFileDetails(fileId, { tags: null, customCoordinates: null } as never)).toMatchObject({
      tags: null,
    })
    const published = { publish: { isPublished: false, includeFileVersions: true } }
    expect(await client.updateFileDetails(fileId, published)).toMatchObject({ isPublished: false })
    const deleted = await client.deleteFile(fileId)
    expect(metadataOf(deleted as object).statusCode).toBe(204)
    const gone = await refusal(client.getFileDetails(fileId))
    expect(gone).toMatchObject({ message: 'The requested file does not exist.', help: expect.any(String) })
    expect(metadataOf(gone).statusCode).toBe(404)
  })
  it('versions: list, one, restore, delete', async () => {
    const { fileId } = await put('twice.jpg', { tags: ['first'] })
    await put('twice.jpg', { tags: ['second'] })
    const versions = await client.getFileVersions(fileId)
    expect(versions).toMatchObject([
      { type: 'file', tags: ['second'], versionInfo: { name: 'Version 2' } },
      { type: 'file-version', tags: ['first'], versionInfo: { id: fileId, name: 'Version 1' } },
    ])
    const versionId = (versions as unknown as { versionInfo: { id: string } }[])[0]?.versionInfo.id ?? ''
    const older = await client.getFileVersionDetails({ fileId, versionId: fileId })
    expect(older).toMatchObject({ type: 'file-version', tags: ['first'] })
    expect(metadataOf(await refusal(client.deleteFileVersion({ fileId, versionId }))).statusCode).toBe(400)
    expect(await client.restoreFileVersion({ fileId, versionId: fileId })).toMatchObject({ tags: ['first'] })
    await client.deleteFileVersion({ fileId, versionId })
    expect(await client.getFileVersions(fileId)).toHaveLength(1)
  })
  it('getFileMetadata by id and by address, as it is; pHashDistance of two', async () => {
    const plain = await put('plain.jpg')
    const other = await client.upload({ file: await photo(64, 48), fileName: 'other.jpg' })
    const metadata = await client.getFileMetadata(plain.fileId)
    expect(metadata).toMatchObject({ width: 64, height: 48, format: 'jpg', size: picture.length })
    expect(await client.getFileMetadata(plain.url)).toEqual(metadata)
    // The client appends it as it stands: what is behind the & belongs to the address.
    expect(await client.getFileMetadata(`${plain.url}?updatedAt=1&tr=w-10`)).toMatchObject({ format: 'jpg' })
    const hashes = [metadata.pHash, (await client.getFileMetadata(other.fileId)).pHash]
    expect(client.pHashDistance(hashes[0] ?? '', hashes[0] ?? '')).toBe(0)
    expect(client.pHashDistance(hashes[0] ?? '', hashes[1] ?? '')).toBeGreaterThan(0)
  })
  it('bulkAddTags, bulkRemoveTags, bulkRemoveAITags, bulkDeleteFiles', async () => {
    const ids = [(await put('bulk1.jpg')).fileId, (await put('bulk2.jpg')).fileId]
    const all = { successfullyUpdatedFileIds: expect.arrayContaining(ids) }
    expect(await client.bulkAddTags(ids, ['a', 'b'])).toEqual(all)
    expect(await client.bulkRemoveTags(ids, ['a'])).toEqual(all)
    expect((await client.getFileDetails(ids[0] ?? '')).tags).toEqual(['b'])
    expect(await client.bulkRemoveAITags(ids, ['Sky'])).toEqual(all)
    const missing = await refusal(client.bulkDeleteFiles([...ids, unknownId]) as Promise<unknown>)
    expect(missing.missingFileIds).toEqual([unknownId])
    expect(metadataOf(missing).statusCode).toBe(404)
    expect(await client.bulkDeleteFiles(ids)).toEqual({ successfullyDeletedFileIds: expect.arrayContaining(ids) })
  })
  it('copyFile, moveFile, renameFile', async () => {
    await put('wander.jpg', { folder: '/from' })
    const copied = await client.copyFile({
      sourceFilePath: '/from/wander.jpg',
      destinationPath: '/to/',
      includeFileVersions: true,
    })
    expect(metadataOf(copied as object).statusCode).toBe(204)
    await client.moveFile({ sourceFilePath: '/to/wander.jpg', destinationPath: '/on' })
    expect(await client.renameFile({ filePath: '/on/wander.jpg', newFileName: 'home.jpg' } as never)).toEqual({})
    const renamed = await client.renameFile({ filePath: '/on/home.jpg', newFileName: 'back.jpg', purgeCache: true })
    expect(renamed).toMatchObject({ purgeRequestId: expect.stringMatching(hexId) })
    expect([await namesIn('/from'), await namesIn('/to'), await namesIn('/on')]).toEqual([
      ['wander.jpg'],
      [],
      ['back.jpg'],
    ])
    const missing = await refusal(client.moveFile({ sourceFilePath: '/no/such.jpg', destinationPath: '/on' }))
    expect(missing.reason).toBe('SOURCE_FILE_MISSING')
    await put('here.jpg', { folder: '/on' })
    const taken = await refusal(client.renameFile({ filePath: '/on/here.jpg', newFileName: 'back.jpg' } as never))
    expect(taken.reason).toBe('FILE_ALREADY_EXISTS')
    expect(metadataOf(taken).statusCode).toBe(409)
  })
})

describe('folders and cache', () => {
  /** Waits until a bulk job has ended. */
  const ended = (jobId: string) =>
    expect.poll(async () => await client.getBulkJobStatus(jobId)).toMatchObject({ status: 'Completed' })

  it('createFolder and deleteFolder', async () => {
    const made = await client.createFolder({ folderName: 'new one', parentFolderPath: '/made' })
    expect(metadataOf(made as object).statusCode).toBe(201)
    const found = await client.listFiles({ type: 'folder', path: '/made' } as never)
    expect(found).toMatchObject([{ type: 'folder', name: 'new_one', folderPath: '/made/new_one' }])
    expect(metadataOf((await client.deleteFolder('/made')) as object).statusCode).toBe(204)
    expect((await refusal(client.deleteFolder('/made'))).reason).toBe('FOLDER_NOT_FOUND')
  })
  it('copyFolder with its own name for versions, moveFolder, getBulkJobStatus', async () => {
    await put('twin.jpg', { folder: '/jobs/source' })
    await put('twin.jpg', { folder: '/jobs/source' })
    const copied = await client.copyFolder({
      sourceFolderPath: '/jobs/source',
      destinationPath: '/jobs/copies',
      includeFileVersions: true,
    })
    expect(copied.jobId).toMatch(hexId)
    await ended(copied.jobId)
    const [copy] = await client.listFiles({ path: '/jobs/copies/source' })
    expect(await client.getFileVersions((copy as { fileId: string }).fileId)).toHaveLength(2)
    const moved = await client.moveFolder({ sourceFolderPath: '/jobs/copies/source', destinationPath: '/jobs/moved' })
    await ended(moved.jobId)
    expect(await client.getBulkJobStatus(moved.jobId)).toMatchObject({ type: 'MOVE_FOLDER', jobId: moved.jobId })
    expect(await namesIn('/jobs/moved/source')).toEqual(['twin.jpg'])
    expect(metadataOf(await refusal(client.getBulkJobStatus(unknownId))).statusCode).toBe(404)
  })
  it('purgeCache and getPurgeCacheStatus', async () => {
    const { url } = await put('purged.jpg')
    const { requestId } = await client.purgeCache(url)
    expect(requestId).toMatch(hexId)
    await expect.poll(async () => (await client.getPurgeCacheStatus(requestId)).status).toBe('Completed')
    expect(metadataOf(await refusal(client.getPurgeCacheStatus(unknownId))).statusCode).toBe(400)
  })
})

describe('custom metadata fields', () => {
  it('create, list, update, delete', async () => {
    const field = await client.createCustomMetadataField({
      name: 'rating',
      label: 'Rating',
      schema: { type: 'Number', minValue: 0, maxValue: 5 },
    })
    expect(field).toMatchObject({ id: expect.stringMatching(hexId), name: 'rating', schema: { maxValue: 5 } })
    const names = async (includeDeleted: boolean) =>
      (await client.getCustomMetadataFields({ includeDeleted })).map(({ name }) => name)
    expect(await names(false)).toContain('rating')
    expect(await client.updateCustomMetadataField(field.id, { label: 'Stars' })).toMatchObject({ label: 'Stars' })
    expect(
      await client.updateCustomMetadataField(field.id, {
        schema: { type: 'Number', minValue: 1, maxValue: 9 },
      } as never),
    ).toMatchObject({ schema: { minValue: 1, maxValue: 9 } })
    await client.deleteCustomMetadataField(field.id)
    expect(await names(false)).not.toContain('rating')
    expect(await names(true)).toContain('rating')
    const again = client.createCustomMetadataField({ name: 'rating', label: 'R', schema: { type: 'Text' } })
    expect((await refusal(again)).message).toContain('already exists')
  })
})

describe('the client itself', () => {
  it('url: path and query form, signed', () => {
    const transformation = [{ height: '300', width: '400' }]
    expect(client.url({ path: '/a.jpg', transformation })).toBe(`${server.url}/default/tr:h-300,w-400/a.jpg`)
    expect(client.url({ path: '/a.jpg', transformation, transformationPosition: 'query' })).toBe(
      `${server.url}/default/a.jpg?tr=h-300%2Cw-400`,
    )
    expect(client.url({ src: `${server.url}/default/a.jpg`, signed: true, expireSeconds: 60 })).toMatch(
      /\?ik-t=\d+&ik-s=[0-9a-f]{40}$/,
    )
  })
  it('verifyWebhookEvent takes what the server sends, and refuses a forgery', async () => {
    const origin = await startOrigin((_request, response) => response.writeHead(204).end())
    const endpoint = await addEndpoint(server.composed, 'default', { url: origin.url })
    try {
      const { fileId } = await put('told.jpg')
      const { body, headers } = await origin.wait((request) => request.body.includes(fileId))
      const [secret = ''] = await server.composed.webhookSecrets.active('default')
      const signature = String(headers['x-ik-signature'])
      const { event, timestamp } = client.verifyWebhookEvent(body, signature, secret)
      expect(event).toMatchObject({ type: 'file.created', data: { fileId } })
      expect(Math.abs(Date.now() - timestamp)).toBeLessThan(300_000)
      expect(() => client.verifyWebhookEvent(`${body} `, signature, secret)).toThrow('Incorrect signature')
    } finally {
      await removeEndpoint(server.composed, endpoint.id)
      await origin.stop()
    }
  })
  it('a wrong key is 403; a limit is told with its numbers', async () => {
    const wrong = await refusal(clientOf('private_wrong').listFiles({}))
    expect(wrong.message).toBe('Your account cannot be authenticated.')
    expect(metadataOf(wrong).statusCode).toBe(403)
  })
})

describe('limits', () => {
  it('429 carries the three numbers under the names of their headers', async () => {
    const limited = await embedded.start({ LIMITS: 'on', LIBRARY_READS_PER_MINUTE: '1' })
    target = limited.url
    try {
      const calls = await Promise.all(Array.from({ length: 5 }, () => refusal(clientOf(secretKey).listFiles({}))))
      const refused = calls.find((answer) => answer !== undefined)
      expect(refused).toMatchObject({
        message: expect.any(String),
        'X-RateLimit-Limit': 1,
        'X-RateLimit-Reset': expect.any(Number),
        'X-RateLimit-Interval': 60_000,
      })
    } finally {
      await limited.stop()
    }
  })
})
