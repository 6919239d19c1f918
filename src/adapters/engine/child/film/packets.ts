/**
 * A segment of a film as a file: what every frame became in the film's codec, one packet each, and what a decoder must know
 * beforehand. No player reads it; containers are written of all of them together (join.ts).
 */
import { type FileHandle, open } from 'node:fs/promises'

const magic = Buffer.from('IFS1')

export interface Packet {
  bytes: Buffer
  /** A player may start here. */
  key: boolean
}

export interface PacketWriter {
  /** What a decoder must know; before the first packet, once. */
  begin(config: Buffer): Promise<void>
  add(packet: Packet): Promise<void>
  readonly packets: number
  close(): Promise<void>
}

/** Four bytes of size, whose highest bit says that it is a key frame, then the bytes. */
export async function writePackets(path: string): Promise<PacketWriter> {
  const file = await open(path, 'w')
  let begun = false
  let packets = 0
  return {
    get packets() {
      return packets
    },
    async begin(config) {
      if (begun) return
      begun = true
      await file.write(Buffer.concat([magic, sizeOf(config.length), config]))
    },
    async add({ bytes, key }) {
      packets += 1
      await file.write(Buffer.concat([sizeOf(bytes.length, key), bytes]))
    },
    close: () => file.close(),
  }
}

export interface Segment {
  config: Buffer
  /** Without their bytes. */
  packets: { offset: number; size: number; key: boolean }[]
}

/** What is in a segment, without its pictures. */
export async function readSegment(file: FileHandle): Promise<Segment> {
  const { size: end } = await file.stat()
  const head = await take(file, 0, 8)
  if (!head.subarray(0, 4).equals(magic)) throw new Error('a segment of a film is damaged')
  const config = await take(file, 8, head.readUInt32BE(4))
  const packets: Segment['packets'] = []
  for (let at = 8 + config.length; at < end; ) {
    const word = (await take(file, at, 4)).readUInt32BE(0)
    const size = word & 0x7fffffff
    packets.push({ offset: at + 4, size, key: word >>> 31 === 1 })
    at += 4 + size
    if (at > end) throw new Error('a segment of a film is cut off')
  }
  return { config, packets }
}

export async function take(file: FileHandle, from: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, from)
  if (bytesRead !== length) throw new Error('a segment of a film is cut off')
  return buffer
}

function sizeOf(size: number, key = false): Buffer {
  const word = Buffer.alloc(4)
  word.writeUInt32BE((size | (key ? 0x80000000 : 0)) >>> 0)
  return word
}
