/** media-library-api.md sections 4.6 and 10: custom metadata fields. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { aFolder } from '../../src/adapters/database/test-records.ts'
import { hexId } from '../../src/core/ids.ts'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { quarters } from '../support/pictures.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'

const path = '/v1/customMetadataFields'
const help = expect.any(String)

export function customFieldSuite(stack: Stack): void {
  let server: TestServer
  let client: LibraryClient
  let number = 0

  beforeAll(async () => {
    server = await stack.start()
    client = libraryClient(server)
  })
  afterAll(() => server.stop())

  /** A field with names of its own. */
  async function field(schema: unknown, more: Record<string, unknown> = {}) {
    number += 1
    const name = `field${number}`
    return client.call('POST', path, { json: { name, label: `Label ${number}`, schema, ...more } })
  }
  const list = async (query = '') => (await client.call('GET', `${path}${query}`)).json as { id: string }[]

  it('are created (201), listed, changed and deleted (204)', async ({ expect }) => {
    const schema = { type: 'Number', minValue: 1000, maxValue: 3000 }
    const made = await field(schema, { description: 'in cents' })
    expect(made.status).toBe(201)
    const { id } = made.json
    const { name, label } = made.json
    expect(name).toMatch(/^field\d+$/)
    expect(made.json).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      name,
      label,
      schema,
      description: 'in cents',
    })
    expect(await list()).toContainEqual(made.json)
    expect(await list('/?includeDeleted=false')).toContainEqual(made.json)

    const changed = await client.call('PATCH', `${path}/${id}`, { json: { schema: { minValue: 5 }, description: '' } })
    expect(changed.status).toBe(200)
    // "`type` cannot change", "the schema is replaced"
    expect(changed.json).toEqual({ id, name, label, schema: { type: 'Number', minValue: 5 } })
    const relabelled = await client.call('PATCH', `${path}/${id}`, { json: { label: made.json.label } })
    expect(relabelled.json).toEqual(changed.json)

    const deleted = await client.call('DELETE', `${path}/${id}`)
    expect([deleted.status, deleted.bytes.length]).toEqual([204, 0])
    expect((await list()).map((one) => one.id)).not.toContain(id)
    expect(await list('?includeDeleted=true')).toContainEqual(changed.json)
  })

  it('of every type', async ({ expect }) => {
    for (const schema of [
      { type: 'Text', minLength: 1, maxLength: 5 },
      { type: 'Textarea', defaultValue: 'x', isValueRequired: true },
      { type: 'Date', minValue: '2022-11-30T10:11:10+00:00' },
      { type: 'Boolean', defaultValue: true },
      { type: 'SingleSelect', selectOptions: ['small', 30, true], defaultValue: 30 },
      { type: 'MultiSelect', selectOptions: ['small', 30, true], defaultValue: ['small', true] },
    ]) {
      const { status, json } = await field(schema)
      expect([status, json.schema]).toEqual([201, schema])
    }
  })

  it('"schema problems give … errors"', async ({ expect }) => {
    const wrong = await field({ type: 'Number', minValue: 'low', maxLength: 3 })
    expect(wrong.status).toBe(400)
    expect(wrong.json).toEqual({
      message: 'Invalid field object',
      help,
      errors: { minValue: 'should be of type number', maxLength: 'not allowed for this type' },
    })
    for (const schema of [undefined, 'Text', [], null]) {
      expect((await field(schema)).json.message).toBe('Invalid schema object.')
    }
    const select = await field({ type: 'SingleSelect', selectOptions: ['a'] })
    const changed = await client.call('PATCH', `${path}/${select.json.id}`, {
      // Validated against the existing type, whatever is sent.
      json: { schema: { type: 'Number', minValue: 5 } },
    })
    expect([changed.status, changed.json.errors]).toEqual([
      400,
      { minValue: 'not allowed for this type', selectOptions: 'required for this type' },
    ])
  })

  it('"`name` is unique over all fields including deleted ones", "`label` unique over non-deleted ones"', async ({
    expect,
  }) => {
    const schema = { type: 'Text' }
    const { json } = await field(schema)
    const create = (name: string, label: string) => client.call('POST', path, { json: { name, label, schema } })
    const sameName = await create(json.name, 'other label')
    expect([sameName.status, sameName.json.message]).toEqual([
      400,
      'A custom metadata field with this name already exists.',
    ])
    const sameLabel = await create('otherName', json.label)
    expect([sameLabel.status, sameLabel.json.message]).toEqual([
      400,
      'A custom metadata field with this label already exists.',
    ])
    const other = await field(schema)
    const relabelled = await client.call('PATCH', `${path}/${other.json.id}`, { json: { label: json.label } })
    expect([relabelled.status, relabelled.json.message]).toEqual([400, sameLabel.json.message])

    await client.call('DELETE', `${path}/${json.id}`)
    expect((await create(json.name, 'other label')).json.message).toBe(sameName.json.message)
    expect((await create('nameOfTheLabel', json.label)).status).toBe(201)
  })

  it('20 at once with one name: one is made', async ({ expect }) => {
    const json = (n: number) => ({ name: 'parallel', label: `parallel ${n}`, schema: { type: 'Text' } })
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => client.call('POST', path, { json: json(n) })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(400)])
  })

  it('refuse what the contract refuses, naming the member', async ({ expect }) => {
    const { json } = await field({ type: 'Text' })
    const answer = async (method: string, at: string, body?: unknown) => {
      const { status, json: error } = await client.call(method, at, body === undefined ? {} : { json: body })
      return [status, error.message]
    }
    const one = `${path}/${json.id}`
    expect(await answer('PATCH', one, {})).toEqual([400, 'Either label or schema should be provided.'])
    expect(await answer('PATCH', one, { description: 'x' })).toEqual([
      400,
      'Either label or schema should be provided.',
    ])
    expect(await answer('PATCH', one, { name: 'x', label: 'y' })).toEqual([400, 'Name cannot be updated.'])
    expect(await answer('PATCH', one, { label: '' })).toEqual([400, 'label must not be empty.'])
    expect(await answer('PATCH', one, { schema: 5 })).toEqual([400, 'Invalid schema object.'])
    expect(await answer('PATCH', one, { label: 'a', description: 'x'.repeat(501) })).toEqual([
      400,
      'description must have at most 500 characters.',
    ])
    expect(await answer('POST', path, { label: 'a', schema: {} })).toEqual([400, 'name is missing.'])
    expect(await answer('POST', path, { name: 'a', schema: {} })).toEqual([400, 'label is missing.'])
    expect(await answer('POST', path, { name: 5, label: 'a', schema: {} })).toEqual([400, 'name must be a text.'])
    expect(await answer('POST', path, { name: 'a\0', label: 'a', schema: {} })).toEqual([
      400,
      'name must not contain zero bytes or broken characters.',
    ])
    expect(await answer('GET', `${path}?includeDeleted=maybe`)).toEqual([400, 'includeDeleted must be true or false.'])
    expect(await answer('GET', `${path}?folderPath=/a/../b`)).toEqual([
      400,
      'folderPath must not have "." or ".." as a folder.',
    ])
    expect((await client.call('GET', `${path}?folderPath=/no/such/folder`)).json).toContainEqual(json)

    expect((await client.call('DELETE', one)).status).toBe(204)
    expect(await answer('PATCH', one, { label: 'x' })).toEqual([400, 'Cannot update a deleted custom metadata fields.'])
    expect(await answer('DELETE', one)).toEqual([404, 'No such custom metadata field exists.'])
  })

  it('"Malformed ids give 400, well-formed unknown ids 404"; another project\'s are unknown', async ({ expect }) => {
    const { json } = await field({ type: 'Text' })
    const stranger = libraryClient(server, (await addProject(server, 'fields-stranger')).secretKey)
    for (const [method, options] of [
      ['PATCH', { json: { label: 'x' } }],
      ['DELETE', {}],
    ] as const) {
      expect((await client.call(method, `${path}/nonsense`, options)).status).toBe(400)
      const unknown = await client.call(method, `${path}/${'a'.repeat(24)}`, options)
      expect([unknown.status, unknown.json]).toEqual([404, { message: 'No such custom metadata field exists.', help }])
      expect((await stranger.call(method, `${path}/${json.id}`, options)).json).toEqual(unknown.json)
    }
    expect((await stranger.call('GET', `${path}?includeDeleted=true`)).json).toEqual([])
    // Names and labels are the project's own.
    const { name, label, schema } = json
    expect((await stranger.call('POST', path, { json: { name, label, schema } })).status).toBe(201)
  })

  it('that are deleted take their values out of every answer', async ({ expect }) => {
    // Another test makes a required field in the first project.
    const own = libraryClient(server, (await addProject(server, 'fields-deleted')).secretKey)
    const create = async (name: string, type: string) =>
      (await own.call('POST', path, { json: { name, label: name, schema: { type } } })).json
    const [gone, kept] = [await create('gone', 'Text'), await create('kept', 'Number')]
    const details = async () => (await own.call('GET', `/v1/files/${uploaded.json.fileId}/details`)).json
    const customMetadata = { [gone.name]: 'x', [kept.name]: 5 }
    const named = { file: await quarters(8, 8), fileName: 'fields.png', useUniqueFileName: 'false' }
    const uploaded = await own.upload({ ...named, customMetadata: JSON.stringify(customMetadata) })
    expect((await details()).customMetadata).toEqual(customMetadata)
    // No call of this API gives folders metadata.
    const parent = (await server.composed.store.read.folders.findByPath('fields-deleted', ''))?.id ?? ''
    const told = aFolder('fields-deleted', '/told', { parent, customMetadata })
    await server.composed.store.tx(({ folders }) => folders.ensure(told))
    const folder = async () => (await own.call('GET', '/v1/files?type=folder')).json[0]
    expect((await folder()).customMetadata).toEqual(customMetadata)

    await own.call('DELETE', `${path}/${gone.id}`)
    const left = { [kept.name]: 5 }
    expect((await details()).customMetadata).toEqual(left)
    expect((await folder()).customMetadata).toEqual(left)
    const next = { overwriteCustomMetadata: 'false', responseFields: 'customMetadata' }
    expect((await own.upload({ ...named, ...next })).json.customMetadata).toEqual(left)
    const again = await own.call('PATCH', `/v1/files/${uploaded.json.fileId}/details`, { json: { customMetadata } })
    expect([again.status, again.json.message, again.json.errors]).toEqual([
      400,
      'Invalid custom metadata.',
      { [gone.name]: 'no such custom metadata field exists' },
    ])
  })

  it('"required fields without value are an error"; their default serves uploads without any metadata', async ({
    expect,
  }) => {
    const own = libraryClient(server, (await addProject(server, 'fields-required')).secretKey)
    const schema = { type: 'Text', isValueRequired: true, defaultValue: 'own' }
    await own.call('POST', path, { json: { name: 'brand', label: 'Brand', schema } })
    const file = await quarters(8, 8)
    const upload = (more: Record<string, string>) =>
      own.upload({ file, fileName: 'a.png', responseFields: 'customMetadata', ...more })
    const refused = await upload({ customMetadata: '{}' })
    expect([refused.status, refused.json.errors]).toEqual([400, { brand: 'is required' }])
    expect((await upload({})).json.customMetadata).toEqual({ brand: 'own' })
    const given = await upload({ customMetadata: '{"brand":"b"}' })
    expect(given.json.customMetadata).toEqual({ brand: 'b' })
    const details = `/v1/files/${given.json.fileId}/details`
    const unset = await own.call('PATCH', details, { json: { customMetadata: { brand: null } } })
    expect([unset.status, unset.json.errors]).toEqual([400, { brand: 'is required' }])
  })

  it('are at most 100, and deleting one makes room', async ({ expect }) => {
    const { secretKey } = await addProject(server, 'fields-full')
    const full = libraryClient(server, secretKey)
    const create = (n: number) =>
      full.call('POST', path, { json: { name: `n${n}`, label: `l${n}`, schema: { type: 'Text' } } })
    const last = (await create(0)).json.id
    const about = { project: 'fields-full', schema: { type: 'Text' as const }, description: null, deleted: false }
    await server.composed.store.tx(async ({ customFields }) => {
      for (let n = 1; n < 100; n += 1) {
        await customFields.insert({ ...about, id: hexId(n), name: `n${n}`, label: `l${n}`, created: n })
      }
    })
    const tooMany = await create(100)
    expect(tooMany.status).toBe(400)
    expect(tooMany.json.message).toContain('at most 100 custom metadata fields')
    await full.call('DELETE', `${path}/${last}`)
    expect((await create(101)).status).toBe(201)
  })
}
