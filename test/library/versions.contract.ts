/** media-library-api.md section 6: versions listed, shown, deleted, restored. */
import { afterAll, beforeAll, it } from 'vitest'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { quarters } from '../support/pictures.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'

export function versionSuite(stack: Stack): void {
  let server: TestServer
  let client: LibraryClient

  beforeAll(async () => {
    server = await stack.start()
    client = libraryClient(server)
  })
  afterAll(() => server.stop())

  /** A file with three versions, 10, 20 and 30 pixels wide. */
  async function three(fileName: string) {
    const answers = []
    for (const width of [10, 20, 30]) {
      const file = await quarters(width, 8)
      answers.push((await client.upload({ file, fileName, useUniqueFileName: 'false' })).json)
    }
    return { fileId: answers[0].fileId, ids: answers.map(({ versionInfo }) => versionInfo.id) }
  }
  const path = (fileId: string, id = '') => `/v1/files/${fileId}/versions${id && `/${id}`}`
  const list = async (fileId: string) => (await client.call('GET', path(fileId))).json
  const shown = async (fileId: string) =>
    (await list(fileId)).map(({ type, width, versionInfo }: Record<string, never>) => [type, width, versionInfo])

  it('"200 array, current first (type:file), then file-version, newest first"', async ({ expect }) => {
    const { fileId, ids } = await three('list.png')
    expect(await shown(fileId)).toEqual([
      ['file', 30, { id: ids[2], name: 'Version 3' }],
      ['file-version', 20, { id: ids[1], name: 'Version 2' }],
      ['file-version', 10, { id: ids[0], name: 'Version 1' }],
    ])
    expect(ids[0]).toBe(fileId)
    const [current, old] = await list(fileId)
    expect(old).toMatchObject({ fileId, filePath: '/list.png', createdAt: current.createdAt })
    expect(old.url).toMatch(/^http.*\/default\/list\.png\?ik-obj-version=[^&]+&updatedAt=\d+$/)
    expect(old.thumbnail).toBe(`${old.url}&tr=n-ik_ml_thumbnail`)
    expect((await client.call('GET', path(fileId, ids[1]))).json).toEqual(old)
    expect((await client.call('GET', path(fileId, ids[2]))).json).toEqual(current)
  })

  it('delete: 204; "current version: 400"', async ({ expect }) => {
    const { fileId, ids } = await three('delete.png')
    const refused = await client.call('DELETE', path(fileId, ids[2]))
    expect([refused.status, refused.json.message]).toEqual([400, expect.stringContaining('current version')])
    const deleted = await client.call('DELETE', path(fileId, ids[0]))
    expect([deleted.status, deleted.bytes.length]).toEqual([204, 0])
    expect((await client.call('DELETE', path(fileId, ids[0]))).status).toBe(404)
    expect((await shown(fileId)).map(([type, width]: unknown[]) => [type, width])).toEqual([
      ['file', 30],
      ['file-version', 20],
    ])
    expect((await client.call('GET', `/v1/files/${fileId}/details`)).status).toBe(200)
  })

  it('restore: "200 file object (now type:file)", "the former current becomes a file-version"', async ({ expect }) => {
    const { fileId, ids } = await three('restore.png')
    const before = await client.call('GET', path(fileId, ids[0]))
    const { status, json } = await client.call('PUT', `${path(fileId, ids[0])}/restore`)
    expect(status).toBe(200)
    expect(json).toMatchObject({ type: 'file', fileId, width: 10, versionInfo: { id: ids[0], name: 'Version 1' } })
    expect(json.updatedAt >= before.json.updatedAt).toBe(true)
    expect((await client.call('GET', `/v1/files/${fileId}/details`)).json).toEqual(json)
    expect((await shown(fileId)).map(([type, width]: unknown[]) => [type, width])).toEqual([
      ['file', 10],
      ['file-version', 30],
      ['file-version', 20],
    ])
    // Once more: it is the current one.
    expect((await client.call('PUT', `${path(fileId, ids[0])}/restore`)).json).toEqual(json)
    // What was current can go now.
    expect((await client.call('DELETE', path(fileId, ids[2]))).status).toBe(204)
  })

  it('a number is given once, also when the newest versions were deleted', async ({ expect }) => {
    const { fileId, ids } = await three('numbers.png')
    await client.call('PUT', `${path(fileId, ids[0])}/restore`)
    await client.call('DELETE', path(fileId, ids[2]))
    const again = { file: await quarters(40, 8), fileName: 'numbers.png', useUniqueFileName: 'false' }
    const fourth = (await client.upload(again)).json
    expect(fourth.versionInfo.name).toBe('Version 4')
    // What remembered the third is deleted itself.
    await client.call('PUT', `${path(fileId, ids[1])}/restore`)
    await client.call('DELETE', path(fileId, fourth.versionInfo.id))
    await client.call('DELETE', path(fileId, ids[0]))
    expect((await client.upload(again)).json.versionInfo.name).toBe('Version 5')
    await client.call('POST', '/v1/files/copy', {
      json: { sourceFilePath: '/numbers.png', destinationPath: '/copies', includeFileVersions: true },
    })
    const [copy] = (await client.call('GET', '/v1/files?path=copies')).json
    expect(
      (await list(copy.fileId)).map((version: { versionInfo: { name: string } }) => version.versionInfo.name),
    ).toEqual(['Version 2', 'Version 1'])
  })

  it('malformed ids 400; unknown ones, those of another file and of another project 404', async ({ expect }) => {
    const { fileId, ids } = await three('ids.png')
    const other = await three('others.png')
    const stranger = libraryClient(server, (await addProject(server, 'stranger')).secretKey)
    const unknown = 'a'.repeat(24)
    for (const [method, end] of [
      ['GET', ''],
      ['DELETE', ''],
      ['PUT', '/restore'],
    ] as const) {
      const call = (file: string, id: string, by = client) => by.call(method, `${path(file, id)}${end}`)
      expect((await call('x', ids[0])).status).toBe(400)
      expect((await call(fileId, 'x')).status).toBe(400)
      expect((await call(unknown, ids[0])).status).toBe(404)
      expect((await call(fileId, unknown)).status).toBe(404)
      expect((await call(fileId, other.ids[0])).status).toBe(404)
      expect((await call(fileId, ids[0], stranger)).status).toBe(404)
    }
    expect((await client.call('GET', path('x'))).status).toBe(400)
    expect((await client.call('GET', path(unknown))).status).toBe(404)
    expect((await stranger.call('GET', path(fileId))).status).toBe(404)
    expect(await list(fileId)).toHaveLength(3)
  })

  it('20 restores and uploads at once leave one current version and all the others', async ({ expect }) => {
    const { fileId, ids } = await three('race.png')
    const file = await quarters(40, 8)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, number) =>
        number % 2 === 0
          ? client.upload({ file, fileName: 'race.png', useUniqueFileName: 'false' })
          : client.call('PUT', `${path(fileId, ids[number % 3])}/restore`),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    const all = await list(fileId)
    expect(all).toHaveLength(13)
    expect(all.filter(({ type }: { type: string }) => type === 'file')).toHaveLength(1)
  })
}
