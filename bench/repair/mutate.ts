/** The ten kinds of damage of the repair set. Each says how many rows of the picture can be expected back. */
import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import { type Original, random, scene } from './pictures.ts'

export interface Mutant {
  bytes: Buffer
  /** Rows whose data is still in the file (counted by bytes where rows are coded one after the other). */
  recoverable: number
}

type Mutate = (original: Original, next: () => number) => Promise<Mutant | undefined> | Mutant | undefined

const pick = (next: () => number, from: number, to: number) => from + Math.floor(next() * (to - from))

/** First and last byte of the coded picture data, and how many rows stand before a place in it. */
export function dataOf({ bytes, format }: Original): { from: number; to: number } {
  switch (format) {
    case 'jpg': {
      const scan = bytes.indexOf(Buffer.from([0xff, 0xda]))
      return { from: scan + 14, to: bytes.length - 2 }
    }
    case 'png':
      return { from: bytes.indexOf('IDAT') + 4, to: bytes.length - 16 }
    case 'gif':
      return { from: 13 + 3 * 2 ** (((bytes[10] ?? 0) & 7) + 1) + 40, to: bytes.length - 2 }
    case 'webp': {
      // Behind the partition that tells how all blocks are predicted, or the tables of the lossless kind.
      const lossy = bytes.toString('latin1', 12, 16) === 'VP8 '
      return { from: lossy ? 30 + (bytes.readUIntLE(20, 3) >> 5) : 400, to: bytes.length }
    }
    case 'tiff':
      return {
        from: bytes.readUInt32LE(4) > 8 ? 8 : 600,
        to: bytes.readUInt32LE(4) > 8 ? bytes.readUInt32LE(4) : bytes.length,
      }
  }
}

const truncated: Mutate = (original, next) => {
  const { bytes, height, format } = original
  const { from, to } = dataOf(original)
  // A TIFF whose directory stood at the end has lost it: nothing is left to know.
  if (format === 'tiff' && bytes.readUInt32LE(4) > 8) return undefined
  const share = 0.3 + next() * 0.65
  return { bytes: bytes.subarray(0, Math.floor(from + (to - from) * share)), recoverable: Math.floor(height * share) }
}

const noEnd: Mutate = ({ bytes, height, format }, next) => {
  const most = format === 'png' ? 12 : format === 'tiff' ? 0 : 3
  if (most === 0) return undefined
  return {
    bytes: bytes.subarray(0, bytes.length - 1 - Math.floor(next() * most)),
    recoverable: Math.floor(height * 0.97),
  }
}

const noise = (length: number, next: () => number) =>
  Buffer.from(Array.from({ length }, () => Math.floor(next() * 256)))

const junk: Mutate = ({ bytes, height }, next) => {
  const before = noise(pick(next, 1, 3000), next)
  const after = next() < 0.5 ? noise(pick(next, 1, 2000), next) : Buffer.alloc(0)
  return { bytes: Buffer.concat([before, bytes, after]), recoverable: height }
}

const lengths: Mutate = ({ bytes, height, format }, next) => {
  const copy = Buffer.from(bytes)
  switch (format) {
    case 'jpg': {
      const markers = [0xe0, 0xdb, 0xc4]
        .map((marker) => copy.indexOf(Buffer.from([0xff, marker])))
        .filter((at) => at > 0)
      const at = markers[pick(next, 0, markers.length)] ?? 2
      copy.writeUInt16BE(pick(next, 2, next() < 0.5 ? 60_000 : 300), at + 2)
      break
    }
    case 'png': {
      const places = chunksOf(copy).filter(({ type }) => type === 'IDAT' || type === 'IHDR' || type === 'PLTE')
      const { at, length, type } = places[pick(next, 0, places.length)] ?? { at: 8, length: 13, type: 'IHDR' }
      if (next() < 0.5) copy.writeUInt32BE(Math.floor(next() * 2 ** 32), at + 8 + length)
      else copy.writeUInt32BE(type === 'IHDR' ? pick(next, 0, 40) : pick(next, 0, 100_000), at)
      break
    }
    case 'webp':
      copy.writeUInt32LE(pick(next, 0, 2 ** 31), next() < 0.5 ? 4 : 16)
      break
    case 'gif': {
      // The length of the last extension before the picture, or the colour table's.
      const at = copy.indexOf(Buffer.from([0x21, 0xf9, 0x04]))
      if (at < 0) return undefined
      copy[at + 2] = pick(next, 5, 255)
      break
    }
    case 'tiff': {
      const entry = tagOf(copy, 279)
      if (entry === undefined || next() < 0.5) {
        // The place of the directory.
        copy.writeUInt32LE(pick(next, 0, 2 ** 31), 4)
        break
      }
      const count = copy.readUInt32LE(entry + 4)
      const at = count > 1 ? copy.readUInt32LE(entry + 8) : entry + 8
      const size = copy.readUInt16LE(entry + 2) === 3 ? 2 : 4
      const index = pick(next, 0, count)
      if (size === 2) copy.writeUInt16LE(pick(next, 0, 3), at + index * 2)
      else copy.writeUInt32LE(next() < 0.5 ? 0 : pick(next, 2 ** 20, 2 ** 31), at + index * 4)
    }
  }
  return { bytes: copy, recoverable: height }
}

const tables: Mutate = ({ bytes, height, format, name }, next) => {
  if (format !== 'jpg') return undefined
  // Tables made for one picture are lost with it: the standard ones are taken from files that use them.
  const standard = name.startsWith('jpg baseline')
  const marker = standard && next() < 0.6 ? 0xc4 : 0xdb
  const parts = segmentsOf(bytes).filter(({ marker: found }) => found === marker)
  const all = marker === 0xc4 && next() < 0.5
  const gone = all ? parts : [parts[pick(next, marker === 0xdb ? 1 : 0, parts.length)]]
  let copy = Buffer.from(bytes)
  for (const part of gone.toReversed())
    if (part !== undefined) copy = Buffer.concat([copy.subarray(0, part.at), copy.subarray(part.at + 2 + part.length)])
  return { bytes: copy, recoverable: height }
}

const size: Mutate = ({ bytes, width, height, format }, next) => {
  const copy = Buffer.from(bytes)
  const tall = next() < 0.5
  const wrong = (side: number) =>
    Math.max(1, next() < 0.4 ? Math.floor(side * (1.2 + next() * 3)) : Math.floor(side * (0.2 + next() * 0.7)))
  switch (format) {
    case 'jpg': {
      const frame = segmentsOf(copy).find(({ marker }) => marker >= 0xc0 && marker <= 0xc2)
      if (frame === undefined) return undefined
      copy.writeUInt16BE(tall ? wrong(height) : wrong(width), frame.at + (tall ? 5 : 7))
      break
    }
    case 'png':
      copy.writeUInt32BE(tall ? wrong(height) : wrong(width), tall ? 20 : 16)
      if (next() < 0.5) copy.writeUInt32BE(crc32(copy.subarray(12, 29)), 29)
      break
    case 'gif': {
      const at = imageOf(copy)
      if (at === undefined) return undefined
      copy.writeUInt16LE(wrong(height), at + 7)
      if (next() < 0.5) copy.writeUInt16LE(copy.readUInt16LE(at + 7), 8)
      break
    }
    case 'tiff': {
      const entry = tagOf(copy, 257)
      if (entry === undefined) return undefined
      const value = wrong(height)
      if (copy.readUInt16LE(entry + 2) === 3) copy.writeUInt16LE(value, entry + 8)
      else copy.writeUInt32LE(value, entry + 8)
      break
    }
    case 'webp':
      return undefined
  }
  return { bytes: copy, recoverable: height }
}

const metadata: Mutate = async ({ bytes, height, format }, next) => {
  if (format === 'gif' || format === 'tiff') return undefined
  const rich = format === 'jpg' ? withExif(bytes) : await keepingPixels(bytes, format)
  if (rich === undefined) return undefined
  const copy = Buffer.from(rich)
  if (format === 'jpg') {
    const part = segmentsOf(copy).find(({ marker }) => marker === 0xe1)
    if (part === undefined) return undefined
    if (next() < 0.6) copy.writeUInt16BE(pick(next, 2, 65_535), part.at + 2)
    else for (let at = part.at + 10; at < part.at + 2 + part.length; at += 1) copy[at] = Math.floor(next() * 256)
  } else if (format === 'png') {
    const part = chunksOf(copy).find(({ type }) => type === 'iCCP' || type === 'eXIf' || type === 'tEXt')
    if (part === undefined) return undefined
    if (next() < 0.5) copy.writeUInt32BE(pick(next, 0, 60_000), part.at)
    else for (let at = part.at + 8; at < part.at + 8 + part.length; at += 1) copy[at] = Math.floor(next() * 256)
  } else {
    const at = copy.indexOf('ICCP') >= 0 ? copy.indexOf('ICCP') : copy.indexOf('EXIF')
    if (at < 0) return undefined
    copy.writeUInt32LE(pick(next, 0, 100_000), at + 4)
  }
  return { bytes: copy, recoverable: height }
}

const bits: Mutate = (original, next) => {
  const { height, format } = original
  const copy = Buffer.from(original.bytes)
  const { from, to } = dataOf(original)
  const many = format === 'jpg' ? pick(next, 1, 4) : 1
  const places = Array.from({ length: many }, () => pick(next, from + Math.floor((to - from) * 0.05), to - 8)).sort(
    (a, b) => a - b,
  )
  const burst = next() < 0.3
  for (const at of places) {
    if (burst) for (let n = 0; n < pick(next, 2, 12); n += 1) copy[at + n] = Math.floor(next() * 256)
    else copy[at] = (copy[at] ?? 0) ^ (1 << pick(next, 0, 8))
  }
  // JPEG goes on behind the spot (two MCU rows lost at each); strips of a TIFF do; the others are coded in one piece,
  // but single bits of a PNG can be told by its checksum.
  const before = Math.floor((height * ((places[0] ?? from) - from)) / (to - from))
  const strip = format === 'tiff' ? tagOf(original.bytes, 278) : undefined
  if (strip !== undefined) {
    const rows = original.bytes.readUInt16LE(strip + 8)
    const behind = Math.max(0, height - (Math.floor(before / rows) + 1) * rows)
    return { bytes: copy, recoverable: Math.min(height - 16, before + behind) }
  }
  const goesOn = format === 'jpg' || (format === 'png' && !burst)
  return { bytes: copy, recoverable: goesOn ? Math.max(before, height - many * 32) : before }
}

const restarts: Mutate = ({ bytes, height, name }, next) => {
  if (!name.startsWith('jpg restarts')) return undefined
  const copy = Buffer.from(bytes)
  const kind = pick(next, 0, 4)
  const scan = copy.indexOf(Buffer.from([0xff, 0xda]))
  const marks: number[] = []
  for (let at = scan + 14; at < copy.length - 1; at += 1)
    if (copy[at] === 0xff && (copy[at + 1] ?? 0) >= 0xd0 && (copy[at + 1] ?? 0) <= 0xd7) marks.push(at)
  const interval = segmentsOf(copy).find(({ marker }) => marker === 0xdd)
  if (interval === undefined || marks.length < 4) return undefined
  if (kind === 0) copy.writeUInt16BE(pick(next, 1, 200), interval.at + 4)
  else if (kind === 1)
    return {
      bytes: Buffer.concat([copy.subarray(0, interval.at), copy.subarray(interval.at + 6)]),
      recoverable: height,
    }
  else {
    for (let n = 0; n < 3; n += 1) {
      const at = marks[pick(next, 0, marks.length)] ?? 0
      if (kind === 2) copy[at + 1] = 0xd0 + pick(next, 0, 8)
      else copy.fill(pick(next, 0, 255), at, at + 2)
    }
    return { bytes: copy, recoverable: kind === 2 ? height : height - 3 * 48 }
  }
  return { bytes: copy, recoverable: height }
}

const joined: Mutate = async ({ bytes, height, format }, next) => {
  const small = sharp(scene(96, 64, pick(next, 1, 1000)), { raw: { width: 96, height: 64, channels: 3 } })
  const other = await small.toFormat(format === 'jpg' ? 'jpeg' : format).toBuffer()
  const cut = next() < 0.6 ? other.subarray(0, pick(next, Math.floor(other.length * 0.4), other.length)) : other
  return { bytes: next() < 0.6 ? Buffer.concat([cut, bytes]) : Buffer.concat([bytes, cut]), recoverable: height }
}

export const kinds = {
  truncated,
  'no end': noEnd,
  junk,
  lengths,
  tables,
  size,
  metadata,
  bits,
  restarts,
  joined,
} as const
export type Kind = keyof typeof kinds

export async function mutate(kind: Kind, original: Original, seed: number): Promise<Mutant | undefined> {
  return await kinds[kind](original, random(seed))
}

function segmentsOf(jpeg: Buffer): { marker: number; at: number; length: number }[] {
  const found = []
  for (let at = 2; at + 4 < jpeg.length; ) {
    const [marker, length] = [jpeg[at + 1] ?? 0, jpeg.readUInt16BE(at + 2)]
    found.push({ marker, at, length })
    if (marker === 0xda) break
    at += 2 + length
  }
  return found
}

function chunksOf(png: Buffer): { type: string; at: number; length: number }[] {
  const found = []
  for (let at = 8; at + 12 <= png.length; ) {
    const length = png.readUInt32BE(at)
    found.push({ type: png.toString('latin1', at + 4, at + 8), at, length })
    at += 12 + length
  }
  return found
}

function tagOf(tiff: Buffer, tag: number): number | undefined {
  const at = tiff.readUInt32LE(4)
  for (let index = 0; index < tiff.readUInt16LE(at); index += 1)
    if (tiff.readUInt16LE(at + 2 + index * 12) === tag) return at + 2 + index * 12
  return undefined
}

/** The image descriptor of the first frame. */
function imageOf(gif: Buffer): number | undefined {
  let at = 13 + ((gif[10] ?? 0) & 0x80 ? 3 * 2 ** (((gif[10] ?? 0) & 7) + 1) : 0)
  while (at < gif.length && gif[at] === 0x21) {
    at += 2
    while ((gif[at] ?? 0) !== 0) at += 1 + (gif[at] ?? 0)
    at += 1
  }
  return gif[at] === 0x2c ? at : undefined
}

/** An EXIF segment with a small thumbnail, as cameras write. */
function withExif(jpeg: Buffer): Buffer {
  const tiff = Buffer.alloc(8 + 2 + 12 + 4)
  tiff.write('II*\0', 0, 'latin1')
  tiff.writeUInt32LE(8, 4)
  tiff.writeUInt16LE(1, 8)
  tiff.writeUInt16LE(0x0112, 10)
  tiff.writeUInt16LE(3, 12)
  tiff.writeUInt32LE(1, 14)
  tiff.writeUInt16LE(1, 18)
  const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff, Buffer.alloc(2000, 0x41)])
  const head = Buffer.from([0xff, 0xe1, (body.length + 2) >> 8, (body.length + 2) & 255])
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)])
}

/** Chunks of metadata put in by hand, so that the pixels stay. */
async function keepingPixels(bytes: Buffer, format: 'png' | 'webp'): Promise<Buffer | undefined> {
  if (format === 'png') {
    const profile = Buffer.concat([Buffer.from('tEXtComment\0', 'latin1'), Buffer.alloc(600, 0x61)])
    const chunk = Buffer.alloc(profile.length + 8)
    chunk.writeUInt32BE(profile.length - 4, 0)
    profile.copy(chunk, 4)
    chunk.writeUInt32BE(crc32(profile), chunk.length - 4)
    return Buffer.concat([bytes.subarray(0, 33), chunk, bytes.subarray(33)])
  }
  const { width = 1, height = 1 } = await sharp(bytes).metadata()
  const extended = Buffer.alloc(18)
  extended.write('VP8X', 0, 'latin1')
  extended.writeUInt32LE(10, 4)
  extended[8] = 0x08
  extended.writeUIntLE(width - 1, 12, 3)
  extended.writeUIntLE(height - 1, 15, 3)
  const exif = Buffer.concat([Buffer.from('EXIF', 'latin1'), Buffer.from([200, 0, 0, 0]), Buffer.alloc(200, 0x41)])
  const body = Buffer.concat([Buffer.from('WEBP', 'latin1'), extended, bytes.subarray(12), exif])
  const riff = Buffer.alloc(8)
  riff.write('RIFF', 0, 'latin1')
  riff.writeUInt32LE(body.length, 4)
  return Buffer.concat([riff, body])
}
