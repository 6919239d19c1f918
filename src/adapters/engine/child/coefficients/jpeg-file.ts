/** The structure of a JPEG file: its frame, tables and scans, and the few other segments that a rewritten file keeps. */

/** A file that is damaged or of a kind not read here; whoever asks goes another way. */
export class Unsuited extends Error {}

export interface Component {
  id: number
  /** Sampling factors. */
  h: number
  v: number
  /** Number of its quantisation table. */
  table: number
  /** Blocks that hold pixels, and blocks with the padding to whole MCUs. */
  blocksWide: number
  blocksHigh: number
  paddedWide: number
  paddedHigh: number
}

export interface Frame {
  progressive: boolean
  width: number
  height: number
  components: Component[]
  /** Largest sampling factors: an MCU is 8 times that. */
  h: number
  v: number
}

/** Codes of a Huffman table: how many of each length 1..16, and the symbols in order. */
export interface HuffmanSpec {
  counts: Uint8Array
  symbols: Uint8Array
}

export interface Scan {
  components: { component: number; dc: HuffmanSpec | undefined; ac: HuffmanSpec | undefined }[]
  /** Spectral selection and successive approximation; 0..63 and 0, 0 unless progressive. */
  from: number
  to: number
  high: number
  low: number
  /** MCUs between restart markers; 0: none. */
  restart: number
  /** Where the entropy-coded bytes start and end. */
  start: number
  end: number
}

export interface JpegFile {
  frame: Frame
  scans: Scan[]
  /** By number, in zigzag order. */
  quantisation: Map<number, Uint16Array>
  /** JFIF header, colour profile and Adobe segments with their markers: what the colours depend on. */
  kept: Buffer[]
}

const mostScans = 100

/** @throws Unsuited */
export function parseJpeg(file: Buffer): JpegFile {
  if (file.readUInt16BE(0) !== 0xffd8) throw new Unsuited('no start of image')
  const quantisation = new Map<number, Uint16Array>()
  const huffman = new Map<number, HuffmanSpec>()
  const [scans, kept]: [Scan[], Buffer[]] = [[], []]
  let frame: Frame | undefined
  let restart = 0
  for (let at = 2; ; ) {
    if (file[at] !== 0xff) throw new Unsuited('bytes between segments')
    const marker = file[at + 1] ?? 0
    if (marker === 0xff) {
      at += 1
      continue
    }
    if (marker === 0xd9) break
    const length = file.readUInt16BE(at + 2)
    const end = at + 2 + length
    if (length < 2 || end > file.length) throw new Unsuited('a segment beyond the end')
    const body = file.subarray(at + 4, end)
    if (marker === 0xdb) readQuantisation(body, quantisation)
    else if (marker === 0xc4) readHuffman(body, huffman)
    else if (marker === 0xdd) restart = body.readUInt16BE(0)
    else if (marker === 0xc0 || marker === 0xc1 || marker === 0xc2) {
      if (frame !== undefined) throw new Unsuited('two frames')
      frame = readFrame(body, marker === 0xc2)
    } else if (marker >= 0xc0 && marker <= 0xcf) throw new Unsuited('lossless, hierarchical or arithmetic coding')
    else if (isKept(marker, body)) kept.push(file.subarray(at, end))
    at = end
    if (marker !== 0xda) continue
    if (frame === undefined || scans.length === mostScans) throw new Unsuited('scans without a frame, or too many')
    const scan = { ...readScan(body, frame, huffman), restart, start: at, end: endOfScan(file, at) }
    scans.push(scan)
    at = scan.end
  }
  if (frame === undefined || scans.length === 0) throw new Unsuited('no picture')
  return { frame, scans, quantisation, kept }
}

/** JFIF (APP0), ICC profile (APP2), Adobe (APP14). */
function isKept(marker: number, body: Buffer): boolean {
  const name = (length: number) => body.toString('latin1', 0, length)
  return (
    (marker === 0xe0 && name(5) === 'JFIF\0') ||
    (marker === 0xe2 && name(12) === 'ICC_PROFILE\0') ||
    (marker === 0xee && name(5) === 'Adobe')
  )
}

function readQuantisation(body: Buffer, tables: Map<number, Uint16Array>): void {
  for (let at = 0; at < body.length; ) {
    const wide = body.readUInt8(at) >> 4 !== 0
    const number = body.readUInt8(at) & 15
    const table = new Uint16Array(64)
    for (let k = 0; k < 64; k++) table[k] = wide ? body.readUInt16BE(at + 1 + k * 2) : body.readUInt8(at + 1 + k)
    tables.set(number, table)
    at += wide ? 129 : 65
  }
}

/** Keyed as in the file: class in the upper four bits, number in the lower. Later definitions replace earlier ones. */
function readHuffman(body: Buffer, tables: Map<number, HuffmanSpec>): void {
  for (let at = 0; at < body.length; ) {
    const counts = Uint8Array.from(body.subarray(at + 1, at + 17))
    const total = counts.reduce((sum, count) => sum + count, 0)
    if (counts.length < 16 || total > 256 || at + 17 + total > body.length) throw new Unsuited('a bad Huffman table')
    const symbols = Uint8Array.from(body.subarray(at + 17, at + 17 + total))
    tables.set(body.readUInt8(at), { counts, symbols })
    at += 17 + total
  }
}

function readFrame(body: Buffer, progressive: boolean): Frame {
  const [height, width, count] = [body.readUInt16BE(1), body.readUInt16BE(3), body.readUInt8(5)]
  if (body.readUInt8(0) !== 8 || width === 0 || height === 0) throw new Unsuited('12 bits, or sides told later')
  // Four inks become sRGB elsewhere.
  if (count !== 1 && count !== 3) throw new Unsuited('neither grey nor three colours')
  const read = Array.from({ length: count }, (_, index) => {
    const at = 6 + index * 3
    const sampling = body.readUInt8(at + 1)
    // One component alone is not interleaved: its factors mean nothing.
    const [h, v] = count === 1 ? [1, 1] : [sampling >> 4, sampling & 15]
    return { id: body.readUInt8(at), h, v, table: body.readUInt8(at + 2) }
  })
  const [h, v] = [Math.max(...read.map((each) => each.h)), Math.max(...read.map((each) => each.v))]
  const blocks = read.reduce((sum, each) => sum + each.h * each.v, 0)
  if (read.some((each) => each.h < 1 || each.v < 1 || each.h > 4 || each.v > 4) || blocks > 10) {
    throw new Unsuited('sampling factors that one scan cannot hold')
  }
  const components = read.map((each) => ({
    ...each,
    blocksWide: Math.ceil(Math.ceil((width * each.h) / h) / 8),
    blocksHigh: Math.ceil(Math.ceil((height * each.v) / v) / 8),
    paddedWide: Math.ceil(width / (8 * h)) * each.h,
    paddedHigh: Math.ceil(height / (8 * v)) * each.v,
  }))
  return { progressive, width, height, components, h, v }
}

function readScan(body: Buffer, frame: Frame, huffman: Map<number, HuffmanSpec>) {
  const count = body.readUInt8(0)
  const components = Array.from({ length: count }, (_, index) => {
    const id = body.readUInt8(1 + index * 2)
    const component = frame.components.findIndex((each) => each.id === id)
    if (component === -1) throw new Unsuited('a scan of an unknown component')
    const tables = body.readUInt8(2 + index * 2)
    return { component, dc: huffman.get(tables >> 4), ac: huffman.get(0x10 | (tables & 15)) }
  })
  if (count === 0 || new Set(components.map(({ component }) => component)).size !== count) {
    throw new Unsuited('a scan of no component, or of one twice')
  }
  const at = 1 + count * 2
  const [from, to, bits] = [body.readUInt8(at), body.readUInt8(at + 1), body.readUInt8(at + 2)]
  const [high, low] = [bits >> 4, bits & 15]
  const sound = frame.progressive
    ? from <= to && to < 64 && low < 14 && (from > 0 ? count === 1 : to === 0)
    : from === 0 && to === 63 && bits === 0
  if (!sound) throw new Unsuited('a scan with odd parameters')
  return { components, from, to, high, low }
}

/** The next marker that is neither a stuffed byte nor a restart. */
function endOfScan(file: Buffer, start: number): number {
  for (let at = file.indexOf(0xff, start); at !== -1 && at + 1 < file.length; at = file.indexOf(0xff, at + 1)) {
    const next = file[at + 1] ?? 0
    if (next !== 0 && (next < 0xd0 || next > 0xd7)) return at
  }
  throw new Unsuited('a scan without an end')
}
