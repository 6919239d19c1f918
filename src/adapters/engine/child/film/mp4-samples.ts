/** Reads the frames out of an MP4 of one video track that an encoder of ours wrote; of no other. */
import type { Packet } from './packets.ts'

export interface Samples {
  /** The decoder's record, avcC. */
  config: Buffer
  samples: Packet[]
}

const containers = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl'])

export function readSamples(file: Buffer): Samples {
  const boxes = new Map<string, Buffer>()
  collect(file, boxes)
  const box = (name: string) => {
    const found = boxes.get(name)
    if (found === undefined) throw new Error(`the encoder's MP4 has no ${name}`)
    return found
  }
  const config = configOf(box('stsd'))
  const sizes = sizesOf(box('stsz'))
  const keys = keysOf(boxes.get('stss'))
  const samples: Packet[] = []
  for (const { offset, count } of chunksOf(box('stco'), box('stsc'), sizes.length)) {
    let at = offset
    for (let of = 0; of < count; of++) {
      const size = sizes[samples.length] ?? 0
      samples.push({ bytes: file.subarray(at, at + size), key: keys?.has(samples.length + 1) ?? true })
      at += size
    }
  }
  if (samples.some(({ bytes }) => bytes.length === 0)) throw new Error("the encoder's MP4 is cut off")
  return { config, samples: samples.map(({ bytes, key }) => ({ bytes, key: key && isPictureKey(bytes) })) }
}

/** The first unit of a sample says what it is: encoders that name no key frames have them all the same. */
function isPictureKey(sample: Buffer): boolean {
  for (let at = 0; at + 4 < sample.length; at += 4 + sample.readUInt32BE(at)) {
    const type = (sample[at + 4] ?? 0) & 31
    if (type === 5) return true
    if (type === 1) return false
  }
  return false
}

function collect(bytes: Buffer, into: Map<string, Buffer>): void {
  for (let at = 0; at + 8 <= bytes.length; ) {
    const short = bytes.readUInt32BE(at)
    const name = bytes.toString('latin1', at + 4, at + 8)
    const head = short === 1 ? 16 : 8
    const size = short === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : short === 0 ? bytes.length - at : short
    if (size < head) return
    const content = bytes.subarray(at + head, at + size)
    if (containers.has(name)) collect(content, into)
    else into.set(name, content)
    at += size
  }
}

/** After the eight bytes of a list and the 86 of a visual sample entry come its boxes. */
function configOf(stsd: Buffer): Buffer {
  const boxes = new Map<string, Buffer>()
  collect(stsd.subarray(8 + 86), boxes)
  const config = boxes.get('avcC')
  if (config === undefined) throw new Error("the encoder's MP4 has no avcC")
  return config
}

function sizesOf(stsz: Buffer): number[] {
  const same = stsz.readUInt32BE(4)
  return Array.from({ length: stsz.readUInt32BE(8) }, (_, index) => same || stsz.readUInt32BE(12 + index * 4))
}

/** Numbers of samples, from 1. */
function keysOf(stss: Buffer | undefined): Set<number> | undefined {
  if (stss === undefined) return undefined
  return new Set(Array.from({ length: stss.readUInt32BE(4) }, (_, index) => stss.readUInt32BE(8 + index * 4)))
}

function chunksOf(stco: Buffer, stsc: Buffer, samples: number): { offset: number; count: number }[] {
  const runs = Array.from({ length: stsc.readUInt32BE(4) }, (_, index) => ({
    first: stsc.readUInt32BE(8 + index * 12),
    count: stsc.readUInt32BE(12 + index * 12),
  }))
  const chunks = Array.from({ length: stco.readUInt32BE(4) }, (_, index) => ({
    offset: stco.readUInt32BE(8 + index * 4),
    count: runs.findLast(({ first }) => first <= index + 1)?.count ?? 0,
  }))
  if (chunks.reduce((sum, { count }) => sum + count, 0) !== samples) throw new Error("the encoder's MP4 is cut off")
  return chunks
}
