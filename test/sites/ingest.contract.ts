/** "Ingestion" (site-photos-api.md section 8): photos come in, in every way they may. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { photo } from '../support/pictures.ts'
import { addInstallation, addPhoto, type SitesClient, sitesClient } from '../support/sites-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

export function ingestSuite(stack: Stack): void {
  let server: TestServer
  let manager: SitesClient

  beforeAll(async () => {
    server = await stack.start()
    manager = await sitesClient(server)
  })
  afterAll(() => server.stop())

  it('takes a raw image with taken_at, filename and tags: 201', async () => {
    const id = await addInstallation(manager, { timezone: 'Australia/Brisbane' })
    const bytes = await photo(640, 480, 'jpeg', 1)
    const { status, json } = await addPhoto(manager, id, bytes, {
      taken_at: '2021-05-31T22:15:00Z',
      filename: 'IMG_0412.JPG',
      tags: 'slab,crane',
    })
    expect({ status, error: json.error }).toEqual({ status: 201, error: undefined })
    expect(json.duplicate).toBe(false)
    expect(json.photo).toMatchObject({
      installation_id: id,
      camera_id: null,
      taken_at: '2021-05-31T22:15:00Z',
      taken_at_local: '2021-06-01T08:15:00+10:00',
      time_source: 'given',
      filename: 'IMG_0412.JPG',
      width: 640,
      height: 480,
      size_bytes: bytes.length,
      mime_type: 'image/jpeg',
      sha256: sha256(bytes),
      tags: ['slab', 'crane'],
    })
    const listed = await manager.call('GET', `/v2/photos?installation_id=${id}`)
    expect(listed.json.photos.map((one: { id: string }) => one.id)).toEqual([json.photo.id])
    const { json: got } = await manager.call('GET', `/v1/installations/${id}`)
    expect(got.installation.photo_count).toBe(1)
  })
}
