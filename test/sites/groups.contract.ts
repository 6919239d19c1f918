/** "GET /v1/groups: named set of installations" and "rights per user and installation, through access groups" (site-photos-api.md section 7). */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Right } from '../../src/core/sites/access.ts'
import { addCaptures } from '../support/site-captures.ts'
import { addCamera, addInstallation, type SitesClient, sitesClient } from '../support/sites-client.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'

export function groupSuite(stack: Stack): void {
  let server: TestServer
  let manager: SitesClient

  beforeAll(async () => {
    server = await stack.start()
    manager = await sitesClient(server)
  })
  afterAll(() => server.stop())

  const ok = async (method: string, path: string, json?: unknown) => {
    const answer = await manager.call(method, path, json === undefined ? {} : { json })
    expect({ path, error: answer.json.error }).toEqual({ path, error: undefined })
    return answer.json
  }
  async function group(name: string, installation_ids: string[] = []): Promise<string> {
    return (await ok('POST', '/v1/groups', { name, installation_ids })).group.id
  }
  const member = (id: string, { user }: SitesClient, right: Right) =>
    ok('PUT', `/v1/groups/${id}/members/${user.id}`, { right })
  const outsider = () => sitesClient(server, { siteAccess: null })
  const listed = async ({ call }: SitesClient, path: string, of: string) =>
    (await call('GET', path)).json[of].map(({ id }: { id: string }) => id)

  it('is made, read, changed and deleted; its name is there once', async () => {
    const place = await addInstallation(manager)
    const id = await group('Harbour', [place, place])
    expect(id).toMatch(/^gr_/)
    expect((await ok('GET', `/v1/groups/${id}`)).group).toMatchObject({
      name: 'Harbour',
      description: null,
      installation_count: 1,
      installation_ids: [place],
    })
    const renamed = await ok('PATCH', `/v1/groups/${id}`, { name: 'Harbour north', description: 'Cranes' })
    expect(renamed.group).toMatchObject({ name: 'Harbour north', description: 'Cranes', installation_ids: [place] })
    const again = await manager.call('POST', '/v1/groups', { json: { name: 'Harbour north' } })
    expect([again.status, again.json.error.code, again.json.error.field]).toEqual([409, 'conflict', 'name'])
    const other = await group('Harbour south')
    expect((await manager.call('PATCH', `/v1/groups/${other}`, { json: { name: 'Harbour north' } })).status).toBe(409)
    await ok('DELETE', `/v1/groups/${id}`)
    expect((await manager.call('GET', `/v1/groups/${id}`)).status).toBe(404)
    expect((await manager.call('DELETE', `/v1/groups/${id}`)).status).toBe(404)
    expect((await ok('GET', `/v1/installations/${place}`)).installation.id).toBe(place)
  })

  it('lists by name in pages', async () => {
    await addProject(server, 'paged')
    const client = await sitesClient(server, { project: 'paged' })
    for (const name of ['c', 'a', 'b']) await client.call('POST', '/v1/groups', { json: { name } })
    const first = (await client.call('GET', '/v1/groups?limit=2')).json
    const second = (await client.call('GET', `/v1/groups?limit=2&cursor=${first.paging.next_cursor}`)).json
    const names = ({ groups }: { groups: { name: string }[] }) => groups.map(({ name }) => name)
    expect([names(first), names(second), second.paging.next_cursor]).toEqual([['a', 'b'], ['c'], null])
  })

  it('a user sees groups with an installation visible to them, and of those only such', async () => {
    const [one, two, three] = [
      await addInstallation(manager),
      await addInstallation(manager),
      await addInstallation(manager),
    ]
    const wide = await group('Visible: wide', [one, two])
    const narrow = await group('Visible: narrow', [one])
    const hidden = await group('Visible: hidden', [three])
    await group('Visible: empty')
    const user = await outsider()
    expect(await listed(user, '/v1/groups', 'groups')).toEqual([])
    await member(narrow, user, 'view')
    expect(await listed(user, '/v1/groups', 'groups')).toEqual([narrow, wide])
    expect((await user.call('GET', `/v1/groups/${wide}`)).json.group).toMatchObject({
      installation_count: 1,
      installation_ids: [one],
    })
    const entries = (await user.call('GET', '/v1/groups')).json.groups
    expect(entries.map(({ installation_count: count }: { installation_count: number }) => count)).toEqual([1, 1])
    expect((await user.call('GET', `/v1/groups/${hidden}`)).status).toBe(404)
    const viewer = await sitesClient(server, { siteAccess: 'view' })
    const seen = (await viewer.call('GET', '/v1/groups')).json.groups.map(({ name }: { name: string }) => name)
    expect(seen).toEqual(expect.arrayContaining(['Visible: hidden', 'Visible: narrow', 'Visible: wide']))
    expect(seen).not.toContain('Visible: empty')
  })

  it('"rights take effect on the next request", given or taken; the most that any group gives counts', async () => {
    const place = await addInstallation(manager)
    const [viewers, managers] = [await group('Rights: viewers', [place]), await group('Rights: managers', [place])]
    const user = await outsider()
    const path = `/v1/installations/${place}`
    const tries = async () => [
      (await user.call('GET', path)).status,
      (await user.call('PATCH', path, { json: { description: 'x' } })).status,
    ]
    expect(await tries()).toEqual([404, 404])
    await member(viewers, user, 'view')
    expect(await tries()).toEqual([200, 403])
    await member(managers, user, 'manage')
    expect(await tries()).toEqual([200, 200])
    await member(managers, user, 'contribute')
    expect(await tries()).toEqual([200, 403])
    await ok('DELETE', `/v1/groups/${managers}/members/${user.user.id}`)
    await ok('PUT', `/v1/groups/${viewers}/installations`, { installation_ids: [] })
    expect(await tries()).toEqual([404, 404])
    await ok('PUT', `/v1/groups/${viewers}/installations`, { installation_ids: [place] })
    expect(await tries()).toEqual([200, 403])
    await ok('DELETE', `/v1/groups/${viewers}`)
    expect(await tries()).toEqual([404, 404])
  })

  it('members are users of the project with a right each', async () => {
    const id = await group('Members')
    const [ann, bob] = [await outsider(), await outsider()]
    await member(id, ann, 'view')
    await member(id, bob, 'view_watermarked')
    await member(id, ann, 'download')
    expect((await ok('GET', `/v1/groups/${id}/members`)).members).toEqual([
      { user_id: ann.user.id, username: ann.user.username, right: 'download' },
      { user_id: bob.user.id, username: bob.user.username, right: 'view_watermarked' },
    ])
    await ok('DELETE', `/v1/groups/${id}/members/${bob.user.id}`)
    const gone = await manager.call('DELETE', `/v1/groups/${id}/members/${bob.user.id}`)
    expect([gone.status, gone.json.error.field]).toEqual([404, 'user'])
    await addProject(server, 'foreign')
    const foreigner = await sitesClient(server, { project: 'foreign', siteAccess: null })
    const put = (user: string, json: unknown) => manager.call('PUT', `/v1/groups/${id}/members/${user}`, { json })
    expect((await put(foreigner.user.id, { right: 'view' })).status).toBe(404)
    expect((await put(bob.user.id, { right: 'all' })).json.error).toMatchObject({ field: 'right' })
    const users = (await ok('GET', '/v1/users')).users
    expect(users).toContainEqual({ id: ann.user.id, username: ann.user.username, everywhere: null })
    expect(users.map(({ id: user }: { id: string }) => user)).not.toContain(foreigner.user.id)
    expect((await foreigner.call('GET', `/v1/groups/${id}`)).status).toBe(404)
  })

  it('installations of a group must be the project’s own', async () => {
    await addProject(server, 'next-door')
    const theirs = await addInstallation(await sitesClient(server, { project: 'next-door' }))
    const id = await group('Own')
    const place = await addInstallation(manager)
    const put = await manager.call('PUT', `/v1/groups/${id}/installations`, {
      json: { installation_ids: [place, theirs] },
    })
    expect([put.status, put.json.error.field]).toEqual([400, 'installation_ids.1'])
    expect((await ok('GET', `/v1/groups/${id}`)).group.installation_ids).toEqual([])
    const many = Array.from({ length: 8 }, () =>
      manager.call('PUT', `/v1/groups/${id}/installations`, { json: { installation_ids: [place] } }),
    )
    expect((await Promise.all(many)).map(({ status }) => status)).toEqual(Array(8).fill(200))
  })

  it('only who manages everything changes groups or sees users: 403', async () => {
    const place = await addInstallation(manager)
    const id = await group('Local', [place])
    const local = await outsider()
    await member(id, local, 'manage')
    const status = async (method: string, path: string, json?: unknown) =>
      (await local.call(method, path, json === undefined ? {} : { json })).status
    expect(await status('GET', `/v1/groups/${id}`)).toBe(200)
    expect(await status('POST', '/v1/groups', { name: 'Mine' })).toBe(403)
    expect(await status('PATCH', `/v1/groups/${id}`, { name: 'Mine' })).toBe(403)
    expect(await status('DELETE', `/v1/groups/${id}`)).toBe(403)
    expect(await status('PUT', `/v1/groups/${id}/installations`, { installation_ids: [] })).toBe(403)
    expect(await status('GET', `/v1/groups/${id}/members`)).toBe(403)
    expect(await status('PUT', `/v1/groups/${id}/members/${local.user.id}`, { right: 'manage' })).toBe(403)
    expect(await status('GET', '/v1/users')).toBe(403)
  })

  it('conformance check 9: "user without rights: 404 for reading, list never contains it, also not in counts, latest"', async () => {
    const [own, secret] = [
      await addInstallation(manager, { name: 'Own' }),
      await addInstallation(manager, { name: 'Secret' }),
    ]
    const camera = await addCamera(manager, { name: 'Secret camera', installation_id: secret })
    const [photo = ''] = await addCaptures(server, secret, [{ taken: '2021-05-31T22:15:00Z', camera }])
    await addCaptures(server, own, [{ taken: '2021-05-30T22:15:00Z' }])
    const both = await group('Check 9: both', [own, secret])
    const narrow = await group('Check 9: own', [own])
    const user = await outsider()
    await member(narrow, user, 'manage')
    for (const path of [
      `/v1/installations/${secret}`,
      `/v1/installations/${secret}/latest`,
      `/v1/installations/${secret}/latest?variant=preview`,
      `/v1/installations/${secret}/nearest?at=2021-05-31T22:15:00Z`,
      `/v1/cameras/${camera}`,
      `/v1/cameras/${camera}/diagnostics`,
      `/v1/cameras/${camera}/ingest-keys`,
      `/v1/photos/${photo}`,
    ]) {
      const answer = await user.call('GET', path)
      expect({ path, status: answer.status, code: answer.json.error.code }).toEqual({
        path,
        status: 404,
        code: 'not_found',
      })
    }
    for (const [method, path, json] of [
      ['PATCH', `/v1/installations/${secret}`, { name: 'x' }],
      ['DELETE', `/v1/installations/${secret}?confirm=Secret`],
      ['PATCH', `/v1/cameras/${camera}`, { name: 'x' }],
      ['POST', `/v1/cameras/${camera}/diagnostics`, { recorded_at: '2021-05-31T22:15:00Z' }],
      ['POST', `/v1/cameras/${camera}/ingest-keys`, { name: 'x' }],
    ] as const) {
      const answer = await user.call(method, path, json === undefined ? {} : { json })
      expect({ method, path, status: answer.status }).toEqual({ method, path, status: 404 })
    }
    expect(await listed(user, '/v1/installations', 'installations')).toEqual([own])
    expect(await listed(user, '/v1/installations?q=secret', 'installations')).toEqual([])
    expect(await listed(user, '/v1/cameras', 'cameras')).toEqual([])
    expect(await listed(user, `/v1/cameras?installation_id=${secret}`, 'cameras')).toEqual([])
    expect((await user.call('GET', `/v1/groups/${both}`)).json.group).toMatchObject({
      installation_count: 1,
      installation_ids: [own],
    })
    expect(await listed(user, `/v2/photos?installation_id=${secret}`, 'photos')).toEqual([])
  })

  it('another project’s ids are as unknown as ids that nobody has, whatever is asked', async () => {
    await addProject(server, 'isolated')
    const foreigner = await sitesClient(server, { project: 'isolated' })
    const place = await addInstallation(manager, { name: 'Theirs' })
    const camera = await addCamera(manager, { name: 'Theirs', installation_id: place })
    const id = await group('Theirs', [place])
    const key = (await ok('POST', `/v1/cameras/${camera}/ingest-keys`, { name: 'x' })).ingest_key.id
    const calls: [method: string, path: string, json?: unknown][] = [
      ['GET', `/v1/installations/${place}`],
      ['PATCH', `/v1/installations/${place}`, { name: 'x' }],
      ['DELETE', `/v1/installations/${place}?confirm=Theirs`],
      ['GET', `/v1/installations/${place}/latest`],
      ['GET', `/v1/installations/${place}/nearest?at=2021-05-31T22:15:00Z`],
      ['GET', `/v1/cameras/${camera}`],
      ['PATCH', `/v1/cameras/${camera}`, { name: 'x' }],
      ['POST', `/v1/cameras/${camera}/diagnostics`, { recorded_at: '2021-05-31T22:15:00Z' }],
      ['GET', `/v1/cameras/${camera}/diagnostics`],
      ['GET', `/v1/cameras/${camera}/ingest-keys`],
      ['POST', `/v1/cameras/${camera}/ingest-keys`, { name: 'x' }],
      ['DELETE', `/v1/cameras/${camera}/ingest-keys/${key}`],
      ['POST', '/v1/cameras', { name: 'y', installation_id: place }],
      ['GET', `/v1/groups/${id}`],
      ['PATCH', `/v1/groups/${id}`, { name: 'x' }],
      ['DELETE', `/v1/groups/${id}`],
      ['PUT', `/v1/groups/${id}/installations`, { installation_ids: [] }],
      ['GET', `/v1/groups/${id}/members`],
      ['PUT', `/v1/groups/${id}/members/${foreigner.user.id}`, { right: 'view' }],
      ['DELETE', `/v1/groups/${id}/members/${manager.user.id}`],
    ]
    for (const [method, path, json] of calls) {
      const options = json === undefined ? {} : { json }
      const nobodys = path.replace(/(in|cm|gr)_[0-9A-Z]{26}/, '$1_00000000000000000000000000')
      const [answer, nothing] = [
        await foreigner.call(method, path, options),
        await foreigner.call(method, nobodys, options),
      ]
      const { request_id: _, ...error } = answer.json.error
      expect({ method, path, status: answer.status }).toEqual({ method, path, status: 404 })
      expect(nothing.json.error).toMatchObject(error)
    }
    expect((await foreigner.call('GET', '/v1/cameras')).json.cameras).toEqual([])
    expect((await foreigner.call('GET', '/v1/groups')).json.groups).toEqual([])
    expect((await ok('GET', `/v1/groups/${id}`)).group.installation_ids).toEqual([place])
  })
}
