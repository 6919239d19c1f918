/** Conformance check 7 (site-photos-api.md section 12): "Resend of the same photo: one row." */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { photo } from '../support/pictures.ts'
import { addInstallation, addPhoto, type SitesClient, sitesClient } from '../support/sites-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'

const blobsOf = async ({ composed }: TestServer) => {
  const keys: string[] = []
  for await (const { key } of composed.blobs.list('')) keys.push(key)
  return keys.length
}

export function duplicateSuite(stack: Stack): void {
  let server: TestServer
  let manager: SitesClient
  let bytes: Buffer

  const photosOf = async (installation: string) => {
    const { json } = await manager.call('GET', `/v2/photos?installation_id=${installation}`)
    return json.photos as { id: string }[]
  }

  beforeAll(async () => {
    server = await stack.start()
    manager = await sitesClient(server)
    bytes = await photo(320, 240, 'jpeg', 7)
  })
  afterAll(() => server.stop())

  it('"same SHA-256 already stored: 200, the existing photo, duplicate: true, nothing new stored"', async () => {
    const id = await addInstallation(manager)
    const first = await addPhoto(manager, id, bytes, { taken_at: '2021-05-31T22:15:00Z' })
    expect(first.status).toBe(201)
    const kept = await blobsOf(server)
    const again = await addPhoto(manager, id, bytes, { taken_at: '2022-01-01T00:00:00Z', tags: 'other' })
    expect(again.status).toBe(200)
    expect(again.json.duplicate).toBe(true)
    expect(again.json.photo).toEqual(first.json.photo)
    expect(await photosOf(id)).toHaveLength(1)
    expect(await blobsOf(server)).toBe(kept)
  })

  it('"Ten uploads at once of the same bytes: one row."', async () => {
    const id = await addInstallation(manager)
    const before = await blobsOf(server)
    const answers = await Promise.all(Array.from({ length: 10 }, () => addPhoto(manager, id, bytes)))
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 201])
    expect(new Set(answers.map(({ json }) => json.photo.id)).size).toBe(1)
    expect(answers.filter(({ json }) => json.duplicate)).toHaveLength(9)
    expect(await photosOf(id)).toHaveLength(1)
    const { json } = await manager.call('GET', `/v1/installations/${id}`)
    expect(json.installation.photo_count).toBe(1)
    expect(await blobsOf(server)).toBe(before + 1)
  })

  it('the same bytes at another installation are another photo', async () => {
    const [one, other] = await Promise.all([addInstallation(manager), addInstallation(manager)])
    const sent = [await addPhoto(manager, one, bytes), await addPhoto(manager, other, bytes)]
    expect(sent.map(({ status }) => status)).toEqual([201, 201])
  })

  it('"Two different photos with the same taken_at: both kept"', async () => {
    const id = await addInstallation(manager)
    const taken_at = '2021-05-31T22:15:00Z'
    const different = await Promise.all([2, 3].map((seed) => photo(320, 240, 'jpeg', seed)))
    for (const one of different) expect((await addPhoto(manager, id, one, { taken_at })).status).toBe(201)
    expect(await photosOf(id)).toHaveLength(2)
  })

  it('"Idempotency-Key is honoured too": the same answer again, and another body is refused', async () => {
    const id = await addInstallation(manager)
    const headers = { 'idempotency-key': randomUUID(), 'content-type': 'image/jpeg' }
    const send = (body: Buffer) =>
      manager.call('POST', `/v1/installations/${id}/photos`, { body: new Uint8Array(body), headers })
    const first = await send(bytes)
    expect(first.status).toBe(201)
    const again = await send(bytes)
    expect(again.status).toBe(201)
    expect(again.json).toEqual(first.json)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    const other = await send(await photo(330, 240, 'jpeg', 9))
    expect(other.status).toBe(409)
    expect(other.json.error).toMatchObject({ code: 'conflict', field: 'Idempotency-Key' })
  })

  it('an Idempotency-Key holds for a form as well, whatever became of its files', async () => {
    const id = await addInstallation(manager)
    const headers = { 'idempotency-key': randomUUID() }
    const send = () => {
      const form = new FormData()
      form.append('file', new Blob([new Uint8Array(bytes)]), 'a.jpg')
      form.append('meta', JSON.stringify({ tags: ['x'] }))
      form.append('file', new Blob(['no image, and longer than what is looked at to tell. '.repeat(200)]), 'b.jpg')
      return manager.call('POST', `/v1/installations/${id}/photos`, { body: form, headers })
    }
    const first = await send()
    expect(first.status).toBe(200)
    expect(first.json.results.map(({ status }: { status: number }) => status)).toEqual([201, 415])
    const again = await send()
    expect(again.json).toEqual(first.json)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
  })
}
