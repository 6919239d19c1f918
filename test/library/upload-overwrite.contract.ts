/** media-library-api.md section 5.1: an upload over an existing file, what its new version keeps and what it drops. */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { hexId } from '../../src/core/ids.ts'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { quarters } from '../support/pictures.ts'
import type { Stack, TestServer } from '../support/stack.ts'
import { orphans } from '../support/upload-form.ts'

export function uploadOverwriteSuite(stack: Stack): void {
  let server: TestServer
  let client: LibraryClient
  let picture: Buffer

  beforeAll(async () => {
    server = await stack.start()
    client = libraryClient(server)
    picture = await quarters(16, 12)
    await server.composed.store.tx(async (tx) => {
      const field = { id: hexId(1000), project: 'default', name: 'rating', label: 'Rating', description: null }
      await tx.customFields.insert({ ...field, schema: { type: 'Number' }, deleted: false, created: 1 })
    })
  })
  afterAll(() => server.stop())

  const upload = (fileName: string, fields: Record<string, string> = {}) =>
    client.upload({ file: picture, fileName, useUniqueFileName: 'false', ...fields })

  const aiTags = [{ name: 'sea', confidence: 90, source: 'google-auto-tagging' }]
  const first = { tags: 'a,b', customMetadata: '{"rating":3}', customCoordinates: '1,2,3,4', description: 'Old' }
  /** A file with everything, and its next version uploaded with these fields. */
  const again = async (name: string, fields: Record<string, string>) => {
    const { json } = await upload(name, first)
    await server.composed.store.tx((tx) => tx.assets.update(json.fileId, { aiTags }))
    const second = await upload(name, fields)
    return { first: json, second: second.json, details: await detailsOf(json.fileId) }
  }
  const detailsOf = async (id: string) => (await client.call('GET', `/v1/files/${id}/details`)).json

  it('"an existing file at that path gets a new version"', async ({ expect }) => {
    const { first, second, details } = await again('versions.png', {})
    expect(second).toMatchObject({
      fileId: first.fileId,
      filePath: '/versions.png',
      versionInfo: { name: 'Version 2' },
    })
    expect(second.versionInfo.id).not.toBe(first.fileId)
    expect(details.versionInfo).toEqual(second.versionInfo)
    expect((await client.call('GET', `/v1/files/${first.fileId}/versions`)).json).toHaveLength(2)
  })

  it('flags are true when absent: tags, AITags and customMetadata are dropped, coordinates always', async ({
    expect,
  }) => {
    const { details } = await again('dropped.png', {})
    expect(details).toMatchObject({ tags: null, AITags: null, customMetadata: {}, customCoordinates: null })
  })
  it('false keeps them', async ({ expect }) => {
    const keep = { overwriteTags: 'false', overwriteAITags: 'false', overwriteCustomMetadata: 'false' }
    const { details } = await again('kept.png', keep)
    expect(details).toMatchObject({ tags: ['a', 'b'], AITags: aiTags, customMetadata: { rating: 3 } })
    // "customCoordinates missing on overwrite clears it"
    expect(details.customCoordinates).toBeNull()
    expect(details.description).toBe('Old')
  })
  it('"With tags in the request: no effect, request wins"', async ({ expect }) => {
    const { details } = await again('wins.png', {
      overwriteTags: 'false',
      overwriteCustomMetadata: 'false',
      tags: 'c',
      customMetadata: '{"rating":5}',
      customCoordinates: '5,6,7,8',
      description: 'New',
    })
    const expected = { tags: ['c'], customMetadata: { rating: 5 }, customCoordinates: '5,6,7,8', description: 'New' }
    expect(details).toMatchObject(expected)
  })

  it('"false + existing file = 400", and only with useUniqueFileName=false', async ({ expect }) => {
    await upload('once.png')
    const refused = await upload('once.png', { overwriteFile: 'false' })
    expect([refused.status, refused.json.message]).toEqual([400, expect.stringContaining('already exists')])
    expect((await upload('once.png', { overwriteFile: 'false', useUniqueFileName: 'true' })).status).toBe(200)
    expect((await upload('new.png', { overwriteFile: 'false' })).status).toBe(200)
    expect(await orphans(server)).toEqual([])
  })

  describe('"100 versions per file"', () => {
    it('the next is refused, and a deleted one makes room', async ({ expect }) => {
      const { json } = await upload('many.png')
      const { store } = server.composed
      const asset = await store.read.assets.find('default', json.fileId)
      if (asset === undefined) throw new Error('no asset')
      const { folderPath: _, ...row } = asset
      const ids = Array.from({ length: 99 }, () => hexId(5000))
      await store.tx(async (tx) => {
        await tx.assets.setCurrent(row.file, null)
        for (const [index, id] of ids.entries()) {
          await tx.blobs.retain(row.blob)
          await tx.assets.insert({ ...row, id, version: index + 2, current: index === 98 })
        }
      })
      const refused = await upload('many.png')
      expect([refused.status, refused.json.message]).toEqual([400, expect.stringContaining('100 versions')])
      await client.call('DELETE', `/v1/files/${json.fileId}/versions/${ids[0]}`)
      expect((await upload('many.png')).json.versionInfo.name).toBe('Version 101')
    })
  })
}
