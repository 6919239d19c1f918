/** The entropy-coded bytes of a scan, ready to be read by bit position (on little-endian machines, as Node's all are). */
import { type Scan, Unsuited } from './jpeg-file.ts'

/** Zeros behind each piece: the widest read looks so many bytes beyond the last bit. */
const margin = 16

export interface Segments {
  /** The bytes as 32-bit numbers, first bit on top. */
  words: Int32Array
  /** First bit and end of each piece between restart markers. */
  starts: number[]
  ends: number[]
}

/** Takes the stuffed zero bytes out and the restart markers apart. */
export function segmentsOf(file: Buffer, { start, end }: Scan): Segments {
  const markers = []
  for (let at = start; at < end; ) {
    const next = file.indexOf(0xff, at)
    if (next === -1 || next >= end) break
    if (file[next + 1] !== 0) markers.push(next)
    at = next + 2
  }
  const bytes = Buffer.from(new ArrayBuffer((end - start + (markers.length + 2) * margin) & ~3))
  const [starts, ends]: [number[], number[]] = [[], []]
  let [from, to] = [start, 0]
  for (const [index, marker] of [...markers, end].entries()) {
    if (marker !== end && file[marker + 1] !== 0xd0 + (index % 8)) throw new Unsuited('restart markers out of order')
    starts.push(to * 8)
    to = unstuff(file, from, marker, bytes, to)
    ends.push(to * 8)
    from = marker + 2
    to += margin
  }
  bytes.swap32()
  return { words: new Int32Array(bytes.buffer), starts, ends }
}

/** The 32 bits from a position on. Beyond the end there is nothing to read: what asked for it is refused soon after. */
export function bitsAt(words: Int32Array, position: number): number {
  const at = position >>> 5
  const shift = position & 31
  return ((words[at] ?? 0) << shift) | (((words[at + 1] ?? 0) >>> 1) >>> (31 - shift))
}

function unstuff(file: Buffer, from: number, until: number, bytes: Buffer, at: number): number {
  let to = at
  for (let piece = from; piece < until; ) {
    const next = file.indexOf(0xff, piece)
    const stop = next === -1 || next >= until ? until : next + 1
    to += file.copy(bytes, to, piece, stop)
    piece = stop === until ? until : stop + 1
  }
  return to
}
