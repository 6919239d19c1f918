/**
 * Reads the markers of a JPEG that may be broken: wrong segment lengths, missing tables and ends, junk between segments,
 * thumbnails inside of torn metadata. What it keeps is sound; what it drops it tells.
 */
import { type FrameSpec, mcuSides } from './frame.ts'
import type { HuffmanSpec } from './huffman.ts'
import { isSoundMetadata } from './metadata.ts'

export interface ScanSpec {
  parts: { component: number; dc: number; ac: number }[]
  from: number
  to: number
  approxHigh: number
  approxLow: number
  spectralFrom: number
  spectralTo: number
  /** Coded data of the scan in the file. */
  dataFrom: number
  dataTo: number
  /** Tables as they stood when the scan began. */
  dcTables: (HuffmanSpec | undefined)[]
  acTables: (HuffmanSpec | undefined)[]
  restart: number
}

export interface ParsedJpeg {
  frame: FrameSpec | undefined
  quantisation: (Uint16Array | undefined)[]
  scans: ScanSpec[]
  /** Sound APPn and COM segments, whole. */
  metadata: Uint8Array[]
  findings: Set<string>
  /** The end marker was there. */
  ended: boolean
  /** First byte behind the picture. */
  end: number
}

export interface ParseOptions {
  /** End markers before the last one are damage. */
  throughEnds?: boolean
}

interface State extends ParsedJpeg {
  dcTables: (HuffmanSpec | undefined)[]
  acTables: (HuffmanSpec | undefined)[]
  restart: number
}

const lost = 'A segment of the header was damaged.'
const metadataLost = 'Damaged metadata (EXIF, colour profile or comment) was left out.'
const mostScans = 300

/** Parses from the start marker at `start`. */
export function parseJpeg(bytes: Uint8Array, start: number, options: ParseOptions = {}): ParsedJpeg {
  const state: State = {
    frame: undefined,
    quantisation: [],
    scans: [],
    metadata: [],
    findings: new Set(),
    ended: false,
    end: bytes.length,
    dcTables: [],
    acTables: [],
    restart: 0,
  }
  let at = start + 2
  while (at < bytes.length - 1 && state.scans.length < mostScans) {
    if (bytes[at] !== 0xff) {
      state.findings.add(lost)
      at = nextMarker(bytes, at)
      continue
    }
    const marker = bytes[at + 1] ?? 0
    if (marker === 0xff) at += 1
    else if (marker === 0xd9) {
      const more = options.throughEnds === true ? nextMarker(bytes, at + 2) : bytes.length
      state.ended = true
      state.end = at + 2
      if (more >= bytes.length) break
      at = more
    } else if (marker === 0xd8 && state.scans.length > 0) {
      // Another picture begins.
      state.end = at
      break
    } else if (marker === 0xd8 || (marker >= 0xd0 && marker <= 0xd7) || marker === 0x01 || marker === 0) {
      at += 2
    } else at = readSegment(bytes, at, marker, state, options)
  }
  return state
}

/** Reads the segment at `at` and returns where to go on. */
function readSegment(bytes: Uint8Array, at: number, marker: number, state: State, options: ParseOptions): number {
  const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)
  const next = at + 2 + length
  const fits = length >= 2 && next <= bytes.length
  const sound = fits && (next >= bytes.length || bytes[next] === 0xff || marker === 0xda)
  const body = bytes.subarray(at + 4, Math.min(fits ? next : bytes.length, bytes.length))
  switch (marker) {
    case 0xdb:
    case 0xc4: {
      // Tables say themselves how long they are.
      const open = bytes.subarray(at + 4)
      const limit = sound ? length - 2 : open.length
      const used = marker === 0xdb ? readQuantisation(open, limit, state) : readHuffman(open, limit, state)
      if (sound && used === length - 2) return next
      state.findings.add(lost)
      return nextMarker(bytes, at + 4 + used)
    }
    case 0xda:
      return readScan(bytes, at, state, options)
    case 0xdd:
      if (length !== 4) state.findings.add('The restart interval was damaged.')
      state.restart = ((bytes[at + 4] ?? 0) << 8) | (bytes[at + 5] ?? 0)
      return sound ? next : nextMarker(bytes, at + 4)
    case 0xc0:
    case 0xc1:
    case 0xc2: {
      const frame = readFrame(bytes.subarray(at + 4), marker)
      if (frame !== undefined && state.frame === undefined) state.frame = frame
      if (frame !== undefined && length === 8 + frame.components.length * 3) return next
      state.findings.add(lost)
      return frame === undefined ? nextMarker(bytes, at + 4) : at + 10 + frame.components.length * 3
    }
    default: {
      const app = marker >= 0xe0 || marker === 0xfe
      if (app && sound && isSoundMetadata(marker, body)) {
        state.metadata.push(bytes.subarray(at, next))
        return next
      }
      state.findings.add(app ? metadataLost : lost)
      return sound ? next : nextMarker(bytes, at + 4)
    }
  }
}

function readQuantisation(body: Uint8Array, limit: number, state: State): number {
  let at = 0
  while (at < limit) {
    const head = body[at] ?? 0xff
    const wide = head >> 4 === 1
    const size = wide ? 128 : 64
    if (head >> 4 > 1 || (head & 15) > 3 || at + 1 + size > body.length) break
    const table = Uint16Array.from({ length: 64 }, (_, k) =>
      wide ? ((body[at + 1 + k * 2] ?? 0) << 8) | (body[at + 2 + k * 2] ?? 0) : (body[at + 1 + k] ?? 0),
    )
    if (table.includes(0)) break
    state.quantisation[head & 15] = table
    at += 1 + size
  }
  return at
}

function readHuffman(body: Uint8Array, limit: number, state: State): number {
  let at = 0
  while (at < limit) {
    const head = body[at] ?? 0xff
    const counts = body.slice(at + 1, at + 17)
    const total = counts.reduce((sum, count) => sum + count, 0)
    if (head >> 4 > 1 || (head & 15) > 3 || counts.length < 16 || total < 1 || total > 256) break
    if (at + 17 + total > body.length || !canBeCodes(counts)) break
    const tables = head >> 4 === 0 ? state.dcTables : state.acTables
    tables[head & 15] = { counts, values: body.slice(at + 17, at + 17 + total) }
    at += 17 + total
  }
  return at
}

function canBeCodes(counts: Uint8Array): boolean {
  let room = 1
  for (const count of counts) {
    room = room * 2 - count
    if (room < 0) return false
  }
  return true
}

function readFrame(body: Uint8Array, kind: number): FrameSpec | undefined {
  const count = body[5] ?? 0
  if (body[0] !== 8 || count < 1 || count > 4 || body.length < 6 + count * 3) return undefined
  const components = Array.from({ length: count }, (_, index) => {
    const at = 6 + index * 3
    const sampling = body[at + 1] ?? 0
    return { id: body[at] ?? 0, h: sampling >> 4, v: sampling & 15, table: body[at + 2] ?? 0 }
  })
  const possible = components.every(({ h, v, table }) => h >= 1 && h <= 4 && v >= 1 && v <= 4 && table < 4)
  const blocks = components.reduce((sum, { h, v }) => sum + h * v, 0)
  if (!possible || (count > 1 && blocks > 10)) return undefined
  const height = ((body[1] ?? 0) << 8) | (body[2] ?? 0)
  const width = ((body[3] ?? 0) << 8) | (body[4] ?? 0)
  return { kind, width, height, components }
}

function readScan(bytes: Uint8Array, at: number, state: State, options: ParseOptions): number {
  const count = bytes[at + 4] ?? 0
  const frame = state.frame
  const dataFrom = at + 8 + count * 2
  if (frame === undefined || count < 1 || count > frame.components.length || dataFrom > bytes.length) {
    state.findings.add(lost)
    return nextMarker(bytes, at + 4)
  }
  if ((((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) !== 6 + count * 2) state.findings.add(lost)
  const parts = Array.from({ length: count }, (_, index) => {
    const id = bytes[at + 5 + index * 2] ?? 0
    const tables = bytes[at + 6 + index * 2] ?? 0
    const found = frame.components.findIndex((component) => component.id === id)
    return { component: found >= 0 ? found : index, dc: (tables >> 4) & 3, ac: tables & 3 }
  })
  const [spectralFrom = 0, spectralTo = 63, approx = 0] = bytes.subarray(dataFrom - 3, dataFrom)
  const dataTo = endOfScan(bytes, dataFrom, options)
  state.scans.push({
    parts,
    from: at,
    to: dataTo,
    approxHigh: approx >> 4,
    approxLow: approx & 15,
    spectralFrom,
    spectralTo,
    dataFrom,
    dataTo,
    dcTables: [...state.dcTables],
    acTables: [...state.acTables],
    restart: state.restart,
  })
  return dataTo
}

/** The next marker that can end coded data; other markers there are damage. */
function endOfScan(bytes: Uint8Array, from: number, options: ParseOptions): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    const marker = bytes[at + 1] ?? 0
    if (marker === 0xd9) {
      if (options.throughEnds !== true || nextEnd(bytes, at + 2) < 0) return at
    } else if (marker >= 0xc0 && (isMarker(bytes, at) || isStart(bytes, at))) return at
  }
  return bytes.length
}

/** Another picture begins: this never stands in coded data. */
const isStart = (bytes: Uint8Array, at: number) =>
  bytes[at + 1] === 0xd8 && bytes[at + 2] === 0xff && (bytes[at + 3] ?? 0) >= 0xc0 && bytes[at + 3] !== 0xff

const nextEnd = (bytes: Uint8Array, from: number) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(Buffer.from([0xff, 0xd9]), from)

/** A marker whose segment makes sense; metadata only where another marker follows it. */
function isMarker(bytes: Uint8Array, at: number): boolean {
  const marker = bytes[at + 1] ?? 0
  const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)
  const next = at + 2 + length
  const first = bytes[at + 4] ?? 0xff
  switch (marker) {
    case 0xdb:
      return first >> 4 <= 1 && (first & 15) <= 3 && length >= 67 && bytes[next] === 0xff
    case 0xc4:
      return first >> 4 <= 1 && (first & 15) <= 3 && length >= 20 && bytes[next] === 0xff
    case 0xda:
      return first >= 1 && first <= 4 && length === 6 + first * 2
    case 0xdd:
      return length === 4
    case 0xdc:
      return length === 4
    case 0xc0:
    case 0xc1:
    case 0xc2:
      return first === 8 && length >= 11 && length <= 20 && length === 8 + (bytes[at + 9] ?? 0) * 3
    default:
      return (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe
        ? length >= 2 && bytes[next] === 0xff && (bytes[next + 1] ?? 0) >= 0xc0
        : false
  }
}

/** The next plausible marker from `from` on; thumbnails (pictures within a torn segment) are stepped over. */
function nextMarker(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    const marker = bytes[at + 1] ?? 0
    if (marker === 0xd8 && bytes[at + 2] === 0xff) {
      const end = nextEnd(bytes.subarray(at, at + 65_536), 2)
      if (end >= 0) at += end + 1
    } else if (isMarker(bytes, at)) return at
  }
  return bytes.length
}

/** The sides in the header of the picture at `start`, without reading further; a thumbnail's are not taken for them. */
export function readSides(bytes: Uint8Array, start: number): { width: number; height: number } | undefined {
  return parseJpeg(bytes.subarray(start, start + 262_144), 0).frame
}

/** MCUs that the frame says the picture has. */
export function expectedMcus(frame: FrameSpec): number {
  const [width, height] = mcuSides(frame)
  return Math.ceil(frame.width / width) * Math.ceil(frame.height / height)
}
