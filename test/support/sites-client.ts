/**
 * A plain client of the Sites API for tests: a user of its own and a key of theirs. Answers that are not as their endpoint
 * says are errors.
 */
import type { User } from '../../src/core/projects/records.ts'
import { addUser } from './scoring-client.ts'
import { unlikeEndpoint } from './sites-documented.ts'
import type { TestServer } from './stack.ts'
import type { Answer } from './tasks-client.ts'

export interface SitesClient {
  user: User
  /** `sp_…` */
  key: string
  /** Below `/site`; with the key, unless `key` says otherwise (null: none). Redirects are not followed. */
  call(method: string, path: string, options?: SitesCall): Promise<Answer>
}

export interface SitesCall {
  json?: unknown
  body?: RequestInit['body']
  headers?: Record<string, string>
  key?: string | null
  signal?: AbortSignal
}

/** A further user (who may manage everything, unless `fields` says otherwise) with a key. */
export async function sitesClient(
  server: Pick<TestServer, 'url' | 'composed'>,
  fields: Partial<User> = {},
): Promise<SitesClient> {
  const { composed } = server
  const user = await addUser(server, { siteAccess: 'manage', ...fields })
  const { secret } = await composed.store.tx((tx) => composed.siteKeys.create(tx, { user, name: 'test' }))
  return { user, key: secret, call: sitesCaller(server, secret) }
}

export function sitesCaller({ url }: Pick<TestServer, 'url'>, own: string): SitesClient['call'] {
  return async (method, path, { json, body, headers, key = own, signal } = {}) => {
    const response = await fetch(`${url}/site${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(key === null ? {} : { authorization: `apiKey ${key}` }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(json === undefined ? (body === undefined ? {} : { body }) : { body: JSON.stringify(json) }),
      ...(signal === undefined ? {} : { signal }),
    })
    const bytes = Buffer.from(await response.arrayBuffer())
    const isJson = (response.headers.get('content-type') ?? '').includes('json')
    const answered = isJson && bytes.length > 0 ? JSON.parse(bytes.toString('utf8')) : undefined
    const fault = unlikeEndpoint(method, `/site${path}`, response.status, answered)
    if (fault !== undefined) throw new Error(`${method} /site${path} is not as documented: ${fault}`)
    return { status: response.status, headers: response.headers, bytes, json: answered }
  }
}

/** An installation in this zone; its id. */
export async function addInstallation(
  { call }: Pick<SitesClient, 'call'>,
  fields: { name?: string; timezone?: string } & Record<string, unknown> = {},
): Promise<string> {
  const { json } = await call('POST', '/v1/installations', { json: { name: 'A site', timezone: 'UTC', ...fields } })
  return json.installation.id
}

/** One photo as it is; the answer. `query`: taken_at, camera_id, filename, tags. */
export function addPhoto(
  { call }: Pick<SitesClient, 'call'>,
  installation: string,
  bytes: Buffer,
  query: Record<string, string> = {},
): Promise<Answer> {
  const asked = new URLSearchParams(query).toString()
  const path = `/v1/installations/${installation}/photos${asked === '' ? '' : `?${asked}`}`
  return call('POST', path, { body: new Uint8Array(bytes), headers: { 'content-type': 'application/octet-stream' } })
}
