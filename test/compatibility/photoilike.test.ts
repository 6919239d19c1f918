/**
 * A client as PhotoILike's public documentation describes one; no client library of theirs is published. It knows host,
 * user, password and client-key, sends five photos at once and waits for all of them, and retries as it is told to.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Origin, startOrigin } from '../support/origin.ts'
import { photo } from '../support/pictures.ts'
import { password, type ScoringClient, scoringClient } from '../support/scoring-client.ts'
import { embedded, type TestServer } from '../support/stack.ts'

const base = '/v2.0'
const retried = (status: number) => status >= 500 || status === 408 || status === 429

/** Only what the documentation has: paths, field names, status codes. */
function createClient(host: string, username: string, secret: string, clientKey: string) {
  let token = ''
  const statuses: number[] = []

  async function post(path: string, body: object): Promise<Response> {
    const response = await fetch(`${host}${base}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...(token === '' ? {} : { Authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    })
    statuses.push(response.status)
    return response
  }

  return {
    statuses,
    async authenticate() {
      const response = await post('/authenticate', { username, password: secret })
      if (response.status !== 200) throw new Error(`authenticate: ${response.status}`)
      token = ((await response.json()) as { id_token: string }).id_token
    },
    async score(url: string, tries: number): Promise<number | undefined> {
      for (let attempt = 0; attempt < tries; attempt += 1) {
        const response = await post('/score', { 'client-key': clientKey, 'image-url': url })
        if (response.status === 200) return ((await response.json()) as { score: number }).score
        if (!retried(response.status)) throw new Error(`score: ${response.status}`)
        // Exponential backoff with jitter.
        await new Promise((resolve) => setTimeout(resolve, (0.5 + Math.random()) * 250 * 2 ** attempt))
      }
      return undefined
    },
  }
}

let origin: Origin
let urls: string[]

beforeAll(async () => {
  const pictures = await Promise.all(Array.from({ length: 10 }, (_, seed) => photo(160, 120, 'jpeg', seed + 1)))
  origin = await startOrigin(({ path }, response) => {
    const bytes = pictures[Number(path.slice(1))] ?? Buffer.alloc(0)
    response.writeHead(200, { 'content-length': bytes.length, 'content-type': 'image/jpeg' }).end(bytes)
  })
  urls = pictures.map((_, place) => `${origin.url}/${place}`)
})
afterAll(() => origin?.stop())

const settings = { LIMITS: 'on', FETCH_ALLOW: '127.0.0.1' }

async function withServer(more: Record<string, string>, run: (server: TestServer, account: ScoringClient) => unknown) {
  const server = await embedded.start({ ...settings, ...more })
  try {
    await run(server, await scoringClient(server))
  } finally {
    await server.stop()
  }
}

it('five at once, then the next five, with retries: every photo has its score', async () => {
  await withServer({}, async ({ url }, { user, key }) => {
    const client = createClient(url, user.username, password, key)
    await client.authenticate()
    const scores: (number | undefined)[] = []
    for (const five of [urls.slice(0, 5), urls.slice(5)]) {
      scores.push(...(await Promise.all(five.map((each) => client.score(each, 6)))))
    }
    expect(scores.every((score) => score !== undefined && score >= 0 && score <= 10)).toBe(true)
    expect(new Set(client.statuses.filter((status) => status !== 429))).toEqual(new Set([200]))
  })
})

it('the same without any retry, where the operator lets requests wait for their turn', async () => {
  await withServer({ SCORING_RATE_MAX_WAIT_MS: '3000' }, async ({ url }, { user, key }) => {
    const client = createClient(url, user.username, password, key)
    await client.authenticate()
    for (const five of [urls.slice(0, 5), urls.slice(5)]) {
      const scores = await Promise.all(five.map((each) => client.score(each, 1)))
      expect(scores).not.toContain(undefined)
    }
    expect(new Set(client.statuses)).toEqual(new Set([200]))
  })
})
