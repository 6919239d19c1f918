/** Paths without a version, as the document tells them: the account, signed links, shared pages, these docs. */
import { isObject, type Json } from '../../http/openapi.ts'

interface OpenPath {
  path: string
  verb: 'get' | 'post' | 'patch' | 'delete'
  told: Json
}

/** Everything without a key, unless `rest` says otherwise. */
const open = (tag: string, summary: string, rest: Json): Json => ({ tags: [tag], summary, security: [], ...rest })

const parametersOf = (path: string): Json[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))

const call = (tag: string, verb: OpenPath['verb'], path: string, summary: string, rest: Json): OpenPath => ({
  path,
  verb,
  told: open(tag, summary, { ...rest, parameters: [...parametersOf(path), ...listOf(rest.parameters)] }),
})

const listOf = (given: unknown): Json[] => (Array.isArray(given) ? given.filter(isObject) : [])

const answer = (description: string, type: string, schema: Json = { type: 'string' }): Json => ({
  description,
  content: { [type]: { schema } },
})
const refusals = (...statuses: number[]): Json =>
  Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/Error${status}` }]))

const page = (summary: string): Json => ({ responses: { 200: answer(summary, 'text/html') } })

const text = { type: 'string' }
const body = (properties: Json): Json => ({
  requestBody: {
    required: true,
    content: { 'application/json': { schema: { type: 'object', properties } } },
  },
})

const account = 'Account (with the session of the page, never with a key)'
const key = { type: 'object', properties: { id: text, name: text, prefix: text, enabled: { type: 'boolean' } } }
const members = (properties: Json): Json => ({ type: 'object', properties: { ok: { type: 'boolean' }, ...properties } })
const ofAccount = (properties: Json, { status = 200, sends = {} }: { status?: number; sends?: Json } = {}): Json => ({
  ...(Object.keys(sends).length === 0 ? {} : body(sends)),
  responses: {
    [status]: answer('Done', 'application/json', members(properties)),
    ...refusals(400, 401, 403, 404, 429, 500, 503),
  },
})

const keys = '/site/account/api-keys'
const accountPaths = [
  call(account, 'get', '/site/account', 'The page: sign in, make and manage keys', page('The page')),
  call(
    account,
    'get',
    '/site/account/session',
    'Who is signed in',
    ofAccount({ session: { type: ['object', 'null'] } }),
  ),
  call(
    account,
    'post',
    '/site/account/sign-in',
    'Signs in',
    ofAccount({ session: { type: 'object' } }, { sends: { username: text, password: text } }),
  ),
  call(account, 'post', '/site/account/sign-out', 'Signs out', ofAccount({})),
  call(
    account,
    'post',
    '/site/account/confirm',
    'Gives the password again, before a key is revealed',
    ofAccount({ session: { type: 'object' } }, { sends: { password: text } }),
  ),
  call(account, 'get', keys, 'Your keys', ofAccount({ api_keys: { type: 'array', items: key } })),
  call(account, 'post', keys, 'A new key', ofAccount({ key, api_key: text }, { status: 201, sends: { name: text } })),
  call(account, 'get', `${keys}/{id}/reveal`, 'The whole key again', ofAccount({ api_key: text })),
  call(
    account,
    'patch',
    `${keys}/{id}`,
    'Renames it, switches it off or on',
    ofAccount({ key }, { sends: { name: text, enabled: { type: 'boolean' } } }),
  ),
  call(account, 'delete', `${keys}/{id}`, 'Deletes it for good', ofAccount({})),
]

const file = (description: string): Json => ({
  200: { description, content: { '*/*': { schema: { type: 'string', format: 'binary' } } } },
})
const signed = ['e', 'k', 'n', 's'].map((name) => ({ name, in: 'query', required: true, schema: text }))

const media = 'Files and shared pages'
const mediaPaths = [
  call(media, 'get', '/site/media/{id}/{variant}/{rev}/{filename}', 'A signed link, as photo URLs redirect to', {
    description: 'Good for some minutes; ranges and conditional requests work. Not counted.',
    parameters: signed,
    responses: {
      ...file('The bytes'),
      206: { description: 'The bytes of a range' },
      304: { description: 'As it was' },
      416: { description: 'No such range' },
      ...refusals(403, 404, 410, 500, 503),
    },
  }),
  call(media, 'get', '/site/s/{token}', 'What is shared, as a page', page('The page, or a form for its password')),
  call(media, 'post', '/site/s/{token}', 'Gives the password of a shared page', {
    requestBody: {
      required: true,
      content: {
        'application/x-www-form-urlencoded': { schema: { type: 'object', properties: { password: text } } },
      },
    },
    responses: { 303: { description: 'To the page' } },
  }),
  call(media, 'get', '/site/s/{token}/file/{id}/{variant}', 'A file of a shared page', {
    responses: { 302: { description: 'The signed link, in `Location`' }, ...file('The bytes') },
  }),
  call(media, 'get', '/site/embed/{token}', 'The same to be framed by other pages', page('The page')),
  call(media, 'get', '/site/embed/{token}/latest.jpg', 'The newest photo, for a plain image element', {
    responses: { 200: answer('The photo', 'image/jpeg', { type: 'string', format: 'binary' }) },
  }),
]

const docs = 'Docs'
const docsPaths = [
  call(docs, 'get', '/site/', 'This page', page('The page')),
  call(docs, 'get', '/site/openapi.json', 'This document', {
    responses: { 200: answer('OpenAPI 3.1', 'application/json', { type: 'object' }) },
  }),
  call(
    docs,
    'get',
    '/site/api_documentation.html',
    'Usage notes: versions, authentication, limits, photo URLs',
    page('The page'),
  ),
]

export const openPaths: readonly OpenPath[] = [...mediaPaths, ...accountPaths, ...docsPaths]
