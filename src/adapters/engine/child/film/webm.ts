/**
 * WebM of one VP9 track: the index of places to start at stands before the pictures. A cluster begins with each key frame,
 * and when the times in it would no longer fit their sixteen bits.
 */
import { type Layout, none, startOf, type Track } from './container.ts'

const longestCluster = 30_000

interface Cluster {
  first: number
  end: number
  start: number
}

export function webm(track: Track): Layout {
  const clusters = clustersOf(track)
  const sizes = clusters.map((cluster) => clusterSize(track, cluster))
  const info = element(0x1549a966, unsigned(0x2ad7b1, 1_000_000), duration(track), name(0x4d80), name(0x5741))
  const tracks = element(0x1654ae6b, entryOf(track))
  // The index tells where clusters begin, and stands before them: its numbers have a fixed length.
  const cuesOf = (from: number) => {
    let at = from
    return element(
      0x1c53bb6b,
      ...clusters.map(({ start }, index) => {
        const position = fixed(0xf1, at)
        at += sizes[index] ?? 0
        return element(0xbb, unsigned(0xb3, start), element(0xb7, unsigned(0xf7, 1), position))
      }),
    )
  }
  const before = info.length + tracks.length
  const cues = cuesOf(before + cuesOf(0).length)
  const bytes = before + cues.length + sizes.reduce((sum, size) => sum + size, 0)
  const front = [header, id(0x18538067), length8(bytes), info, tracks, cues]
  const heads = new Map(clusters.map((cluster) => [cluster.first, cluster]))
  return {
    before(index) {
      const cluster = heads.get(index)
      const head =
        cluster === undefined ? [] : [id(0x1f43b675), length8(contentSize(track, cluster)), fixed(0xe7, cluster.start)]
      const of = clusters.findLast(({ first }) => first <= index)
      return Buffer.concat([...(index === 0 ? front : []), ...head, blockHead(track, index, of?.start ?? 0)])
    },
    after: isHeld(track, track.packets.length - 1) ? held(track) : none,
  }
}

function clustersOf(track: Track): Cluster[] {
  const clusters: Cluster[] = []
  for (const [index, { key }] of track.packets.entries()) {
    const start = startOf(track, index)
    const last = clusters.at(-1)
    if (last === undefined || key || start - last.start > longestCluster)
      clusters.push({ first: index, end: index + 1, start })
    else last.end = index + 1
  }
  return clusters
}

const clusterSize = (track: Track, cluster: Cluster) => 4 + 8 + contentSize(track, cluster)

function contentSize(track: Track, { first, end, start }: Cluster): number {
  let bytes = fixed(0xe7, start).length
  for (let index = first; index < end; index++) {
    bytes += blockHead(track, index, start).length + (track.packets[index]?.size ?? 0)
    if (isHeld(track, index)) bytes += held(track).length
  }
  return bytes
}

/** The last one, which has a time of its own. */
const isHeld = ({ packets, holdLastMs }: Track, index: number) => holdLastMs > 0 && index === packets.length - 1

const held = (track: Track) => {
  const index = track.packets.length - 1
  return fixed(0x9b, startOf(track, index + 1) - startOf(track, index) + track.holdLastMs)
}

/** Of a simple block, or of a block in a group: its number of the track, time within the cluster, flags. */
function blockHead(track: Track, index: number, clusterStart: number): Buffer {
  const { size = 0, key = false } = track.packets[index] ?? {}
  const time = startOf(track, index) - clusterStart
  const last = isHeld(track, index)
  const head = Buffer.from([0x81, time >> 8, time & 255, key && !last ? 0x80 : 0])
  const block = Buffer.concat([id(last ? 0xa1 : 0xa3), length8(size + head.length), head])
  if (!last) return block
  return Buffer.concat([id(0xa0), length8(block.length + size + held(track).length), block])
}

function entryOf({ width, height, fps }: Track): Buffer {
  const colour = element(0x55b0, unsigned(0x55b1, 1), unsigned(0x55b9, 1), unsigned(0x55ba, 1), unsigned(0x55bb, 1))
  return element(
    0xae,
    unsigned(0xd7, 1),
    unsigned(0x73c5, 1),
    unsigned(0x83, 1),
    unsigned(0x9c, 0),
    element(0x86, Buffer.from('V_VP9')),
    unsigned(0x23e383, Math.round(1e9 / fps)),
    element(0xe0, unsigned(0xb0, width), unsigned(0xba, height), colour),
  )
}

function duration(track: Track): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(startOf(track, track.packets.length) + track.holdLastMs)
  return element(0x4489, bytes)
}

const header = element(
  0x1a45dfa3,
  unsigned(0x4286, 1),
  unsigned(0x42f7, 1),
  unsigned(0x42f2, 4),
  unsigned(0x42f3, 8),
  element(0x4282, Buffer.from('webm')),
  unsigned(0x4287, 4),
  unsigned(0x4285, 2),
)

function name(of: number): Buffer {
  return element(of, Buffer.from('Imagestead'))
}

function element(of: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([id(of), length8(content.length), content])
}

function unsigned(of: number, value: number): Buffer {
  const bytes = Buffer.alloc(6)
  bytes.writeUIntBE(value, 0, 6)
  const first = Math.min(5, bytes.findIndex((byte) => byte !== 0) >>> 0)
  return element(of, bytes.subarray(first))
}

/** Six bytes whatever the value. */
function fixed(of: number, value: number): Buffer {
  const bytes = Buffer.alloc(6)
  bytes.writeUIntBE(value, 0, 6)
  return element(of, bytes)
}

function id(of: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(of)
  return bytes.subarray(
    Math.min(
      3,
      bytes.findIndex((byte) => byte !== 0),
    ),
  )
}

/** Eight bytes whatever the value. */
function length8(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUIntBE(value, 2, 6)
  bytes[0] = 1
  return bytes
}
