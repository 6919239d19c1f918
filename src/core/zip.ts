/**
 * ZIP archives of files that are compressed already: every entry is stored as it is, so the whole layout is known before
 * the first byte. That gives an exact Content-Length and byte ranges, and the bytes pass untouched (no CRC, no deflate).
 * Names are UTF-8 (flag bit 11); ZIP64 records appear only where a size, an offset or the number of entries needs them.
 */
import { Readable } from 'node:stream'
import { DomainError } from './errors.ts'
import type { ByteRange } from './ports.ts'

export interface ZipEntry {
  /** Final name inside the archive, already cleaned; folders by `/`. */
  name: string
  size: number
  /** Unsigned. */
  crc32: number
  /** Epoch milliseconds. Must not change between two requests, or ranges of the archive would not fit together. */
  modified: number
}

export interface ZipLayout {
  entries: readonly PlacedEntry[]
  /** Where the central directory begins. */
  directoryStart: number
  /** Bytes of the whole archive. */
  length: number
}

interface PlacedEntry extends ZipEntry {
  nameBytes: Buffer
  /** Where its local header begins. */
  offset: number
  /** Where its data begins. */
  dataStart: number
}

/** Opens the bytes of entry `index`; `range` is relative to the entry, inclusive, and absent for the whole. */
export type OpenEntry = (index: number, range: ByteRange | undefined, signal: AbortSignal) => Promise<Readable>

const max16 = 0xffff
const max32 = 0xffffffff
const timestampBytes = 9

/**
 * Places the entries one after the other.
 * @throws RangeError when a name or a size cannot be written
 */
export function layoutZip(entries: readonly ZipEntry[]): ZipLayout {
  let offset = 0
  const placed = entries.map((entry): PlacedEntry => {
    const nameBytes = Buffer.from(entry.name)
    if (nameBytes.length === 0 || nameBytes.length > max16) {
      throw new RangeError(`a ZIP name has 1 to 65,535 bytes, this one ${nameBytes.length}`)
    }
    if (!Number.isSafeInteger(entry.size) || entry.size < 0) throw new RangeError(`no size of a file: ${entry.size}`)
    const dataStart = offset + 30 + nameBytes.length + localExtraBytes(entry)
    const at = { ...entry, nameBytes, offset, dataStart }
    offset = dataStart + entry.size
    return at
  })
  const directory = placed.reduce((sum, entry) => sum + 46 + entry.nameBytes.length + centralExtraBytes(entry), 0)
  const zip64 = needsZip64End(placed.length, directory, offset)
  return { entries: placed, directoryStart: offset, length: offset + directory + (zip64 ? 56 + 20 : 0) + 22 }
}

/**
 * The archive, or one range of it. Entries are opened one after the other, each only when its turn comes; destroying
 * the stream closes the open one. Fails with `internal` when an entry gives more or fewer bytes than its size.
 */
export function zipStream(layout: ZipLayout, open: OpenEntry, range?: ByteRange): Readable {
  const pieces = piecesOf(layout, range ?? { start: 0, end: layout.length - 1 })
  const abort = new AbortController()
  let source: Readable | undefined
  let busy = false

  const archive = new Readable({
    highWaterMark: 1024 * 1024,
    read() {
      if (source !== undefined) source.resume()
      else advance()
    },
    destroy(error, done) {
      abort.abort()
      source?.destroy()
      done(error)
    },
  })
  return archive

  /** Pushes what lies in memory, up to the next entry, whose bytes then flow by themselves. */
  function advance() {
    while (!busy && !archive.destroyed) {
      const piece = pieces.next()
      if (piece.done) {
        busy = true
        archive.push(null)
      } else if (Buffer.isBuffer(piece.value)) {
        if (!archive.push(piece.value)) return
      } else {
        busy = true
        const part = piece.value
        open(part.index, part.range, abort.signal).then(
          (opened) => flow(opened, part),
          (error) => archive.destroy(error),
        )
      }
    }
  }

  function flow(opened: Readable, part: EntryPiece) {
    if (archive.destroyed) {
      opened.on('error', () => undefined).destroy()
      return
    }
    let missing = part.bytes
    source = opened
    opened.on('data', (chunk: Buffer) => {
      missing -= chunk.length
      if (missing < 0) archive.destroy(wrongLength(part.index))
      else if (!archive.push(chunk)) opened.pause()
    })
    opened.once('end', () => {
      source = undefined
      busy = false
      if (missing === 0) advance()
      else archive.destroy(wrongLength(part.index))
    })
    opened.on('error', (error) => archive.destroy(error))
    opened.once('close', () => {
      if (source === opened) archive.destroy(wrongLength(part.index))
    })
  }
}

interface EntryPiece {
  index: number
  range: ByteRange | undefined
  bytes: number
}

/** The range as a sequence of ready bytes and stretches of entries. */
function* piecesOf(layout: ZipLayout, range: ByteRange): Generator<Buffer | EntryPiece> {
  const end = Math.min(range.end, layout.length - 1)
  for (const [index, entry] of layout.entries.entries()) {
    if (entry.offset > end) return
    if (entry.dataStart + entry.size <= range.start) continue
    const header = slice(entry.offset, entry.dataStart, range.start, end)
    if (header !== undefined) yield localHeader(entry).subarray(header.start, header.end + 1)
    const data = slice(entry.dataStart, entry.dataStart + entry.size, range.start, end)
    if (data === undefined) continue
    const bytes = data.end - data.start + 1
    yield { index, bytes, range: bytes === entry.size ? undefined : data }
  }
  const tail = slice(layout.directoryStart, layout.length, range.start, end)
  if (tail !== undefined) yield centralDirectory(layout).subarray(tail.start, tail.end + 1)
}

/** The part of [from, to) inside start..end, relative to `from`. */
function slice(from: number, to: number, start: number, end: number): ByteRange | undefined {
  const first = Math.max(from, start)
  const last = Math.min(to - 1, end)
  return first > last ? undefined : { start: first - from, end: last - from }
}

function wrongLength(index: number): DomainError {
  return new DomainError('internal', `File ${index + 1} of the archive has not the length that was recorded for it.`)
}

// ── Records, after PKWARE's APPNOTE ─────────────────────────────────────────────────────────────────────────────────

const localExtraBytes = (entry: ZipEntry) => timestampBytes + (entry.size >= max32 ? 20 : 0)
const centralExtraBytes = (entry: PlacedEntry) => timestampBytes + centralZip64(entry).length
const needsZip64End = (count: number, directoryBytes: number, directoryStart: number) =>
  count >= max16 || directoryBytes >= max32 || directoryStart >= max32

function localHeader(entry: PlacedEntry): Buffer {
  const big = entry.size >= max32
  const fixed = Buffer.alloc(30)
  fixed.writeUInt32LE(0x04034b50, 0)
  fixed.writeUInt16LE(big ? 45 : 20, 4)
  writeCommon(fixed, 6, entry, localExtraBytes(entry))
  return Buffer.concat([fixed, entry.nameBytes, timestamp(entry), big ? zip64Extra([entry.size, entry.size]) : empty])
}

function centralDirectory(layout: ZipLayout): Buffer {
  const records = layout.entries.flatMap((entry) => {
    const zip64 = centralZip64(entry)
    const fixed = Buffer.alloc(46)
    const version = zip64.length > 0 ? 45 : 20
    fixed.writeUInt32LE(0x02014b50, 0)
    // Made on Unix: the external attributes below are a file mode, so that nothing is unpacked as unreadable.
    fixed.writeUInt16LE((3 << 8) | version, 4)
    fixed.writeUInt16LE(version, 6)
    writeCommon(fixed, 8, entry, timestampBytes + zip64.length)
    fixed.writeUInt32LE((0o100644 << 16) >>> 0, 38)
    fixed.writeUInt32LE(Math.min(entry.offset, max32), 42)
    return [fixed, entry.nameBytes, timestamp(entry), zip64]
  })
  const directory = Buffer.concat(records)
  return Buffer.concat([directory, endRecords(layout.entries.length, directory.length, layout.directoryStart)])
}

/** What local and central header share: flags, method, time, CRC, sizes, lengths of name and extra field. */
function writeCommon(target: Buffer, at: number, entry: PlacedEntry, extraBytes: number) {
  const { date, time } = dosTime(entry.modified)
  const size = Math.min(entry.size, max32)
  target.writeUInt16LE(1 << 11, at)
  target.writeUInt16LE(0, at + 2)
  target.writeUInt16LE(time, at + 4)
  target.writeUInt16LE(date, at + 6)
  target.writeUInt32LE(entry.crc32, at + 8)
  target.writeUInt32LE(size, at + 12)
  target.writeUInt32LE(size, at + 16)
  target.writeUInt16LE(entry.nameBytes.length, at + 20)
  target.writeUInt16LE(extraBytes, at + 22)
}

function endRecords(count: number, directoryBytes: number, directoryStart: number): Buffer {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Math.min(count, max16), 8)
  end.writeUInt16LE(Math.min(count, max16), 10)
  end.writeUInt32LE(Math.min(directoryBytes, max32), 12)
  end.writeUInt32LE(Math.min(directoryStart, max32), 16)
  if (!needsZip64End(count, directoryBytes, directoryStart)) return end

  const end64 = Buffer.alloc(56)
  end64.writeUInt32LE(0x06064b50, 0)
  end64.writeBigUInt64LE(44n, 4)
  end64.writeUInt16LE((3 << 8) | 45, 12)
  end64.writeUInt16LE(45, 14)
  end64.writeBigUInt64LE(BigInt(count), 24)
  end64.writeBigUInt64LE(BigInt(count), 32)
  end64.writeBigUInt64LE(BigInt(directoryBytes), 40)
  end64.writeBigUInt64LE(BigInt(directoryStart), 48)
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(0x07064b50, 0)
  locator.writeBigUInt64LE(BigInt(directoryStart + directoryBytes), 8)
  locator.writeUInt32LE(1, 16)
  return Buffer.concat([end64, locator, end])
}

const empty = Buffer.alloc(0)

/** The central header's ZIP64 field holds only the values that did not fit, in this order. */
function centralZip64(entry: PlacedEntry): Buffer {
  const values = entry.size >= max32 ? [entry.size, entry.size] : []
  if (entry.offset >= max32) values.push(entry.offset)
  return values.length === 0 ? empty : zip64Extra(values)
}

function zip64Extra(values: readonly number[]): Buffer {
  const field = Buffer.alloc(4 + values.length * 8)
  field.writeUInt16LE(0x0001, 0)
  field.writeUInt16LE(values.length * 8, 2)
  for (const [index, value] of values.entries()) field.writeBigUInt64LE(BigInt(value), 4 + index * 8)
  return field
}

/** The moment in UTC ("UT" field): the DOS time has no zone, so readers would show it hours off. */
function timestamp(entry: ZipEntry): Buffer {
  const field = Buffer.alloc(timestampBytes)
  field.writeUInt16LE(0x5455, 0)
  field.writeUInt16LE(5, 2)
  field.writeUInt8(1, 4)
  field.writeInt32LE(Math.min(0x7fffffff, Math.max(0, Math.floor(entry.modified / 1000))), 5)
  return field
}

/** MS-DOS date and time, in UTC so that every node writes the same bytes; years 1980 to 2107. */
function dosTime(modified: number): { date: number; time: number } {
  const at = new Date(Math.min(Date.UTC(2107, 11, 31), Math.max(Date.UTC(1980, 0, 1), modified)))
  return {
    date: ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
    time: (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
  }
}
