/** media-library-api.md section 12: saved extensions. */
import { afterAll, beforeAll, it } from 'vitest'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { quarters } from '../support/pictures.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'

const path = '/v1/saved-extensions'
const config = { name: 'google-auto-tagging' as const, minConfidence: 80, maxTags: 10 }

export function savedExtensionSuite(stack: Stack): void {
  let server: TestServer
  let client: LibraryClient

  beforeAll(async () => {
    server = await stack.start()
    client = libraryClient(server)
  })
  afterAll(() => server.stop())

  const create = (json: unknown, by = client) => by.call('POST', path, { json })

  it('are created (201), listed, shown, changed and deleted (204)', async ({ expect }) => {
    const own = libraryClient(server, (await addProject(server, 'extensions-own')).secretKey)
    const made = await create({ name: 'Clothes', description: 'what is worn', config }, own)
    expect(made.status).toBe(201)
    expect(made.json).toEqual({
      id: expect.stringMatching(/^[A-Za-z0-9]{12}$/),
      name: 'Clothes',
      description: 'what is worn',
      config,
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: made.json.createdAt,
    })
    const one = `${path}/${made.json.id}`
    expect((await own.call('GET', path)).json).toEqual([made.json])
    expect((await own.call('GET', one)).json).toEqual(made.json)
    const tasks = [{ type: 'select_tags', instruction: 'What is it?', vocabulary: ['shirt'], max_selections: 1 }]
    const changed = await own.call('PATCH', one, { json: { config: { name: 'ai-tasks', tasks } } })
    expect([changed.status, changed.json]).toEqual([
      200,
      { ...made.json, config: { name: 'ai-tasks', tasks }, updatedAt: expect.stringMatching(/Z$/) },
    ])
    const deleted = await own.call('DELETE', one)
    expect([deleted.status, deleted.bytes.length]).toEqual([204, 0])
    expect((await own.call('DELETE', one)).status).toBe(404)
  })

  it('"`config` is one base extension": refused by name of the member', async ({ expect }) => {
    const refusal = async (json: unknown) => {
      const answer = await create(json)
      return [answer.status, answer.json.message]
    }
    const about = { name: 'a', description: '' }
    expect(await refusal({ description: '', config })).toEqual([400, 'name is missing.'])
    expect(await refusal({ name: 'a', config })).toEqual([400, 'description is missing.'])
    expect(await refusal(about)).toEqual([400, 'config is missing.'])
    expect(await refusal({ ...about, config: [config] })).toEqual([400, 'config must be an object.'])
    const [status, message] = await refusal({ ...about, config: { name: 'saved-extension', id: 'x' } })
    expect([status, message.slice(0, 26)]).toEqual([400, 'config.name must be one of'])
    expect(await refusal({ ...about, config: { ...config, minConfidence: 200 } })).toEqual([
      400,
      'config.minConfidence must be at most 100.',
    ])
    const tasks = [
      { type: 'select_tags', instruction: 'a' },
      { type: 'select_metadata', instruction: 'b' },
    ]
    expect(await refusal({ ...about, config: { name: 'ai-tasks', tasks } })).toEqual([
      400,
      'config.tasks[1].field is missing.',
    ])
  })

  it('are asked for by their id in uploads and updates (section 5.4); unknown ones are refused', async ({ expect }) => {
    const { json } = await create({ name: 'a', description: '', config })
    const file = await quarters(8, 8)
    const ask = (id: string) => [{ name: 'saved-extension', id }]
    const upload = (id: string) => client.upload({ file, fileName: 'a.png', extensions: JSON.stringify(ask(id)) })
    const uploaded = await upload(json.id)
    expect([uploaded.status, uploaded.json.extensionStatus]).toEqual([200, { 'saved-extension': 'pending' }])
    const details = `/v1/files/${uploaded.json.fileId}/details`
    expect((await client.call('PATCH', details, { json: { extensions: ask(json.id) } })).status).toBe(200)
    const refused = [400, 'extensions[0].id is no saved extension of this project.']
    for (const answer of [
      await upload('nothing'),
      await client.call('PATCH', details, { json: { extensions: ask('nothing') } }),
    ]) {
      expect([answer.status, answer.json.message]).toEqual(refused)
    }
  })

  it("are 100 at most; another project's are unknown", async ({ expect }) => {
    const full = libraryClient(server, (await addProject(server, 'extensions-full')).secretKey)
    const { json } = await create({ name: 'own', description: '', config })
    for (const [method, options] of [
      ['GET', {}],
      ['PATCH', { json: { name: 'x' } }],
      ['DELETE', {}],
    ] as const) {
      const answer = await full.call(method, `${path}/${json.id}`, options)
      expect([answer.status, answer.json.message]).toEqual([404, 'The requested saved extension does not exist.'])
    }
    const about = { project: 'extensions-full', description: '', config, updated: 0 }
    await server.composed.store.tx(async ({ savedExtensions }) => {
      for (let n = 1; n < 100; n += 1) await savedExtensions.insert({ ...about, id: `${n}`, name: `${n}`, created: n })
    })
    expect((await create({ name: 'last', description: '', config }, full)).status).toBe(201)
    const tooMany = await create({ name: 'more', description: '', config }, full)
    expect([tooMany.status, tooMany.json.message]).toEqual([
      400,
      'A project has at most 100 saved extensions; delete one first.',
    ])
    expect((await full.call('GET', path)).json).toHaveLength(100)
  })
}
