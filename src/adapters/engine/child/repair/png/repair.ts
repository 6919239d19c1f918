/** Mends a PNG: its chunks by their checksums, its sides by its data, its data row by row as far as it inflates. */
import { crc32, deflateSync, inflateSync } from 'node:zlib'
import { decodeStrictly } from '../codec.ts'
import { isAllowed, type Repaired, type RepairLimits } from '../found.ts'
import { inflateFrom } from '../inflate.ts'
import { type Chunk, type ParsedPng, type PngHeader, parsePng } from './chunks.ts'
import { fillRows, otherSides, rowBytes, soundRows, streamBytes } from './rows.ts'

const damagedData = 'The compressed picture data was damaged.'

/** What a decoder does not complain of: a missing end, checksums, more data than the sides need. `bytes` decodes strictly. */
export function isSoundPng(bytes: Buffer, limits: RepairLimits): boolean {
  const { findings, chunks, header } = parsePng(bytes, 0)
  if (findings.size > 0 || header === undefined) return false
  const { raw, complete } = readStream(
    chunks.filter(({ type }) => type === 'IDAT'),
    mostBytes(bytes, limits),
  )
  return complete && (raw.length === streamBytes(header) || otherSides(header, raw) === undefined)
}

const mostBytes = (bytes: Buffer, limits: RepairLimits) =>
  Math.min(limits.pixels * 8 + limits.side, bytes.length * 1100 + 65_536, 1.5 * 1024 ** 3)

/** The picture whose signature is at `start`; undefined when nothing of it can be read. */
export async function repairPng(bytes: Buffer, start: number, limits: RepairLimits): Promise<Repaired | undefined> {
  const parsed = parsePng(bytes, start)
  const { findings, chunks } = parsed
  let header = parsed.header
  if (header === undefined) return undefined
  const data = chunks.filter(({ type }) => type === 'IDAT')
  const stream = readStream(data, mostBytes(bytes, limits))
  const expected = streamBytes(header)
  const sides = stream.complete && stream.raw.length !== expected ? otherSides(header, stream.raw) : undefined
  if (sides !== undefined) {
    findings.add(
      `The size in the header was wrong (${header.width} x ${header.height}); by its data the picture is ${sides.width} x ${sides.height}.`,
    )
    header = { ...header, ...sides }
  }
  if (!isAllowed(header.width, header.height, limits)) return undefined
  if (stream.complete && stream.raw.length === streamBytes(header))
    return await finish(parsed, header, stream.coded, 1, limits)
  if (stream.raw.length === 0) return undefined
  findings.add(damagedData)
  if (header.interlaced) return undefined
  const rows = soundRows(stream.raw, rowBytes(header, header.width), header.height)
  if (rows === 0) return undefined
  const filled = deflateSync(fillRows(header, stream.raw, rows, lightest(chunks)), { level: 6 })
  return await finish(parsed, header, filled, rows / header.height, limits)
}

/** The index of the lightest colour of the palette. */
function lightest(chunks: readonly Chunk[]): number {
  const palette = chunks.find(({ type }) => type === 'PLTE')
  const colours = palette?.mended ?? palette?.data ?? Buffer.alloc(0)
  const tones = Array.from({ length: Math.floor(colours.length / 3) }, (_, index) =>
    [0, 1, 2].reduce((sum, channel) => sum + (colours[index * 3 + channel] ?? 0), 0),
  )
  return Math.max(0, tones.indexOf(Math.max(...tones)))
}

interface Stream {
  /** Inflated, as far as it goes. */
  raw: Buffer
  /** The zlib stream, where it is complete. */
  coded: Buffer
  complete: boolean
}

function readStream(data: readonly Chunk[], most: number): Stream {
  const plain = Buffer.concat(data.map((chunk) => chunk.data))
  const mended = data.some((chunk) => chunk.mended !== undefined)
    ? Buffer.concat(data.map((chunk) => chunk.mended ?? chunk.data))
    : undefined
  let best: Stream = { raw: Buffer.alloc(0), coded: plain, complete: false }
  for (const coded of mended === undefined ? [plain] : [plain, mended]) {
    try {
      return { raw: inflateSync(coded, { maxOutputLength: most }), coded, complete: true }
    } catch {
      const { bytes, complete } = inflateFrom(coded, 2, most)
      // Whole but for its checksum: coded anew.
      if (complete && bytes.length > best.raw.length)
        best = { raw: bytes, coded: deflateSync(bytes, { level: 6 }), complete }
      else if (bytes.length > best.raw.length) best = { raw: bytes, coded, complete: false }
    }
  }
  return best
}

async function finish(
  { chunks, findings }: ParsedPng,
  header: PngHeader,
  coded: Buffer,
  savedRows: number,
  limits: RepairLimits,
): Promise<Repaired | undefined> {
  const first = chunks.findIndex(({ type }) => type === 'IDAT')
  const kept = chunks.flatMap((chunk, index) => {
    const { type, sound, mended } = chunk
    if (type === 'IDAT') return index === first ? [{ type, data: coded }] : []
    const needed = type === 'PLTE' || type === 'tRNS'
    if (!sound && mended === undefined && !needed) {
      findings.add('A damaged chunk of metadata was left out.')
      return []
    }
    const data = mended ?? chunk.data
    return [{ type, data: type === 'PLTE' ? data.subarray(0, Math.min(768, data.length - (data.length % 3))) : data }]
  })
  if (header.colour === 3 && !kept.some(({ type }) => type === 'PLTE')) {
    findings.add('The palette was missing; shades of grey were put in.')
    const ramp = Buffer.from(Array.from({ length: 768 }, (_, index) => Math.floor(index / 3)))
    kept.unshift({ type: 'PLTE', data: ramp.subarray(0, 3 * 2 ** header.depth) })
  }
  for (const chosen of [kept, kept.filter(({ type }) => type === 'IDAT' || type === 'PLTE' || type === 'tRNS')]) {
    const bytes = Buffer.concat([
      Buffer.from('89504e470d0a1a0a', 'hex'),
      chunk('IHDR', headerData(header)),
      ...chosen.map(({ type, data }) => chunk(type, data)),
      chunk('IEND', Buffer.alloc(0)),
    ])
    if ((await decodeStrictly(bytes, limits)) !== undefined)
      return { bytes, format: 'png', findings: [...findings], savedRows }
    findings.add('A damaged chunk of metadata was left out.')
  }
  return undefined
}

function headerData({ width, height, depth, colour, interlaced }: PngHeader): Buffer {
  const data = Buffer.alloc(13)
  data.writeUInt32BE(width, 0)
  data.writeUInt32BE(height, 4)
  data[8] = depth
  data[9] = colour
  data[12] = interlaced ? 1 : 0
  return data
}

function chunk(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(data.length, 0)
  head.write(type, 4, 'latin1')
  const end = Buffer.alloc(4)
  end.writeUInt32BE(crc32(data, crc32(head.subarray(4))), 0)
  return Buffer.concat([head, data, end])
}
