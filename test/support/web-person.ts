/** A person with a browser's cookie jar for tests: signs in under /site/account and calls as the page does. */
import { password } from './scoring-client.ts'
import type { TestServer } from './stack.ts'
import type { Answer } from './tasks-client.ts'

export interface WebCall {
  json?: unknown
  body?: string
  /** Undefined leaves a header out that would be sent. */
  headers?: Record<string, string | undefined>
}

export interface WebPerson {
  /** `name=value` of the cookie kept. */
  cookie: string | undefined
  csrf: string
  /** Below `/site`; with the cookie, and the token with changes. */
  call(method: string, path: string, options?: WebCall): Promise<Answer>
  signIn(username: string, given?: string): Promise<Answer>
}

export function webPerson({ url }: Pick<TestServer, 'url'>): WebPerson {
  const person: WebPerson = {
    cookie: undefined,
    csrf: '',

    async call(method, path, { json, body, headers } = {}) {
      const given = {
        cookie: person.cookie,
        'x-csrf-token': method === 'GET' || person.csrf === '' ? undefined : person.csrf,
        'content-type': json === undefined ? undefined : 'application/json',
        ...headers,
      }
      const sent = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined)
      const text = json === undefined ? body : JSON.stringify(json)
      const response = await fetch(`${url}/site${path}`, {
        method,
        redirect: 'manual',
        headers: sent,
        ...(text === undefined ? {} : { body: text }),
      })
      const [first] = response.headers.getSetCookie()
      if (first !== undefined) person.cookie = /Max-Age=0/.test(first) ? undefined : first.split(';')[0]
      const bytes = Buffer.from(await response.arrayBuffer())
      const isJson = (response.headers.get('content-type') ?? '').includes('json')
      const answered = isJson && bytes.length > 0 ? JSON.parse(bytes.toString('utf8')) : undefined
      return { status: response.status, headers: response.headers, bytes, json: answered }
    },

    async signIn(username, given = password) {
      const answer = await person.call('POST', '/account/sign-in', { json: { username, password: given } })
      if (answer.status === 200) person.csrf = answer.json.session.csrf_token
      return answer
    },
  }
  return person
}

/** Signed in. */
export async function signedIn(server: Pick<TestServer, 'url'>, username: string): Promise<WebPerson> {
  const person = webPerson(server)
  const { status, bytes } = await person.signIn(username)
  if (status !== 200) throw new Error(`${status} ${bytes}`)
  return person
}
