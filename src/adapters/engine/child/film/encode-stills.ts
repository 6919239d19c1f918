/**
 * Frames of animated pictures: each is encoded by itself, several at a time, and an animation is written of them as they
 * are (join.ts). What the libraries do instead, all frames at once, needs memory for all of them.
 */
import type { EncoderOptions, FrameEncoder } from './encoder.ts'
import type { Packet } from './packets.ts'
import { fromRgb, type Rgb } from './rgb.ts'

const atOnce = 3

export async function encodeStills({ look, out }: EncoderOptions): Promise<FrameEncoder> {
  const encode = look.encoder === 'webp' ? webpFrame : gifFrame
  const running: Promise<Packet>[] = []
  let stopped = false
  const writeFirst = async () => {
    const packet = await running.shift()
    if (packet !== undefined) await out.add(packet)
  }
  await out.begin(Buffer.alloc(0))
  return {
    async add(frame) {
      if (stopped) return
      const packet = encode(frame)
      // It is awaited when its turn comes.
      packet.catch(() => undefined)
      running.push(packet)
      if (running.length >= atOnce) await writeFirst()
    },
    async finish() {
      while (running.length > 0) await writeFirst()
    },
    stop() {
      stopped = true
      running.length = 0
    },
  }
}

/** The one chunk of a plain WebP: a VP8 key frame. */
async function webpFrame(frame: Rgb): Promise<Packet> {
  const file = await fromRgb(frame).webp({ quality: 72, effort: 2 }).toBuffer()
  const size = file.readUInt32LE(16)
  if (file.toString('latin1', 12, 16) !== 'VP8 ') throw new Error('a frame is no plain WebP')
  return { bytes: file.subarray(12, 20 + size + (size % 2)), key: true }
}

/** The flags of a frame with a colour table of its own, the table, and the coded pixels. */
async function gifFrame(frame: Rgb): Promise<Packet> {
  const file = await fromRgb(frame).gif({ effort: 3, dither: 0.6 }).toBuffer()
  const tableOf = (flags: number) => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1))
  const flags = file[10] ?? 0
  let at = 13 + tableOf(flags)
  let table = { flags, bytes: file.subarray(13, at) }
  // Extensions before the picture.
  while (file[at] === 0x21) at = endOfBlocks(file, at + 2)
  if (file[at] !== 0x2c) throw new Error('a frame is no plain GIF')
  const own = file[at + 9] ?? 0
  const start = at + 10 + tableOf(own)
  if (tableOf(own) > 0) table = { flags: own, bytes: file.subarray(at + 10, start) }
  const pixels = file.subarray(start, endOfBlocks(file, start + 1))
  return { bytes: Buffer.concat([Buffer.from([0x80 | (table.flags & 7)]), table.bytes, pixels]), key: true }
}

/** Behind the empty block that ends a row of them. */
function endOfBlocks(file: Buffer, from: number): number {
  let at = from
  for (let size = file[at] ?? 0; size > 0; size = file[at] ?? 0) at += size + 1
  return at + 1
}
