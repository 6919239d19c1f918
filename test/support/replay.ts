/**
 * Replays recorded requests byte for byte. A fixture holds several, each under a line `### name`: raw HTTP/1.1 with
 * `{{placeholders}}` for what differs from run to run; `{{length}}` is the length of the body, `{{blank}}` a blank that
 * editors would cut off. Line ends become CRLF.
 */
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'

export interface Reply {
  status: number
  /** Names as they are on the wire. */
  headers: Map<string, string>
  body: Buffer
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
  json: any
}

type Values = Record<string, string | Buffer>

export function recorded(fixture: URL): Map<string, string> {
  const [, ...blocks] = readFileSync(fixture, 'utf8').split(/^### (.+)\n/m)
  const requests = new Map<string, string>()
  for (let at = 0; at < blocks.length; at += 2)
    requests.set(blocks[at] ?? '', (blocks[at + 1] ?? '').replace(/\n$/, ''))
  return requests
}

/** One client's conversation: `values` are filled in, and may be added to between requests. */
export function conversation(authority: string, fixture: URL, values: Values) {
  const requests = recorded(fixture)
  const statuses: number[] = []
  return {
    values,
    /** Of every answer so far. */
    statuses,
    async send(name: string): Promise<Reply> {
      const request = requests.get(name)
      if (request === undefined) throw new Error(`no request named ${name}`)
      const reply = await exchange(authority, bytesOf(request, { host: authority, blank: ' ', ...values }))
      statuses.push(reply.status)
      return reply
    },
  }
}

export function bytesOf(request: string, values: Values): Buffer {
  const end = request.indexOf('\n\n')
  const head = end < 0 ? request.trimEnd() : request.slice(0, end)
  const body = fill(end < 0 ? '' : request.slice(end + 2), values)
  return Buffer.concat([fill(`${head}\n\n`, { ...values, length: String(body.length) }), body])
}

function fill(text: string, values: Values): Buffer {
  const pieces = text.split(/\{\{(\w+)\}\}/)
  return Buffer.concat(
    pieces.map((piece, index) => {
      if (index % 2 === 0) return Buffer.from(piece.replaceAll('\n', '\r\n'))
      const value = values[piece]
      if (value === undefined) throw new Error(`no value for {{${piece}}}`)
      return Buffer.from(value)
    }),
  )
}

function exchange(authority: string, bytes: Buffer): Promise<Reply> {
  const [host = '', port = ''] = authority.split(':')
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), host)
    let received = Buffer.alloc(0)
    socket.setTimeout(30_000, () => socket.destroy(new Error('no answer within 30 s')))
    socket.on('data', (piece) => {
      received = Buffer.concat([received, piece])
      const reply = whole(received)
      if (reply === undefined) return
      socket.destroy()
      resolve(reply)
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error(`the answer ended early: ${received.subarray(0, 200)}`)))
    socket.write(bytes)
  })
}

/** The answer, once its Content-Length has arrived: old clients rely on it, so an answer without one is a failure. */
function whole(received: Buffer): Reply | undefined {
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [line = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n')
  const headers = new Map(lines.map((text) => [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 2)]))
  const find = (name: string) => [...headers].find(([key]) => key.toLowerCase() === name)?.[1]
  const length = Number(find('content-length') ?? Number.NaN)
  if (Number.isNaN(length)) throw new Error(`an answer without Content-Length: ${line}`)
  const body = received.subarray(end + 4, end + 4 + length)
  if (body.length < length) return undefined
  const isJson = /json/.test(find('content-type') ?? '')
  return { status: Number(line.split(' ')[1]), headers, body, json: isJson ? JSON.parse(body.toString()) : undefined }
}
