/**
 * A plain client of the Library API for tests: every call answers status, headers and parsed body. Answers that are not as
 * the OpenAPI document says are errors.
 */
import { unlikeDocument } from './documented.ts'
import { secretKey, type TestServer } from './stack.ts'
import type { Answer } from './tasks-client.ts'

export interface UploadFields {
  file: Buffer | string
  fileName: string
  [field: string]: Buffer | string
}

export interface LibraryClient {
  call(
    method: string,
    path: string,
    options?: { json?: unknown; body?: RequestInit['body']; headers?: Record<string, string> },
  ): Promise<Answer>
  /** `POST /api/v1/files/upload`; a Buffer goes as a file part, a text as a field. */
  upload(fields: UploadFields, headers?: Record<string, string>): Promise<Answer>
}

export function libraryClient({ url }: Pick<TestServer, 'url'>, privateKey = secretKey): LibraryClient {
  const authorization = `Basic ${Buffer.from(`${privateKey}:`).toString('base64')}`

  const call: LibraryClient['call'] = async (method, path, { json, body, headers } = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization, ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(json === undefined ? (body === undefined ? {} : { body }) : { body: JSON.stringify(json) }),
      redirect: 'manual',
    })
    const bytes = Buffer.from(await response.arrayBuffer())
    const isJson = (response.headers.get('content-type') ?? '').includes('json')
    const answered = isJson && bytes.length > 0 ? JSON.parse(bytes.toString('utf8')) : undefined
    const fault = unlikeDocument(method, path, response.status, answered)
    if (fault !== undefined) throw new Error(`${method} ${path} is not as documented: ${fault}`)
    return { status: response.status, headers: response.headers, bytes, json: answered }
  }

  return {
    call,
    upload(fields, headers) {
      const form = new FormData()
      for (const [name, value] of Object.entries(fields)) {
        if (typeof value === 'string') form.set(name, value)
        else form.set(name, new Blob([new Uint8Array(value)]), fields.fileName)
      }
      return call('POST', '/api/v1/files/upload', { body: form, ...(headers === undefined ? {} : { headers }) })
    },
  }
}
