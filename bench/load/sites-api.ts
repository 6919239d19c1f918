/** A small client of the Sites API over node:http. Any answer other than the one expected is an error. */
import { Agent } from 'node:http'
import type { Server } from './server.ts'
import { send } from './tasks-api.ts'

export interface SitesApi {
  /** Id of a new installation. */
  addInstallation(): Promise<string>
  /** Sends one photo as it is; it must be new. */
  addPhoto(installation: string, pieces: readonly Buffer[]): Promise<void>
  stop(): Promise<void>
}

/** Set as IMAGESTEAD_BOOTSTRAP_SITE_KEY. */
export const siteKey = 'bench-site-key-0123456789abcdef0123456789abcdef'

export function sitesApi({ port }: Pick<Server, 'port'>): SitesApi {
  const agent = new Agent({ keepAlive: true })
  const authorization = `apiKey ${siteKey}`

  async function post(path: string, type: string, pieces: readonly Buffer[]): Promise<Record<string, unknown>> {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
    const headers = { authorization, 'content-type': type, 'content-length': length }
    const answer = await send({ agent, port }, { method: 'POST', path: `/site${path}`, headers, pieces })
    const text = answer.body.toString('utf8')
    if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${text.slice(0, 500)}`)
    return JSON.parse(text)
  }

  return {
    async addInstallation() {
      const body = Buffer.from(JSON.stringify({ name: 'bench', timezone: 'Europe/Berlin' }))
      const { installation } = await post('/v1/installations', 'application/json', [body])
      return (installation as { id: string }).id
    },
    async addPhoto(installation, pieces) {
      await post(`/v1/installations/${installation}/photos`, 'image/jpeg', pieces)
    },
    async stop() {
      agent.destroy()
    },
  }
}
