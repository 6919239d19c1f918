/** Requests that fetch cannot make: raw bytes, bodies on GET, and the forms of PHP and .NET clients to the letter. */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'

export interface WireAnswer {
  status: number
  headers: IncomingHttpHeaders
  /** Header lines as sent, with their letter case. */
  rawHeaders: string[]
  bytes: Buffer
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
  json: any
}

/** Any method with any body and exact headers. */
export function send(
  url: string,
  method: string,
  headers: Record<string, string> = {},
  body: string | Buffer = '',
): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    const length = Buffer.byteLength(body)
    const request = httpRequest(url, {
      method,
      headers: length === 0 ? headers : { ...headers, 'content-length': length },
      agent: false,
    })
    request.on('error', reject)
    request.on('response', (response) => {
      buffer(response).then((bytes) => {
        const json = /json/.test(response.headers['content-type'] ?? '') ? JSON.parse(bytes.toString()) : undefined
        const { statusCode = 0, headers: received, rawHeaders } = response
        resolve({ status: statusCode, headers: received, rawHeaders, bytes, json })
      }, reject)
    })
    request.end(body)
  })
}

/** Writes bytes to the port and returns all that comes back until the server closes, or for `ms`. */
export function rawBytes(authority: string, bytes: string | Buffer, ms = 5000): Promise<string> {
  return new Promise((resolve) => {
    const [host = '', port = ''] = authority.split(':')
    const socket = connect(Number(port), host)
    const chunks: Buffer[] = []
    const finish = () => {
      clearTimeout(timer)
      socket.destroy()
      resolve(Buffer.concat(chunks).toString('latin1'))
    }
    const timer = setTimeout(finish, ms)
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', finish).on('close', finish)
    socket.write(bytes)
  })
}

export interface Part {
  /** Header lines as they are sent. */
  headers: string[]
  body: string | Buffer
}

const boundary = '----1f8a0c3e7b5d'

export function multipart(parts: readonly Part[]): { headers: Record<string, string>; body: Buffer } {
  const pieces = parts.flatMap(({ headers, body }) => [
    Buffer.from(`--${boundary}\r\n${headers.join('\r\n')}\r\n\r\n`),
    Buffer.from(body),
    Buffer.from('\r\n'),
  ])
  return {
    headers: { 'content-type': `multipart/form-data; boundary="${boundary}"` },
    body: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
  }
}

/** Fields as .NET's HttpClient sends them in an upload: names without quotes, each with its own Content-Type. */
export function dotnetField(name: string, value: string): Part {
  return {
    headers: ['Content-Type: text/plain; charset=utf-8', `Content-Disposition: form-data; name=${name}`],
    body: value,
  }
}

/** A file as .NET sends it: unquoted names, `filename` and `filename*`, no Content-Type. */
export function dotnetFile(name: string, filename: string, body: Buffer): Part {
  const star = `filename*=utf-8''${encodeURIComponent(filename)}`
  return { headers: [`Content-Disposition: form-data; name=${name}; filename=${filename}; ${star}`], body }
}

/** Fields of the process request: .NET quotes these names, and some end in blanks. */
export function quotedField(name: string, value: string): Part {
  return { headers: [`Content-Disposition: form-data; name="${name}"`], body: value }
}

/** PHP's http_build_query: nested names in brackets, null left out, booleans as 1 and 0. */
export function phpQuery(value: unknown, prefix = ''): string {
  const pairs: string[] = []
  for (const [key, item] of Object.entries(value as object)) {
    const name = prefix === '' ? key : `${prefix}[${key}]`
    if (item === null || item === undefined) continue
    if (typeof item === 'object') pairs.push(phpQuery(item, name))
    else
      pairs.push(
        `${encodeURIComponent(name)}=${encodeURIComponent(typeof item === 'boolean' ? (item ? '1' : '0') : String(item))}`,
      )
  }
  return pairs.filter((pair) => pair !== '').join('&')
}
