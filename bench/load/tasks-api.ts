/** A small client of the Tasks API over node:http. Any answer other than 200 is an error: a benchmark of failures is none. */
import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import type { Server } from './server.ts'

export interface TasksApi {
  start(tool: string): Promise<string>
  /** Resolves to the server_filename. The body is sent in the pieces given. */
  upload(task: string, filename: string, pieces: readonly Buffer[]): Promise<string>
  process(task: string, tool: string, files: readonly InputFile[], params?: Record<string, unknown>): Promise<Processed>
  /** A connected task that begins with the outputs of a processed one. */
  next(task: string, tool: string): Promise<{ task: string; files: InputFile[] }>
  /** The whole answer; `onHead` tells when its headers came. */
  download(task: string, headers?: Record<string, string>, onHead?: () => void): Promise<Answer>
  remove(task: string): Promise<void>
  stop(): Promise<void>
}

export interface InputFile {
  server_filename: string
  filename: string
  rotate?: number
}

export interface Processed {
  output_filesize: number
  output_filenumber: number
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

interface Call {
  method: string
  path: string
  headers?: Record<string, string | number>
  pieces?: readonly Buffer[]
  onHead?: (() => void) | undefined
}

const boundary = '----imagestead-bench-4f1c9a7e'

export function tasksApi({ port, token }: Pick<Server, 'port' | 'token'>): TasksApi {
  const agent = new Agent({ keepAlive: true })

  async function call(what: Call): Promise<Answer> {
    const answer = await send({ agent, port, token }, what)
    if (answer.status === 200 || answer.status === 206) return answer
    throw new Error(`${what.method} ${what.path}: ${answer.status} ${answer.body.toString('utf8', 0, 500)}`)
  }
  const json = async <T>(what: Call) => JSON.parse((await call(what)).body.toString()) as T

  function post<T>(path: string, fields: object): Promise<T> {
    const body = Buffer.from(JSON.stringify(fields))
    const headers = { 'content-type': 'application/json', 'content-length': body.length }
    return json({ method: 'POST', path, headers, pieces: [body] })
  }

  return {
    async start(tool) {
      return (await json<{ task: string }>({ method: 'GET', path: `/v1/start/${tool}` })).task
    },
    async upload(task, filename, file) {
      const pieces = multipart(task, filename, file)
      const headers = {
        'content-type': `multipart/form-data; boundary=${boundary}`,
        'content-length': pieces.reduce((sum, piece) => sum + piece.length, 0),
      }
      const answer = await json<{ server_filename: string }>({ method: 'POST', path: '/v1/upload', headers, pieces })
      return answer.server_filename
    },
    process: (task, tool, files, params = {}) => post('/v1/process', { task, tool, files, ...params }),
    async next(parent, tool) {
      const { task, files } = await post<{ task: string; files: Record<string, string> }>('/v1/task/next', {
        task: parent,
        tool,
      })
      return { task, files: Object.entries(files).map(([name, filename]) => ({ server_filename: name, filename })) }
    },
    download: (task, headers = {}, onHead) => call({ method: 'GET', path: `/v1/download/${task}`, headers, onHead }),
    async remove(task) {
      await call({ method: 'DELETE', path: `/v1/task/${task}` })
    },
    async stop() {
      agent.destroy()
    },
  }
}

function multipart(task: string, filename: string, file: readonly Buffer[]): Buffer[] {
  const field = `--${boundary}\r\nContent-Disposition: form-data; name="task"\r\n\r\n${task}\r\n`
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${filename}"\r\nContent-Type: application/octet-stream\r\n\r\n`
  return [Buffer.from(field + head), ...file, Buffer.from(`\r\n--${boundary}--\r\n`)]
}

/** Sends a request whose body is written piece by piece as fast as the socket takes it. */
export function send(
  target: { agent: Agent; port: number; token?: string },
  { method, path, headers = {}, pieces = [], onHead }: Call,
): Promise<Answer> {
  const { agent, port, token } = target
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: '127.0.0.1',
      port,
      agent,
      method,
      path,
      headers: { ...authorization, ...headers },
    })
    outgoing.once('error', reject)
    outgoing.once('response', (response) => {
      onHead?.()
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', reject)
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) })
      })
    })
    writeAll(outgoing, pieces, 0)
  })
}

function writeAll(target: NodeJS.WritableStream, pieces: readonly Buffer[], from: number): void {
  for (let index = from; index < pieces.length; index += 1) {
    if (target.write(pieces[index] ?? Buffer.alloc(0)) || index === pieces.length - 1) continue
    target.once('drain', () => writeAll(target, pieces, index + 1))
    return
  }
  target.end()
}
