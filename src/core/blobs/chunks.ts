/**
 * Large chunks that are used again: V8 collects the whole heap for every 32 MB of new buffers, which costs more than
 * reading and sending the bytes. A chunk nobody gives back is garbage like any other, so giving back is never a duty;
 * it is allowed only to who is the last to look at it.
 */

export const chunkBytes = 1024 * 1024

/** Together a few megabytes, and only for a while: an idle server keeps none. */
const mostKept = 8
const keptMs = 5_000

const free: Buffer[] = []
/** What is out, by the very buffer that was given out. */
const lent = new WeakMap<Uint8Array, Buffer>()
let lastUse = 0
let sweep: NodeJS.Timeout | undefined

/** @param length at most `chunkBytes`; the bytes are whatever was there before */
export function takeChunk(length: number): Buffer {
  const whole = free.pop() ?? Buffer.allocUnsafeSlow(chunkBytes)
  const chunk = length === chunkBytes ? whole : whole.subarray(0, length)
  lent.set(chunk, whole)
  return chunk
}

/** The bytes may change from now on. What is no chunk of ours, or a part of one, is let be. */
export function giveChunkBack(chunk: Uint8Array): void {
  const whole = lent.get(chunk)
  if (whole === undefined) return
  lent.delete(chunk)
  if (free.length < mostKept) free.push(whole)
  lastUse = performance.now()
  sweep ??= setInterval(forget, keptMs).unref()
}

function forget(): void {
  if (performance.now() - lastUse < keptMs) return
  free.length = 0
  clearInterval(sweep)
  sweep = undefined
}
