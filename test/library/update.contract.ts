/** media-library-api.md section 6: one file by its id, its details changed, itself deleted. */
import { afterAll, beforeAll, it } from 'vitest'
import type { CustomFieldSchema } from '../../src/core/custom-fields/records.ts'
import { hexId } from '../../src/core/ids.ts'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { quarters } from '../support/pictures.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'

export function updateSuite(stack: Stack): void {
  let server: TestServer
  let client: LibraryClient
  let picture: Buffer

  beforeAll(async () => {
    server = await stack.start()
    client = libraryClient(server)
    picture = await quarters(16, 12)
  })
  afterAll(() => server.stop())

  const upload = async (fields: Record<string, string> = {}) =>
    (await client.upload({ file: picture, fileName: 'a.png', ...fields })).json
  const details = async (id: string) => (await client.call('GET', `/v1/files/${id}/details`)).json
  const patch = (id: string, json: unknown) => client.call('PATCH', `/v1/files/${id}/details`, { json })

  it('"tags (array replaces; null clears), customCoordinates (string or null), description"', async ({ expect }) => {
    const { fileId } = await upload({ tags: 'a,b' })
    const changed = await patch(fileId, { tags: ['c', ' d ', 'c'], customCoordinates: '1,2, 3,4', description: 'Été' })
    expect(changed.status).toBe(200)
    expect(changed.json).toMatchObject({
      type: 'file',
      fileId,
      tags: ['c', 'd'],
      customCoordinates: '1,2,3,4',
      description: 'Été',
    })
    expect(await details(fileId)).toEqual(changed.json)
    const cleared = await patch(fileId, { tags: null, customCoordinates: null, description: null })
    expect(cleared.json).toMatchObject({ tags: null, customCoordinates: null })
    expect(cleared.json).not.toHaveProperty('description')
    expect(await details(fileId)).toEqual(cleared.json)
  })

  it('"An empty object {} is accepted and changes nothing"', async ({ expect }) => {
    const { fileId } = await upload({ tags: 'a' })
    const before = await details(fileId)
    const { status, json } = await patch(fileId, {})
    expect(status).toBe(200)
    expect(json).toEqual(before)
    expect(await details(fileId)).toEqual(before)
  })

  it('what changes nothing leaves updatedAt and with it the URL', async ({ expect }) => {
    await client.call('POST', '/v1/customMetadataFields', {
      json: { name: 'kept', label: 'Kept', schema: { type: 'MultiSelect', selectOptions: ['a', 'b'] } },
    })
    const { fileId } = await upload({ tags: 'a,b', customMetadata: '{"kept":["a","b"]}', description: 'D' })
    const before = await details(fileId)
    const changes = [
      { customMetadata: {} },
      { customMetadata: { kept: ['a', 'b'] }, tags: ['a', 'b'] },
      { description: 'D', customCoordinates: null, removeAITags: 'all' },
      { publish: { isPublished: true, includeFileVersions: true } },
    ]
    for (const change of changes) {
      const { status, json } = await patch(fileId, change)
      expect([status, json]).toEqual([200, before])
    }
    expect(await details(fileId)).toEqual(before)
    expect((await patch(fileId, { customMetadata: { kept: ['b', 'a'] } })).json.updatedAt > before.updatedAt).toBe(true)
  })

  it('"removeAITags (string[] or "all", executed before extensions)"', async ({ expect }) => {
    const { fileId } = await upload()
    await giveAiTags(server, fileId, ['sky', 'sea', 'sand'])
    expect((await patch(fileId, { removeAITags: ['sea', 'none'] })).json.AITags).toEqual([
      { name: 'sky', confidence: 90, source: 'google-auto-tagging' },
      { name: 'sand', confidence: 90, source: 'google-auto-tagging' },
    ])
    expect((await patch(fileId, { removeAITags: 'all' })).json.AITags).toBeNull()
  })

  it('"publish: {isPublished, includeFileVersions?}"', async ({ expect }) => {
    const named = { fileName: 'published.png', useUniqueFileName: 'false' }
    const first = await upload(named)
    await upload(named)
    const { fileId } = first
    const states = async () =>
      (await client.call('GET', `/v1/files/${fileId}/versions`)).json.map(
        ({ isPublished }: { isPublished: boolean }) => isPublished,
      )
    expect((await patch(fileId, { publish: { isPublished: false } })).json.isPublished).toBe(false)
    expect(await states()).toEqual([false, true])
    await patch(fileId, { publish: { isPublished: false, includeFileVersions: true } })
    expect(await states()).toEqual([false, false])
    await patch(fileId, { publish: { isPublished: true, includeFileVersions: true } })
    expect(await states()).toEqual([true, true])
  })

  it('"customMetadata (merge per key; null for a key unsets it)"; bad metadata: 400 with errors', async ({
    expect,
  }) => {
    await addField(server, 'rating', { type: 'Number', maxValue: 5 })
    await addField(server, 'author', { type: 'Text' })
    const { fileId } = await upload()
    const merged = async (customMetadata: unknown) => (await patch(fileId, { customMetadata })).json.customMetadata
    expect(await merged({ rating: 4 })).toEqual({ rating: 4 })
    expect(await merged({ author: 'Ada' })).toEqual({ rating: 4, author: 'Ada' })
    expect(await merged({ rating: null })).toEqual({ author: 'Ada' })
    const wrong = await patch(fileId, { tags: ['no'], customMetadata: { rating: 9, none: 1 } })
    expect([wrong.status, wrong.json]).toEqual([
      400,
      {
        message: 'Invalid custom metadata.',
        help: expect.any(String),
        errors: { rating: expect.any(String), none: expect.any(String) },
      },
    ])
    expect(await details(fileId)).toMatchObject({ tags: null, customMetadata: { author: 'Ada' } })
    const both = await Promise.all([merged({ rating: 1 }), merged({ author: 'Bo' })])
    expect(both).toContainEqual({ rating: 1, author: 'Bo' })
  })

  it('a wrong value is 400 and names its parameter', async ({ expect }) => {
    const { fileId } = await upload({ tags: 'kept' })
    const wrong: [unknown, RegExp][] = [
      [{ tags: 5 }, /^tags /],
      [{ tags: [5] }, /^tags/],
      [{ tags: ['50%'] }, /^tags .*%/],
      [{ tags: ['x'.repeat(300), 'y'.repeat(201)] }, /tags .*500/],
      [{ customCoordinates: '1,2,3' }, /^customCoordinates /],
      [{ customCoordinates: '1,2,0,5' }, /^customCoordinates /],
      [{ customCoordinates: [1, 2, 3, 4] }, /^customCoordinates /],
      [{ removeAITags: 'some' }, /^removeAITags /],
      [{ description: 'x'.repeat(10_001) }, /^description /],
      [{ description: 'a\0b' }, /^description /],
      [{ publish: true }, /^publish /],
      [{ publish: {} }, /^publish\.isPublished /],
      [{ publish: { isPublished: 'yes' } }, /^publish\.isPublished /],
    ]
    for (const [json, message] of wrong) {
      const answer = await patch(fileId, json)
      expect([answer.status, answer.json.message], JSON.stringify(json).slice(0, 80)).toEqual([
        400,
        expect.stringMatching(message),
      ])
    }
    expect((await details(fileId)).tags).toEqual(['kept'])
  })

  it('20 parallel changes of different members are all kept', async ({ expect }) => {
    const { fileId } = await upload()
    const changes = Array.from({ length: 20 }, (_, number) =>
      number % 2 === 0
        ? patch(fileId, { description: `text ${number}` })
        : client.call('POST', '/v1/files/addTags', { json: { fileIds: [fileId], tags: [`tag${number}`] } }),
    )
    expect((await Promise.all(changes)).map(({ status }) => status)).toEqual(Array(20).fill(200))
    const { tags, description } = await details(fileId)
    expect(tags).toHaveLength(10)
    expect(description).toMatch(/^text \d+$/)
  })

  it('DELETE "204, deletes all versions"; malformed ids 400, unknown and foreign ones 404', async ({ expect }) => {
    const named = { fileName: 'deleted.png', useUniqueFileName: 'false' }
    const { fileId } = await upload(named)
    await upload(named)
    const stranger = libraryClient(server, (await addProject(server, `other-${fileId.slice(0, 8)}`)).secretKey)
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const path = (id: string) => `/v1/files/${id}${method === 'DELETE' ? '' : '/details'}`
      const json = method === 'PATCH' ? { json: {} } : {}
      expect((await client.call(method, path('nonsense'), json)).status).toBe(400)
      expect((await client.call(method, path(fileId.toUpperCase().replace(/\d/g, 'A')), json)).status).toBe(400)
      expect((await client.call(method, path('a'.repeat(24)), json)).status).toBe(404)
      expect((await stranger.call(method, path(fileId), json)).status).toBe(404)
    }
    const { status, bytes } = await client.call('DELETE', `/v1/files/${fileId}`)
    expect([status, bytes.length]).toEqual([204, 0])
    expect((await client.call('GET', `/v1/files/${fileId}/details`)).status).toBe(404)
    expect((await client.call('GET', `/v1/files/${fileId}/versions`)).status).toBe(404)
    expect((await client.call('DELETE', `/v1/files/${fileId}`)).status).toBe(404)
  })
}

async function addField({ composed }: TestServer, name: string, schema: CustomFieldSchema): Promise<void> {
  const id = hexId(Date.now())
  const field = { id, project: 'default', name, label: name, schema, description: null, deleted: false, created: 1 }
  await composed.store.tx(({ customFields }) => customFields.insert(field))
}

/** As an extension would. */
export async function giveAiTags({ composed }: TestServer, id: string, names: string[]): Promise<void> {
  const aiTags = names.map((name) => ({ name, confidence: 90, source: 'google-auto-tagging' }))
  await composed.store.tx(({ assets }) => assets.update(id, { aiTags }))
}
