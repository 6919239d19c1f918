/**
 * MP4 of one video track (ISO/IEC 14496-12): everything a player needs to know stands before the pictures, so that it begins
 * at once and jumps by ranges. The last picture has a longer time of its own.
 */
import { DomainError } from '../../../../core/errors.ts'
import { type Layout, none, type Track } from './container.ts'

const movieScale = 1000
/** Units of each frame; so every rate and hold of whole milliseconds comes out even. */
const frameUnits = 1000
const mostBytes = 0xffff_ff00

export function mp4(track: Track): Layout {
  const bytes = track.packets.reduce((sum, { size }) => sum + size, 0)
  if (bytes > mostBytes)
    throw new DomainError('out_of_range', 'The film is larger than 4 GB; make it shorter or smaller.')
  const type = box('ftyp', text('isom'), u32(512), text('isomiso2avc1mp41'))
  // Of the same length wherever the pictures begin.
  const start = type.length + movie(track, 0).length + 8
  const head = Buffer.concat([type, movie(track, start), u32(bytes + 8), text('mdat')])
  return { before: (index) => (index === 0 ? head : none), after: none }
}

function movie(track: Track, start: number): Buffer {
  const { fps, packets, holdLastMs } = track
  const scale = fps * frameUnits
  const duration = packets.length * frameUnits + holdLastMs * fps
  const shown = Math.round((duration / scale) * movieScale)
  return box(
    'moov',
    full('mvhd', 0, u32(0, 0, movieScale, shown, 0x10000), u16(0x100, 0), u32(0, 0), matrix, u32(0, 0, 0, 0, 0, 0, 2)),
    box(
      'trak',
      full(
        'tkhd',
        3,
        u32(0, 0, 1, 0, shown, 0, 0),
        u16(0, 0, 0, 0),
        matrix,
        u32(track.width << 16, track.height << 16),
      ),
      box(
        'mdia',
        full('mdhd', 0, u32(0, 0, scale, duration), u16(0x55c4, 0)),
        full('hdlr', 0, u32(0), text('vide'), u32(0, 0, 0), text('Film\0')),
        box(
          'minf',
          full('vmhd', 1, u16(0, 0, 0, 0)),
          box('dinf', full('dref', 0, u32(1), full('url ', 1))),
          table(track, start),
        ),
      ),
    ),
  )
}

function table({ width, height, config, packets, holdLastMs, fps }: Track, start: number): Buffer {
  const keys = packets.flatMap(({ key }, index) => (key ? [index + 1] : []))
  const last = frameUnits + holdLastMs * fps
  const times =
    holdLastMs === 0
      ? [[packets.length, frameUnits]]
      : [
          [packets.length - 1, frameUnits],
          [1, last],
        ]
  const used = times.filter(([count]) => count !== 0)
  const entry = box(
    'avc1',
    u16(0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, width, height),
    u32(0x480000, 0x480000, 0),
    u16(1),
    Buffer.alloc(32),
    u16(24, 0xffff),
    box('avcC', config),
    // BT.709 throughout, limited range.
    box('colr', text('nclx'), u16(1, 1, 1), Buffer.from([0])),
  )
  return box(
    'stbl',
    full('stsd', 0, u32(1), entry),
    full('stts', 0, u32(used.length, ...used.flat())),
    full('stss', 0, u32(keys.length, ...keys)),
    full('stsc', 0, u32(1, 1, packets.length, 1)),
    full('stsz', 0, u32(0, packets.length, ...packets.map(({ size }) => size))),
    full('stco', 0, u32(1, start)),
  )
}

/** No turning, no scaling. */
const matrix = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)

function box(name: string, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([u32(content.length + 8), text(name), content])
}

/** With version 0 and flags. */
const full = (name: string, flags: number, ...parts: readonly Buffer[]) => box(name, u32(flags), ...parts)

function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, index * 4)
  return bytes
}

function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2)
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, index * 2)
  return bytes
}

function text(value: string): Buffer {
  return Buffer.from(value, 'latin1')
}
