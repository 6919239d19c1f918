/** Headers of videos, built byte by byte: what is read of them, and no pictures. */

const u16 = (value: number) => Buffer.from([value >> 8, value & 255])
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}

export function box(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([u32(body.length + 8), Buffer.from(type, 'latin1'), body])
}

export interface Movie {
  brand?: string
  width?: number
  height?: number
  /** Milliseconds. */
  duration?: number
  video?: string
  audio?: string
  /** Shown turned by a quarter. */
  turned?: boolean
  /** `moov` behind the pictures, as cameras write it. */
  late?: boolean
}

/** An MP4 or QuickTime file. */
export function mp4(movie: Movie = {}): Buffer {
  const { brand = 'isom', width = 1920, height = 1080, duration = 12_345, video = 'avc1', audio = 'mp4a' } = movie
  const one = u32(0x10000)
  const zero = u32(0)
  const matrix = movie.turned
    ? [zero, one, zero, u32(-0x10000), zero, zero, zero, zero, u32(0x40000000)]
    : [one, zero, zero, zero, one, zero, zero, zero, u32(0x40000000)]
  const track = (kind: string, codec: string, sides: readonly [number, number]) =>
    box(
      'trak',
      box('tkhd', Buffer.alloc(40), ...matrix, u32(sides[0] * 0x10000), u32(sides[1] * 0x10000)),
      box(
        'mdia',
        box('hdlr', Buffer.alloc(8), Buffer.from(kind), Buffer.alloc(13)),
        box('minf', box('stbl', box('stsd', zero, u32(1), box(codec, Buffer.alloc(70))))),
      ),
    )
  const header = box('mvhd', Buffer.alloc(12), u32(1000), u32(duration), Buffer.alloc(80))
  const moov = box('moov', header, track('soun', audio, [0, 0]), track('vide', video, [width, height]))
  const data = box('mdat', Buffer.alloc(5000, 7))
  return Buffer.concat([box('ftyp', Buffer.from(brand), zero), ...(movie.late ? [data, moov] : [moov, data])])
}

export function element(id: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const name = id > 0xffffff ? u32(id) : id > 0xffff ? u32(id).subarray(1) : id > 0xff ? u16(id) : Buffer.from([id])
  return Buffer.concat([name, u32(body.length | 0x10000000), body])
}

/** A WebM (or, by its type, Matroska) file of 640 x 360, VP9 and Opus. `live`: of unknown length, as a browser records it. */
export function webm({ type = 'webm', live = false } = {}): Buffer {
  const duration = Buffer.alloc(8)
  duration.writeDoubleBE(4500.5)
  const track = (kind: number, codec: string, ...more: Buffer[]) =>
    element(0xae, element(0x83, Buffer.from([kind])), element(0x86, Buffer.from(codec)), ...more)
  const inner = Buffer.concat([
    element(0x1549a966, element(0x2ad7b1, u32(1_000_000)), ...(live ? [] : [element(0x4489, duration)])),
    element(
      0x1654ae6b,
      track(2, 'A_OPUS'),
      track(1, 'V_VP9', element(0xe0, element(0xb0, u16(640)), element(0xba, u16(360)))),
    ),
    element(0x1f43b675, Buffer.alloc(3000, 9)),
  ])
  const header = element(0x1a45dfa3, Buffer.concat([Buffer.from([0x42, 0x82, 0x80 | type.length]), Buffer.from(type)]))
  const unknown = Buffer.concat([u32(0x18538067), Buffer.from('01ffffffffffffff', 'hex'), inner])
  return Buffer.concat([header, live ? unknown : element(0x18538067, inner)])
}
