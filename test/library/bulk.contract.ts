/** media-library-api.md section 6: deleteByFileIds, addTags, removeTags, removeAITags. */
import { afterAll, beforeAll, it } from 'vitest'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { quarters } from '../support/pictures.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'
import { giveAiTags } from './update.contract.ts'

export function bulkSuite(stack: Stack): void {
  let server: TestServer
  let client: LibraryClient
  let picture: Buffer

  beforeAll(async () => {
    server = await stack.start()
    client = libraryClient(server)
    picture = await quarters(16, 12)
  })
  afterAll(() => server.stop())

  const upload = async (fields: Record<string, string> = {}): Promise<string> =>
    (await client.upload({ file: picture, fileName: 'a.png', ...fields })).json.fileId
  const uploads = (count: number, fields: Record<string, string> = {}) =>
    Promise.all(Array.from({ length: count }, () => upload(fields)))
  const details = async (id: string) => (await client.call('GET', `/v1/files/${id}/details`)).json
  const post = (call: string, json: unknown) => client.call('POST', `/v1/files/${call}`, { json })
  const unknown = 'a'.repeat(24)

  it('"200 {successfullyDeletedFileIds}"', async ({ expect }) => {
    const ids = await uploads(3)
    const answer = await post('batch/deleteByFileIds', { fileIds: [...ids, ids[0]] })
    expect([answer.status, answer.json]).toEqual([200, { successfullyDeletedFileIds: ids }])
    for (const id of ids) expect((await client.call('GET', `/v1/files/${id}/details`)).status).toBe(404)
  })

  it('"200 {successfullyUpdatedFileIds}": tags come and go', async ({ expect }) => {
    const [one = '', two = ''] = [await upload({ tags: 'a' }), await upload()]
    const fileIds = [one, two]
    const added = await post('addTags', { fileIds, tags: ['b', 'a', 'b'] })
    expect([added.status, added.json]).toEqual([200, { successfullyUpdatedFileIds: fileIds }])
    expect((await details(one)).tags).toEqual(['a', 'b'])
    expect((await details(two)).tags).toEqual(['b', 'a'])
    const removed = await post('removeTags', { fileIds, tags: ['a', 'never there'] })
    expect([removed.status, removed.json]).toEqual([200, { successfullyUpdatedFileIds: fileIds }])
    expect((await details(one)).tags).toEqual(['b'])
    await post('removeTags', { fileIds, tags: ['b'] })
    expect((await details(one)).tags).toBeNull()
  })

  it('removeAITags takes `AITags`', async ({ expect }) => {
    const id = await upload({ tags: 'sky' })
    await giveAiTags(server, id, ['sky', 'sea'])
    const answer = await post('removeAITags', { fileIds: [id], AITags: ['sky'] })
    expect([answer.status, answer.json]).toEqual([200, { successfullyUpdatedFileIds: [id] }])
    const { tags, AITags } = await details(id)
    expect(tags).toEqual(['sky'])
    expect(AITags).toEqual([{ name: 'sea', confidence: 90, source: 'google-auto-tagging' }])
  })

  it('"any unknown id: 404, nothing deleted, missingFileIds"; another project’s ids are unknown', async ({
    expect,
  }) => {
    const id = await upload({ tags: 'a' })
    const stranger = libraryClient(server, (await addProject(server, `bulk-${id.slice(0, 8)}`)).secretKey)
    const calls: [string, object][] = [
      ['batch/deleteByFileIds', {}],
      ['addTags', { tags: ['b'] }],
      ['removeTags', { tags: ['a'] }],
      ['removeAITags', { AITags: ['a'] }],
    ]
    for (const [call, rest] of calls) {
      const answer = await post(call, { fileIds: [id, unknown], ...rest })
      expect([answer.status, answer.json]).toEqual([
        404,
        { message: expect.any(String), help: expect.any(String), missingFileIds: [unknown] },
      ])
      const foreign = await stranger.call('POST', `/v1/files/${call}`, { json: { fileIds: [id], ...rest } })
      expect([foreign.status, foreign.json.missingFileIds]).toEqual([404, [id]])
    }
    expect((await details(id)).tags).toEqual(['a'])
  })

  it('the documented 400 messages', async ({ expect }) => {
    const ids = (count: number) => Array.from({ length: count }, (_, n) => n.toString(16).padStart(24, '0'))
    const common = (rest: object): [object, string | RegExp][] => [
      [{ ...rest }, 'fileIds parameter is missing.'],
      [{ ...rest, fileIds: [] }, 'fileIds is empty.'],
      [{ ...rest, fileIds: unknown }, 'fileIds should be an Array.'],
      [{ ...rest, fileIds: [unknown, 'x'] }, /^fileIds\[1\] /],
      [{ ...rest, fileIds: [unknown, 5] }, /^fileIds\[1\] /],
    ]
    const tagging = (member: string): [object, string | RegExp][] => [
      ...common({ [member]: ['a'] }),
      [{ fileIds: ids(51), [member]: ['a'] }, 'A maximum of 50 files can be edited at a time.'],
      [{ fileIds: ids(1) }, `${member} parameter is missing.`],
      [{ fileIds: ids(1), [member]: [] }, `${member} array cannot be empty.`],
      [{ fileIds: ids(1), [member]: [' '] }, `${member} array cannot be empty.`],
      [{ fileIds: ids(1), [member]: 'a' }, new RegExp(`^${member} `)],
      [{ fileIds: ids(1), [member]: [5] }, new RegExp(`^${member} `)],
      [
        { fileIds: ids(1), [member]: ['x'.repeat(501)] },
        `The combined length of all ${member} must not exceed 500 characters.`,
      ],
    ]
    const table: Record<string, [object, string | RegExp][]> = {
      'batch/deleteByFileIds': [...common({}), [{ fileIds: ids(101) }, 'fileIds cannot have more than 100 items.']],
      addTags: tagging('tags'),
      removeTags: tagging('tags'),
      removeAITags: tagging('AITags'),
    }
    for (const [call, rows] of Object.entries(table)) {
      for (const [json, message] of rows) {
        const answer = await post(call, json)
        const wanted = message instanceof RegExp ? expect.stringMatching(message) : message
        expect([answer.status, answer.json.message], `${call} ${JSON.stringify(json).slice(0, 80)}`).toEqual([
          400,
          wanted,
        ])
      }
    }
  })

  it('"Total tags on a file stay within 500 characters": 207 with errors, the other files change', async ({
    expect,
  }) => {
    const full = await upload({ tags: 'x'.repeat(498) })
    const free = await upload()
    const answer = await post('addTags', { fileIds: [full, free], tags: ['abc'] })
    expect([answer.status, answer.json]).toEqual([
      207,
      { successfullyUpdatedFileIds: [free], errors: [{ fileId: full, error: expect.stringContaining('500') }] },
    ])
    expect((await details(free)).tags).toEqual(['abc'])
    expect((await details(full)).tags).toEqual(['x'.repeat(498)])
  })

  it('a file whose folder a bulk job holds is not deleted: 207 with errors', async ({ expect }) => {
    const [held, free] = [await upload({ folder: 'held' }), await upload({ folder: 'free' })]
    await lockFolder(server, '/held', 'job')
    const answer = await post('batch/deleteByFileIds', { fileIds: [held, free] })
    expect([answer.status, answer.json]).toEqual([
      207,
      { successfullyDeletedFileIds: [free], errors: [{ fileId: held, error: expect.stringContaining('bulk job') }] },
    ])
    expect((await client.call('DELETE', `/v1/files/${held}`)).status).toBe(423)
    await lockFolder(server, '/held', null)
    expect((await client.call('DELETE', `/v1/files/${held}`)).status).toBe(204)
  })

  it('20 at once on the same files lose no tag', async ({ expect }) => {
    const fileIds = [await upload({ folder: 'p1' }), await upload({ folder: 'p2' }), await upload({ folder: 'p3' })]
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, number) =>
        post('addTags', { fileIds: number % 2 === 0 ? fileIds : [...fileIds].reverse(), tags: [`t${number}`] }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    for (const id of fileIds) expect((await details(id)).tags).toHaveLength(20)
  })
}

/** As a bulk job would; null: it is done. */
export async function lockFolder({ composed }: TestServer, path: string, job: string | null): Promise<void> {
  await composed.store.tx(async ({ folders, folderTrees }) => {
    const folder = await folders.findByPath('default', path)
    if (folder === undefined) throw new Error(`There is no folder ${path}.`)
    await folderTrees.update(folder.id, { lockedBy: job })
  })
}
