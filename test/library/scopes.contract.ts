/** media-library-api.md section 2.1: "restricted with a level per resource group: none / read / read-and-write". */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { endpoints as libraryEndpoints } from '../../src/apis/library/index.ts'
import { endpoints as taskEndpoints } from '../../src/apis/tasks/index.ts'
import { type ScopeGroup, type Scopes, scopeGroups } from '../../src/core/keys/scopes.ts'
import { libraryClient } from '../support/library-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'
import { TasksClient } from '../support/tasks-client.ts'

export function scopeSuite(stack: Stack): void {
  let server: TestServer

  beforeAll(async () => {
    server = await stack.start()
  })
  afterAll(() => server.stop())

  const pair = async (scopes: Scopes) => {
    const { store, keys } = server.composed
    const made = await store.tx((tx) => keys.createPair(tx, { project: 'default', label: '', scopes }))
    return { publicKey: made.key.publicKey ?? '', secretKey: made.secretKey }
  }
  /** Ids that nothing has: a request that passes fails for another reason than its key. */
  const filled = (path: string) => path.replaceAll(/:\w+/g, 'a'.repeat(24))

  const rows = libraryEndpoints.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const)

  describe('"A call outside a restricted key\'s groups or level: 403"', () => {
    it.for(rows)('%s', async ([, { method, path, group, level }], { expect }) => {
      const call = async (scopes: Scopes) => {
        const { secretKey } = await pair(scopes)
        return libraryClient(server, secretKey).call(method, filled(path))
      }
      const others = Object.keys(scopeGroups).filter((other) => other !== group) as ScopeGroup[]
      const everythingElse = Object.fromEntries(others.map((other) => [other, 'write']))
      const refused = await call(everythingElse)
      expect(refused.status).toBe(403)
      expect(refused.json.message).toContain(`no access to ${group}; use one with ${group}=${level}.`)
      expect((await call({ [group]: level })).status).not.toBe(403)
      if (level === 'read') return
      const readOnly = await call({ [group]: 'read' })
      expect(readOnly.status).toBe(403)
      expect(readOnly.json.message).toContain(`${group} for reading only`)
    })
  })

  describe('a restricted key in the Tasks API', () => {
    const tasks = taskEndpoints.map((endpoint) => [`${endpoint.method} /v1${endpoint.path}`, endpoint] as const)

    it.for(tasks)('%s', async ([, { method, path, level }], { expect }) => {
      const call = async (scopes: Scopes) => {
        const client = await TasksClient.of(server, await pair(scopes))
        return client.call(method, `/v1${filled(path)}`)
      }
      const refused = await call({ files: 'write', uploads: 'write' })
      expect(refused.status).toBe(401)
      expect(refused.json.message).toContain(`tasks=${level}`)
      expect((await call({ tasks: level })).status).not.toBe(401)
      if (level === 'write') expect((await call({ tasks: 'read' })).status).toBe(401)
    })
  })
}
