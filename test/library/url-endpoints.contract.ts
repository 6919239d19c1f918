/** media-library-api.md section 12: URL endpoints. */
import { afterAll, beforeAll, it } from 'vitest'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'

const path = '/v1/accounts/url-endpoints'

export function urlEndpointSuite(stack: Stack): void {
  let server: TestServer
  let client: LibraryClient

  beforeAll(async () => {
    server = await stack.start()
    client = libraryClient(server)
  })
  afterAll(() => server.stop())

  const create = (json: unknown, by = client) => by.call('POST', path, { json })
  const origin = async (by = client) =>
    (await by.call('POST', '/v1/accounts/origins', { json: { type: 'WEB_PROXY', name: 'p' } })).json.id as string
  const messageOf = async (answer: ReturnType<LibraryClient['call']>) => {
    const { status, json } = await answer
    return [status, json.message]
  }

  it('"the default one, whose id is `default` and which cannot be deleted"', async ({ expect }) => {
    const own = libraryClient(server, (await addProject(server, 'endpoints-default')).secretKey)
    const untouched = { id: 'default', description: expect.any(String), urlPrefix: '', origins: [] }
    expect((await own.call('GET', path)).json).toEqual([untouched])
    expect((await own.call('GET', `${path}/default`)).json).toEqual(untouched)
    expect(await messageOf(own.call('DELETE', `${path}/default`))).toEqual([
      400,
      'The default URL endpoint cannot be deleted.',
    ])
    const origins = [await origin(own)]
    const replaced = await own.call('PUT', `${path}/default`, { json: { description: 'mine', origins } })
    expect([replaced.status, replaced.json]).toEqual([200, { ...untouched, description: 'mine', origins }])
    expect((await own.call('GET', path)).json).toEqual([replaced.json])
    expect(await messageOf(own.call('PUT', `${path}/default`, { json: { description: 'a', urlPrefix: 'b' } }))).toEqual(
      [400, 'The urlPrefix of the default URL endpoint is always empty.'],
    )
    expect((await client.call('GET', `${path}/default`)).json.origins).toEqual([])
  })

  it('are created (201), listed, shown, replaced and deleted (204)', async ({ expect }) => {
    const [first, second] = [await origin(), await origin()]
    const given = {
      description: 'Shop',
      urlPrefix: 'product-images',
      origins: [second, first],
      urlRewriter: { type: 'CLOUDINARY', preserveAssetDeliveryTypes: true },
    }
    const made = await create(given)
    expect(made.status).toBe(201)
    expect(made.json).toEqual({ id: expect.stringMatching(/^[A-Za-z0-9]{12}$/), ...given })
    const one = `${path}/${made.json.id}`
    expect((await client.call('GET', path)).json).toContainEqual(made.json)
    expect((await client.call('GET', path)).json[0].id).toBe('default')
    expect((await client.call('GET', one)).json).toEqual(made.json)
    // PUT replaces; a prefix that is not sent stays.
    const replaced = await client.call('PUT', one, { json: { description: 'Other', urlRewriter: { type: 'IMGIX' } } })
    expect([replaced.status, replaced.json]).toEqual([
      200,
      {
        id: made.json.id,
        description: 'Other',
        urlPrefix: 'product-images',
        origins: [],
        urlRewriter: { type: 'IMGIX' },
      },
    ])
    const cloudinary = await client.call('PUT', one, { json: { ...given, urlRewriter: { type: 'CLOUDINARY' } } })
    expect(cloudinary.json.urlRewriter).toEqual({ type: 'CLOUDINARY', preserveAssetDeliveryTypes: false })
    const deleted = await client.call('DELETE', one)
    expect([deleted.status, deleted.bytes.length]).toEqual([204, 0])
    expect((await client.call('GET', one)).status).toBe(404)
  })

  it('with nothing but a description gets its id as prefix', async ({ expect }) => {
    const { status, json } = await create({ description: 'only this' })
    expect([status, json.urlPrefix, json.origins]).toEqual([201, json.id, []])
  })

  it('are refused by name of the member', async ({ expect }) => {
    const description = 'd'
    expect((await create({ description, urlPrefix: 'taken' })).status).toBe(201)
    const cases: [unknown, string][] = [
      [{}, 'description is missing.'],
      [{ description: '' }, 'description must not be empty.'],
      [{ description, urlPrefix: 'a/b' }, 'urlPrefix must have only letters, digits and hyphens.'],
      [{ description, urlPrefix: 'a_b' }, 'urlPrefix must have only letters, digits and hyphens.'],
      [{ description, urlPrefix: '' }, 'The empty urlPrefix is reserved for the default URL endpoint.'],
      [{ description, urlPrefix: 'taken' }, 'A URL endpoint with this urlPrefix already exists.'],
      [{ description, origins: 'x' }, 'origins must be an array.'],
      [{ description, origins: ['nothing'] }, 'origins[0] is no origin of this project.'],
      [{ description, origins: ['a', 'a'] }, 'origins must not have an id twice.'],
      [{ description, urlRewriter: { type: 'X' } }, 'urlRewriter.type must be one of CLOUDINARY, IMGIX, AKAMAI.'],
      [{ description, urlRewriter: 'IMGIX' }, 'urlRewriter must be an object.'],
    ]
    for (const [json, message] of cases) expect(await messageOf(create(json))).toEqual([400, message])
    const other = await create({ description, urlPrefix: 'Taken' })
    expect(other.status).toBe(201)
    const renamed = client.call('PUT', `${path}/${other.json.id}`, { json: { description, urlPrefix: 'taken' } })
    expect(await messageOf(renamed)).toEqual([400, 'A URL endpoint with this urlPrefix already exists.'])
  })

  it('know no origin of another project, whose endpoints are unknown', async ({ expect }) => {
    const stranger = libraryClient(server, (await addProject(server, 'endpoints-stranger')).secretKey)
    const foreign = await origin(stranger)
    expect(await messageOf(create({ description: 'd', origins: [foreign] }))).toEqual([
      400,
      'origins[0] is no origin of this project.',
    ])
    const { json } = await create({ description: 'd', urlPrefix: 'own' })
    for (const [method, options] of [
      ['GET', {}],
      ['PUT', { json: { description: 'x' } }],
      ['DELETE', {}],
    ] as const) {
      expect(await messageOf(stranger.call(method, `${path}/${json.id}`, options))).toEqual([
        404,
        'The requested URL endpoint does not exist.',
      ])
    }
    expect((await create({ description: 'd', urlPrefix: 'own' }, stranger)).status).toBe(201)
  })

  it('10 deletions of an origin against 10 endpoints that use it: never one without its origin', async ({ expect }) => {
    const ids = await Promise.all(Array.from({ length: 10 }, () => origin()))
    const outcomes = await Promise.all(
      ids.flatMap((id, n) => [
        create({ description: 'd', urlPrefix: `race-${n}`, origins: [id] }),
        client.call('DELETE', `/v1/accounts/origins/${id}`),
      ]),
    )
    for (let n = 0; n < ids.length; n += 1) {
      const pair = [outcomes[2 * n]?.status, outcomes[2 * n + 1]?.status]
      expect([
        [201, 409],
        [400, 204],
      ]).toContainEqual(pair)
    }
  })
}
