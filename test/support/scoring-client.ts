/**
 * A plain client of the Scoring API for tests: an account of its own, its session token and a client-key. Answers that are
 * not as the OpenAPI document says are errors.
 */
import { prefixedUlid } from '../../src/core/ids.ts'
import type { User } from '../../src/core/projects/records.ts'
import { hashPassword } from '../../src/core/users/password.ts'
import { unlikeDocument } from './documented.ts'
import type { TestServer } from './stack.ts'
import type { Answer } from './tasks-client.ts'

export const password = 'correct horse battery'

export interface ScoringClient {
  user: User
  /** Session token. */
  token: string
  /** Secret of a client-key. */
  key: string
  /** With the session token; `json` goes as it is. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>
  /** POST to a path of `/v2.0` (or another version) with the client-key in the body. */
  post(path: string, fields?: object, headers?: Record<string, string>): Promise<Answer>
}

interface CallOptions {
  json?: unknown
  body?: RequestInit['body']
  headers?: Record<string, string>
  /** Instead of the client's own; null: none. */
  token?: string | null
  signal?: AbortSignal
}

let made = 0

/** A user with a password, and optionally a balance. */
export async function addUser(
  { composed }: Pick<TestServer, 'composed'>,
  { project = 'default', credits = null, ...fields }: Partial<User> = {},
): Promise<User> {
  made += 1
  const user: User = {
    id: prefixedUlid('us', composed.clock.now()),
    username: `user-${made}`,
    project,
    email: null,
    // Takes long: tests with many users give one that is made already.
    passwordHash: fields.passwordHash ?? (await hashPassword(password)),
    status: 'active',
    tokenVersion: 0,
    credits,
    siteAccess: null,
    siteMinute: null,
    siteMonth: null,
    created: composed.clock.now(),
    ...fields,
  }
  await composed.store.tx((tx) => tx.users.insert(user))
  return user
}

/** Sends with this token and key; answers are held against the document. */
export function clientWith(
  { url }: Pick<TestServer, 'url'>,
  { token, key }: { token: string; key: string },
): Pick<ScoringClient, 'call' | 'post'> {
  const call: ScoringClient['call'] = async (method, path, options = {}) => {
    const { json, body, headers, token: other = token, signal } = options
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(other === null ? {} : { authorization: `Bearer ${other}` }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(json === undefined ? (body === undefined ? {} : { body }) : { body: JSON.stringify(json) }),
      ...(signal === undefined ? {} : { signal }),
    })
    const bytes = Buffer.from(await response.arrayBuffer())
    const isJson = (response.headers.get('content-type') ?? '').includes('json')
    const answered = isJson && bytes.length > 0 ? JSON.parse(bytes.toString('utf8')) : undefined
    const fault = unlikeDocument(method, path, response.status, answered)
    if (fault !== undefined) throw new Error(`${method} ${path} is not as documented: ${fault}`)
    return { status: response.status, headers: response.headers, bytes, json: answered }
  }
  return {
    call,
    post: (path, fields = {}, headers = {}) => call('POST', path, { json: { 'client-key': key, ...fields }, headers }),
  }
}

export async function scoringClient(
  server: Pick<TestServer, 'url' | 'composed'>,
  fields: Partial<User> = {},
): Promise<ScoringClient> {
  const user = await addUser(server, fields)
  const [created] = await server.composed.accounts.clientKeys.create(user, [{ name: 'Test', email: 'a@example.org' }])
  const { token } = await server.composed.accounts.sessions.signIn({
    username: user.username,
    password,
    address: `test ${user.username}`,
  })
  const key = created?.secret ?? ''
  return { user, token, key, ...clientWith(server, { token, key }) }
}
