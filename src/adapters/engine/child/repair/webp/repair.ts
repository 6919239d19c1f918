/**
 * Mends a WebP: sizes of the container and of its chunks are written anew, torn metadata is left out, frames are kept as
 * far as they are whole. A picture whose coded data was cut is filled up so that the decoder takes it; which of its rows
 * then come from the file is found by filling up twice, differently.
 */
import sharp from 'sharp'
import { decodeStrictly, nearLossless } from '../codec.ts'
import { isAllowed, type Repaired, type RepairLimits } from '../found.ts'

interface Chunk {
  type: string
  data: Buffer
  whole: boolean
}

const known = ['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF', 'ICCP', 'EXIF', 'XMP ']
const mostChunks = 20_000
/** Searches for the next chunk: hostile files could ask for endless ones. */
const mostSearches = 200
const truncated = 'The end of the file was missing.'
const wrongSizes = 'Sizes in the container were wrong.'

/** The picture whose container begins at `start`; undefined when nothing of it can be read. */
export async function repairWebp(bytes: Buffer, start: number, limits: RepairLimits): Promise<Repaired | undefined> {
  const findings = new Set<string>()
  const chunks = readChunks(bytes, start + 12, findings)
  const image = chunks.find(({ type }) => type === 'VP8 ' || type === 'VP8L')
  const animation = chunks.filter(({ type }) => type === 'ANMF')
  if (bytes.readUInt32LE(start + 4) + 8 !== bytes.length - start && findings.size === 0) findings.add(wrongSizes)
  if (animation.length > 0) {
    const frames = await animated(chunks, findings, limits)
    if (frames !== undefined) return frames
  }
  if (image === undefined) return undefined
  const sides = sidesOf(image)
  if (sides === undefined || !isAllowed(sides.width, sides.height, limits)) return undefined
  for (const kept of [chunks, [image, ...chunks.filter(({ type }) => type === 'ALPH')], [image]]) {
    const whole = assemble(kept, sides)
    if (image.whole && (await decodeStrictly(whole, limits)) !== undefined) {
      if (kept !== chunks) findings.add('Damaged metadata was left out.')
      if (findings.size === 0) findings.add(wrongSizes)
      return { bytes: whole, format: 'webp', findings: [...findings], savedRows: 1 }
    }
  }
  return await filledUp(image, sides, findings, limits)
}

function readChunks(bytes: Buffer, from: number, findings: Set<string>): Chunk[] {
  const chunks: Chunk[] = []
  let searches = 0
  let at = from
  while (at + 8 <= bytes.length && chunks.length < mostChunks) {
    const type = bytes.toString('latin1', at, at + 4)
    if (!known.includes(type)) {
      searches += 1
      const next = searches > mostSearches ? -1 : nextChunk(bytes, at + 1)
      if (next < 0) break
      findings.add(wrongSizes)
      at = next
      continue
    }
    const length = trueLength(bytes, at, type)
    if (length !== bytes.readUInt32LE(at + 4)) findings.add(length > bytes.length - at - 8 ? truncated : wrongSizes)
    const whole = at + 8 + length <= bytes.length
    if (!whole) findings.add(truncated)
    chunks.push({ type, data: bytes.subarray(at + 8, Math.min(bytes.length, at + 8 + length)), whole })
    at += 8 + length + (length & 1)
  }
  return chunks
}

/** The declared length where a chunk or the end follows it; else what the data says of itself, or up to the next chunk. */
function trueLength(bytes: Buffer, at: number, type: string): number {
  const declared = bytes.readUInt32LE(at + 4)
  const end = at + 8 + declared + (declared & 1)
  const left = bytes.length - at - 8
  if (type === 'VP8X') return 10
  if (type === 'ANIM') return 6
  if (declared <= left && (end >= bytes.length || known.includes(bytes.toString('latin1', end, end + 4))))
    return declared
  // Junk may follow a whole file.
  const riff = bytes.lastIndexOf('RIFF', at, 'latin1')
  if (riff >= 0 && bytes.readUInt32LE(riff + 4) + 8 + riff === end) return declared
  // A frame holds chunks of its own: the next one is not its end.
  const next = type === 'ANMF' ? bytes.indexOf('ANMF', at + 8, 'latin1') : nextChunk(bytes, at + 8)
  if (next >= 0) return next - at - 8
  const atLeast = type === 'VP8 ' && left > 10 ? 10 + ((bytes.readUIntLE(at + 8, 3) >> 5) & 0x7ffff) : 1
  return declared > left || declared < atLeast
    ? Math.max(left, declared < 2 ** 28 ? Math.min(declared, left * 4) : 0)
    : declared
}

function nextChunk(bytes: Buffer, from: number): number {
  const places = known.map((type) => bytes.indexOf(type, from, 'latin1')).filter((at) => at >= 0)
  return places.length === 0 ? -1 : Math.min(...places)
}

interface Sides {
  width: number
  height: number
}

function sidesOf({ type, data }: Chunk): Sides | undefined {
  if (type === 'VP8 ') {
    if (data.length < 10 || data.readUIntBE(3, 3) !== 0x9d012a) return undefined
    return { width: data.readUInt16LE(6) & 0x3fff, height: data.readUInt16LE(8) & 0x3fff }
  }
  if (data.length < 5 || data[0] !== 0x2f) return undefined
  const packed = data.readUInt32LE(1)
  return { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 }
}

/** A container around the chunks, with a VP8X of its own where more than the picture is kept. */
function assemble(chunks: readonly Chunk[], { width, height }: Sides): Buffer {
  const whole = chunks.filter(({ whole: complete, type }) => complete && type !== 'VP8X')
  const types = new Set(whole.map(({ type }) => type))
  const order = ['ICCP', 'ANIM', 'ANMF', 'ALPH', 'VP8 ', 'VP8L', 'EXIF', 'XMP ']
  const sorted = whole.toSorted((a, b) => order.indexOf(a.type) - order.indexOf(b.type))
  const original = chunks.find(({ type }) => type === 'VP8X')?.data
  const lossless = whole.find(({ type }) => type === 'VP8L')?.data
  const alpha = types.has('ALPH') || (lossless !== undefined && ((lossless[4] ?? 0) & 0x10) !== 0)
  const parts = sorted.map(({ type, data }) => chunk(type, data))
  if (types.size > 1 || types.has('ANMF')) {
    const head = Buffer.alloc(10)
    head[0] =
      (types.has('ICCP') ? 0x20 : 0) |
      (alpha || ((original?.[0] ?? 0) & 0x10) !== 0 ? 0x10 : 0) |
      (types.has('EXIF') ? 0x08 : 0) |
      (types.has('XMP ') ? 0x04 : 0) |
      (types.has('ANMF') ? 0x02 : 0)
    head.writeUIntLE(width - 1, 4, 3)
    head.writeUIntLE(height - 1, 7, 3)
    parts.unshift(chunk('VP8X', head))
  }
  const body = Buffer.concat([Buffer.from('WEBP'), ...parts])
  const head = Buffer.alloc(8)
  head.write('RIFF', 0, 'latin1')
  head.writeUInt32LE(body.length, 4)
  return Buffer.concat([head, body])
}

function chunk(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.write(type, 0, 'latin1')
  head.writeUInt32LE(data.length, 4)
  return Buffer.concat([head, data, Buffer.alloc(data.length & 1)])
}

/** Whole frames up to the damage. */
async function animated(
  chunks: readonly Chunk[],
  findings: Set<string>,
  limits: RepairLimits,
): Promise<Repaired | undefined> {
  const head = chunks.find(({ type }) => type === 'VP8X')?.data
  const frames = chunks.filter(({ type, whole }) => type === 'ANMF' && whole)
  const lost = chunks.filter(({ type, whole }) => type === 'ANMF' && !whole).length
  if (head === undefined || head.length < 10) return undefined
  const sides = { width: head.readUIntLE(4, 3) + 1, height: head.readUIntLE(7, 3) + 1 }
  const anim = chunks.find(({ type, whole }) => type === 'ANIM' && whole) ?? {
    type: 'ANIM',
    data: Buffer.alloc(6),
    whole: true,
  }
  // A frame that does not decode takes those behind it with it: they may show only what changed.
  for (let count = frames.length; count > 0; count = count > 8 ? Math.floor(count * 0.75) : count - 1) {
    const metadata = chunks.filter(({ type }) => type === 'ICCP')
    const bytes = assemble(
      [...metadata, { ...anim }, ...frames.slice(0, count), ...chunks.filter(({ type }) => type === 'VP8X')],
      sides,
    )
    if ((await decodeStrictly(bytes, limits)) === undefined) continue
    if (findings.size === 0) findings.add('Frames were damaged.')
    return { bytes, format: 'webp', findings: [...findings], savedRows: count / (frames.length + lost) }
  }
  return undefined
}

/** Bytes in the place of the missing ones: decoders read on over some and stop at others. */
const fillings = Array.from({ length: 128 }, (_, index) => (index * 85) & 255)
/** Pixels decoded in search of fillings that work. */
const mostPixels = 256_000_000

async function filledUp(
  image: Chunk,
  sides: Sides,
  findings: Set<string>,
  limits: RepairLimits,
): Promise<Repaired | undefined> {
  const missing = Math.min(64 * 1024 * 1024, sides.width * sides.height * 4 + 4096)
  const drawn: { data: Buffer; channels: 3 | 4 }[] = []
  for (const byte of fillings.slice(0, Math.max(4, mostPixels / (sides.width * sides.height)))) {
    const data = Buffer.concat([image.data, Buffer.alloc(missing, byte)])
    const padded = assemble([{ ...image, data, whole: true }], sides)
    const decoded = await sharp(padded, { failOn: 'none', limitInputPixels: limits.pixels })
      .raw()
      .toBuffer({ resolveWithObject: true })
      .catch(() => undefined)
    if (decoded !== undefined) drawn.push({ data: decoded.data, channels: decoded.info.channels === 4 ? 4 : 3 })
    if (drawn.length === 2) break
  }
  const [first, second] = drawn
  if (first === undefined) return undefined
  const row = sides.width * first.channels
  let rows = 0
  const same = (at: number) => second === undefined || first.data.compare(second.data, at, at + row, at, at + row) === 0
  while (rows < sides.height && same(rows * row)) rows += 1
  if (second === undefined) rows = shown(first.data, row, sides.height)
  if (rows === 0) return undefined
  findings.add(image.whole ? 'The coded picture data was damaged.' : truncated)
  first.data.fill(first.channels === 4 ? 0 : 0xff, rows * row)
  const raw = { width: sides.width, height: sides.height, channels: first.channels }
  const picture = sharp(first.data, { raw, limitInputPixels: limits.pixels })
  const bytes = await (image.type === 'VP8L'
    ? picture.webp({ lossless: true, effort: 1 })
    : nearLossless(picture, 'webp')
  ).toBuffer()
  return { bytes, format: 'webp', findings: [...findings], savedRows: rows / sides.height }
}

/** Rows before the last ones that are all the same. */
function shown(data: Buffer, row: number, height: number): number {
  let rows = height
  while (rows > 1 && data.compare(data, (rows - 2) * row, (rows - 1) * row, (rows - 1) * row, rows * row) === 0)
    rows -= 1
  return rows
}
