/** An animated WebP: each packet is the coded chunk of one whole frame. */
import { type Layout, none, startOf, type Track } from './container.ts'

export function animatedWebp(track: Track): Layout {
  const { packets, width, height } = track
  const frames = packets.reduce((sum, { size }) => sum + 8 + 16 + size, 0)
  const head = Buffer.concat([
    Buffer.from('RIFF'),
    u32(4 + 18 + 14 + frames),
    Buffer.from('WEBP'),
    // It is animated.
    chunk('VP8X', Buffer.concat([u32(2), u24(width - 1), u24(height - 1)])),
    // On black, for ever.
    chunk('ANIM', Buffer.from([0, 0, 0, 255, 0, 0])),
  ])
  return {
    before(index) {
      const { size = 0 } = packets[index] ?? {}
      const held = index === packets.length - 1 ? track.holdLastMs : 0
      const shown = startOf(track, index + 1) - startOf(track, index) + held
      // It covers all, and is not blended.
      const place = [u24(0), u24(0), u24(width - 1), u24(height - 1), u24(shown), Buffer.from([2])]
      const frame = Buffer.concat([Buffer.from('ANMF'), u32(16 + size), ...place])
      return index === 0 ? Buffer.concat([head, frame]) : frame
    },
    after: none,
  }
}

const chunk = (name: string, content: Buffer) => Buffer.concat([Buffer.from(name), u32(content.length), content])

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

const u24 = (value: number) => u32(value).subarray(0, 3)
