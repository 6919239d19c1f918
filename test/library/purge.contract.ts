/** media-library-api.md section 9: purging, and the purge that comes with renaming (sections 6 and 8). */
import { afterAll, beforeAll, it } from 'vitest'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { type LibraryTrees, libraryTrees } from '../support/library-trees.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'

export function purgeSuite(stack: Stack): void {
  let server: TestServer
  let client: LibraryClient
  let trees: LibraryTrees

  beforeAll(async () => {
    server = await stack.start({ LIMITS: 'on', LIBRARY_PURGES_PER_MONTH: '3' })
    client = libraryClient(server)
    trees = libraryTrees(server, client)
  })
  afterAll(() => server.stop())

  const purge = (url: unknown, by = client) => by.call('POST', '/v1/files/purge', { json: { url } })
  const status = (id: string, by = client) => by.call('GET', `/v1/files/purge/${id}`)

  it('"201 {requestId}", then "200 {status}"; a renaming brings one along; beyond the month 429 and 207', async ({
    expect,
  }) => {
    const made = await purge(`${server.url}/default/a/pier.jpg`)
    expect(made).toMatchObject({ status: 201, json: { requestId: expect.stringMatching(/^[0-9a-f]{24}$/) } })
    await expect.poll(async () => (await status(made.json.requestId)).json).toEqual({ status: 'Completed' })

    await trees.put('/p/old.txt')
    const rename = (filePath: string, newFileName: string) =>
      client.call('PUT', '/v1/files/rename', { json: { filePath, newFileName, purgeCache: true } })
    const renamed = await rename('/p/old.txt', 'new.txt')
    expect(renamed).toMatchObject({ status: 200, json: { purgeRequestId: expect.any(String) } })
    expect((await status(renamed.json.purgeRequestId)).status).toBe(200)

    const renameFolder = (folderPath: string, newFolderName: string) =>
      client.call('POST', '/v1/bulkJobs/renameFolder', { json: { folderPath, newFolderName, purgeCache: true } })
    const job = await renameFolder('/p', 'q')
    const end = await trees.jobEnd(job.json.jobId)
    expect(end).toMatchObject({ status: 200, json: { status: 'Completed', purgeRequestId: expect.any(String) } })
    expect((await status(end.json.purgeRequestId)).status).toBe(200)

    // "purge 1,000 per month": here three, and all are spent.
    expect((await purge(`${server.url}/default/a/pier.jpg`)).status).toBe(429)
    expect(await rename('/q/new.txt', 'newer.txt')).toMatchObject({ status: 207, json: { reason: 'PURGE_FAILED' } })
    const late = await trees.jobEnd((await renameFolder('/q', 'r')).json.jobId)
    expect(late).toMatchObject({ status: 207, json: { status: 'Partial success', type: 'RENAME_FOLDER' } })
    expect(await trees.below('/r')).toEqual(['/r/newer.txt'])
  })

  it('"url must be a delivery URL of this account"; where a * may be', async ({ expect }) => {
    const own = libraryClient(server, (await addProject(server, 'purges')).secretKey)
    // More than a month has: refused ones do not count. Every rule of the path is in core/purge/pattern.test.ts.
    for (const url of [
      'https://elsewhere.example/purges/a.jpg',
      `${server.url}/default/a.jpg`,
      `${server.url}/purges/ab*`,
      'nonsense',
    ]) {
      const { status: refused, json } = await purge(url, own)
      expect([url, refused, json.message]).toEqual([
        url,
        400,
        expect.stringMatching(/^The URL is not valid for cache purging\./),
      ])
    }
    expect((await purge(`${server.url}/purges/a.jpg`, own)).status).toBe(201)
  })

  it('"Unknown request id is 400", also another project’s', async ({ expect }) => {
    const { requestId } = (await purge(`${server.url}/purges-two/a/b*`, await two())).json
    expect((await status('f'.repeat(24))).status).toBe(400)
    expect((await status('nonsense')).status).toBe(400)
    expect((await status(requestId)).status).toBe(400)
    expect((await status(requestId, await two())).status).toBe(200)
  })

  let second: Promise<LibraryClient> | undefined
  function two(): Promise<LibraryClient> {
    second ??= addProject(server, 'purges-two').then(({ secretKey }) => libraryClient(server, secretKey))
    return second
  }
}
