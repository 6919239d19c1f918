/**
 * Reads the chunks of a PNG that may be broken: wrong lengths and checksums, a torn header, a missing end. Short damage is
 * undone by the checksums.
 */
import { crc32 } from 'node:zlib'
import { explain } from './checksum.ts'

export interface Chunk {
  type: string
  data: Buffer
  /** The checksum was right, or the damage was undone. */
  sound: boolean
  /** The data with short damage undone, where the checksum was wrong. */
  mended: Buffer | undefined
}

export interface PngHeader {
  width: number
  height: number
  depth: number
  colour: number
  interlaced: boolean
}

export interface ParsedPng {
  header: PngHeader | undefined
  /** Without IHDR and IEND. */
  chunks: Chunk[]
  findings: Set<string>
  end: number
}

const known = new Set(
  'IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB bKGD hIST pHYs sPLT eXIf tIME iTXt tEXt zTXt acTL fcTL fdAT cICP'.split(
    ' ',
  ),
)
const wrongLength = 'The length of a chunk was wrong.'
const wrongChecksum = 'A checksum was wrong.'
const mostChunks = 200_000
/** Searches for the next chunk: hostile files could ask for endless ones. */
const mostSearches = 200
/** Bytes in which damage is searched by checksums, over all chunks. */
const mostSearched = 16 * 1024 * 1024

/** Parses from the signature at `start`. */
export function parsePng(bytes: Buffer, start: number): ParsedPng {
  const findings = new Set<string>()
  if (bytes.readUInt32BE(start + 4) !== 0x0d0a1a0a) findings.add('The signature was damaged.')
  const chunks: Chunk[] = []
  let header: PngHeader | undefined
  let searched = 0
  let searches = 0
  let ended = false
  let at = start + 8
  while (at + 8 <= bytes.length && chunks.length < mostChunks) {
    const type = bytes.toString('latin1', at + 4, at + 8)
    if (!known.has(type) && !(isType(type) && hasChecksum(bytes, at, bytes.readUInt32BE(at)))) {
      findings.add(wrongLength)
      searches += 1
      const next = searches > mostSearches ? -1 : nextChunk(bytes, at + 1)
      if (next < 0) break
      at = next
      continue
    }
    const length = trueLength(bytes, at)
    if (length !== bytes.readUInt32BE(at) && at + 12 + length <= bytes.length) findings.add(wrongLength)
    const data = bytes.subarray(at + 8, Math.min(bytes.length, at + 8 + length))
    const whole = at + 12 + length <= bytes.length
    const sound = whole && hasChecksum(bytes, at, length)
    const chunk: Chunk = { type, data, sound, mended: undefined }
    if (whole && !sound) {
      findings.add(wrongChecksum)
      searched += length
      if (searched < mostSearched) chunk.mended = mend(bytes, at, length)
    }
    at += 12 + length
    if (type === 'IEND') {
      ended = true
      break
    }
    if (type === 'IHDR') header ??= readHeader(bytes, at - 12 - length, chunk, findings)
    else chunks.push(chunk)
  }
  if (!ended) findings.add('The end of the file was missing.')
  return { header, chunks, findings, end: Math.min(at, bytes.length) }
}

const isType = (type: string) => /^[A-Za-z]{4}$/.test(type)

function hasChecksum(bytes: Buffer, at: number, length: number): boolean {
  const end = at + 8 + length
  return end + 4 <= bytes.length && crc32(bytes.subarray(at + 4, end)) === bytes.readUInt32BE(end)
}

/** The declared length where a chunk follows it, else up to the next chunk whose place makes sense. */
function trueLength(bytes: Buffer, at: number): number {
  const declared = bytes.readUInt32BE(at)
  const type = bytes.toString('latin1', at + 4, at + 8)
  const follows = (end: number) => end === bytes.length || (end + 8 <= bytes.length && isKnownAt(bytes, end))
  const fits = at + 12 + declared <= bytes.length
  if (fits && (hasChecksum(bytes, at, declared) || follows(at + 12 + declared))) return declared
  if (type === 'IHDR') return 13
  if (type === 'IEND') return 0
  const next = nextChunk(bytes, at + 8)
  if (next >= 0) return Math.max(0, next - at - 12)
  // The last chunk of a file that was cut: all that is left; behind a whole file, junk.
  return fits ? declared : bytes.length - at - 8
}

const isKnownAt = (bytes: Buffer, at: number) => known.has(bytes.toString('latin1', at + 4, at + 8))

/** Where the next known chunk begins. */
function nextChunk(bytes: Buffer, from: number): number {
  let nearest = -1
  for (const type of ['IDAT', 'IEND', 'PLTE', 'tRNS', 'IHDR', 'pHYs', 'tEXt', 'iTXt']) {
    for (let at = bytes.indexOf(type, from + 4, 'latin1'); at >= 0; at = bytes.indexOf(type, at + 1, 'latin1')) {
      if (nearest >= 0 && at - 4 >= nearest) break
      // Four letters may stand in coded data; a chunk's length reaches to its end.
      const length = bytes.readUInt32BE(at - 4)
      if (type !== 'IEND' && at + 8 + length > bytes.length + 64 && length > 2 ** 24) continue
      nearest = at - 4
      break
    }
  }
  return nearest
}

/** The data with the damage undone that the checksum explains. */
function mend(bytes: Buffer, at: number, length: number): Buffer | undefined {
  const covered = bytes.subarray(at + 4, at + 8 + length)
  const undo = explain((crc32(covered) ^ bytes.readUInt32BE(at + 8 + length)) >>> 0, covered.length)
  if (undo === undefined || undo.at < 4 || undo.at >= covered.length) return undefined
  const copy = Buffer.from(covered.subarray(4))
  for (const [index, pattern] of undo.pattern.entries())
    copy[undo.at - 4 + index] = (copy[undo.at - 4 + index] ?? 0) ^ pattern
  return copy
}

function readHeader(bytes: Buffer, at: number, chunk: Chunk, findings: Set<string>): PngHeader | undefined {
  const stored = at + 25 <= bytes.length ? bytes.readUInt32BE(at + 21) : 0
  const candidates = chunk.sound ? [chunk.data] : [searchSides(chunk.data, stored), chunk.mended, chunk.data]
  for (const [index, data] of candidates.entries()) {
    const header = data === undefined ? undefined : toHeader(data)
    if (header === undefined) continue
    if (index === 0 && !chunk.sound) findings.add('A side in the header was wrong; the checksum told the right one.')
    return header
  }
  return undefined
}

/** One wrong side: the one value of it that the checksum fits. */
function searchSides(data: Buffer, stored: number): Buffer | undefined {
  if (data.length !== 13) return undefined
  const copy = Buffer.concat([Buffer.from('IHDR'), data])
  for (const place of [8, 4]) {
    const before = copy.readUInt32BE(place)
    for (let side = 1; side <= 65_535; side += 1) {
      copy.writeUInt32BE(side, place)
      if (crc32(copy) === stored) return copy.subarray(4)
    }
    copy.writeUInt32BE(before, place)
  }
  return undefined
}

const depths: Record<number, readonly number[]> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
}

function toHeader(data: Buffer): PngHeader | undefined {
  if (data.length < 13) return undefined
  const [width, height] = [data.readUInt32BE(0), data.readUInt32BE(4)]
  const [depth = 0, colour = 9, method, filter, interlace = 9] = data.subarray(8, 13)
  if (depths[colour]?.includes(depth) !== true || method !== 0 || filter !== 0 || interlace > 1) return undefined
  return { width, height, depth, colour, interlaced: interlace === 1 }
}
