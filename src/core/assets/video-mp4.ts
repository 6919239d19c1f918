/** MP4 and QuickTime: boxes in boxes. The one called `moov` says all; it may stand behind the pictures. */
import type { ContainerFacts, ReadAt } from './video-facts.ts'

const mostBoxes = 256
/** Of `moov`: the tables of a long video come after what is of interest here, track by track. */
const mostBytes = 8 * 1024 * 1024

interface Box {
  type: string
  body: Buffer
}

export async function mp4Facts(size: number, read: ReadAt): Promise<ContainerFacts> {
  const facts: ContainerFacts = { width: null, height: null, duration: null, videoCodec: null, audioCodec: null }
  const movie = await findMovie(size, read)
  for (const { type, body } of boxesIn(movie)) {
    if (type === 'mvhd') facts.duration = durationOf(body)
    if (type === 'trak') addTrack(facts, body)
  }
  return facts
}

/** The body of `moov`; empty when there is none. */
async function findMovie(size: number, read: ReadAt): Promise<Buffer> {
  for (let at = 0, seen = 0; at + 8 <= size && seen < mostBoxes; seen++) {
    const head = await read(at, 16)
    if (head.length < 8) break
    const { header, length } = extentOf(head, size - at)
    if (length < header) break
    if (head.toString('latin1', 4, 8) === 'moov') return await read(at + header, Math.min(length - header, mostBytes))
    at += length
  }
  return Buffer.alloc(0)
}

/** A size of 1 says that the true one follows in 64 bits; 0, that the box goes on to the end. */
function extentOf(head: Buffer, left: number): { header: number; length: number } {
  const size = head.readUInt32BE(0)
  if (size === 0) return { header: 8, length: left }
  if (size !== 1) return { header: 8, length: size }
  return { header: 16, length: head.length < 16 ? 0 : Number(head.readBigUInt64BE(8)) }
}

function boxesIn(bytes: Buffer): Box[] {
  const boxes: Box[] = []
  for (let at = 0; at + 8 <= bytes.length && boxes.length < mostBoxes; ) {
    const { header, length } = extentOf(bytes.subarray(at, at + 16), bytes.length - at)
    if (length < header) break
    boxes.push({ type: bytes.toString('latin1', at + 4, at + 8), body: bytes.subarray(at + header, at + length) })
    at += length
  }
  return boxes
}

const inside = (bytes: Buffer, type: string) => boxesIn(bytes).find((box) => box.type === type)?.body ?? Buffer.alloc(0)

/** Seconds; null when it is unknown, as while a recording is streamed. */
function durationOf(header: Buffer): number | null {
  const wide = header[0] === 1
  if (header.length < (wide ? 32 : 20)) return null
  const scale = header.readUInt32BE(wide ? 20 : 12)
  const units = wide ? Number(header.readBigUInt64BE(24)) : header.readUInt32BE(16)
  return scale === 0 || units === 0 || units === 0xffff_ffff ? null : units / scale
}

/** The first track of each kind counts. */
function addTrack(facts: ContainerFacts, track: Buffer): void {
  const media = inside(track, 'mdia')
  const kind = inside(media, 'hdlr').toString('latin1', 8, 12)
  const codec = inside(inside(inside(media, 'minf'), 'stbl'), 'stsd').toString('latin1', 12, 16) || null
  if (kind === 'soun') facts.audioCodec ??= codec
  if (kind !== 'vide' || facts.videoCodec !== null) return
  facts.videoCodec = codec
  const header = inside(track, 'tkhd')
  const matrix = header[0] === 1 ? 52 : 40
  if (header.length < matrix + 44) return
  const [width, height] = [header.readUInt32BE(matrix + 36) / 0x10000, header.readUInt32BE(matrix + 40) / 0x10000]
  // A quarter turn has nothing on the diagonal.
  const turned = header.readInt32BE(matrix) === 0 && header.readInt32BE(matrix + 4) !== 0
  facts.width = turned ? height : width
  facts.height = turned ? width : height
}
