/**
 * A Postman collection (format 2.1) and an environment file, made of an OpenAPI document. Requests take their values from
 * the document's examples. An operation with `x-keep: { variable: 'path.in.answer' }` stores that part of its answer, and
 * wherever an example has the value that the answer's example has there, the variable stands instead: calls can be made
 * one after the other. `x-example` is an example that the interactive page does not fill in. Neither file holds keys, unless the environment is given some.
 */
import { type DocumentedCall, isObject, type Json, operationsOf } from './openapi.ts'

export interface EnvironmentValues {
  server: string
  publicKey: string
  secretKey: string
  /** For APIs that are signed in to. */
  account?: { username: string; password: string }
}

/** `x-prerequest` of the document's security scheme is the script that runs before every request. */
export function postmanCollection(document: Json): Json {
  const info = member(document, 'info')
  const operations = operationsOf(document)
  const toVariables = variablesIn(operations)
  const tags = [...new Set(operations.map(tagOf))]
  return {
    info: {
      name: info.title,
      description: info.description,
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    ...authOf(document),
    item: tags.map((name) => ({
      name,
      item: operations.filter((told) => tagOf(told) === name).map((operation) => requestOf(operation, toVariables)),
    })),
  }
}

export function postmanEnvironment(name: string, { server, publicKey, secretKey, account }: EnvironmentValues): Json {
  const value = (key: string, text: string, type: 'default' | 'secret') => ({ key, value: text, type, enabled: true })
  return {
    name,
    values: [
      value('server', server, 'default'),
      value('publicKey', publicKey, 'default'),
      value('secretKey', secretKey, 'secret'),
      ...(account === undefined
        ? []
        : [value('username', account.username, 'default'), value('password', account.password, 'secret')]),
    ],
    _postman_variable_scope: 'environment',
  }
}

/** Replaces the values that earlier answers give by the variables that keep them. */
function variablesIn(operations: DocumentedCall[]): <T>(value: T) => T {
  const names = new Map<unknown, string>([
    ['YOUR_PUBLIC_KEY', '{{publicKey}}'],
    ['YOUR_SECRET_KEY', '{{secretKey}}'],
    ['YOUR_USER', '{{username}}'],
    ['YOUR_PASSWORD', '{{password}}'],
  ])
  for (const { told } of operations) {
    const example = exampleOf(member(member(told, 'responses'), successOf(told)))?.example
    for (const [name, path] of Object.entries(member(told, 'x-keep'))) {
      const kept = String(path)
        .split('.')
        .reduce<unknown>((value, part) => (isObject(value) ? value[part] : list(value)[Number(part)]), example)
      if (kept !== undefined) names.set(kept, `{{${name}}}`)
    }
  }
  const replace = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(replace)
    if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, replace(part)]))
    return names.get(value) ?? value
  }
  return replace as <T>(value: T) => T
}

function requestOf({ verb, path, told }: DocumentedCall, toVariables: <T>(value: T) => T): Json {
  const parameters = list(told.parameters).filter(isObject)
  const given = (place: string) =>
    parameters
      .filter((parameter) => parameter.in === place)
      .map((parameter) => ({
        key: String(parameter.name),
        value: text(toVariables(parameter.example ?? parameter['x-example'] ?? `{{${String(parameter.name)}}}`)),
        description: String(parameter.description ?? ''),
        ...(place === 'query' && parameter.required !== true ? { disabled: true } : {}),
      }))
  const query = given('query')
  const shown = query.filter((parameter) => !('disabled' in parameter)).map(({ key, value }) => `${key}=${value}`)
  const parts = path
    .split('/')
    .slice(1)
    .map((part) => part.replace(/^\{(\w+)\}$/, ':$1'))
  return {
    name: told.summary,
    ...testOf(told),
    request: {
      method: verb.toUpperCase(),
      header: [],
      ...(Array.isArray(told.security) && told.security.length === 0 ? { auth: { type: 'noauth' } } : {}),
      ...bodyOf(told, toVariables),
      url: {
        raw: `{{server}}/${parts.join('/')}${shown.length === 0 ? '' : `?${shown.join('&')}`}`,
        host: ['{{server}}'],
        path: parts,
        query,
        variable: given('path'),
      },
      ...(told.description === undefined ? {} : { description: told.description }),
    },
  }
}

/** A form where a file is sent, else JSON; nothing where the document has no body. */
function bodyOf(told: Json, toVariables: <T>(value: T) => T): Json {
  const content = member(member(told, 'requestBody'), 'content')
  const form = member(content, 'multipart/form-data')
  const properties = member(member(form, 'schema'), 'properties')
  if (Object.values(properties).some((property) => isObject(property) && property.format === 'binary')) {
    const example = toVariables(member(form, 'example'))
    const fields = Object.entries(properties).map(([key, property]) => {
      if (isObject(property) && property.format === 'binary') return { key, type: 'file', src: 'photo.jpg' }
      const given = example[key]
      return { key, type: 'text', value: text(given ?? ''), ...(given === undefined ? { disabled: true } : {}) }
    })
    return { body: { mode: 'formdata', formdata: fields } }
  }
  const json = content['application/json']
  if (!isObject(json)) return {}
  const raw = JSON.stringify(toVariables(json.example ?? {}), null, 2)
  return { body: { mode: 'raw', raw, options: { raw: { language: 'json' } } } }
}

/** Checks the status, and keeps what later requests need. */
function testOf(told: Json): Json {
  const kept = Object.entries(member(told, 'x-keep')).map(([name, path]) => {
    const members = String(path)
      .split('.')
      .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
    return `pm.collectionVariables.set('${name}', pm.response.json()${members.join('')})`
  })
  const exec = [`pm.test('answers ${successOf(told)}', () => pm.response.to.have.status(${successOf(told)}))`, ...kept]
  return { event: [{ listen: 'test', script: { type: 'text/javascript', exec } }] }
}

/** Keys come from the environment; what is made of them in a script lives for one request only. */
function authOf(document: Json): Json {
  const [scheme] = Object.values(member(member(document, 'components'), 'securitySchemes')).filter(isObject)
  if (scheme === undefined) return {}
  const value = (key: string, content: string) => ({ key, value: content, type: 'string' })
  if (scheme.scheme === 'basic') {
    return { auth: { type: 'basic', basic: [value('username', '{{secretKey}}'), value('password', '')] } }
  }
  const exec = list(scheme['x-prerequest'])
  return {
    auth: { type: 'bearer', bearer: [value('token', '{{token}}')] },
    event: [{ listen: 'prerequest', script: { type: 'text/javascript', exec } }],
  }
}

const tagOf = ({ told }: DocumentedCall) => String(list(told.tags)[0] ?? '')

/** The status of success, as the document names it first. */
const successOf = (told: Json) => Object.keys(member(told, 'responses')).find((status) => /^2/.test(status)) ?? '200'

const exampleOf = (response: Json): Json | undefined =>
  Object.values(member(response, 'content')).find((media): media is Json => isObject(media))

const member = (value: Json, name: string): Json => {
  const found = value[name]
  return isObject(found) ? found : {}
}
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
