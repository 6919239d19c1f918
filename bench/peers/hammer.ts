/**
 * The load of G5 in a process of its own: the same request over some connections, as fast as answers come. Answers are
 * counted by their length, which is the same for all: parsing them would cost more than making them.
 */
import { connect, type Socket } from 'node:net'

export interface HammerQuestion {
  port: number
  /** The whole request, headers and all. */
  request: string
  connections: number
  count: number
  /** The status that all must have. */
  status: number
}

export interface HammerReply {
  wallMs: number
  answerBytes: number
}

process.on('message', (question: HammerQuestion) => {
  void hammer(question).then((reply) => process.send?.(reply))
})
process.send?.('ready')

async function hammer({ port, request, connections, count, status }: HammerQuestion): Promise<HammerReply> {
  const bytes = Buffer.from(request)
  const answerBytes = await lengthOfAnswer(port, bytes, status)
  const each = Math.ceil(count / connections)
  const started = performance.now()
  await Promise.all(Array.from({ length: connections }, () => repeat(port, bytes, answerBytes, each)))
  return { wallMs: performance.now() - started, answerBytes }
}

/** One connection: the next request when the last answer is complete. */
function repeat(port: number, request: Buffer, answerBytes: number, times: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = times
    let missing = answerBytes
    const socket: Socket = connect({
      host: '127.0.0.1',
      port,
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafe(256 * 1024),
        callback(received) {
          missing -= received
          if (missing > 0) return true
          if (missing < 0) socket.destroy(new Error('an answer is longer than the first one'))
          else if (--left === 0) socket.end(resolve)
          else {
            missing = answerBytes
            socket.write(request)
          }
          return true
        },
      },
    })
    socket.once('error', reject)
    socket.write(request)
  })
}

function lengthOfAnswer(port: number, request: Buffer, status: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port })
    let seen = Buffer.alloc(0)
    socket.once('error', reject)
    socket.write(request)
    socket.on('data', (piece) => {
      seen = Buffer.concat([seen, piece])
      const head = seen.indexOf('\r\n\r\n')
      if (head === -1) return
      const text = seen.subarray(0, head).toString('latin1')
      if (!text.startsWith(`HTTP/1.1 ${status} `)) return socket.destroy(new Error(text.slice(0, 200)))
      const length = head + 4 + (status === 304 ? 0 : Number(/content-length: (\d+)/i.exec(text)?.[1]))
      if (seen.length < length) return
      socket.end()
      resolve(length)
    })
  })
}
