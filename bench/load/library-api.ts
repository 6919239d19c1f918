/** A small client of the Library API over node:http. Any answer other than 200 is an error: a benchmark of failures is none. */
import { Agent } from 'node:http'
import type { Server } from './server.ts'
import { send } from './tasks-api.ts'

export interface LibraryApi {
  /** Resolves to the fileId. The body is sent in the pieces given. */
  upload(fileName: string, pieces: readonly Buffer[]): Promise<string>
  /** The same with the pieces as the text of a field: base64, a URL … */
  uploadText(fileName: string, pieces: readonly Buffer[]): Promise<string>
  stop(): Promise<void>
}

const boundary = '----imagestead-bench-4f1c9a7e'

export function libraryApi({ port, privateKey }: Pick<Server, 'port' | 'privateKey'>): LibraryApi {
  const agent = new Agent({ keepAlive: true })
  const authorization = `Basic ${Buffer.from(`${privateKey}:`).toString('base64')}`

  async function post(pieces: readonly Buffer[]): Promise<string> {
    const headers = {
      authorization,
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': pieces.reduce((sum, piece) => sum + piece.length, 0),
    }
    const answer = await send({ agent, port }, { method: 'POST', path: '/api/v1/files/upload', headers, pieces })
    const text = answer.body.toString('utf8')
    if (answer.status !== 200) throw new Error(`upload: ${answer.status} ${text.slice(0, 500)}`)
    return (JSON.parse(text) as { fileId: string }).fileId
  }

  return {
    upload: (fileName, file) =>
      post(multipart(fileName, `; filename="${fileName}"\r\nContent-Type: application/octet-stream`, file)),
    uploadText: (fileName, text) => post(multipart(fileName, '', text)),
    async stop() {
      agent.destroy()
    },
  }
}

function multipart(fileName: string, more: string, file: readonly Buffer[]): Buffer[] {
  const field = `--${boundary}\r\nContent-Disposition: form-data; name="fileName"\r\n\r\n${fileName}\r\n`
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"${more}\r\n\r\n`
  return [Buffer.from(field + head), ...file, Buffer.from(`\r\n--${boundary}--\r\n`)]
}
