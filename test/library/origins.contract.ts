/** media-library-api.md section 12: origins, "Answers carry `id` and never the secrets". */
import { afterAll, beforeAll, it } from 'vitest'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'

const path = '/v1/accounts/origins'

/** One of each type: what is sent and kept, what is sent and kept secret, what comes in addition. */
const kinds = [
  {
    sent: { type: 'S3', bucket: 'b' },
    secrets: { accessKey: 'SECRET-a', secretKey: 'SECRET-b' },
    added: { prefix: '', useIAMRole: false },
  },
  {
    sent: {
      type: 'S3_COMPATIBLE',
      bucket: 'b',
      endpoint: 'https://s3.example.com',
      prefix: 'raw',
      s3ForcePathStyle: true,
    },
    secrets: { accessKey: 'SECRET-a', secretKey: 'SECRET-b' },
    added: {},
  },
  {
    sent: { type: 'CLOUDINARY_BACKUP', bucket: 'b', useIAMRole: true },
    secrets: { accessKey: '', secretKey: '' },
    added: { prefix: '' },
  },
  {
    sent: { type: 'WEB_FOLDER', baseUrl: 'https://images.example.com/assets' },
    secrets: {},
    added: { forwardHostHeaderToOrigin: false },
  },
  {
    sent: { type: 'WEB_PROXY', includeCanonicalHeader: true, baseUrlForCanonicalHeader: 'https://www.example.com' },
    secrets: {},
    added: {},
  },
  {
    sent: { type: 'GCS', bucket: 'b', clientEmail: 'a@example.com' },
    secrets: { privateKey: 'SECRET-key' },
    added: { prefix: '' },
  },
  {
    sent: { type: 'AZURE_BLOB', container: 'c', accountName: 'n', prefix: 'p/' },
    secrets: { sasToken: 'SECRET-sas' },
    added: {},
  },
  {
    sent: { type: 'AKENEO_PIM', baseUrl: 'https://pim.example.com' },
    secrets: { clientId: 'SECRET-1', clientSecret: 'SECRET-2', username: 'SECRET-3', password: 'SECRET-4' },
    added: {},
  },
]

export function originSuite(stack: Stack): void {
  let server: TestServer
  let client: LibraryClient

  beforeAll(async () => {
    server = await stack.start()
    client = libraryClient(server)
  })
  afterAll(() => server.stop())

  const create = (json: unknown, by = client) => by.call('POST', path, { json })
  const proxy = { type: 'WEB_PROXY', name: 'proxy' }

  for (const { sent, secrets, added } of kinds) {
    it(`${sent.type}: created (201), listed, shown, replaced, deleted (204)`, async ({ expect }) => {
      const name = `My ${sent.type.replaceAll('_', ' ')} 1`
      const made = await create({ name, ...sent, ...secrets })
      expect(made.status).toBe(201)
      const { id } = made.json
      const expected = { id, name, includeCanonicalHeader: false, ...added, ...sent }
      expect(id).toMatch(/^[A-Za-z0-9]{12}$/)
      expect(made.json).toEqual(expected)
      expect((await client.call('GET', path)).json).toContainEqual(expected)
      expect((await client.call('GET', `${path}/${id}`)).json).toEqual(expected)
      const replaced = await client.call('PUT', `${path}/${id}`, { json: { ...sent, ...secrets, name: 'Other' } })
      expect([replaced.status, replaced.json]).toEqual([200, { ...expected, name: 'Other' }])
      const all = await client.call('GET', path)
      expect(all.bytes.toString('utf8')).not.toContain('SECRET')

      const row = await server.composed.store.read.origins.find('default', id)
      expect(JSON.stringify(row)).not.toContain('SECRET')
      const kept = row?.secretsSealed ? JSON.parse(server.composed.sealer.unseal(row.secretsSealed)) : {}
      expect(kept).toEqual(secrets)
      const deleted = await client.call('DELETE', `${path}/${id}`)
      expect([deleted.status, deleted.bytes.length]).toEqual([204, 0])
      expect((await client.call('GET', `${path}/${id}`)).status).toBe(404)
    })
  }

  it('PUT may change the type; nothing of the old one stays', async ({ expect }) => {
    const { json } = await create({ name: 'a', ...kinds[0]?.sent, ...kinds[0]?.secrets })
    const replaced = await client.call('PUT', `${path}/${json.id}`, { json: proxy })
    expect(replaced.json).toEqual({ id: json.id, ...proxy, includeCanonicalHeader: false })
    expect((await server.composed.store.read.origins.find('default', json.id))?.secretsSealed).toBeNull()
  })

  it('are refused by name of the member', async ({ expect }) => {
    const refusal = async (json: unknown) => {
      const answer = await create(json)
      return [answer.status, answer.json.message]
    }
    const s3 = { type: 'S3', name: 'a', bucket: 'b', accessKey: 'k', secretKey: 's' }
    expect(await refusal({ name: 'a' })).toEqual([400, 'type is missing.'])
    const [status, message] = await refusal({ name: 'a', type: 'FTP' })
    expect([status, message.slice(0, 24)]).toEqual([400, 'type must be one of S3, '])
    expect(await refusal({ type: 'WEB_PROXY' })).toEqual([400, 'name is missing.'])
    for (const name of ['a-b', 'a/b', 'a\n']) {
      expect(await refusal({ ...proxy, name })).toEqual([400, 'name must have only letters, digits and spaces.'])
    }
    expect(await refusal({ ...proxy, name: 'x'.repeat(101) })).toEqual([400, 'name must have at most 100 characters.'])
    expect(await refusal({ ...s3, bucket: undefined })).toEqual([400, 'bucket is missing.'])
    expect(await refusal({ ...s3, secretKey: '' })).toEqual([400, 'secretKey is missing (or set useIAMRole).'])
    expect(await refusal({ ...s3, useIAMRole: true })).toEqual([
      400,
      'accessKey must be empty when useIAMRole is true.',
    ])
    expect(await refusal({ ...s3, type: 'S3_COMPATIBLE' })).toEqual([400, 'endpoint is missing.'])
    for (const baseUrl of ['images.example.com', 'ftp://a.example', 'https://u:p@a.example', 'https://a.example/?x']) {
      expect(await refusal({ type: 'WEB_FOLDER', name: 'a', baseUrl })).toEqual([
        400,
        'baseUrl must be an http or https URL without credentials, query or fragment.',
      ])
    }
    expect(await refusal({ type: 'GCS', name: 'a', bucket: 'b', clientEmail: 'c' })).toEqual([
      400,
      'privateKey is missing.',
    ])
    expect(await refusal({ type: 'AKENEO_PIM', name: 'a', baseUrl: 'https://a.example', clientId: 'x' })).toEqual([
      400,
      'clientSecret is missing.',
    ])
  })

  it("in use cannot be deleted: 409; another project's are unknown", async ({ expect }) => {
    const { json } = await create(proxy)
    const endpoint = await client.call('POST', '/v1/accounts/url-endpoints', {
      json: { description: 'd', urlPrefix: 'uses-origin', origins: [json.id] },
    })
    const refused = await client.call('DELETE', `${path}/${json.id}`)
    expect([refused.status, refused.headers.get('x-should-retry')]).toEqual([409, 'false'])
    expect(refused.json.message).toContain(endpoint.json.id)

    const stranger = libraryClient(server, (await addProject(server, 'origins-stranger')).secretKey)
    for (const [method, options] of [
      ['GET', {}],
      ['PUT', { json: proxy }],
      ['DELETE', {}],
    ] as const) {
      const answer = await stranger.call(method, `${path}/${json.id}`, options)
      expect([answer.status, answer.json.message]).toEqual([404, 'The requested origin does not exist.'])
    }
    expect((await stranger.call('GET', path)).json).toEqual([])
    await client.call('DELETE', `/v1/accounts/url-endpoints/${endpoint.json.id}`)
    expect((await client.call('DELETE', `${path}/${json.id}`)).status).toBe(204)
  })
}
