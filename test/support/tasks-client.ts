/** A plain client of the Tasks API for tests: every call answers status, headers and parsed body. */
import { SignJWT } from 'jose'
import { publicKey, secretKey, type TestServer } from './stack.ts'

export interface Answer {
  status: number
  headers: Headers
  bytes: Buffer
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
  json: any
}

export async function signToken(claims: Record<string, unknown> = {}, secret = secretKey): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({ iat: now, exp: now + 3600, jti: publicKey, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(secret))
}

export class TasksClient {
  readonly server: Pick<TestServer, 'url'>
  readonly token: string

  constructor(server: Pick<TestServer, 'url'>, token: string) {
    this.server = server
    this.token = token
  }

  static async of(server: Pick<TestServer, 'url'>, pair = { publicKey, secretKey }): Promise<TasksClient> {
    return new TasksClient(server, await signToken({ jti: pair.publicKey }, pair.secretKey))
  }

  async call(
    method: string,
    path: string,
    options: {
      json?: unknown
      form?: Record<string, string>
      body?: RequestInit['body']
      headers?: Record<string, string>
    } = {},
  ): Promise<Answer> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.token}`, ...options.headers }
    let { body } = options
    if (options.json !== undefined) {
      headers['content-type'] = 'application/json'
      body = JSON.stringify(options.json)
    } else if (options.form !== undefined) {
      body = new URLSearchParams(options.form)
    }
    const response = await fetch(`${this.server.url}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
    })
    const bytes = Buffer.from(await response.arrayBuffer())
    const type = response.headers.get('content-type') ?? ''
    return {
      status: response.status,
      headers: response.headers,
      bytes,
      json: type.includes('json') && bytes.length > 0 ? JSON.parse(bytes.toString()) : undefined,
    }
  }

  async start(tool: string): Promise<string> {
    return (await this.call('GET', `/v1/start/${tool}`)).json.task
  }

  upload(task: string, bytes: Uint8Array, filename: string, fields: Record<string, string> = {}): Promise<Answer> {
    const form = new FormData()
    form.set('task', task)
    for (const [name, value] of Object.entries(fields)) form.set(name, value)
    form.set('file', new Blob([bytes as Uint8Array<ArrayBuffer>]), filename)
    return this.call('POST', '/v1/upload', { body: form })
  }

  process(task: string, tool: string, files: unknown[], params: Record<string, unknown> = {}): Promise<Answer> {
    return this.call('POST', '/v1/process', { json: { task, tool, files, ...params } })
  }

  download(task: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.call('GET', `/v1/download/${task}`, { headers })
  }

  /** start -> upload -> process for one file; answers the process answer and the task. */
  async run(
    tool: string,
    bytes: Uint8Array,
    filename: string,
    params: Record<string, unknown> = {},
    file: Record<string, unknown> = {},
  ) {
    const task = await this.start(tool)
    const uploaded = await this.upload(task, bytes, filename)
    const name: string = uploaded.json.server_filename
    const processed = await this.process(task, tool, [{ server_filename: name, filename, ...file }], params)
    return { task, uploaded, processed, name }
  }
}
