/** Fetches a URL and throws the bytes away with as little work as possible, so that the server is what is measured. */
import { connect } from 'node:net'

const receiveBytes = 256 * 1024

/** Resolves to the number of bytes received, headers included. */
export function drain(port: number, path: string, token?: string): Promise<{ bytes: number; head: string }> {
  return new Promise((resolve, reject) => {
    let bytes = 0
    let head = ''
    const socket = connect({
      host: '127.0.0.1',
      port,
      onread: {
        buffer: Buffer.allocUnsafe(receiveBytes),
        callback(count: number, buffer: Uint8Array) {
          if (bytes === 0) head = headOf(buffer.subarray(0, count))
          bytes += count
          return true
        },
      },
    })
    socket.once('error', reject)
    socket.once('close', () => {
      if (/^HTTP\/1\.1 200 /.test(head)) resolve({ bytes, head })
      else reject(new Error(`GET ${path}: ${head.slice(0, 200)}`))
    })
    const authorization = token === undefined ? '' : `Authorization: Bearer ${token}\r\n`
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${authorization}Connection: close\r\n\r\n`)
  })
}

function headOf(chunk: Uint8Array): string {
  const text = Buffer.from(chunk.buffer, chunk.byteOffset, Math.min(chunk.length, 8192)).toString('latin1')
  const end = text.indexOf('\r\n\r\n')
  return end === -1 ? text : text.slice(0, end)
}
