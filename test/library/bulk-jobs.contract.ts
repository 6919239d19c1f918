/** media-library-api.md section 8: jobs that copy, move and rename folders. */
import { afterAll, beforeAll, it } from 'vitest'
import { deleteFolderKind } from '../../src/core/folders/delete.ts'
import { hexId } from '../../src/core/ids.ts'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { type LibraryTrees, libraryTrees } from '../support/library-trees.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'

export function bulkJobSuite(stack: Stack): void {
  let server: TestServer
  let client: LibraryClient
  let trees: LibraryTrees

  beforeAll(async () => {
    server = await stack.start()
    client = libraryClient(server)
    trees = libraryTrees(server, client)
  })
  afterAll(() => server.stop())

  const post = (call: string, json: unknown, by = client) => by.call('POST', `/v1/bulkJobs/${call}`, { json })
  const copy = (sourceFolderPath: string, destinationPath: string, more = {}) =>
    post('copyFolder', { sourceFolderPath, destinationPath, ...more })
  const move = (sourceFolderPath: string, destinationPath: string) =>
    post('moveFolder', { sourceFolderPath, destinationPath })
  const rename = (folderPath: string, newFolderName: string) => post('renameFolder', { folderPath, newFolderName })
  const ended = async (answer: ReturnType<typeof post>) => trees.jobEnd((await answer).json.jobId)
  const folder = (path: string) => server.composed.store.read.folders.findByPath('default', path)
  const versionsOf = async (fileId: string): Promise<number> =>
    (await client.call('GET', `/v1/files/${fileId}/versions`)).json.length
  const blobOf = async (fileId: string) => (await server.composed.store.read.assets.find('default', fileId))?.blob
  const fileAt = async (path: string, name: string) =>
    (await server.composed.store.read.assets.findByName((await folder(path))?.id ?? '', name))?.file ?? ''

  /** So many versions of a file, without their uploads. */
  async function addVersions(fileId: string, count: number): Promise<void> {
    await server.composed.store.tx(async (tx) => {
      const [current] = await tx.assets.versions('default', fileId)
      if (current === undefined) throw new Error('no such file')
      const { folderPath: _, ...asset } = current
      const older = Array.from({ length: count }, (__, index) => ({
        ...asset,
        id: hexId(0),
        version: asset.version + 1 + index,
        current: false,
      }))
      await tx.assets.insert(...older)
      await tx.blobs.retainAll(older.map(({ blob }) => blob))
    })
  }

  it('copy: "/a/b to /c gives /c/b", sharing the bytes; the source stays', async ({ expect }) => {
    const file = await trees.put('/copy/a/b/one.txt', { tags: 'sea,pier', description: 'At night' })
    await trees.put('/copy/a/b/one.txt')
    await trees.put('/copy/a/b/deep/er/two.txt')
    await trees.put('/copy/a/b-not/three.txt')
    const started = await copy('/copy/a/b', '/copy/c')
    expect(started).toMatchObject({ status: 200, json: { jobId: expect.stringMatching(/^[0-9a-f]{24}$/) } })
    const end = await trees.jobEnd(started.json.jobId)
    expect(end).toMatchObject({ status: 200 })
    expect(end.json).toEqual({ jobId: started.json.jobId, type: 'COPY_FOLDER', status: 'Completed' })
    expect(await trees.below('/copy/c')).toEqual(['/copy/c/b/deep/er/two.txt', '/copy/c/b/one.txt'])
    expect(await trees.below('/copy/a')).toEqual([
      '/copy/a/b-not/three.txt',
      '/copy/a/b/deep/er/two.txt',
      '/copy/a/b/one.txt',
    ])
    const copied = await fileAt('/copy/c/b', 'one.txt')
    expect(copied).not.toBe(file)
    expect(await versionsOf(copied)).toBe(1)
    expect(await blobOf(copied)).toBe(await blobOf(file))
    // The bytes outlive the source.
    await client.call('DELETE', '/v1/folder', { json: { folderPath: '/copy/a' } })
    expect(await trees.pathOf(copied)).toBe('/copy/c/b/one.txt')
  })

  it('copy with versions, "under the name includeFileVersions instead of includeVersions: accept both"', async ({
    expect,
  }) => {
    await trees.put('/versions/a/one.txt')
    await trees.put('/versions/a/one.txt')
    await ended(copy('/versions/a', '/versions/v7', { includeVersions: true }))
    await ended(copy('/versions/a', '/versions/v6', { includeFileVersions: true }))
    await ended(copy('/versions/a', '/versions/none', { includeVersions: false }))
    const counts = ['v7', 'v6', 'none'].map(async (to) => versionsOf(await fileAt(`/versions/${to}/a`, 'one.txt')))
    expect(await Promise.all(counts)).toEqual([2, 2, 1])
    const versions = await client.call('GET', `/v1/files/${await fileAt('/versions/v7/a', 'one.txt')}/versions`)
    expect(versions.json.map(({ versionInfo }: { versionInfo: { name: string } }) => versionInfo.name)).toEqual([
      'Version 2',
      'Version 1',
    ])
    expect(versions.json[1].versionInfo.id).toBe(versions.json[1].fileId)
  })

  it('"Name clashes append versions", of copies', async ({ expect }) => {
    await trees.put('/clash/a/one.txt')
    await trees.put('/clash/a/new.txt')
    const there = await trees.put('/clash/c/a/one.txt')
    await ended(copy('/clash/a', '/clash/c', { includeVersions: true }))
    expect(await trees.below('/clash/c')).toEqual(['/clash/c/a/new.txt', '/clash/c/a/one.txt'])
    expect(await fileAt('/clash/c/a', 'one.txt')).toBe(there)
    expect(await versionsOf(there)).toBe(2)
    expect(await blobOf(there)).toBe(await blobOf(await fileAt('/clash/a', 'one.txt')))
  })

  it('move: files keep their ids and folders theirs', async ({ expect }) => {
    const files = [await trees.put('/move/a/b/one.txt'), await trees.put('/move/a/b/deep/er/two.txt')]
    const folders = [await folder('/move/a/b'), await folder('/move/a/b/deep/er')].map((found) => found?.id)
    const end = await ended(move('/move/a/b', 'move/c/d'))
    expect(end.json).toMatchObject({ type: 'MOVE_FOLDER', status: 'Completed' })
    expect(await Promise.all(files.map(trees.pathOf))).toEqual(['/move/c/d/b/one.txt', '/move/c/d/b/deep/er/two.txt'])
    const moved = [await folder('/move/c/d/b'), await folder('/move/c/d/b/deep/er')]
    expect(moved.map((found) => found?.id)).toEqual(folders)
    expect(moved[0]).toMatchObject({ parent: (await folder('/move/c/d'))?.id, name: 'b', lockedBy: null })
    expect(await folder('/move/a/b')).toBeUndefined()
    // The old place is free.
    await trees.put('/move/a/b/one.txt')
    expect((await ended(move('/move/a/b', '/'))).json.status).toBe('Completed')
    expect(await trees.below('/b')).toEqual(['/b/one.txt'])
  })

  it('move: a folder that is there gets what was moved, subfolder by subfolder', async ({ expect }) => {
    const [one, two, three, four] = [
      await trees.put('/merge/a/b/one.txt'),
      await trees.put('/merge/a/b/sub/two.txt'),
      await trees.put('/merge/a/b/only-here/deep/three.txt'),
      await trees.put('/merge/a/b/sub/clash.txt'),
    ]
    await client.call('POST', '/v1/folder', { json: { folderName: 'empty', parentFolderPath: '/merge/a/b/sub' } })
    const only = (await folder('/merge/a/b/only-here'))?.id
    const there = await trees.put('/merge/c/b/sub/clash.txt')
    await trees.put('/merge/c/b/sub/there.txt')
    expect((await ended(move('/merge/a/b', '/merge/c'))).json.status).toBe('Completed')
    expect(await trees.below('/merge')).toEqual([
      '/merge/c/b/one.txt',
      '/merge/c/b/only-here/deep/three.txt',
      '/merge/c/b/sub/clash.txt',
      '/merge/c/b/sub/there.txt',
      '/merge/c/b/sub/two.txt',
    ])
    expect(await Promise.all([one, two, three].map(trees.pathOf))).not.toContain(undefined)
    expect(await trees.pathOf(four)).toBeUndefined()
    expect(await versionsOf(there)).toBe(2)
    expect((await folder('/merge/c/b/only-here'))?.id).toBe(only)
    expect(await folder('/merge/c/b/sub/empty')).toBeDefined()
    expect(await folder('/merge/a/b')).toBeUndefined()
  })

  it('a file that would have more than 100 versions stays behind: 207, "Partial success"', async ({ expect }) => {
    const source = await trees.put('/full/a/b/clash.txt')
    await trees.put('/full/a/b/other.txt')
    const there = await trees.put('/full/c/b/clash.txt')
    await addVersions(source, 49)
    await addVersions(there, 50)
    const end = await ended(move('/full/a/b', '/full/c'))
    expect(end.status).toBe(207)
    expect(end.json).toMatchObject({
      status: 'Partial success',
      failed: 1,
      errors: [{ filePath: '/full/a/b/clash.txt', reason: 'VERSION_LIMIT_EXCEEDED' }],
    })
    expect(await trees.below('/full')).toEqual(['/full/a/b/clash.txt', '/full/c/b/clash.txt', '/full/c/b/other.txt'])
    expect([await versionsOf(source), await versionsOf(there)]).toEqual([50, 51])
    const again = await ended(copy('/full/a/b', '/full/c', { includeVersions: true }))
    expect(again.json).toMatchObject({ status: 'Partial success', failed: 1 })
    // Without its older versions it fits.
    expect((await ended(copy('/full/a/b', '/full/c'))).json.status).toBe('Completed')
    expect(await versionsOf(there)).toBe(52)
  })

  it('rename: 202, then everything below has its new path', async ({ expect }) => {
    const file = await trees.put('/rename/old/sub/one.txt')
    const started = await rename('/rename/old', 'new name')
    expect(started.status).toBe(202)
    const end = await trees.jobEnd(started.json.jobId)
    expect(end.json).toEqual({ jobId: started.json.jobId, type: 'RENAME_FOLDER', status: 'Completed' })
    expect(await trees.pathOf(file)).toBe('/rename/new_name/sub/one.txt')
    expect(await folder('/rename/new_name')).toMatchObject({ name: 'new_name' })
  })

  it('search follows: copies, versions, new names and places, and what was deleted', async ({ expect }) => {
    const found = async (searchQuery: string): Promise<string[]> => {
      const { json } = await client.call('GET', `/v1/files?searchQuery=${encodeURIComponent(searchQuery)}`)
      return json.map((item: { filePath?: string; folderPath?: string }) => item.filePath ?? item.folderPath).sort()
    }
    await trees.put('/search/a/harbour/one.txt', { tags: 'seafront' })
    await trees.put('/search/c/harbour/one.txt', { tags: 'old' })
    await ended(copy('/search/a/harbour', '/search/b'))
    await ended(move('/search/a/harbour', '/search/c'))
    await ended(rename('/search/c/harbour', 'marina'))
    expect(await found('tags IN ["seafront"]')).toEqual(['/search/b/harbour/one.txt', '/search/c/marina/one.txt'])
    expect(await found('tags IN ["old"]')).toEqual([])
    expect(await found('type = "folder" AND name HAS "marina"')).toEqual(['/search/c/marina'])
    expect(await found('type = "folder" AND name HAS "harbour"')).toEqual(['/search/b/harbour'])
    await client.call('DELETE', '/v1/folder', { json: { folderPath: '/search/c/marina' } })
    for (const _moment of ['at once', 'later']) {
      expect(await found('tags IN ["seafront"]')).toEqual(['/search/b/harbour/one.txt'])
      expect(await found('type = "folder" AND name HAS "marina"')).toEqual([])
      expect(await found('path : "/search"')).toEqual(['/search/b/harbour/one.txt'])
      await trees.idle(deleteFolderKind)
    }
  })

  it('every refusal has its status and reason', async ({ expect }) => {
    await trees.put('/refused/a/b/one.txt')
    await trees.put('/refused/taken/one.txt')
    const deep = `/refused/deep${'/d'.repeat(47)}`
    await client.call('POST', '/v1/folder', { json: { folderName: 'e', parentFolderPath: deep } })
    const outcome = async (call: string, json: unknown) => {
      const { status, json: answer } = await post(call, json)
      return [status, answer.reason]
    }
    for (const call of ['copyFolder', 'moveFolder']) {
      const journey = (sourceFolderPath: unknown, destinationPath: unknown) =>
        outcome(call, { sourceFolderPath, destinationPath })
      expect(await journey(undefined, '/x')).toEqual([400, 'MISSING_PARAMETER'])
      expect(await journey('/refused/a', '')).toEqual([400, 'MISSING_PARAMETER'])
      expect(await journey(['/refused/a'], '/x')).toEqual([400, 'INVALID_PARAMETER'])
      expect(await journey('/', '/x')).toEqual([400, 'SOURCE_IS_ROOT'])
      expect(await journey('/refused/a', '/refused/a')).toEqual([400, 'SAME_SOURCE_AND_DESTINATION'])
      expect(await journey('/refused/a', '/refused')).toEqual([400, 'SAME_SOURCE_AND_DESTINATION'])
      expect(await journey('/refused/../a', '/x')).toEqual([400, 'INVALID_FOLDER_PATH'])
      expect(await journey('/refused/a', '/x/..')).toEqual([400, 'INVALID_FOLDER_PATH'])
      expect(await journey('/refused/deep', '/x/y')).toEqual([400, 'INVALID_FOLDER_PATH'])
      expect(await journey('/refused/a', '/refused/a/b')).toEqual([400, 'INVALID_DESTINATION_PATH'])
      expect(await journey('/refused/a/a', '/refused')).toEqual([400, 'INVALID_DESTINATION_PATH'])
      expect(await journey('/refused/nowhere', '/x')).toEqual([404, 'NO_FILES_FOLDER'])
    }
    const invalid = { sourceFolderPath: '/refused/a', destinationPath: '/x', includeVersions: 'maybe' }
    expect(await outcome('copyFolder', invalid)).toEqual([400, 'INVALID_PARAMETER'])

    const named = (folderPath: unknown, newFolderName: unknown) =>
      outcome('renameFolder', { folderPath, newFolderName })
    expect(await named('/', 'x')).toEqual([400, 'INVALID_FOLDER_PATH'])
    expect(await named('/refused/a', undefined)).toEqual([400, 'MISSING_PARAMETER'])
    expect(await named('/refused/a', '..')).toEqual([400, 'INVALID_FOLDER_PATH'])
    expect(await named('/refused/a', 'a')).toEqual([400, 'SAME_OLD_AND_NEW_NAME'])
    expect(await named('/refused/a', 'taken')).toEqual([409, 'FOLDER_ALREADY_EXISTS'])
    expect(await named('/refused/nowhere', 'x')).toEqual([404, 'FOLDER_NOT_FOUND'])
    // Nothing of all this was begun.
    expect(await folder('/x')).toBeUndefined()
  })

  it('another project’s folders and jobs are unknown; a malformed id is 400', async ({ expect }) => {
    await trees.put('/own/a/one.txt')
    const { jobId } = (await copy('/own/a', '/own/c')).json
    const other = libraryClient(server, (await addProject(server, 'bulk-other')).secretKey)
    expect((await other.call('GET', `/v1/bulkJobs/${jobId}`)).status).toBe(404)
    const journey = { sourceFolderPath: '/own/a', destinationPath: '/mine' }
    expect((await post('moveFolder', journey, other)).json.reason).toBe('NO_FILES_FOLDER')
    expect((await client.call('GET', '/v1/bulkJobs/nonsense')).status).toBe(400)
    expect((await client.call('GET', `/v1/bulkJobs/${'a'.repeat(24)}`)).status).toBe(404)
    await trees.jobEnd(jobId)
  })

  it('"The folder is locked while the job runs": 423 for all that changes it, or what is above or below', async ({
    expect,
  }) => {
    const file = await trees.put('/locked/a/held/sub/one.txt')
    await trees.put('/locked/other/two.txt')
    const { store } = server.composed
    const id = (await folder('/locked/a/held'))?.id ?? ''
    await store.tx((tx) => tx.folderTrees.update(id, { lockedBy: 'a job' }))
    const json = (body: unknown) => ({ json: body })
    const upload = (path: string) =>
      client.upload({ file: Buffer.from('x'), fileName: 'x.txt', folder: path, useUniqueFileName: 'false' })
    const from = { sourceFilePath: '/locked/a/held/sub/one.txt', destinationPath: '/locked/other' }
    const into = { sourceFilePath: '/locked/other/two.txt', destinationPath: '/locked/a/held/new' }
    const calls = {
      upload: upload('/locked/a/held'),
      'upload below': upload('/locked/a/held/sub'),
      'upload into a new one': upload('/locked/a/held/new/er'),
      create: client.call('POST', '/v1/folder', json({ folderName: 'n', parentFolderPath: '/locked/a/held/sub' })),
      delete: client.call('DELETE', '/v1/folder', json({ folderPath: '/locked/a/held' })),
      'delete above': client.call('DELETE', '/v1/folder', json({ folderPath: '/locked/a' })),
      'delete below': client.call('DELETE', '/v1/folder', json({ folderPath: '/locked/a/held/sub' })),
      move: move('/locked/a/held', '/locked/c'),
      'move above': move('/locked/a', '/locked/c'),
      'move below': move('/locked/a/held/sub', '/locked/c'),
      'move into': move('/locked/other', '/locked/a/held/sub'),
      copy: copy('/locked/a/held', '/locked/c'),
      rename: rename('/locked/a/held', 'free'),
      'move a file out': client.call('POST', '/v1/files/move', json(from)),
      'move a file in': client.call('POST', '/v1/files/move', json(into)),
      'delete a file': client.call('DELETE', `/v1/files/${file}`),
    }
    const statuses = await Promise.all(
      Object.entries(calls).map(async ([name, call]) => [name, (await call).status] as const),
    )
    expect(statuses).toEqual(Object.keys(calls).map((name) => [name, 423]))
    expect((await upload('/locked/a')).status).toBe(200)
    await store.tx((tx) => tx.folderTrees.unlock('a job'))
    expect((await upload('/locked/a/held/sub')).status).toBe(200)
    expect((await ended(rename('/locked/a/held', 'free'))).json.status).toBe('Completed')
  })

  it('uploads beside a moving folder: each landed before, is refused, or lands in the new place; none is lost', async ({
    expect,
  }) => {
    const outcomes = await Promise.all(
      Array.from({ length: 24 }, async (_, number) => {
        if (number === 6) return void (await ended(move('/racing/a', '/racing/there')))
        if (number === 16)
          return void (await post('moveFolder', { sourceFolderPath: '/racing/a', destinationPath: '/racing/there' }))
        const path = number % 2 === 0 ? '/racing/a' : `/racing/a/sub${number % 5}`
        return client.upload({ file: Buffer.from('x'), fileName: `f${number}.txt`, folder: path })
      }),
    )
    const uploads = outcomes.filter((outcome) => outcome !== undefined)
    // 503: on a busy machine a wait for the folder may be too long.
    expect(uploads.map(({ status }) => status).filter((status) => ![200, 409, 423, 503].includes(status))).toEqual([])
    await trees.idle('bulk-job')
    const landed = uploads.filter(({ status }) => status === 200).map(({ json }) => json.fileId)
    const paths = await Promise.all(landed.map(trees.pathOf))
    expect(paths.toSorted()).toEqual(await trees.below('/racing'))
  })
}
