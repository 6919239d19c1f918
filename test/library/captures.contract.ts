/** "Deleting either deletes both": photos of the Sites API in the library (site-photos-api.md section 7.3, design section 10). */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Project } from '../../src/core/projects/records.ts'
import { addCapture } from '../support/captures.ts'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { red, solid } from '../support/pictures.ts'
import { addInstallation, type SitesClient, sitesClient } from '../support/sites-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'

export function captureSuite(stack: Stack): void {
  let server: TestServer
  let manager: SitesClient
  let library: LibraryClient
  let project: Project

  beforeAll(async () => {
    server = await stack.start()
    manager = await sitesClient(server)
    library = libraryClient(server)
    project = (await server.composed.store.read.projects.find(manager.user.project)) as Project
  })
  afterAll(() => server.stop())

  const add = (installation: string, taken: string, fields: object = {}) =>
    addCapture(server.composed, project, { installation, taken, ...fields })
  const days = async (place: string) =>
    (await manager.call('GET', `/v1/installations/${place}/calendar?from=2021-05-01&to=2021-06-30`)).json.days.map(
      ({ date, count }: { date: string; count: number }) => `${date} ${count}`,
    )
  const tags = async (place: string) =>
    (await manager.call('GET', `/v1/tags?installation_id=${place}`)).json.tags.map(({ tag }: { tag: string }) => tag)

  it('deleting a file, several files or the folder deletes the photos with their counts and tags, for good', async () => {
    const place = await addInstallation(manager)
    const all = []
    for (let hour = 0; hour < 5; hour += 1)
      all.push(await add(place, `2021-05-31T0${hour}:00:00Z`, { tags: [`t${hour}`] }))
    const [first, second, third] = all
    expect((await library.call('DELETE', `/v1/files/${first?.asset}`)).status).toBe(204)
    expect(await days(place)).toEqual(['2021-05-31 4'])
    expect((await manager.call('GET', `/v1/photos/${first?.id}`)).status).toBe(404)
    expect((await manager.call('POST', `/v1/photos/${first?.id}/restore`)).status).toBe(404)
    const fileIds = [second?.asset, third?.asset]
    expect((await library.call('POST', '/v1/files/batch/deleteByFileIds', { json: { fileIds } })).status).toBe(200)
    expect(await days(place)).toEqual(['2021-05-31 2'])
    expect(await tags(place)).toEqual(['t3', 't4'])
    const folderPath = `/.sites/${place}`
    expect((await library.call('DELETE', '/v1/folder', { json: { folderPath } })).status).toBe(204)
    expect(await days(place)).toEqual([])
    expect(await tags(place)).toEqual([])
    expect((await manager.call('GET', `/v1/installations/${place}`)).json.installation.photo_count).toBe(0)
    // The place goes on.
    await add(place, '2021-06-01T00:00:00Z')
    expect(await days(place)).toEqual(['2021-06-01 1'])
  })

  it('tags of the file and of the photo are the same', async () => {
    const place = await addInstallation(manager)
    const { id, asset } = await add(place, '2021-05-31T00:00:00Z')
    await library.call('PATCH', `/v1/files/${asset}/details`, { json: { tags: ['slab', 'crane'] } })
    expect((await manager.call('GET', `/v1/photos/${id}`)).json.photo.tags).toEqual(['slab', 'crane'])
    await library.call('POST', '/v1/files/removeTags', { json: { fileIds: [asset], tags: ['slab'] } })
    await library.call('POST', '/v1/files/addTags', { json: { fileIds: [asset], tags: ['north'] } })
    expect(await tags(place)).toEqual(['crane', 'north'])
    await manager.call('PATCH', `/v1/photos/${id}`, { json: { tags: ['last'] } })
    const found = await library.call('GET', `/v1/files?searchQuery=${encodeURIComponent('tags IN ["last"]')}`)
    expect(found.json.map(({ fileId }: { fileId: string }) => fileId)).toEqual([asset])
  })

  it('nothing is put into the folder, moved or renamed there; copying out is fine', async () => {
    const place = await addInstallation(manager)
    const { id, asset } = await add(place, '2021-05-31T00:00:00Z')
    const folder = `/.sites/${place}`
    const path = `${folder}/${id}.jpg`
    const file = await solid(8, 8, red)
    await library.upload({ file, fileName: 'a.png', useUniqueFileName: 'false' })
    const refused: [string, string, object][] = [
      ['POST', '/v1/files/copy', { sourceFilePath: '/a.png', destinationPath: folder }],
      ['POST', '/v1/files/move', { sourceFilePath: '/a.png', destinationPath: `${folder}/deep` }],
      ['POST', '/v1/files/move', { sourceFilePath: path, destinationPath: '/elsewhere' }],
      ['PUT', '/v1/files/rename', { filePath: path, newFileName: 'b.jpg' }],
      ['POST', '/v1/folder', { folderName: '.sites', parentFolderPath: '/' }],
      ['POST', '/v1/folder', { folderName: 'x', parentFolderPath: folder }],
      ['POST', '/v1/bulkJobs/moveFolder', { sourceFolderPath: folder, destinationPath: '/elsewhere' }],
      ['POST', '/v1/bulkJobs/moveFolder', { sourceFolderPath: '/.sites', destinationPath: '/elsewhere' }],
      ['POST', '/v1/bulkJobs/renameFolder', { folderPath: folder, newFolderName: 'x' }],
    ]
    for (const [method, url, json] of refused) {
      const answer = await library.call(method, url, { json })
      expect([answer.status, JSON.stringify(answer.json)], `${url} ${JSON.stringify(json)}`).toEqual([
        400,
        expect.stringContaining('.sites'),
      ])
    }
    for (const name of [folder, '/.sites', '/.sites/new/']) {
      const answer = await library.upload({ file, fileName: `${id}.jpg`, folder: name, useUniqueFileName: 'false' })
      expect([answer.status, answer.json.message]).toEqual([400, expect.stringContaining('.sites')])
    }
    const copied = await library.call('POST', '/v1/files/copy', {
      json: { sourceFilePath: path, destinationPath: '/out', includeFileVersions: false },
    })
    expect(copied.status).toBe(204)
    const { json } = await library.call('GET', `/v1/files?path=${encodeURIComponent('/out')}`)
    expect((await library.call('DELETE', `/v1/files/${json[0].fileId}`)).status).toBe(204)
    expect((await manager.call('GET', `/v1/photos/${id}`)).status).toBe(200)
    expect((await library.call('GET', `/v1/files/${asset}/details`)).status).toBe(200)
  })
}
