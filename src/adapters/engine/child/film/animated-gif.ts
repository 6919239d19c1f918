/** An animated GIF: each packet is what follows a frame's sides: flags, its own colour table, its coded pixels. */
import { type Layout, startOf, type Track } from './container.ts'

export function animatedGif(track: Track): Layout {
  const { packets, width, height } = track
  // Hundredths of a second: rounded, not added up.
  const hundredths = (ms: number) => Math.round(ms / 10)
  const size = Buffer.concat([u16(width), u16(height)])
  const head = Buffer.concat([
    Buffer.from('GIF89a'),
    size,
    Buffer.from([0x70, 0, 0]),
    // For ever.
    Buffer.from([0x21, 0xff, 11]),
    Buffer.from('NETSCAPE2.0'),
    Buffer.from([3, 1, 0, 0, 0]),
  ])
  return {
    before(index) {
      const held = index === packets.length - 1 ? track.holdLastMs : 0
      const shown = hundredths(startOf(track, index + 1) + held) - hundredths(startOf(track, index))
      const control = Buffer.concat([
        Buffer.from([0x21, 0xf9, 4, 4]),
        u16(Math.min(65_535, shown)),
        Buffer.from([0, 0]),
      ])
      const place = Buffer.concat([Buffer.from([0x2c, 0, 0, 0, 0]), size])
      return Buffer.concat([...(index === 0 ? [head] : []), control, place])
    },
    after: Buffer.from([0x3b]),
  }
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}
