import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setImmediate as turn } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import yazl from 'yazl'
import type { ByteRange } from './ports.ts'
import { layoutZip, type ZipEntry, type ZipLayout, zipStream } from './zip.ts'

interface File {
  name: string
  data: Buffer
}

const modified = Date.UTC(2026, 2, 2, 9, 36, 44)
const entryOf = ({ name, data }: File): ZipEntry => ({ name, size: data.length, crc32: crc32(data), modified })

/** An opener over buffers that hands them out in small chunks, as a file would. */
function opener(files: readonly File[], chunk = 1000) {
  const opened: number[] = []
  const open = async (index: number, range?: ByteRange) => {
    opened.push(index)
    const data = files[index]?.data ?? Buffer.alloc(0)
    const part = range === undefined ? data : data.subarray(range.start, range.end + 1)
    const chunks: Buffer[] = []
    for (let at = 0; at < part.length; at += chunk) chunks.push(part.subarray(at, at + chunk))
    return Readable.from(chunks, { objectMode: false })
  }
  return { open, opened }
}

async function archiveOf(files: readonly File[]): Promise<{ layout: ZipLayout; bytes: Buffer }> {
  const layout = layoutZip(files.map(entryOf))
  return { layout, bytes: await buffer(zipStream(layout, opener(files).open)) }
}

/** Reads an archive the strict way: from the end record, every header checked against its twin, nothing in between. */
function readStrictly(zip: Buffer): { name: string; data: Buffer; modified: number }[] {
  const end = zip.length - 22
  expect(zip.readUInt32LE(end)).toBe(0x06054b50)
  const count = zip.readUInt16LE(end + 10)
  let at = zip.readUInt32LE(end + 16)
  expect(at + zip.readUInt32LE(end + 12)).toBe(end)
  let expectedLocal = 0
  const files = Array.from({ length: count }, () => {
    expect(zip.readUInt32LE(at)).toBe(0x02014b50)
    const nameLength = zip.readUInt16LE(at + 28)
    const extraLength = zip.readUInt16LE(at + 30)
    const local = zip.readUInt32LE(at + 42)
    expect(local).toBe(expectedLocal)
    expect(zip.readUInt32LE(local)).toBe(0x04034b50)
    // Flags to sizes and the name are the same in both headers.
    expect(zip.subarray(local + 6, local + 28)).toEqual(zip.subarray(at + 8, at + 30))
    expect(zip.readUInt16LE(at + 8)).toBe(0x0800)
    const name = zip.subarray(at + 46, at + 46 + nameLength)
    expect(zip.subarray(local + 30, local + 30 + nameLength)).toEqual(name)
    const dataStart = local + 30 + nameLength + zip.readUInt16LE(local + 28)
    const data = zip.subarray(dataStart, dataStart + zip.readUInt32LE(at + 24))
    expect(crc32(data)).toBe(zip.readUInt32LE(at + 16))
    expectedLocal = dataStart + data.length
    const extra = at + 46 + nameLength
    expect(zip.readUInt16LE(extra)).toBe(0x5455)
    const seconds = zip.readInt32LE(extra + 5)
    at = extra + extraLength + zip.readUInt16LE(at + 32)
    return { name: name.toString(), data, modified: seconds * 1000 }
  })
  expect(at).toBe(end)
  return files
}

const samples: File[] = [
  { name: 'beach.jpg', data: Buffer.from('not really a picture') },
  { name: 'фото 1.jpg', data: Buffer.alloc(5000, 7) },
  { name: 'empty.png', data: Buffer.alloc(0) },
  { name: 'folder/海.webp', data: Buffer.alloc(70_000, 'ab') },
]

test('an archive reads back with every name, byte, CRC and date', async () => {
  const { layout, bytes } = await archiveOf(samples)
  expect(bytes.length).toBe(layout.length)
  expect(readStrictly(bytes)).toEqual(samples.map((file) => ({ ...file, modified })))
})

test('an archive without entries is valid', async () => {
  const { layout, bytes } = await archiveOf([])
  expect(layout.length).toBe(22)
  expect(readStrictly(bytes)).toEqual([])
})

/** Programs other people use; a machine without one of them skips its part. */
test.each([
  ['unzip', ['-tqq']],
  ['python3', ['-m', 'zipfile', '-t']],
])('%s accepts the archive', async (program, options) => {
  const folder = mkdtempSync(join(tmpdir(), 'imagestead-zip-'))
  try {
    const path = join(folder, 'sample.zip')
    writeFileSync(path, (await archiveOf(samples)).bytes)
    const { error, status, stdout, stderr } = spawnSync(program, [...options, path], { encoding: 'utf8' })
    if (error !== undefined) return
    expect({ status, output: /warning|bad|error/i.exec(stdout + stderr)?.[0] }).toEqual({
      status: 0,
      output: undefined,
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('what yazl stores reads the same, entry for entry', async () => {
  const other = new yazl.ZipFile()
  for (const { name, data } of samples) other.addBuffer(data, name, { compress: false, mtime: new Date(modified) })
  other.end()
  const theirs = await buffer(other.outputStream)
  const ours = (await archiveOf(samples)).bytes
  const summary = (zip: Buffer) => {
    let at = zip.readUInt32LE(zip.length - 6)
    return samples.map(() => {
      const nameLength = zip.readUInt16LE(at + 28)
      const seen = {
        flags: zip.readUInt16LE(at + 8) & 0x0800,
        method: zip.readUInt16LE(at + 10),
        crc32: zip.readUInt32LE(at + 16),
        stored: zip.readUInt32LE(at + 20),
        size: zip.readUInt32LE(at + 24),
        mode: zip.readUInt32LE(at + 38) >>> 16,
        name: zip.subarray(at + 46, at + 46 + nameLength).toString(),
      }
      at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
      // yazl marks ASCII names as UTF-8 too, as we do; its file mode has the group's write bit.
      return { ...seen, mode: seen.mode & ~0o020 }
    })
  }
  expect(summary(ours)).toEqual(summary(theirs))
})

test('any range is the same slice of the whole', async () => {
  const file = fc.record({
    name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
    data: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(file, { maxLength: 6 }), fc.nat(), fc.nat(), async (files, a, b) => {
      const { layout, bytes } = await archiveOf(files)
      expect(bytes.length).toBe(layout.length)
      expect(readStrictly(bytes).map(({ name, data }) => ({ name, data }))).toEqual(files)
      const [start, end] = [a % bytes.length, b % bytes.length].sort((x, y) => x - y) as [number, number]
      const { open } = opener(files, 7)
      expect(await buffer(zipStream(layout, open, { start, end }))).toEqual(bytes.subarray(start, end + 1))
    }),
    { numRuns: 150 },
  )
})

test('a range opens only the entries it touches, and only their part', async () => {
  const layout = layoutZip(samples.map(entryOf))
  const asked: (ByteRange | undefined)[] = []
  const { open, opened } = opener(samples)
  const start = layout.directoryStart - 10
  await buffer(
    zipStream(
      layout,
      (index, range) => {
        asked.push(range)
        return open(index, range)
      },
      { start, end: layout.length - 1 },
    ),
  )
  expect(opened).toEqual([3])
  expect(asked).toEqual([{ start: 69_990, end: 69_999 }])
})

test('entries are opened one after the other, not before the reader wants them', async () => {
  const files = Array.from({ length: 4 }, (_, index) => ({ name: `${index}.bin`, data: Buffer.alloc(3 * 1024 * 1024) }))
  const { open, opened } = opener(files, 65_536)
  const stream = zipStream(layoutZip(files.map(entryOf)), open)
  expect(opened).toEqual([])
  stream.once('readable', () => undefined)
  for (let step = 0; step < 50; step += 1) await turn()
  expect(opened).toEqual([0])
  expect((await buffer(stream)).length).toBeGreaterThan(12 * 1024 * 1024)
  expect(opened).toEqual([0, 1, 2, 3])
})

test('destroying the archive closes the open entry and tells a pending open', async () => {
  const endless = new Readable({ read: () => undefined })
  const stream = zipStream(layoutZip([{ name: 'a', size: 9, crc32: 0, modified }]), async () => endless)
  stream.resume()
  await turn()
  stream.destroy()
  await turn()
  expect(endless.destroyed).toBe(true)

  let told: AbortSignal | undefined
  const late = new Readable({ read: () => undefined })
  let arrive: (value: Readable) => void = () => undefined
  const pending = zipStream(layoutZip([{ name: 'a', size: 9, crc32: 0, modified }]), (_index, _range, signal) => {
    told = signal
    return new Promise((resolve) => {
      arrive = resolve
    })
  })
  pending.resume()
  await turn()
  pending.destroy()
  expect(told?.aborted).toBe(true)
  arrive(late)
  await turn()
  expect(late.destroyed).toBe(true)
})

test.each([
  ['fewer', Buffer.alloc(8)],
  ['more', Buffer.alloc(10)],
])('an entry with %s bytes than recorded breaks the download instead of giving a wrong archive', async (_, data) => {
  const layout = layoutZip([{ name: 'a', size: 9, crc32: 0, modified }])
  await expect(buffer(zipStream(layout, async () => Readable.from([data])))).rejects.toMatchObject({ code: 'internal' })
})

test('an entry that cannot be opened, fails or closes early fails the archive', async () => {
  const layout = layoutZip([{ name: 'a', size: 9, crc32: 0, modified }])
  const gone = new Error('gone')
  await expect(buffer(zipStream(layout, () => Promise.reject(gone)))).rejects.toBe(gone)
  const failing = async () => new Readable({ read: (): void => void failed.destroy(gone) })
  const failed = await failing()
  await expect(buffer(zipStream(layout, async () => failed))).rejects.toBe(gone)
  const closing = new Readable({ read: (): void => void closing.destroy() })
  await expect(buffer(zipStream(layout, async () => closing))).rejects.toMatchObject({ code: 'internal' })
})

/** The end of a layout with huge sizes: its directory needs no data. */
async function tailOf(layout: ZipLayout): Promise<Buffer> {
  const open = () => Promise.reject(new Error('no entry is touched'))
  return buffer(zipStream(layout, open, { start: layout.directoryStart, end: layout.length - 1 }))
}

test('sizes and offsets beyond 4 GiB go into ZIP64 records', async () => {
  const size = 5 * 1024 ** 3
  const layout = layoutZip([
    { name: 'huge.tiff', size, crc32: 1, modified },
    { name: 'small.jpg', size: 10, crc32: 2, modified },
  ])
  const tail = await tailOf(layout)
  expect(tail.length).toBe(layout.length - layout.directoryStart)
  // Central headers: 46 + 9 (name) + 9 (time) + ZIP64 with two sizes, then with one offset.
  const first = 46 + 9 + 9
  expect(tail.readUInt32LE(20)).toBe(0xffffffff)
  expect(tail.readUInt16LE(first)).toBe(1)
  expect(tail.readUInt16LE(first + 2)).toBe(16)
  expect(tail.readBigUInt64LE(first + 4)).toBe(BigInt(size))
  const second = first + 20
  expect(tail.readUInt32LE(second + 20)).toBe(10)
  expect(tail.readUInt32LE(second + 42)).toBe(0xffffffff)
  const offset = 30 + 9 + 9 + 20 + size
  expect(tail.readUInt16LE(second + 46 + 9 + 9 + 2)).toBe(8)
  expect(tail.readBigUInt64LE(second + 46 + 9 + 9 + 4)).toBe(BigInt(offset))
  // ZIP64 end record, its locator, the end record.
  const end64 = tail.length - 22 - 20 - 56
  expect(tail.readUInt32LE(end64)).toBe(0x06064b50)
  expect(tail.readBigUInt64LE(end64 + 48)).toBe(BigInt(layout.directoryStart))
  expect(tail.readBigUInt64LE(end64 + 40)).toBe(BigInt(end64))
  expect(tail.readUInt32LE(end64 + 56)).toBe(0x07064b50)
  expect(tail.readBigUInt64LE(end64 + 56 + 8)).toBe(BigInt(layout.directoryStart + end64))
  expect(tail.readUInt32LE(tail.length - 6)).toBe(0xffffffff)
  // The local header repeats the size in its own ZIP64 field.
  const open = () => Promise.reject(new Error('no entry is touched'))
  const local = await buffer(zipStream(layout, open, { start: 0, end: 30 + 9 + 9 + 20 - 1 }))
  expect(local.readUInt16LE(4)).toBe(45)
  expect(local.readBigUInt64LE(30 + 9 + 9 + 4)).toBe(BigInt(size))
})

test('65,535 entries need a ZIP64 end record, one less does not', async () => {
  const entries = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ name: `${index}`, size: 0, crc32: 0, modified }))
  const many = await tailOf(layoutZip(entries(65_535)))
  expect(many.readUInt16LE(many.length - 12)).toBe(0xffff)
  expect(many.readBigUInt64LE(many.length - 22 - 20 - 56 + 32)).toBe(65_535n)
  const fewer = await tailOf(layoutZip(entries(65_534)))
  expect(fewer.readUInt16LE(fewer.length - 12)).toBe(65_534)
})

test('a name or a size that cannot be written is refused', () => {
  expect(() => layoutZip([{ name: '', size: 1, crc32: 0, modified }])).toThrow(RangeError)
  expect(() => layoutZip([{ name: 'x'.repeat(65_536), size: 1, crc32: 0, modified }])).toThrow(RangeError)
  expect(() => layoutZip([{ name: 'x', size: -1, crc32: 0, modified }])).toThrow(RangeError)
})
