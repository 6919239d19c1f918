/** media-library-api.md section 13: what a project's endpoints are told, signed so that old and new clients verify. */
import NewClient from '@imagekit/nodejs'
import OldClient from 'imagekit'
import { afterAll, beforeAll, describe, it, vi } from 'vitest'
import { addEndpoint, changeEndpoint, type EndpointChange, removeEndpoint } from '../../src/core/webhooks/endpoints.ts'
import { libraryClient } from '../support/library-client.ts'
import { type Origin, type Received, startOrigin } from '../support/origin.ts'
import { quarters } from '../support/pictures.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'

export function webhookSuite(stack: Stack): void {
  let server: TestServer
  let file: Buffer
  const origins: Origin[] = []

  beforeAll(async () => {
    server = await stack.start({ FETCH_ALLOW: '127.0.0.1' })
    file = await quarters(8, 8)
  })
  afterAll(async () => {
    await Promise.all(origins.map((origin) => origin.stop()))
    await server.stop()
  })

  /** A project with one endpoint, and what that has received. */
  async function listening(id: string, change: EndpointChange = {}) {
    const origin = await startOrigin((_request, response) => response.writeHead(204).end())
    origins.push(origin)
    const client = libraryClient(server, (await addProject(server, id)).secretKey)
    const endpoint = await addEndpoint(server.composed, id, { url: `${origin.url}/hook?token=x`, ...change })
    const upload = (fields: Record<string, string> = {}) => client.upload({ file, fileName: 'a.png', ...fields })
    return { origin, client, endpoint, upload }
  }
  const soon = (check: () => Promise<void> | void) => vi.waitFor(check, { timeout: 20_000, interval: 30 })
  const log = (project: string) => server.composed.store.read.webhooks.list({ project }, 10)
  const told = ({ received }: Origin) => received.map(({ body }) => JSON.parse(body.toString()))

  describe('"POST, JSON: {id, type, created_at, data}"', () => {
    it('file.created and file-version.created with the file object', async ({ expect }) => {
      const { origin, client, upload } = await listening('told')
      const first = await upload({ useUniqueFileName: 'false' })
      await soon(() => expect(origin.received).toHaveLength(1))
      const second = await upload({ useUniqueFileName: 'false' })
      await soon(() => expect(origin.received).toHaveLength(2))
      expect(second.json.fileId).toBe(first.json.fileId)
      const [created, version] = told(origin)
      expect(created).toEqual({
        id: expect.stringMatching(/^wh_[0-9A-Z]{26}$/),
        type: 'file.created',
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        data: expect.objectContaining({ type: 'file', fileId: first.json.fileId, filePath: '/a.png' }),
      })
      const { json } = await client.call('GET', `/v1/files/${first.json.fileId}/details`)
      expect(version).toMatchObject({ type: 'file-version.created', data: json })
      const lines = await log('told')
      expect(lines.map(({ subject }) => subject)).toEqual([json.fileId, json.fileId])
      expect(lines[0]?.target).toBe(`${origin.url}/hook?…`)
    })

    it('imagekit 6 and @imagekit/nodejs 7 verify both schemes', async ({ expect }) => {
      const { origin, upload } = await listening('verified')
      await upload()
      await soon(() => expect(origin.received).toHaveLength(1))
      const { headers, body } = origin.received[0] as Received
      const text = body.toString()
      const [secret = ''] = await server.composed.webhookSecrets.active('verified')
      const old = new OldClient({ publicKey: 'p', privateKey: 's', urlEndpoint: server.url })
      const { timestamp, event } = old.verifyWebhookEvent(body, String(headers['x-ik-signature']), secret)
      expect(event).toEqual(JSON.parse(text))
      expect(Math.abs(Date.now() - timestamp)).toBeLessThan(300_000)
      const current = new NewClient({ privateKey: 's', webhookSecret: secret })
      const plain = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
      expect(current.webhooks.unwrap(text, { headers: plain })).toEqual(JSON.parse(text))
      expect(() => current.webhooks.unwrap(text, { headers: plain, key: `${secret}x` })).toThrow()
      expect(headers['webhook-id']).toBe(JSON.parse(text).id)
    })
  })

  describe('who is told what', () => {
    it('only the types that the endpoint wants, and nothing while it is off or gone', async ({ expect }) => {
      const { endpoint, upload } = await listening('choosy', { events: 'file.deleted, file-version.created' })
      await upload({ useUniqueFileName: 'false' })
      expect(await log('choosy')).toEqual([])
      await upload({ useUniqueFileName: 'false' })
      expect((await log('choosy')).map(({ event }) => event)).toEqual(['file-version.created'])
      await changeEndpoint(server.composed, endpoint.id, { enabled: false, events: 'all' })
      await upload()
      expect(await log('choosy')).toHaveLength(1)
      await changeEndpoint(server.composed, endpoint.id, { enabled: true })
      await upload()
      expect(await log('choosy')).toHaveLength(2)
      await removeEndpoint(server.composed, endpoint.id)
      await upload()
      expect(await log('choosy')).toHaveLength(2)
    })

    it('every endpoint of the project, none of another, and none of an upload that fails', async ({ expect }) => {
      const { origin, client, upload } = await listening('several')
      const second = await startOrigin((_request, response) => response.writeHead(200).end())
      origins.push(second)
      await addEndpoint(server.composed, 'several', { url: second.url })
      const stranger = await listening('stranger')
      expect((await upload()).status).toBe(200)
      expect((await client.upload({ file, fileName: '' })).status).toBe(400)
      await soon(() => expect([origin, second].map(({ received }) => received.length)).toEqual([1, 1]))
      const ids = [origin, second].map((each) => told(each)[0].id)
      expect(new Set(ids).size).toBe(2)
      expect(stranger.origin.received).toEqual([])
      expect(await log('stranger')).toEqual([])
    })

    it('"upload over the storage limit" tells nothing: the event is part of the transaction', async ({ expect }) => {
      const { upload } = await listening('too-full')
      await server.composed.store.tx(async (tx) => {
        const before = await tx.projects.lock('too-full')
        if (before === undefined) return
        const settings = { ...before.settings, limits: { ...before.settings.limits, storageBytes: 1 } }
        await tx.projects.update('too-full', { settings })
      })
      expect((await upload()).status).toBe(403)
      expect(await log('too-full')).toEqual([])
    })
  })

  describe('the list of endpoints', () => {
    it('refuses what is no URL or no event, and more than 20', async ({ expect }) => {
      await addProject(server, 'listed')
      const add = (change: EndpointChange) =>
        addEndpoint(server.composed, 'listed', { url: 'https://a.example/', ...change })
      for (const change of [
        { url: '' },
        { url: 'ftp://a.example' },
        { url: `https://a.example/${'x'.repeat(2048)}` },
        { events: 'file' },
        { events: '' },
      ]) {
        await expect(add(change)).rejects.toMatchObject({ code: 'invalid' })
      }
      for (let made = 0; made < 20; made += 1) await add({ enabled: false })
      await expect(add({})).rejects.toMatchObject({ code: 'conflict' })
      expect((await server.composed.store.read.projects.find('listed'))?.settings.webhooks.libraryEvents).toBe(false)
      await expect(removeEndpoint(server.composed, 'we_none')).rejects.toMatchObject({ code: 'not_found' })
    })
  })
}
