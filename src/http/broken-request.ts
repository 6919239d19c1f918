/** Answers for bytes that Node's parser could not read as a request: there is no path, so the body is one any client reads. */
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { requestId } from '../core/ids.ts'

const answers: Record<string, { status: number; message: string }> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    message: 'The request line and headers together are larger than 16 KiB; send less, or send it in the body.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, message: 'The headers did not arrive within 10 seconds.' },
}
const unreadable = { status: 400, message: 'This is no HTTP/1.1 request; check its line, headers and framing.' }

export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const { status, message } = answers[error.code ?? ''] ?? unreadable
  const name = STATUS_CODES[status] ?? 'Bad Request'
  const body = JSON.stringify({
    ok: false,
    name,
    message,
    code: 0,
    status,
    error: { type: 'HTTP Error', message, code: String(status) },
  })
  socket.end(
    `HTTP/1.1 ${status} ${name}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `X-Request-Id: ${requestId()}\r\nConnection: close\r\n\r\n${body}`,
  )
}
