/** media-library-api.md section 6: files copied, moved and renamed by their path, with every `reason`. */
import { afterAll, beforeAll, it } from 'vitest'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { quarters } from '../support/pictures.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'
import { lockFolder } from './bulk.contract.ts'

export function copyMoveRenameSuite(stack: Stack): void {
  let server: TestServer
  let client: LibraryClient
  let picture: Buffer

  beforeAll(async () => {
    server = await stack.start()
    client = libraryClient(server)
    picture = await quarters(16, 12)
  })
  afterAll(() => server.stop())

  /** A file at this path, or one more version of the one that is there. */
  async function put(path: string, fields: Record<string, string> = {}) {
    const slash = path.lastIndexOf('/')
    const place = { folder: path.slice(0, slash), fileName: path.slice(slash + 1), useUniqueFileName: 'false' }
    const { status, json } = await client.upload({ file: picture, ...place, ...fields })
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(json)}`)
    return json
  }
  const post = (call: string, json: unknown) => client.call('POST', `/v1/files/${call}`, { json })
  const rename = (json: unknown) => client.call('PUT', '/v1/files/rename', { json })
  const versions = async (id: string) => (await client.call('GET', `/v1/files/${id}/versions`)).json
  /** The current file at the path, with its number of references to its bytes. */
  async function at(path: string) {
    const slash = path.lastIndexOf('/')
    const { folders, assets, blobs } = server.composed.store.read
    const folder = await folders.findByPath('default', path.slice(0, slash))
    const asset = folder && (await assets.findByName(folder.id, path.slice(slash + 1)))
    return asset && { ...asset, refs: (await blobs.find(asset.blob))?.refs }
  }

  it('copy: 204, "name kept", the folder made, the bytes shared', async ({ expect }) => {
    const { fileId } = await put('/c1/a.png', { tags: 'x', description: 'D', isPrivateFile: 'true' })
    const answer = await post('copy', { sourceFilePath: '/c1/a.png', destinationPath: '/c1/deep/er/' })
    expect([answer.status, answer.bytes.length]).toEqual([204, 0])
    const copy = await at('/c1/deep/er/a.png')
    expect(copy).toMatchObject({ version: 1, tags: ['x'], description: 'D', isPrivate: true, refs: 2 })
    expect(copy?.file).not.toBe(fileId)
    expect(copy?.file).toBe(copy?.id)
    expect((await at('/c1/a.png'))?.file).toBe(fileId)

    expect((await client.call('DELETE', `/v1/files/${fileId}`)).status).toBe(204)
    expect((await at('/c1/deep/er/a.png'))?.refs).toBe(1)
  })

  it('copy: "existing file at the destination gets the versions appended", all with includeFileVersions', async ({
    expect,
  }) => {
    const source = await put('/c2/a.png', { tags: 'old' })
    await put('/c2/a.png', { tags: 'new' })
    const there = await put('/c2/to/a.png', { tags: 'there' })
    expect((await post('copy', { sourceFilePath: 'c2/a.png', destinationPath: 'c2/to' })).status).toBe(204)
    const shown = (list: { tags: string[]; type: string; versionInfo: { name: string } }[]) =>
      list.map(({ tags, type, versionInfo }) => [tags[0], type, versionInfo.name])
    expect(shown(await versions(there.fileId))).toEqual([
      ['new', 'file', 'Version 2'],
      ['there', 'file-version', 'Version 1'],
    ])
    const all = { sourceFilePath: '/c2/a.png', destinationPath: '/c2/to', includeFileVersions: true }
    expect((await post('copy', all)).status).toBe(204)
    expect(shown(await versions(there.fileId))).toEqual([
      ['new', 'file', 'Version 4'],
      ['old', 'file-version', 'Version 3'],
      ['new', 'file-version', 'Version 2'],
      ['there', 'file-version', 'Version 1'],
    ])
    expect(await versions(source.fileId)).toHaveLength(2)
    // A fresh place: numbered from 1.
    await post('copy', { ...all, destinationPath: '/c2/fresh' })
    const fresh = await at('/c2/fresh/a.png')
    const list = await versions(fresh?.file ?? '')
    expect(shown(list)).toEqual([
      ['new', 'file', 'Version 2'],
      ['old', 'file-version', 'Version 1'],
    ])
    expect(list[1].versionInfo.id).toBe(fresh?.file)
    expect(fresh?.refs).toBe(4)
  })

  it('move: "all versions move; fileId kept"; the URL follows', async ({ expect }) => {
    const { fileId } = await put('/m1/a.png')
    await put('/m1/a.png')
    const answer = await post('move', { sourceFilePath: '/m1/a.png', destinationPath: '/' })
    expect([answer.status, answer.bytes.length]).toEqual([204, 0])
    const list = await versions(fileId)
    expect(list.map(({ filePath }: { filePath: string }) => filePath)).toEqual(['/a.png', '/a.png'])
    expect(list[0].url).toContain('/default/a.png?')
    expect(await at('/m1/a.png')).toBeUndefined()
    // Back again, into a folder that is there.
    expect((await post('move', { sourceFilePath: 'a.png', destinationPath: '/m1' })).status).toBe(204)
    expect((await at('/m1/a.png'))?.file).toBe(fileId)
  })

  it('move onto a file of that name: its versions are appended', async ({ expect }) => {
    const moved = await put('/m2/a.png', { tags: 'moved1' })
    await put('/m2/a.png', { tags: 'moved2' })
    const there = await put('/m2/to/a.png', { tags: 'there' })
    expect((await post('move', { sourceFilePath: '/m2/a.png', destinationPath: '/m2/to' })).status).toBe(204)
    const list = await versions(there.fileId)
    expect(list.map(({ tags }: { tags: string[] }) => tags[0])).toEqual(['moved2', 'moved1', 'there'])
    expect(list.map(({ type }: { type: string }) => type)).toEqual(['file', 'file-version', 'file-version'])
    expect(new Set(list.map(({ fileId }: { fileId: string }) => fileId))).toEqual(new Set([there.fileId]))
    expect(new Set(list.map(({ createdAt }: { createdAt: string }) => createdAt)).size).toBe(1)
    expect((await client.call('GET', `/v1/files/${moved.fileId}/details`)).status).toBe(404)
    // The next upload goes on counting.
    expect((await put('/m2/to/a.png')).versionInfo.name).toBe('Version 4')
  })

  it('copy and move: the documented reasons', async ({ expect }) => {
    await put('/r/a.png')
    const from = '/r/a.png'
    const table: [object, number, string][] = [
      [{ destinationPath: '/x' }, 400, 'MISSING_PARAMETER'],
      [{ sourceFilePath: '', destinationPath: '/x' }, 400, 'MISSING_PARAMETER'],
      [{ sourceFilePath: 5, destinationPath: '/x' }, 400, 'MISSING_PARAMETER'],
      [{ sourceFilePath: from }, 400, 'MISSING_PARAMETER'],
      [{ sourceFilePath: from, destinationPath: '/r' }, 400, 'SAME_SOURCE_AND_DESTINATION'],
      [{ sourceFilePath: 'r//a.png', destinationPath: 'r/' }, 400, 'SAME_SOURCE_AND_DESTINATION'],
      [{ sourceFilePath: from, destinationPath: '/r/../x' }, 400, 'INVALID_FOLDER_PATH'],
      [{ sourceFilePath: from, destinationPath: './x' }, 400, 'INVALID_FOLDER_PATH'],
      [{ sourceFilePath: from, destinationPath: '/a'.repeat(51) }, 400, 'INVALID_FOLDER_PATH'],
      [{ sourceFilePath: from, destinationPath: `/${'a'.repeat(3000)}` }, 400, 'INVALID_FOLDER_PATH'],
      [{ sourceFilePath: '/r/b.png', destinationPath: '/x' }, 404, 'SOURCE_FILE_MISSING'],
      [{ sourceFilePath: '/r/../r/a.png', destinationPath: '/x' }, 404, 'SOURCE_FILE_MISSING'],
      [{ sourceFilePath: '/r/a.png\0', destinationPath: '/x' }, 404, 'SOURCE_FILE_MISSING'],
      [{ sourceFilePath: '/r', destinationPath: '/x' }, 404, 'SOURCE_FILE_MISSING'],
      [{ sourceFilePath: '/r/', destinationPath: '/x' }, 404, 'SOURCE_FILE_MISSING'],
      [{ sourceFilePath: `/r/${'a'.repeat(5000)}`, destinationPath: '/x' }, 404, 'SOURCE_FILE_MISSING'],
    ]
    for (const call of ['copy', 'move']) {
      for (const [json, status, reason] of table) {
        const answer = await post(call, json)
        expect([answer.status, answer.json.reason], `${call} ${JSON.stringify(json).slice(0, 90)}`).toEqual([
          status,
          reason,
        ])
        expect(answer.json).toMatchObject({ message: expect.any(String), help: expect.any(String) })
      }
    }
    // Nothing was made for those that failed.
    expect(await server.composed.store.read.folders.findByPath('default', '/x')).toBeUndefined()
    const strange = { sourceFilePath: from, destinationPath: '/x', includeFileVersions: 'maybe' }
    expect((await post('copy', strange)).status).toBe(400)
  })

  it('"VERSION_LIMIT_EXCEEDED" over 100 versions, and nothing changes', async ({ expect }) => {
    const source = await put('/v/a.png')
    const there = await put('/v/to/a.png')
    await multiply(server, there.fileId, 99)
    const journey = { sourceFilePath: '/v/a.png', destinationPath: '/v/to' }
    for (const call of ['copy', 'move']) {
      const { status, json } = await post(call, journey)
      expect([status, json.reason]).toEqual([400, 'VERSION_LIMIT_EXCEEDED'])
    }
    expect(await versions(there.fileId)).toHaveLength(100)
    const [, old] = await versions(there.fileId)
    await client.call('DELETE', `/v1/files/${there.fileId}/versions/${old.versionInfo.id}`)
    expect((await post('move', journey)).status).toBe(204)
    expect(await versions(there.fileId)).toHaveLength(100)
    expect((await client.call('GET', `/v1/files/${source.fileId}/details`)).status).toBe(404)
    const copyAll = { sourceFilePath: '/v/to/a.png', destinationPath: '/v/all', includeFileVersions: true }
    expect((await post('copy', copyAll)).status).toBe(204)
    expect(await versions((await at('/v/all/a.png'))?.file ?? '')).toHaveLength(100)
  })

  it('rename: "200 {}", "all versions renamed", the name sanitised, one Unicode form', async ({ expect }) => {
    const { fileId } = await put('/n/a.png')
    await put('/n/a.png')
    const answer = await rename({ filePath: '/n/a.png', newFileName: 'E\u0301te\u0301 am Meer/1.png' })
    expect([answer.status, answer.json]).toEqual([200, {}])
    const list = await versions(fileId)
    expect(list.map(({ name }: { name: string }) => name)).toEqual(Array(2).fill('Été_am_Meer_1.png'))
    // Either form finds it.
    const again = await rename({
      filePath: '/n/E\u0301te\u0301_am_Meer_1.png',
      newFileName: 'a.png',
      purgeCache: false,
    })
    expect(again.status).toBe(200)
    expect((await at('/n/a.png'))?.file).toBe(fileId)
  })

  it('rename: the documented reasons', async ({ expect }) => {
    await put('/q/a.png')
    await put('/q/b.png')
    const filePath = '/q/a.png'
    const table: [object, number, string][] = [
      [{ newFileName: 'c.png' }, 400, 'MISSING_PARAMETER'],
      [{ filePath }, 400, 'MISSING_PARAMETER'],
      [{ filePath, newFileName: '..' }, 400, 'INVALID_PARAMETER'],
      [{ filePath, newFileName: `${'a'.repeat(300)}.png` }, 400, 'INVALID_PARAMETER'],
      [{ filePath, newFileName: 'c.png', purgeCache: 'maybe' }, 400, 'INVALID_PARAMETER'],
      [{ filePath, newFileName: 'a.png' }, 400, 'SAME_OLD_AND_NEW_NAME'],
      [{ filePath: '/q/none.png', newFileName: 'c.png' }, 404, 'FILE_MISSING'],
      [{ filePath: '/q/a.png\0', newFileName: 'c.png' }, 404, 'FILE_MISSING'],
      [{ filePath: '/', newFileName: 'c.png' }, 404, 'FILE_MISSING'],
      [{ filePath, newFileName: 'b.png' }, 409, 'FILE_ALREADY_EXISTS'],
    ]
    for (const [json, status, reason] of table) {
      const answer = await rename(json)
      expect([answer.status, answer.json.reason], JSON.stringify(json).slice(0, 90)).toEqual([status, reason])
      if (status === 409) expect(answer.headers.get('x-should-retry')).toBe('false')
    }
  })

  it('"423 (folder locked by a bulk job)"', async ({ expect }) => {
    await put('/l/a.png')
    await put('/free/b.png')
    await lockFolder(server, '/l', 'job')
    const calls = [
      post('copy', { sourceFilePath: '/l/a.png', destinationPath: '/free' }),
      post('move', { sourceFilePath: '/l/a.png', destinationPath: '/free' }),
      post('move', { sourceFilePath: '/free/b.png', destinationPath: '/l' }),
      post('copy', { sourceFilePath: '/free/b.png', destinationPath: '/l/new' }),
      rename({ filePath: '/l/a.png', newFileName: 'c.png' }),
    ]
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(Array(5).fill(423))
    await lockFolder(server, '/l', null)
  })

  it('another project’s paths are unknown', async ({ expect }) => {
    await put('/i/a.png')
    const stranger = libraryClient(server, (await addProject(server, 'stranger')).secretKey)
    for (const call of ['copy', 'move']) {
      const json = { sourceFilePath: '/i/a.png', destinationPath: '/x' }
      expect((await stranger.call('POST', `/v1/files/${call}`, { json })).json.reason).toBe('SOURCE_FILE_MISSING')
    }
    const json = { filePath: '/i/a.png', newFileName: 'b.png' }
    expect((await stranger.call('PUT', '/v1/files/rename', { json })).json.reason).toBe('FILE_MISSING')
  })

  it('20 parallel moves onto one name: 20 versions, none lost', async ({ expect }) => {
    const names = Array.from({ length: 20 }, (_, number) => `/p1/from${number}/same.png`)
    await Promise.all(names.map((name) => put(name)))
    const answers = await Promise.all(
      names.map((sourceFilePath) => post('move', { sourceFilePath, destinationPath: '/p1/to' })),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(204))
    const list = await versions((await at('/p1/to/same.png'))?.file ?? '')
    expect(new Set(list.map(({ versionInfo }: { versionInfo: { name: string } }) => versionInfo.name)).size).toBe(20)
    expect(list.filter(({ type }: { type: string }) => type === 'file')).toHaveLength(1)
  })

  it('copies, uploads and moves there and back at once: versions and references add up', async ({ expect }) => {
    await put('/p2/a/s.png')
    await put('/p2/b/s.png')
    const [a, b] = [await at('/p2/a/s.png'), await at('/p2/b/s.png')]
    const copy = (from: string, to: string) =>
      post('copy', { sourceFilePath: `/p2/${from}/s.png`, destinationPath: `/p2/${to}` })
    const answers = await Promise.all([
      ...Array.from({ length: 8 }, () => copy('a', 'b')),
      ...Array.from({ length: 8 }, () => copy('b', 'a')),
    ])
    expect(answers.map(({ status }) => status)).toEqual(Array(16).fill(204))
    const both = [...(await versions(a?.file ?? '')), ...(await versions(b?.file ?? ''))]
    expect(both).toHaveLength(18)
    expect((await at('/p2/a/s.png'))?.version).toBe(9)
    const refs = await Promise.all(
      [a, b].map(async (asset) => (await server.composed.store.read.blobs.find(asset?.blob ?? ''))?.refs ?? 0),
    )
    expect(refs.reduce((sum, count) => sum + count, 0)).toBe(18)
    await client.call('POST', '/v1/files/batch/deleteByFileIds', { json: { fileIds: [a?.file, b?.file] } })
    for (const asset of [a, b]) {
      expect((await server.composed.store.read.blobs.find(asset?.blob ?? ''))?.refs ?? 0).toBe(0)
    }
  })

  it('20 parallel renames onto one name: one wins, 19 times 409, nothing lost', async ({ expect }) => {
    const names = Array.from({ length: 20 }, (_, number) => `/p3/n${number}.png`)
    await Promise.all(names.map((name) => put(name)))
    const answers = await Promise.all(names.map((filePath) => rename({ filePath, newFileName: 'one.png' })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(409)])
    const left = await Promise.all(names.map((name) => at(name)))
    expect(left.filter((file) => file !== undefined)).toHaveLength(19)
    expect(await at('/p3/one.png')).toBeDefined()
  })

  it('one file moved to 10 places at once ends in one of them', async ({ expect }) => {
    const { fileId } = await put('/p4/a.png')
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, number) =>
        post('move', { sourceFilePath: '/p4/a.png', destinationPath: `/p4/to${number}` }),
      ),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 204)).toHaveLength(1)
    expect(statuses.filter((status) => status === 404)).toHaveLength(9)
    const { json } = await client.call('GET', `/v1/files/${fileId}/details`)
    expect(json.filePath).toBe(`/p4/to${statuses.indexOf(204)}/a.png`)
  })
}

/** So many further versions of a file, older than its current one, without uploads. */
async function multiply({ composed }: TestServer, file: string, count: number): Promise<void> {
  await composed.store.tx(async ({ assets, blobs }) => {
    const found = await assets.find('default', file)
    if (found === undefined) throw new Error('There is no such file.')
    const { folderPath: _, ...asset } = found
    const copies = Array.from({ length: count }, (_unused, index) => ({
      ...asset,
      id: (index + 1).toString(16).padStart(24, 'e'),
      version: index + 2,
      current: false,
    }))
    await blobs.retainAll(copies.map(({ blob }) => blob))
    await assets.insert(...copies)
  })
}
