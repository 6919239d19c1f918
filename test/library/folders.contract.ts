/** media-library-api.md section 8: folders are made and deleted. */
import { afterAll, beforeAll, it } from 'vitest'
import { deleteFolderKind } from '../../src/core/folders/delete.ts'
import { storageUsed } from '../../src/core/usage/storage.ts'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { type LibraryTrees, libraryTrees } from '../support/library-trees.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'

export function folderSuite(stack: Stack): void {
  let server: TestServer
  let client: LibraryClient
  let trees: LibraryTrees

  beforeAll(async () => {
    server = await stack.start()
    client = libraryClient(server)
    trees = libraryTrees(server, client)
  })
  afterAll(() => server.stop())

  const create = (folderName: unknown, parentFolderPath: unknown) =>
    client.call('POST', '/v1/folder', { json: { folderName, parentFolderPath } })
  const remove = (folderPath: unknown) => client.call('DELETE', '/v1/folder', { json: { folderPath } })
  const folder = (path: string) => server.composed.store.read.folders.findByPath('default', path)

  it('"201 {}", "parents are created", "Existing folder: 201 again"', async ({ expect }) => {
    const made = await create('c', '/made/b')
    expect(made).toMatchObject({ status: 201, json: {} })
    const first = await folder('/made/b/c')
    expect(first).toMatchObject({ name: 'c', parent: (await folder('/made/b'))?.id })
    expect(await create('c', 'made/b/')).toMatchObject({ status: 201, json: {} })
    expect((await folder('/made/b/c'))?.id).toBe(first?.id)
  })

  it('"characters other than letters, digits (Unicode too) and -, _ become _"', async ({ expect }) => {
    expect((await create('Fête d’été/2026 №1.x-y_z', '/')).status).toBe(201)
    expect(await folder('/Fête_d_été_2026__1_x-y_z')).toBeDefined()
    // One Unicode form: a decomposed name is the same folder.
    expect((await create('Fe\u0302te', '/')).status).toBe(201)
    expect(await folder('/F\u00eate')).toBeDefined()
  })

  it('"400 + reason: INVALID_FOLDER_PATH for . / .."; missing and wrong parameters', async ({ expect }) => {
    const reason = async (name: unknown, parent: unknown) => {
      const { status, json } = await create(name, parent)
      return [status, json.reason]
    }
    expect(await reason('.', '/')).toEqual([400, 'INVALID_FOLDER_PATH'])
    expect(await reason('..', '/')).toEqual([400, 'INVALID_FOLDER_PATH'])
    expect(await reason('a', '/b/../c')).toEqual([400, 'INVALID_FOLDER_PATH'])
    expect(await reason('a', `/${'d/'.repeat(50)}`)).toEqual([400, 'INVALID_FOLDER_PATH'])
    expect(await reason('x'.repeat(2500), '/')).toEqual([400, 'INVALID_FOLDER_PATH'])
    expect(await reason(undefined, '/')).toEqual([400, 'MISSING_PARAMETER'])
    expect(await reason('a', undefined)).toEqual([400, 'MISSING_PARAMETER'])
    expect(await reason(['a'], '/')).toEqual([400, 'INVALID_PARAMETER'])
    expect(await reason('a\0b', '/')).toEqual([400, 'INVALID_PARAMETER'])
    // "at most 50 levels"
    expect((await create('last', `/${'d/'.repeat(49)}`)).status).toBe(201)
  })

  it('20 parallel creations of one deep folder make it once', async ({ expect }) => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => create('leaf', '/many/at/once')))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201))
    const below = await server.composed.store.read.folderTrees.page('default', '/many', '/many', 100)
    expect(below.map(({ path }) => path)).toEqual(['/many/at', '/many/at/once', '/many/at/once/leaf'])
  })

  it('DELETE: "204"; everything below is gone at once, its neighbours stay, its path is free', async ({ expect }) => {
    const file = await trees.put('/gone/sub/a.txt')
    await trees.put('/gone/sub/a.txt')
    const top = await trees.put('/gone/b.txt')
    const neighbours = [await trees.put('/gone-not/a.txt'), await trees.put('/gone0/a.txt')]
    const used = await storageUsed(server.composed.store.read, 'default')
    expect(await remove('/gone/')).toMatchObject({ status: 204, json: undefined })
    expect(await Promise.all([file, top].map(trees.pathOf))).toEqual([undefined, undefined])
    expect((await client.call('GET', `/v1/files/${file}/versions`)).status).toBe(404)
    expect((await remove('/gone')).json).toMatchObject({ reason: 'FOLDER_NOT_FOUND' })
    const again = await client.upload({
      file: Buffer.from('new'),
      fileName: 'b.txt',
      folder: '/gone',
      useUniqueFileName: 'false',
    })
    expect(again.json).toMatchObject({ filePath: '/gone/b.txt', versionInfo: { name: 'Version 1' } })
    expect(again.json.fileId).not.toBe(top)
    expect(await Promise.all(neighbours.map(trees.pathOf))).toEqual(['/gone-not/a.txt', '/gone0/a.txt'])

    await trees.idle(deleteFolderKind)
    const bytes = 2 * 'content of /gone/sub/a.txt'.length + 'content of /gone/b.txt'.length
    expect(await storageUsed(server.composed.store.read, 'default')).toBe(used - bytes + 'new'.length)
  })

  it('DELETE: the root, missing and foreign folders are refused', async ({ expect }) => {
    expect((await remove('/')).status).toBe(400)
    expect((await remove('/a/../b')).json).toMatchObject({ reason: 'INVALID_FOLDER_PATH' })
    expect((await remove(undefined)).json).toMatchObject({ reason: 'MISSING_PARAMETER' })
    expect(await remove('/no/such')).toMatchObject({ status: 404, json: { reason: 'FOLDER_NOT_FOUND' } })
    await create('mine', '/')
    const other = libraryClient(server, (await addProject(server, 'folders-other')).secretKey)
    expect((await other.call('DELETE', '/v1/folder', { json: { folderPath: '/mine' } })).status).toBe(404)
    // Named as it is, or not at all: nothing else is deleted by a likeness.
    expect((await remove('/mi ne')).status).toBe(404)
    expect(await folder('/mine')).toBeDefined()
  })

  it('uploads beside deletions of their folder: each landed before, or lands in a folder that is there', async ({
    expect,
  }) => {
    const project = await addProject(server, 'folders-race')
    const own = libraryClient(server, project.secretKey)
    const [size, count] = [100, 30]
    const upload = (number: number) =>
      own.upload({ file: Buffer.alloc(size, number), fileName: `f${number}.bin`, folder: `/race/sub${number % 3}` })
    const answers = await Promise.all(
      Array.from({ length: count }, async (_, number) => {
        if (number % 6 === 5) await own.call('DELETE', '/v1/folder', { json: { folderPath: '/race' } })
        return upload(number)
      }),
    )
    // 503: on a busy machine a wait for the folder may be too long.
    expect(answers.map(({ status }) => status).filter((status) => ![200, 503].includes(status))).toEqual([])
    await trees.idle(deleteFolderKind)
    const landed = answers.filter(({ status }) => status === 200)
    const details = await Promise.all(landed.map(({ json }) => own.call('GET', `/v1/files/${json.fileId}/details`)))
    const alive = details.filter(({ status }) => status === 200)
    expect(details.every(({ status }) => status === 200 || status === 404)).toBe(true)
    const { read } = server.composed.store
    expect(await libraryTrees(server, own, 'folders-race').below('/race')).toEqual(
      alive.map(({ json }) => json.filePath).sort(),
    )
    // Nothing is counted that nobody can reach.
    expect(await storageUsed(read, 'folders-race')).toBe(alive.length * size)
  })
}
