/** Reads the blocks of a GIF that may be broken: torn extensions are left out, frames kept with whatever data they have. */

export interface GifFrame {
  left: number
  top: number
  width: number
  height: number
  interlaced: boolean
  /** The local colour table, as it stands; empty: none. */
  table: Buffer
  /** The graphic control extension, whole; undefined: none. */
  control: Buffer | undefined
  /** Bits of an index. */
  size: number
  /** Coded data, sub-blocks joined. */
  data: Buffer
  /** The sub-blocks ended as they should. */
  closed: boolean
}

export interface ParsedGif {
  width: number
  height: number
  /** Screen descriptor from its packed byte on: three bytes. */
  screen: Buffer
  table: Buffer
  /** The application extension that tells the loops; undefined: none. */
  loop: Buffer | undefined
  frames: GifFrame[]
  ended: boolean
  findings: Set<string>
  end: number
}

/** Places that may begin a frame, in one search. */
const mostTried = 2000
const damagedBlock = 'A damaged block was left out.'

/** Parses from the header at `start`; undefined when not even that is whole. */
export function parseGif(bytes: Buffer, start: number, mostFrames: number): ParsedGif | undefined {
  if (start + 13 > bytes.length) return undefined
  const packed = bytes[start + 10] ?? 0
  const tableBytes = (packed & 0x80) === 0 ? 0 : 3 << ((packed & 7) + 1)
  const gif: ParsedGif = {
    width: bytes.readUInt16LE(start + 6),
    height: bytes.readUInt16LE(start + 8),
    screen: bytes.subarray(start + 10, start + 13),
    table: bytes.subarray(start + 13, start + 13 + tableBytes),
    loop: undefined,
    frames: [],
    ended: false,
    findings: new Set(),
    end: bytes.length,
  }
  if (gif.table.length < tableBytes) return undefined
  let control: Buffer | undefined
  let at = start + 13 + tableBytes
  while (at < bytes.length && gif.frames.length <= mostFrames) {
    const kind = bytes[at]
    if (kind === 0x3b) {
      gif.ended = true
      gif.end = at + 1
      break
    }
    if (kind === 0x2c && at + 11 <= bytes.length) {
      const { frame, next } = readFrame(bytes, at, control)
      if (frame !== undefined) {
        gif.frames.push(frame)
        control = undefined
        at = next
        if (!frame.closed) break
        continue
      }
    }
    if (kind === 0x21 && isExtension(bytes, at)) {
      const { next } = subBlocks(bytes, at + 2)
      const block = bytes.subarray(at, next)
      if (bytes[at + 1] === 0xf9) control = block
      else if (bytes[at + 1] === 0xff && block.includes('NETSCAPE2.0')) gif.loop = block
      at = next
      continue
    }
    gif.findings.add(damagedBlock)
    const next = nextBlock(bytes, at + 1, gif)
    if (next < 0) break
    at = next
  }
  return gif
}

function isExtension(bytes: Buffer, at: number): boolean {
  const label = bytes[at + 1] ?? 0
  if (label === 0xf9) return bytes[at + 2] === 4 && bytes[at + 7] === 0
  if (label === 0xff) return bytes[at + 2] === 11 && subBlocks(bytes, at + 2).closed
  return (label === 0xfe || label === 0x01) && subBlocks(bytes, at + 2).closed
}

function subBlocks(bytes: Buffer, from: number): { parts: Buffer[]; next: number; closed: boolean } {
  const parts: Buffer[] = []
  let at = from
  while (at < bytes.length) {
    const length = bytes[at] ?? 0
    if (length === 0) return { parts, next: at + 1, closed: true }
    parts.push(bytes.subarray(at + 1, Math.min(bytes.length, at + 1 + length)))
    at += 1 + length
  }
  return { parts, next: bytes.length, closed: false }
}

function readFrame(bytes: Buffer, at: number, control: Buffer | undefined) {
  const packed = bytes[at + 9] ?? 0
  const tableBytes = (packed & 0x80) === 0 ? 0 : 3 << ((packed & 7) + 1)
  const size = bytes[at + 10 + tableBytes] ?? 0
  const width = bytes.readUInt16LE(at + 5)
  if (size < 1 || size > 8 || width === 0) return { frame: undefined, next: at }
  const { parts, next, closed } = subBlocks(bytes, at + 11 + tableBytes)
  const frame: GifFrame = {
    left: bytes.readUInt16LE(at + 1),
    top: bytes.readUInt16LE(at + 3),
    width,
    height: bytes.readUInt16LE(at + 7),
    interlaced: (packed & 0x40) !== 0,
    table: bytes.subarray(at + 10, at + 10 + tableBytes),
    control,
    size: Math.max(2, size),
    data: Buffer.concat(parts),
    closed,
  }
  return { frame, next }
}

/** The next control extension or frame that makes sense. */
function nextBlock(bytes: Buffer, from: number, gif: ParsedGif): number {
  let tried = 0
  for (let at = from; at + 11 < bytes.length && tried < mostTried; at += 1) {
    if (bytes[at] === 0x21 && bytes[at + 1] === 0xf9 && isExtension(bytes, at)) return at
    if (bytes[at] !== 0x2c) continue
    tried += 1
    if (isFrame(bytes, at, gif)) return at
  }
  return -1
}

function isFrame(bytes: Buffer, at: number, { width, height }: ParsedGif): boolean {
  const right = bytes.readUInt16LE(at + 1) + bytes.readUInt16LE(at + 5)
  const bottom = bytes.readUInt16LE(at + 3) + bytes.readUInt16LE(at + 7)
  const packed = bytes[at + 9] ?? 0
  if (right > width || bottom > height || right === 0 || bottom === 0 || (packed & 0x18) !== 0) return false
  const { frame } = readFrame(bytes.subarray(0, at + 4096), at, undefined)
  return frame !== undefined && frame.data.length > 8
}
