/** A small client of the Scoring API over node:http. Any answer other than 200 is an error: a benchmark of failures is none. */
import { randomBytes } from 'node:crypto'
import { Agent } from 'node:http'
import type { Server } from './server.ts'
import { send } from './tasks-api.ts'

export interface ScoringApi {
  /** Score and label of these bytes; resolves to the milliseconds until the answer was complete. */
  analyze(jpeg: Buffer): Promise<number>
  sort(items: readonly { identifier: string; label: string; score: number }[]): Promise<number>
  stop(): Promise<void>
}

/** What the server under test must be started with. */
export const scoringUser = { BOOTSTRAP_USER: 'bench', BOOTSTRAP_PASSWORD: 'a password of the bench' }

export async function scoringApi({ port }: Pick<Server, 'port'>): Promise<ScoringApi> {
  const agent = new Agent({ keepAlive: true })
  const { BOOTSTRAP_USER: username, BOOTSTRAP_PASSWORD: password } = scoringUser
  const { id_token: token } = await post<{ id_token: string }>('/v2.0/authenticate', { username, password })
  const clients = [{ name: 'bench', email: 'bench@example.org' }]
  const [key] = await post<{ secret: string }[]>('/v2.0/client-key', { clients }, token)
  const secret = { 'client-key': key?.secret }

  async function post<T>(path: string, fields: object, session?: string): Promise<T> {
    const body = Buffer.from(JSON.stringify(fields))
    const headers = { 'content-type': 'application/json', 'content-length': body.length }
    const target = { agent, port, ...(session === undefined ? {} : { token: session }) }
    const answer = await send(target, { method: 'POST', path, headers, pieces: [body] })
    const text = answer.body.toString('utf8')
    if (answer.status !== 200) throw new Error(`POST ${path}: ${answer.status} ${text.slice(0, 500)}`)
    return JSON.parse(text) as T
  }
  const timed = async (work: () => Promise<unknown>) => {
    const started = performance.now()
    await work()
    return performance.now() - started
  }

  return {
    analyze(jpeg) {
      // Behind its end: other bytes, so that nobody shares a look, and the same picture.
      const image = Buffer.concat([jpeg, randomBytes(8)]).toString('base64')
      return timed(() => post('/v2.1/analyze', { ...secret, 'image-base64': image, ext: 'jpg' }, token))
    },
    sort: (data) => timed(() => post('/v2.0/sort', { ...secret, data }, token)),
    async stop() {
      agent.destroy()
    },
  }
}
