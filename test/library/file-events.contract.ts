/** media-library-api.md sections 3.3 and 13: what webhooks and the storage counter learn of changes to files. */
import { afterAll, beforeAll, it } from 'vitest'
import { storageUsed } from '../../src/core/usage/storage.ts'
import { addEndpoint } from '../../src/core/webhooks/endpoints.ts'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { quarters } from '../support/pictures.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'

export function fileEventSuite(stack: Stack): void {
  let server: TestServer
  let origin: Origin
  let picture: Buffer

  beforeAll(async () => {
    server = await stack.start({ FETCH_ALLOW: '127.0.0.1', SCORING_DEADLINE_MS: '45000' })
    origin = await startOrigin((_request, response) => response.writeHead(204).end())
    picture = await quarters(8, 8)
  })
  afterAll(async () => {
    await origin.stop()
    await server.stop()
  })

  /** A project with an endpoint, and a function that tells what was recorded since it was called last. */
  async function listening(id: string, settings: unknown = {}) {
    const client = libraryClient(server, (await addProject(server, id, settings)).secretKey)
    await addEndpoint(server.composed, id, { url: `${origin.url}/hook` })
    let seen = 0
    async function news(): Promise<[event: string, subject: string][]> {
      const lines = await server.composed.store.read.webhooks.list({ project: id }, 200)
      const fresh = lines
        .slice(0, lines.length - seen)
        .map(({ event, subject }) => [event, subject] as [string, string])
      seen = lines.length
      return fresh.sort()
    }
    return { client, news, used: () => storageUsed(server.composed.store.read, id) }
  }
  const put = async (client: LibraryClient, folder: string, fileName = 'a.png') =>
    (await client.upload({ file: picture, folder, fileName, useUniqueFileName: 'false' })).json
  const post = (client: LibraryClient, call: string, json: unknown) =>
    client.call('POST', `/v1/files/${call}`, { json })

  it('each change tells its events, once per file that changed', async ({ expect }) => {
    const { client, news } = await listening('told')
    const { fileId } = await put(client, 'a')
    const [old] = [fileId]
    await put(client, 'a')
    const other = (await put(client, 'b')).fileId
    expect(await news()).toEqual([
      ['file-version.created', fileId],
      ...[fileId, other].sort().map((id) => ['file.created', id]),
    ])
    const path = `/v1/files/${fileId}`
    await client.call('PATCH', `${path}/details`, { json: { tags: ['x'] } })
    expect(await news()).toEqual([['file.updated', fileId]])
    await client.call('PATCH', `${path}/details`, { json: {} })
    await client.call('PATCH', `${path}/details`, { json: { tags: ['x'], customMetadata: {} } })
    await post(client, 'addTags', { fileIds: [fileId, other], tags: ['x'] })
    expect(await news()).toEqual([['file.updated', other]])
    await client.call('PUT', `${path}/versions/${old}/restore`)
    expect(await news()).toEqual([['file.updated', fileId]])
    const current = (await client.call('GET', `${path}/versions`)).json
    await client.call('DELETE', `${path}/versions/${current[1].versionInfo.id}`)
    expect(await news()).toEqual([['file-version.deleted', fileId]])
    await client.call('PUT', '/v1/files/rename', { json: { filePath: '/a/a.png', newFileName: 'c.png' } })
    await post(client, 'move', { sourceFilePath: '/a/c.png', destinationPath: '/c' })
    expect(await news()).toEqual([
      ['file.updated', fileId],
      ['file.updated', fileId],
    ])
    await post(client, 'copy', { sourceFilePath: '/c/c.png', destinationPath: '/b' })
    const [[event, copy] = []] = await news()
    expect([event, copy === fileId]).toEqual(['file.created', false])
    await post(client, 'copy', { sourceFilePath: '/c/c.png', destinationPath: '/b' })
    expect(await news()).toEqual([['file-version.created', copy]])
    // Merged: its versions are the other file's now.
    await post(client, 'move', { sourceFilePath: '/c/c.png', destinationPath: '/b' })
    expect(await news()).toEqual([
      ['file-version.created', copy],
      ['file.deleted', fileId],
    ])
    await post(client, 'batch/deleteByFileIds', { fileIds: [other, copy] })
    expect(await news()).toEqual([other, copy].sort().map((id) => ['file.deleted', id]))
  })

  it('what is refused tells nothing', async ({ expect }) => {
    const { client, news } = await listening('silent')
    const { fileId } = await put(client, 'a')
    await put(client, 'a', 'b.png')
    await news()
    await client.call('PATCH', `/v1/files/${fileId}/details`, { json: { customMetadata: { none: 1 } } })
    await client.call('PUT', '/v1/files/rename', { json: { filePath: '/a/a.png', newFileName: 'b.png' } })
    await post(client, 'batch/deleteByFileIds', { fileIds: [fileId, 'a'.repeat(24)] })
    expect(await news()).toEqual([])
  })

  it('extensions: "pending then failed by webhook"; tags are found here', { timeout: 120_000 }, async ({ expect }) => {
    const { client, news } = await listening('extended')
    const { fileId } = await put(client, 'a')
    await news()
    const extensions = [{ name: 'google-auto-tagging', minConfidence: 80, maxTags: 5 }, { name: 'remove-bg' }]
    const patch = (json: unknown) => client.call('PATCH', `/v1/files/${fileId}/details`, { json })
    const alone = await patch({ extensions: [{ name: 'remove-bg' }] })
    expect([alone.status, alone.json.extensionStatus]).toEqual([200, { 'remove-bg': 'failed' }])
    expect(await news()).toEqual([])
    const told = await patch({ extensions, webhookUrl: `${origin.url}/results` })
    expect(told.json.extensionStatus).toEqual({ 'google-auto-tagging': 'pending', 'remove-bg': 'pending' })
    await origin.wait(({ path }) => path === '/results', 100_000)
    expect(await news()).toEqual([['file.extensions', fileId]])
    for (const wrong of [{}, [{ name: 'remove-bg', options: { size: 5 } }], [{ name: 'none' }], [], 'remove-bg']) {
      expect((await patch({ extensions: wrong })).status, JSON.stringify(wrong)).toBe(400)
    }
    expect((await patch({ extensions, webhookUrl: 'file:///etc/passwd' })).status).toBe(400)
  })

  it('storage: copies count, everything deleted is given back', async ({ expect }) => {
    const size = picture.length
    const { client, used } = await listening('stored', { limits: { storageBytes: size * 4 } })
    const { fileId } = await put(client, 'a')
    await put(client, 'a')
    const copy = { sourceFilePath: '/a/a.png', destinationPath: '/b', includeFileVersions: true }
    expect((await post(client, 'copy', copy)).status).toBe(204)
    expect(await used()).toBe(size * 4)
    const refused = await post(client, 'copy', { ...copy, destinationPath: '/c' })
    expect([refused.status, refused.json.message]).toEqual([403, 'Your account has exceeded its storage limit.'])
    await post(client, 'move', { sourceFilePath: '/a/a.png', destinationPath: '/b' })
    expect(await used()).toBe(size * 4)
    const { file } = await found(server, 'stored', '/b', 'a.png')
    expect(file).not.toBe(fileId)
    const [, old] = (await client.call('GET', `/v1/files/${file}/versions`)).json
    await client.call('DELETE', `/v1/files/${file}/versions/${old.versionInfo.id}`)
    expect(await used()).toBe(size * 3)
    await client.call('DELETE', `/v1/files/${file}`)
    expect(await used()).toBe(0)
  })

  it('rename: "{purgeRequestId}", "207 + reason: PURGE_FAILED when purge quota is gone"', async ({ expect }) => {
    const limited = await stack.start({ LIMITS: 'on', LIBRARY_PURGES_PER_MONTH: '1' })
    try {
      const client = libraryClient(limited)
      await put(client, '/')
      const rename = (from: string, to: string) =>
        client.call('PUT', '/v1/files/rename', { json: { filePath: from, newFileName: to, purgeCache: true } })
      const first = await rename('/a.png', 'b.png')
      expect([first.status, first.json]).toEqual([200, { purgeRequestId: expect.stringMatching(/^[0-9a-f]{24}$/) }])
      const asked = await client.call('GET', `/v1/files/purge/${first.json.purgeRequestId}`)
      expect(['Pending', 'Completed']).toContain(asked.json.status)
      // Refused ones cost nothing.
      expect((await rename('/a.png', 'c.png')).status).toBe(404)
      const second = await rename('/b.png', 'c.png')
      expect([second.status, second.json.reason]).toEqual([207, 'PURGE_FAILED'])
      expect((await rename('/b.png', 'd.png')).status).toBe(404)
    } finally {
      await limited.stop()
    }
  })
}

async function found({ composed }: TestServer, project: string, path: string, name: string) {
  const { folders, assets } = composed.store.read
  const folder = await folders.findByPath(project, path)
  const file = folder && (await assets.findByName(folder.id, name))
  if (file === undefined) throw new Error(`There is no ${path}/${name}.`)
  return file
}
