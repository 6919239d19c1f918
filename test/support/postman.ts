/**
 * A small runner of Postman collections, as far as ours go: variables, a script before every request, a test after it,
 * basic and bearer authorisation, JSON bodies and forms with a file.
 */
import { createHmac } from 'node:crypto'
import { createContext, runInContext } from 'node:vm'

interface Pair {
  key: string
  value: string
  disabled?: boolean
  type?: string
}
interface Script {
  listen: string
  script: { exec: string[] }
}
interface Item {
  name: string
  event?: Script[]
  request: {
    method: string
    auth?: { type: string }
    body?: { mode: string; raw?: string; formdata?: Pair[] }
    url: { raw: string; query: Pair[]; variable: Pair[] }
  }
}
interface Collection {
  auth: { type: string; basic?: Pair[]; bearer?: Pair[] }
  event?: Script[]
  item: { name: string; item: Item[] }[]
}

export interface Ran {
  name: string
  status: number
  bytes: Buffer
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
  json: any
}

export function postmanRunner(collection: unknown, environment: unknown, file: Buffer) {
  const { auth, event = [], item } = collection as Collection
  const { values } = environment as { values: Pair[] }
  const items = item.flatMap((folder) => folder.item)
  const given = new Map(values.map(({ key, value }) => [key, value]))
  const kept = new Map<string, string>()
  const local = new Map<string, string>()

  const fill = (text: string) =>
    text.replaceAll(/\{\{(\w+)\}\}/g, (_all, name: string) => {
      const value = local.get(name) ?? kept.get(name) ?? given.get(name)
      if (value === undefined) throw new Error(`nothing has set {{${name}}}`)
      return value
    })

  function runScripts(scripts: readonly Script[], listen: string, answer?: Ran) {
    const status = (expected: number) => {
      if (answer?.status !== expected) throw new Error(`${answer?.name}: ${answer?.status} ${answer?.bytes}`)
    }
    const pm = {
      environment: { get: (name: string) => given.get(name) },
      variables: { set: (name: string, value: string) => local.set(name, value) },
      collectionVariables: { set: (name: string, value: string) => kept.set(name, value) },
      response: { json: () => answer?.json, to: { have: { status } } },
      test: (_name: string, check: () => void) => check(),
    }
    const context = createContext({ pm, Date, JSON, require: () => cryptoJs })
    for (const { listen: when, script } of scripts) if (when === listen) runInContext(script.exec.join('\n'), context)
  }

  function addressOf({ url }: Item['request']): string {
    const path = url.variable.reduce(
      (left, { key, value }) => left.replace(`:${key}`, encodeURIComponent(fill(value))),
      (url.raw.split('?')[0] ?? '').replace('{{server}}', given.get('server') ?? ''),
    )
    const query = url.query
      .filter(({ disabled }) => !disabled)
      .map(({ key, value }): [string, string] => [key, fill(value)])
    return query.length === 0 ? path : `${path}?${new URLSearchParams(query)}`
  }

  function bodyOf({ body }: Item['request']): { body?: RequestInit['body']; headers: Record<string, string> } {
    if (body?.mode === 'raw') return { body: fill(body.raw ?? ''), headers: { 'content-type': 'application/json' } }
    if (body?.mode !== 'formdata') return { headers: {} }
    const form = new FormData()
    for (const { key, value, type, disabled } of body.formdata ?? []) {
      if (disabled) continue
      if (type === 'file') form.set(key, new Blob([new Uint8Array(file)]), 'photo.jpg')
      else form.set(key, fill(value))
    }
    return { body: form, headers: {} }
  }

  function authorization(request: Item['request']): Record<string, string> {
    if (request.auth?.type === 'noauth') return {}
    if (auth.type === 'bearer') return { authorization: `Bearer ${fill(auth.bearer?.[0]?.value ?? '')}` }
    const [user, password] = (auth.basic ?? []).map(({ value }) => fill(value))
    return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
  }

  return {
    names: items.map(({ name }) => name),
    /** Sends one request by its name. @throws what its test throws */
    async run(name: string): Promise<Ran> {
      const found = items.find((candidate) => candidate.name === name)
      if (found === undefined) throw new Error(`no request named ${name}`)
      runScripts(event, 'prerequest')
      const { body, headers } = bodyOf(found.request)
      const response = await fetch(addressOf(found.request), {
        method: found.request.method,
        headers: { ...headers, ...authorization(found.request) },
        ...(body === undefined ? {} : { body }),
      })
      const bytes = Buffer.from(await response.arrayBuffer())
      const isJson = (response.headers.get('content-type') ?? '').includes('json')
      const json = isJson && bytes.length > 0 ? JSON.parse(bytes.toString()) : undefined
      const answer = { name, status: response.status, bytes, json }
      runScripts(found.event ?? [], 'test', answer)
      return answer
    },
  }
}

/** What Postman's scripts get by `require('crypto-js')`, as far as ours use it. */
const cryptoJs = {
  enc: {
    Utf8: { parse: (text: string) => Buffer.from(text) },
    Base64: { stringify: (words: Buffer) => words.toString('base64') },
  },
  HmacSHA256: (text: string, secret: string) => createHmac('sha256', secret).update(text).digest(),
}
