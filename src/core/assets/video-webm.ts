/** WebM and Matroska: elements of EBML. What is of interest stands before the first cluster of pictures. */
import type { ContainerFacts, ReadAt } from './video-facts.ts'

const mostBytes = 1024 * 1024
const mostElements = 512

const ids = {
  segment: 0x18538067,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  duration: 0x4489,
  tracks: 0x1654ae6b,
  track: 0xae,
  kind: 0x83,
  codec: 0x86,
  video: 0xe0,
  width: 0xb0,
  height: 0xba,
  cluster: 0x1f43b675,
} as const

interface Item {
  id: number
  body: Buffer
}

export async function webmFacts(size: number, read: ReadAt): Promise<ContainerFacts> {
  const facts: ContainerFacts = { width: null, height: null, duration: null, videoCodec: null, audioCodec: null }
  const segment = bodyOf(itemsIn(await read(0, Math.min(size, mostBytes))), ids.segment)
  for (const { id, body } of itemsIn(segment)) {
    if (id === ids.info) facts.duration = durationOf(itemsIn(body))
    if (id !== ids.tracks) continue
    for (const track of itemsIn(body)) if (track.id === ids.track) addTrack(facts, itemsIn(track.body))
  }
  return facts
}

function durationOf(info: readonly Item[]): number | null {
  const units = bodyOf(info, ids.duration)
  if (units.length !== 4 && units.length !== 8) return null
  const scale = numberIn(bodyOf(info, ids.timestampScale)) || 1_000_000
  return ((units.length === 4 ? units.readFloatBE(0) : units.readDoubleBE(0)) * scale) / 1e9
}

/** The first track of each kind counts. */
function addTrack(facts: ContainerFacts, track: readonly Item[]): void {
  const kind = numberIn(bodyOf(track, ids.kind))
  const codec = bodyOf(track, ids.codec).toString('latin1', 0, 64) || null
  if (kind === 2) facts.audioCodec ??= codec
  if (kind !== 1 || facts.videoCodec !== null) return
  facts.videoCodec = codec
  const video = itemsIn(bodyOf(track, ids.video))
  facts.width = numberIn(bodyOf(video, ids.width)) || null
  facts.height = numberIn(bodyOf(video, ids.height)) || null
}

const bodyOf = (items: readonly Item[], id: number) => items.find((item) => item.id === id)?.body ?? Buffer.alloc(0)
const numberIn = (body: Buffer) => (body.length === 0 || body.length > 6 ? 0 : body.readUIntBE(0, body.length))

/** The elements of a body up to the first cluster; the last may be cut. */
function itemsIn(bytes: Buffer): Item[] {
  const items: Item[] = []
  for (let at = 0; at < bytes.length && items.length < mostElements; ) {
    const idBytes = lengthOf(bytes[at] ?? 0)
    const sizeAt = at + idBytes
    const sizeBytes = lengthOf(bytes[sizeAt] ?? 0)
    const start = sizeAt + sizeBytes
    if (idBytes > 4 || sizeBytes > 8 || start > bytes.length) break
    const id = bytes.readUIntBE(at, idBytes)
    if (id === ids.cluster) break
    const body = bytes.subarray(start, start + sizeOf(bytes.subarray(sizeAt, start)))
    items.push({ id, body })
    at = start + body.length
  }
  return items
}

/** How many bytes a number has: as many as it has leading zeros, and one. */
const lengthOf = (first: number) => Math.clz32(first) - 23

/** All ones: unknown, so that it goes on to the end of what there is. */
function sizeOf(bytes: Buffer): number {
  let size = (bytes[0] ?? 0) & (0xff >> bytes.length)
  let unknown = size === 0xff >> bytes.length
  for (const byte of bytes.subarray(1)) {
    size = size * 256 + byte
    unknown &&= byte === 0xff
  }
  return unknown ? Number.MAX_SAFE_INTEGER : size
}
