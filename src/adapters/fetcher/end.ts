/** When the HTTP client hears that the other side has closed. */
import type { Socket } from 'node:net'

/** Between looks at whether the bytes before an end were read. */
const endMs = 5

/**
 * The client (undici 7.30) throws out of the socket's `end`, and so out of the process, when the other side closes while
 * its parser waits for a slow reader. So the end comes when what came before it was read.
 */
export function holdEnd(socket: Socket, isUnread: () => boolean): void {
  const emit = socket.emit.bind(socket)
  const end = () => {
    if (socket.destroyed) return
    if (isUnread()) setTimeout(end, endMs).unref()
    else emit('end')
  }
  socket.emit = (event: string | symbol, ...values: unknown[]): boolean => {
    if (event !== 'end') return emit(event, ...values)
    // The parser may have paused for a body that has not been handed over yet.
    setImmediate(end)
    return true
  }
}
