/** media-library-api.md section 11: named transformations. */
import { afterAll, beforeAll, it } from 'vitest'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'

const path = '/v1/named-transformations'

export function namedTransformationSuite(stack: Stack): void {
  let server: TestServer
  let client: LibraryClient

  beforeAll(async () => {
    server = await stack.start()
    client = libraryClient(server)
  })
  afterAll(() => server.stop())

  const create = (json: unknown, by = client) => by.call('POST', path, { json })
  const messageOf = async (answer: ReturnType<LibraryClient['call']>) => {
    const { status, json } = await answer
    return [status, json.message]
  }

  it('are created (201), listed, shown, changed and deleted (204)', async ({ expect }) => {
    const own = libraryClient(server, (await addProject(server, 'transformations-own')).secretKey)
    const made = await create({ name: 'small_1', transformation: 'w-150,h-150,fo-center:rt-90' }, own)
    expect(made.status).toBe(201)
    expect(made.json).toEqual({
      id: expect.stringMatching(/^[A-Za-z0-9]{12}$/),
      name: 'small_1',
      transformation: 'w-150,h-150,fo-center:rt-90',
      enabled: true,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    })
    const one = `${path}/${made.json.id}`
    expect((await own.call('GET', path)).json).toEqual([made.json])
    expect((await own.call('GET', one)).json).toEqual(made.json)
    const changed = await own.call('PATCH', one, { json: { enabled: false } })
    expect([changed.status, changed.json]).toEqual([200, { ...made.json, enabled: false }])
    const renamed = await own.call('PATCH', one, { json: { name: 'Small_1', transformation: 'tr:w-200' } })
    expect(renamed.json).toEqual({ ...made.json, enabled: false, name: 'Small_1', transformation: 'w-200' })
    expect((await own.call('PATCH', one, { json: {} })).json).toEqual(renamed.json)
    const deleted = await own.call('DELETE', one)
    expect([deleted.status, deleted.bytes.length]).toEqual([204, 0])
    expect((await own.call('GET', one)).status).toBe(404)
    expect((await own.call('GET', path)).json).toEqual([])
  })

  it('have names of "[A-Za-z0-9_]+, case-sensitive, unique", the built-in ones excepted', async ({ expect }) => {
    const transformation = 'w-1'
    expect((await create({ name: 'Unique', transformation })).status).toBe(201)
    const lower = await create({ name: 'unique', transformation })
    expect(lower.status).toBe(201)
    const taken = [400, 'A named transformation with this name already exists.']
    expect(await messageOf(create({ name: 'Unique', transformation }))).toEqual(taken)
    expect(await messageOf(client.call('PATCH', `${path}/${lower.json.id}`, { json: { name: 'Unique' } }))).toEqual(
      taken,
    )
    for (const name of ['a-b', 'a b', 'ü', 'a.b']) {
      expect(await messageOf(create({ name, transformation }))).toEqual([
        400,
        'name must have only letters, digits and underscores.',
      ])
    }
    for (const name of ['ik_ml_thumbnail', 'media_library_thumbnail']) {
      expect(await messageOf(create({ name, transformation }))).toEqual([400, 'name is built in; choose another.'])
    }
  })

  it('are refused by name of the member', async ({ expect }) => {
    expect(await messageOf(create({ transformation: 'w-1' }))).toEqual([400, 'name is missing.'])
    expect(await messageOf(create({ name: 'a' }))).toEqual([400, 'transformation is missing.'])
    expect(await messageOf(create({ name: 'a', transformation: 'w-1', enabled: 'yes' }))).toEqual([
      400,
      'enabled must be true or false.',
    ])
    for (const transformation of ['nonsense', 'wat-1', 'w-x', ' ', 'w-1,,h-2', 'w-1:', 'w-1\0']) {
      const [status, message] = await messageOf(create({ name: 'a', transformation }))
      expect([status, message.slice(0, 14)]).toEqual([400, 'transformation'])
    }
  })

  it("another project's are unknown", async ({ expect }) => {
    const { json } = await create({ name: 'own', transformation: 'w-1' })
    const stranger = libraryClient(server, (await addProject(server, 'transformations-stranger')).secretKey)
    const unknown = [404, 'The requested named transformation does not exist.']
    const one = `${path}/${json.id}`
    for (const call of [
      stranger.call('GET', one),
      stranger.call('PATCH', one, { json: { name: 'x' } }),
      stranger.call('DELETE', one),
      client.call('GET', `${path}/nothing`),
    ]) {
      expect(await messageOf(call)).toEqual(unknown)
    }
    expect((await stranger.call('GET', path)).json).toEqual([])
    expect((await create({ name: 'own', transformation: 'w-1' }, stranger)).status).toBe(201)
  })

  it('"At most 250"', async ({ expect }) => {
    const full = libraryClient(server, (await addProject(server, 'transformations-full')).secretKey)
    const about = { project: 'transformations-full', transformation: 'w-1', enabled: true }
    await server.composed.store.tx(async ({ namedTransformations }) => {
      for (let n = 1; n < 250; n += 1) {
        await namedTransformations.insert({ ...about, id: `${n}`, name: `n${n}`, created: n })
      }
    })
    expect((await create({ name: 'last', transformation: 'w-1' }, full)).status).toBe(201)
    const [status, message] = await messageOf(create({ name: 'more', transformation: 'w-1' }, full))
    expect([status, message]).toEqual([400, 'A project has at most 250 named transformations; delete one first.'])
  })

  it('"409 when renaming/disabling/deleting one still used by an upload pre/post setting"', async ({ expect }) => {
    const library = { preTransformation: 'w-400:n-used_pre', postTransformations: ['n-used_post,q-50'] }
    const { secretKey } = await addProject(server, 'transformations-used', { library })
    const user = libraryClient(server, secretKey)
    for (const name of ['used_pre', 'used_post']) {
      const { json } = await create({ name, transformation: 'w-1' }, user)
      const one = `${path}/${json.id}`
      const refusals = await Promise.all([
        user.call('PATCH', one, { json: { name: 'renamed' } }),
        user.call('PATCH', one, { json: { enabled: false } }),
        user.call('DELETE', one),
      ])
      for (const { status, json: error, headers } of refusals) {
        expect([status, headers.get('x-should-retry')]).toEqual([409, 'false'])
        expect(error.message).toBe(
          `The named transformation "${name}" is used by the upload settings of this project; change those first.`,
        )
      }
      const changed = await user.call('PATCH', one, { json: { transformation: 'w-2', enabled: true } })
      expect([changed.status, changed.json.transformation]).toEqual([200, 'w-2'])
    }
    const { json } = await create({ name: 'used', transformation: 'w-1' }, user)
    expect((await user.call('DELETE', `${path}/${json.id}`)).status).toBe(204)
  })
}
