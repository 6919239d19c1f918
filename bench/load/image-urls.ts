/** A client of image URLs, ours or a peer's: many connections kept open, each answer read to its end. */
import { Agent, get, type IncomingMessage } from 'node:http'
import type { Server } from './server.ts'

export interface Answer {
  bytes: number
  body: Buffer
  ms: number
}

export interface ImageUrls {
  /** Any answer other than 200 is an error. */
  get(path: string, headers?: Record<string, string>): Promise<Answer>
  stop(): Promise<void>
}

export function imageUrls(port: number, connections: number): ImageUrls {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  return {
    async get(path, headers = {}) {
      const started = performance.now()
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        get({ host: '127.0.0.1', port, path, headers, agent }, resolve).once('error', reject)
      })
      const pieces: Buffer[] = []
      for await (const piece of response) pieces.push(piece)
      const body = Buffer.concat(pieces)
      if (response.statusCode !== 200)
        throw new Error(`GET ${path}: ${response.statusCode} ${body.toString().slice(0, 300)}`)
      return { bytes: body.length, body, ms: performance.now() - started }
    },
    async stop() {
      agent.destroy()
    },
  }
}

/** Puts a file into the library under exactly this name. */
export async function putFile({ port, privateKey }: Pick<Server, 'port' | 'privateKey'>, name: string, bytes: Buffer) {
  const form = new FormData()
  form.set('fileName', name)
  form.set('useUniqueFileName', 'false')
  form.set('file', new Blob([new Uint8Array(bytes)]), name)
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/files/upload`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${privateKey}:`).toString('base64')}` },
    body: form,
  })
  if (answer.status !== 200) throw new Error(`upload of ${name}: ${answer.status} ${await answer.text()}`)
}

/** Numbers of /metrics by the beginning of their line. */
export async function metric(port: number, line: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const values = text.split('\n').filter((each) => each.startsWith(line))
  return values.reduce((sum, each) => sum + Number(each.split(' ').at(-1)), 0)
}
