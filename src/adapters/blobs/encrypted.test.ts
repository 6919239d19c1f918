import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blobKey } from '../../core/ids.ts'
import { fileKeyOf } from '../../core/keys/file-key.ts'
import type { BlobStore, BlobStreams } from '../../core/ports.ts'
import { blobStoreContract, chunked, codeOf } from './blobs.contract.ts'
import { createDiskBlobs } from './disk.ts'
import { createEncryptedBlobs } from './encrypted.ts'
import { headerBytes, plainSize, sealedSegmentBytes, segmentBytes, tagBytes } from './encrypted-format.ts'
import { createS3Blobs } from './s3.ts'
import { startTestS3, type TestS3 } from './test-s3.ts'

const secret = randomBytes(32)
const keyText = 'sixteen letters!'
const callersKey = fileKeyOf(keyText)

let s3: TestS3
let root: string
beforeAll(async () => {
  s3 = await startTestS3()
  root = await mkdtemp(join(tmpdir(), 'encrypted-blobs-'))
})
afterAll(async () => {
  await s3.stop()
  await rm(root, { recursive: true })
})

blobStoreContract(
  'encrypted on disk',
  async () => {
    const folder = join(root, 'contract')
    const blobs = createDiskBlobs({ root: folder })
    return {
      blobs,
      streams: createEncryptedBlobs(blobs, secret)(callersKey),
      leftovers: () => readdir(join(folder, 'work')),
      close: () => blobs.close(),
    }
  },
  true,
)

blobStoreContract(
  'encrypted on s3',
  async () => {
    const bucket = await s3.bucket()
    const { endpoint, accessKeyId, secretAccessKey } = s3
    const folder = join(root, 's3')
    const options = { endpoint, region: 'us-east-1', bucket, accessKeyId, secretAccessKey }
    const blobs = createS3Blobs({ ...options, root: folder, cacheBytes: 10_000_000 })
    return {
      blobs,
      streams: createEncryptedBlobs(blobs, secret)(callersKey),
      leftovers: async () => [...(await readdir(join(folder, 'work'))), ...(await s3.openUploads(bucket))],
      close: () => blobs.close(),
    }
  },
  true,
)

describe('the format of encrypted blobs', () => {
  let folder: string
  let blobs: BlobStore
  let streams: BlobStreams
  beforeAll(() => {
    folder = join(root, 'format')
    blobs = createDiskBlobs({ root: folder })
    streams = createEncryptedBlobs(blobs, secret)(callersKey)
  })
  afterAll(() => blobs.close())

  const fileOf = (key: string) => {
    const [project = '', name = ''] = key.split('/')
    return join(folder, 'blobs', project, name.slice(0, 2), name.slice(2, 4), name)
  }
  const put = async (bytes: Buffer, into = streams) => {
    const key = blobKey('default')
    await into.put(key, chunked(bytes, 100_000))
    return key
  }
  const read = async (key: string, range?: { start: number; end: number }, from = streams) =>
    buffer(await from.get(key, range === undefined ? {} : { range }))
  /** The key of the same file with other stored bytes. */
  const change = async (key: string, how: (stored: Buffer) => Buffer) => {
    await writeFile(fileOf(key), how(await readFile(fileOf(key))))
    return key
  }
  const segment = (index: number) => headerBytes + index * sealedSegmentBytes

  it.each([16, 24, 32])('takes keys of %i bytes, each opening nothing of the others', async (length) => {
    const bytes = randomBytes(1000)
    const own = createEncryptedBlobs(blobs, secret)(fileKeyOf('k'.repeat(length)))
    const key = await put(bytes, own)
    expect((await read(key, undefined, own)).equals(bytes)).toBe(true)
    for (const other of [`${'k'.repeat(length - 1)}K`, 'k'.repeat(length === 16 ? 24 : 16)]) {
      const foreign = createEncryptedBlobs(blobs, secret)(fileKeyOf(other))
      for (const range of [undefined, { start: 0, end: 1 }]) {
        await expect(foreign.get(key, range === undefined ? {} : { range })).rejects.toMatchObject({
          code: 'invalid',
          param: 'file_encryption_key',
        })
      }
    }
  })

  it('opens nothing without the secret of the installation', async () => {
    const elsewhere = createEncryptedBlobs(blobs, randomBytes(32))(callersKey)
    expect(await codeOf(elsewhere.get(await put(randomBytes(10))))).toBe('invalid')
  })

  it('stores neither content nor key, and the same content differently each time', async () => {
    const bytes = Buffer.from('a plain marker '.repeat(50_000))
    const [one, two] = [await readFile(fileOf(await put(bytes))), await readFile(fileOf(await put(bytes)))]
    for (const stored of [one, two]) {
      expect(stored.includes('plain marker')).toBe(false)
      expect(stored.includes(keyText)).toBe(false)
    }
    expect(one.subarray(8).equals(two.subarray(8))).toBe(false)
    expect(one.subarray(-500).equals(two.subarray(-500))).toBe(false)
  })

  const sizes = [0, 1, 1000, segmentBytes - 1, segmentBytes, segmentBytes + 1, 2 * segmentBytes, 3 * segmentBytes + 5]
  it.each(sizes)('knows the size of the content without the key: %i bytes', async (size) => {
    const key = await put(randomBytes(size))
    const stored = (await readFile(fileOf(key))).length
    expect(plainSize(stored)).toBe(size)
    expect(stored).toBe(headerBytes + size + Math.max(1, Math.ceil(size / segmentBytes)) * tagBytes)
    expect(await streams.stat(key)).toEqual({ size })
  })

  it.each(sizes.filter((size) => size > 0))('reads ranges at every border: %i bytes', async (size) => {
    const bytes = randomBytes(size)
    const key = await put(bytes)
    const borders = [0, 1, segmentBytes - 1, segmentBytes, segmentBytes + 1, 2 * segmentBytes, size - 1]
    const within = [...new Set(borders)].filter((at) => at >= 0 && at < size)
    for (const start of within) {
      for (const end of [...within.filter((at) => at >= start), size + 100]) {
        expect((await read(key, { start, end })).equals(bytes.subarray(start, end + 1))).toBe(true)
      }
    }
    expect(await codeOf(read(key, { start: size, end: size }))).toBe('invalid')
  })

  it('refuses a file cut off anywhere, also between two segments', async () => {
    const bytes = randomBytes(2 * segmentBytes + 100)
    const ends = [
      0,
      1,
      headerBytes - 1,
      headerBytes,
      headerBytes + tagBytes,
      segment(1) - 1,
      segment(1),
      segment(1) + 1,
    ]
    for (const end of [...ends, segment(2), segment(2) + tagBytes, segment(2) + tagBytes + 99]) {
      const key = await change(await put(bytes), (stored) => stored.subarray(0, end))
      expect(await codeOf(read(key)), `${end} bytes`).toBe('internal')
      // What is left of it is not taken for the end of a shorter file either.
      expect(await codeOf(read(key, { start: 0, end: 3 * segmentBytes })), `${end} bytes`).toMatch(/internal|invalid/)
    }
  })

  it('refuses bytes appended to a file', async () => {
    for (const size of [0, 100, segmentBytes]) {
      for (const more of [Buffer.alloc(1), Buffer.alloc(tagBytes), randomBytes(sealedSegmentBytes)]) {
        const key = await change(await put(randomBytes(size)), (stored) => Buffer.concat([stored, more]))
        expect(await codeOf(read(key))).toBe('internal')
      }
    }
  })

  it('refuses a changed bit in every part', async () => {
    const bytes = randomBytes(segmentBytes + 1000)
    const parts: [string, number, RegExp][] = [
      ['magic', 0, /internal/],
      ['version', 4, /internal/],
      ['length of the key', 5, /invalid/],
      ['reserved', 6, /invalid/],
      ['salt', 8, /invalid/],
      ['data key', 30, /invalid/],
      ['tag of the data key', 60, /invalid/],
      ['first segment', headerBytes, /internal/],
      ['tag of the first segment', segment(1) - 1, /internal/],
      ['last segment', segment(1) + 10, /internal/],
      ['last tag', segment(1) + 1000 + 5, /internal/],
    ]
    for (const [part, at, code] of parts) {
      const key = await change(await put(bytes), (stored) => {
        stored.writeUInt8(stored.readUInt8(at) ^ 4, at)
        return stored
      })
      expect(await codeOf(read(key)), part).toMatch(code)
    }
  })

  it('gives no byte of a segment that was changed, and those before it', async () => {
    const bytes = randomBytes(3 * segmentBytes)
    const key = await change(await put(bytes), (stored) => {
      stored.writeUInt8(stored.readUInt8(segment(1) + 5) ^ 1, segment(1) + 5)
      return stored
    })
    const given: Buffer[] = []
    const reading = (async () => {
      for await (const chunk of await streams.get(key)) given.push(chunk)
    })()
    expect(await codeOf(reading)).toBe('internal')
    expect(Buffer.concat(given).length).toBeLessThanOrEqual(segmentBytes)
    expect((await read(key, { start: 2 * segmentBytes, end: 2 * segmentBytes + 9 })).length).toBe(10)
    expect(await codeOf(read(key, { start: segmentBytes, end: segmentBytes }))).toBe('internal')
  })

  it('refuses segments that are swapped, repeated, left out, or of another file', async () => {
    const bytes = randomBytes(4 * segmentBytes)
    const other = await readFile(fileOf(await put(bytes)))
    const parts = (stored: Buffer) => [0, 1, 2, 3].map((index) => stored.subarray(segment(index), segment(index + 1)))
    const orders: [string, (own: Buffer[], foreign: Buffer[]) => (Buffer | undefined)[]][] = [
      ['swapped', ([a, b, c, d]) => [b, a, c, d]],
      ['last swapped', ([a, b, c, d]) => [a, b, d, c]],
      ['repeated', ([a, , c, d]) => [a, a, c, d]],
      ['left out', ([a, , c, d]) => [a, c, d]],
      ['of another file', ([a, , c, d], [, b]) => [a, b, c, d]],
    ]
    for (const [what, order] of orders) {
      const key = await change(await put(bytes), (stored) =>
        Buffer.concat([
          stored.subarray(0, headerBytes),
          ...order(parts(stored), parts(other)).map((part) => part ?? Buffer.alloc(0)),
        ]),
      )
      expect(await codeOf(read(key)), what).toBe('internal')
    }
  })

  it("refuses a whole file in another one's place, though its key is the same", async () => {
    const [one, two] = [await put(randomBytes(100)), await put(randomBytes(100))]
    await writeFile(fileOf(one), await readFile(fileOf(two)))
    expect(await codeOf(read(one))).toBe('invalid')
  })

  it('refuses what was never encrypted', async () => {
    for (const bytes of [Buffer.alloc(0), randomBytes(50), randomBytes(5000)]) {
      expect(await codeOf(read(await put(bytes, blobs)))).toBe('internal')
    }
  })

  it('gives back any content, from chunks of any size, whole and in part', async () => {
    const cases = fc.record({
      size: fc.nat(3 * segmentBytes),
      chunk: fc.integer({ min: 500, max: 400_000 }),
      from: fc.nat(1000),
      to: fc.nat(1000),
    })
    await fc.assert(
      fc.asyncProperty(cases, async ({ size, chunk, from, to }) => {
        const bytes = randomBytes(size)
        const key = blobKey('default')
        expect((await streams.put(key, chunked(bytes, chunk))).size).toBe(size)
        expect((await read(key)).equals(bytes)).toBe(true)
        const [start, end] = [from, to].sort((a, b) => a - b).map((share) => Math.floor((share / 1001) * size))
        if (size === 0 || start === undefined || end === undefined) return
        expect((await read(key, { start, end })).equals(bytes.subarray(start, end + 1))).toBe(true)
      }),
      { numRuns: 25 },
    )
  })
})
