/** Mends a GIF: sound frames are kept as they are coded, the damaged one as far as it goes, everything behind by its blocks. */
import { decodeStrictly } from '../codec.ts'
import { isAllowed, type Repaired, type RepairLimits } from '../found.ts'
import { type LzwParts, readLzw, writeLzw } from './lzw.ts'
import { type GifFrame, type ParsedGif, parseGif } from './parse.ts'

const truncated = 'The end of the file was missing.'
const damagedData = 'The compressed picture data was damaged.'

/** The picture whose header is at `start`; undefined when nothing of it can be read. */
export async function repairGif(bytes: Buffer, start: number, limits: RepairLimits): Promise<Repaired | undefined> {
  const gif = parseGif(bytes, start, limits.frames)
  if (gif === undefined) return undefined
  if (!gif.ended) gif.findings.add(truncated)
  const parts: Buffer[] = []
  let saved = 0
  let rows = 0
  let pixels = 0
  for (const [index, frame] of gif.frames.slice(0, limits.frames).entries()) {
    const mended = mendFrame(gif, frame, limits)
    if (mended === undefined) continue
    rows += mended.frame.height
    // A later frame that is not whole would show its holes over the whole one before it.
    if (index > 0 && mended.savedRows < mended.frame.height && parts.length > 0) continue
    pixels += mended.frame.width * mended.frame.height
    if (pixels > limits.framePixels) break
    saved += mended.savedRows
    parts.push(encodeFrame(mended.frame))
    gif.width = Math.max(gif.width, mended.frame.left + mended.frame.width)
    gif.height = Math.max(gif.height, mended.frame.top + mended.frame.height)
  }
  const [only] = gif.frames
  if (parts.length === 0 || only === undefined || saved === 0) return undefined
  if (parts.length === 1 && gif.frames.length === 1 && gif.findings.has(wrongSize)) {
    gif.width = only.left + only.width
    gif.height = only.top + only.height
  }
  if (!isAllowed(gif.width, gif.height, limits)) return undefined
  const head = Buffer.alloc(10)
  head.write('GIF89a', 0, 'latin1')
  head.writeUInt16LE(gif.width, 6)
  head.writeUInt16LE(gif.height, 8)
  const written = Buffer.concat([
    head,
    gif.screen,
    gif.table,
    ...(gif.loop === undefined ? [] : [gif.loop]),
    ...parts,
    Buffer.from([0x3b]),
  ])
  if ((await decodeStrictly(written, limits)) === undefined) return undefined
  if (gif.findings.size === 0) gif.findings.add(damagedData)
  return { bytes: written, format: 'gif', findings: [...gif.findings], savedRows: saved / rows }
}

/**
 * What a decoder does not complain of: an animation cut in a later frame, more data than the first frame's sides need.
 * `bytes` decodes strictly.
 */
export function isSoundGif(bytes: Buffer, limits: RepairLimits): boolean {
  const gif = parseGif(bytes, 0, limits.frames)
  const [frame] = gif?.frames ?? []
  if (gif === undefined || frame === undefined) return true
  if (!gif.ended && gif.findings.size === 0) return false
  const { width } = frame
  const read = readLzw(frame.data, frame.size, mostIndices(gif, frame, limits))
  const sides = { ...frame }
  if (read.ended && !read.torn) correctSides({ ...gif, findings: new Set() }, sides, read.length, limits)
  return sides.width === width && sides.height === frame.height
}

const mostIndices = (gif: ParsedGif, frame: GifFrame, limits: RepairLimits) =>
  Math.min(limits.pixels, Math.max(frame.width * frame.height, gif.width * gif.height) * 5 + 65_536)

const wrongSize = 'The size of the picture in its header was wrong.'

/** The frame with data that fills it; undefined when it has none. Changes its sides where the data says so. */
function mendFrame(gif: ParsedGif, frame: GifFrame, limits: RepairLimits) {
  const read = readLzw(frame.data, frame.size, mostIndices(gif, frame, limits))
  if (read.length === 0) return undefined
  if (read.ended && !read.torn) correctSides(gif, frame, read.length, limits)
  const total = frame.width * frame.height
  if (total === 0 || !isAllowed(frame.width, frame.height, limits)) return undefined
  if (read.length === total && read.ended && !read.torn && frame.closed) return { frame, savedRows: frame.height }
  gif.findings.add(frame.closed ? damagedData : truncated)
  const { indices, lost } = settle(gif, frame, read)
  const savedRows = frame.height - Math.ceil(lost / frame.width)
  return { frame: { ...frame, data: writeLzw(indices, frame.size), closed: true }, savedRows }
}

/** One wrong side of the frame: the number of indices tells. */
function correctSides(gif: ParsedGif, frame: GifFrame, count: number, limits: RepairLimits): void {
  if (count === frame.width * frame.height) return
  const candidates = [
    { width: gif.width, height: gif.height },
    { width: frame.width, height: count / frame.width },
    { width: count / frame.height, height: frame.height },
  ]
  const right = candidates.find(
    ({ width, height }) =>
      width * height === count &&
      Number.isInteger(width) &&
      Number.isInteger(height) &&
      isAllowed(width, height, limits),
  )
  if (right === undefined) return
  gif.findings.add(wrongSize)
  frame.width = right.width
  frame.height = right.height
}

/**
 * Indices for the whole frame. Too few or too many of them: damage made a string longer or shorter, and what was read
 * behind the next clear code belongs further on or back; where it fits best below the row above is where it is put.
 */
function settle(gif: ParsedGif, frame: GifFrame, read: LzwParts): { indices: Uint8Array; lost: number } {
  const total = frame.width * frame.height
  const fill = lightest(gif, frame)
  const out = new Uint8Array(total).fill(fill)
  const shift = total - read.length
  const parts = read.starts.filter((at) => at > 0 && at < read.length)
  if (!read.ended || shift === 0 || parts.length === 0 || Math.abs(shift) > total / 4) {
    out.set(read.indices.subarray(0, Math.min(total, read.length)))
    return { indices: out, lost: Math.max(0, shift) }
  }
  const tones = tonesOf(gif, frame)
  const misfit = (from: number, by: number) => {
    let sum = 0
    for (let at = from; at < Math.min(read.length, from + frame.width * 2); at += 1) {
      const above = at + by - frame.width
      // Above the split the places are those that were read.
      const source = above < from ? above : above - by
      sum += Math.abs((tones[read.indices[at] ?? 0] ?? 0) - (tones[read.indices[source] ?? 0] ?? 0))
    }
    return sum
  }
  let best = parts[0] ?? 0
  let gain = Number.NEGATIVE_INFINITY
  for (const at of parts) {
    const better = misfit(at, 0) - misfit(at, shift)
    if (better > gain) [best, gain] = [at, better]
  }
  const before = parts.findLast((at) => at < best) ?? 0
  out.set(read.indices.subarray(0, Math.min(best, best + shift)))
  out.set(read.indices.subarray(best, Math.min(read.length, total - shift)), best + shift)
  return { indices: out, lost: Math.min(total, best - before) }
}

function tonesOf(gif: ParsedGif, frame: GifFrame): number[] {
  const table = frame.table.length > 0 ? frame.table : gif.table
  return Array.from({ length: 256 }, (_, index) =>
    [0, 1, 2].reduce((sum, channel) => sum + (table[index * 3 + channel] ?? 0), 0),
  )
}

/** The transparent index, else that of the lightest colour. */
function lightest(gif: ParsedGif, frame: GifFrame): number {
  const control = frame.control
  if (control !== undefined && ((control[3] ?? 0) & 1) === 1) return control[6] ?? 0
  const tones = tonesOf(gif, frame).slice(0, 2 ** frame.size)
  return tones.indexOf(Math.max(...tones))
}

function encodeFrame(frame: GifFrame): Buffer {
  const descriptor = Buffer.alloc(10)
  descriptor[0] = 0x2c
  descriptor.writeUInt16LE(frame.left, 1)
  descriptor.writeUInt16LE(frame.top, 3)
  descriptor.writeUInt16LE(frame.width, 5)
  descriptor.writeUInt16LE(frame.height, 7)
  const bits = Math.log2(frame.table.length / 3) - 1
  descriptor[9] = (frame.interlaced ? 0x40 : 0) | (frame.table.length > 0 ? 0x80 | bits : 0)
  const blocks: Buffer[] = []
  for (let at = 0; at < frame.data.length; at += 255) {
    const block = frame.data.subarray(at, at + 255)
    blocks.push(Buffer.from([block.length]), block)
  }
  return Buffer.concat([
    ...(frame.control === undefined ? [] : [frame.control]),
    descriptor,
    frame.table,
    Buffer.from([frame.size]),
    ...blocks,
    Buffer.from([0]),
  ])
}
