/** "An installation (a viewpoint at a site over time)" (site-photos-api.md section 7.1). */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addInstallation, type SitesClient, sitesClient } from '../support/sites-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'

export function installationSuite(stack: Stack): void {
  let server: TestServer
  let manager: SitesClient

  beforeAll(async () => {
    server = await stack.start()
    manager = await sitesClient(server)
  })
  afterAll(() => server.stop())

  it('is made, read, changed and listed by name', async () => {
    const id = await addInstallation(manager, { name: 'North tower', timezone: 'Australia/Brisbane', tags: ['slab'] })
    await addInstallation(manager, { name: 'East gate', tags: ['slab'] })
    const { json } = await manager.call('GET', `/v1/installations/${id}`)
    expect(json).toMatchObject({
      ok: true,
      installation: { id, name: 'North tower', timezone: 'Australia/Brisbane', photo_count: 0, latest_photo: null },
    })
    const patched = await manager.call('PATCH', `/v1/installations/${id}`, { json: { description: 'From the crane' } })
    expect(patched.json.installation).toMatchObject({ name: 'North tower', description: 'From the crane' })
    const listed = await manager.call('GET', '/v1/installations?tag=slab&limit=1')
    expect(listed.json.installations.map(({ name }: { name: string }) => name)).toEqual(['East gate'])
    const next = await manager.call(
      'GET',
      `/v1/installations?tag=slab&limit=1&cursor=${listed.json.paging.next_cursor}`,
    )
    expect(next.json.installations.map(({ name }: { name: string }) => name)).toEqual(['North tower'])
    expect(next.json.paging.next_cursor).toBeNull()
    const tagged = await manager.call('GET', '/v1/installations?tag=slab&q=north')
    expect(tagged.json.installations).toHaveLength(1)
  })

  it('is nothing to a user without rights: "404 for reading, list never contains it"', async () => {
    const id = await addInstallation(manager)
    const stranger = await sitesClient(server, { siteAccess: null })
    expect((await stranger.call('GET', `/v1/installations/${id}`)).status).toBe(404)
    expect((await stranger.call('GET', '/v1/installations')).json.installations).toEqual([])
    const viewer = await sitesClient(server, { siteAccess: 'view' })
    expect((await viewer.call('PATCH', `/v1/installations/${id}`, { json: { name: 'x' } })).status).toBe(403)
  })
}
