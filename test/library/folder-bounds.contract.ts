/** media-library-api.md section 8: how much one call on a folder takes. */
import { afterAll, beforeAll, it } from 'vitest'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { type LibraryTrees, libraryTrees } from '../support/library-trees.ts'
import type { Stack, TestServer } from '../support/stack.ts'

export function folderBoundSuite(stack: Stack): void {
  let server: TestServer
  let client: LibraryClient
  let trees: LibraryTrees

  beforeAll(async () => {
    server = await stack.start({ LIBRARY_FOLDER_ITEMS: '4' })
    client = libraryClient(server)
    trees = libraryTrees(server, client)
  })
  afterAll(() => server.stop())

  /** Each call that the bound is for, on the folder. */
  const calls = (path: string) => ({
    copy: () =>
      client.call('POST', '/v1/bulkJobs/copyFolder', { json: { sourceFolderPath: path, destinationPath: '/to' } }),
    move: () =>
      client.call('POST', '/v1/bulkJobs/moveFolder', { json: { sourceFolderPath: path, destinationPath: '/to' } }),
    delete: () => client.call('DELETE', '/v1/folder', { json: { folderPath: path } }),
  })

  it('"400 TOO_MANY_OBJECTS above 100000 nested items": here four', async ({ expect }) => {
    // Two folders and three files below it.
    const paths = ['/full/1.txt', '/full/a/2.txt', '/full/a/b/3.txt']
    for (const path of paths) await trees.put(path)
    for (const [name, call] of Object.entries(calls('/full'))) {
      const { status, json } = await call()
      expect([name, status, json.reason]).toEqual([name, 400, 'TOO_MANY_OBJECTS'])
      expect(json.message).toContain('more than 4 files and folders')
    }
    expect(await trees.below('/full')).toEqual(paths)
    // A version is no item of its own, and what is taken by parts is not too much.
    await trees.put('/full/a/2.txt')
    expect((await calls('/full/a/b').delete()).status).toBe(204)
    const { status, json } = await calls('/full').move()
    expect(status).toBe(200)
    expect((await trees.jobEnd(json.jobId)).json.status).toBe('Completed')
    expect(await trees.below('/to/full')).toEqual(['/to/full/1.txt', '/to/full/a/2.txt'])
  })
}
