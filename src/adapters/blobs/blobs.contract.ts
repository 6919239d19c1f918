/** What every BlobStore keeps: run by each adapter's test file. */
import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BlobFacts } from '../../core/blobs/records.ts'
import { DomainError, type ErrorCode } from '../../core/errors.ts'
import { blobKey } from '../../core/ids.ts'
import type { BlobStore, BlobStreams } from '../../core/ports.ts'

export interface BlobsUnderTest {
  blobs: BlobStore
  /** An encrypted view of it: what is put and read in its stead. */
  streams?: BlobStreams
  /** Everything an unfinished or refused upload could have left: temporary files, parts. */
  leftovers(): Promise<string[]>
  close(): Promise<void>
}

const MiB = 1024 * 1024

/** @param encrypted the stored bytes are others than those put: nothing is said of their size, hash and local files */
export function blobStoreContract(name: string, open: () => Promise<BlobsUnderTest>, encrypted = false): void {
  describe(`blob store: ${name}`, () => {
    let under: BlobsUnderTest
    let blobs: BlobStore
    let streams: BlobStreams
    beforeAll(async () => {
      under = await open()
      blobs = under.blobs
      streams = under.streams ?? blobs
    })
    afterAll(() => under.close())

    const read = async (key: string, range?: { start: number; end: number }) =>
      await buffer(await streams.get(key, range === undefined ? {} : { range }))
    const putBytes = async (bytes: Buffer, key = blobKey('default')) => {
      const facts = await streams.put(key, chunked(bytes, 50_000))
      return { key, facts }
    }
    const expectFacts = (facts: BlobFacts, bytes: Buffer) =>
      expect(facts).toMatchObject(encrypted ? { size: bytes.length } : factsOf(bytes))
    const expectNothing = async (key: string) => {
      expect(await streams.stat(key)).toBeUndefined()
      expect(await under.leftovers()).toEqual([])
    }

    it.each([0, 1, 65_536, MiB, MiB + 1, 20 * MiB + 7])(
      'returns the facts and the same bytes: %i bytes',
      async (size) => {
        const bytes = randomBytes(size)
        const { key, facts } = await putBytes(bytes)
        expectFacts(facts, bytes)
        expect(await streams.stat(key)).toEqual({ size })
        expect((await read(key)).equals(bytes)).toBe(true)
        expect(await under.leftovers()).toEqual([])
      },
    )

    it('takes text chunks and many tiny chunks', async () => {
      const bytes = Buffer.from('äöü'.repeat(1000))
      expectFacts(await streams.put(blobKey('default'), Readable.from(['äöü'.repeat(1000)])), bytes)
      const key = blobKey('default')
      const tiny = randomBytes(3000)
      expectFacts(await streams.put(key, chunked(tiny, 1)), tiny)
      expect(await read(key)).toEqual(tiny)
    })

    it.each([
      [0, 0],
      [0, 9],
      [MiB - 1, MiB],
      [3 * MiB - 1, 3 * MiB - 1],
      [3 * MiB - 5, 9 * MiB],
      [1, 3 * MiB - 2],
    ])('reads the range %i-%i', async (start, end) => {
      const bytes = randomBytes(3 * MiB)
      const { key } = await putBytes(bytes)
      expect((await read(key, { start, end })).equals(bytes.subarray(start, end + 1))).toBe(true)
    })

    it('refuses a range without a byte', async () => {
      const { key } = await putBytes(randomBytes(10))
      expect(await codeOf(read(key, { start: 10, end: 12 }))).toBe('invalid')
      expect(await codeOf(read(key, { start: 5, end: 4 }))).toBe('invalid')
      expect(await codeOf(read(key, { start: -1, end: 4 }))).toBe('invalid')
      const { key: empty } = await putBytes(Buffer.alloc(0))
      expect(await codeOf(read(empty, { start: 0, end: 0 }))).toBe('invalid')
    })

    it('says not_found for a key without bytes', async () => {
      const key = blobKey('default')
      expect(await codeOf(streams.get(key))).toBe('not_found')
      expect(await codeOf(streams.get(key, { range: { start: 0, end: 1 } }))).toBe('not_found')
      expect(await codeOf(blobs.localFile(key))).toBe('not_found')
      expect(await streams.stat(key)).toBeUndefined()
    })

    it('deletes, also twice', async () => {
      const { key } = await putBytes(randomBytes(10))
      await blobs.delete(key)
      await blobs.delete(key)
      expect(await codeOf(streams.get(key))).toBe('not_found')
    })

    it.each([
      '../etc/passwd',
      'default/../../x',
      `a/b/${'0'.repeat(32)}`,
      `A/${'0'.repeat(32)}`,
      'default/',
      `/${'0'.repeat(32)}`,
    ])('refuses the key %s everywhere', async (key) => {
      expect(await codeOf(streams.put(key, chunked(randomBytes(3), 3)))).toBe('internal')
      expect(await codeOf(streams.get(key))).toBe('internal')
      expect(await codeOf(streams.stat(key))).toBe('internal')
      expect(await codeOf(blobs.delete(key))).toBe('internal')
      expect(await codeOf(blobs.localFile(key))).toBe('internal')
      expect(await codeOf(blobs.adopt(blobs.workFile(), key, factsOf(Buffer.alloc(0))))).toBe('internal')
      expect(await under.leftovers()).toEqual([])
    })

    it('lists keys with size and time, by project and by prefix', async () => {
      const before = Date.now() - 2000
      const keys = ['list-a', 'list-a', 'list-a', 'list-a-b'].map((project) => blobKey(project))
      await Promise.all(keys.map((key, size) => putBytes(randomBytes(size), key)))
      const list = async (prefix: string) => {
        const found = []
        for await (const blob of blobs.list(prefix)) found.push(blob)
        return found
      }
      const found = await list('list-a')
      expect(found.map((blob) => blob.key)).toEqual([...keys].sort())
      expect((await list('list-a/')).map((blob) => blob.key)).toEqual(keys.slice(0, 3).sort())
      for (const { key, size, modified } of found) {
        if (!encrypted) expect(size).toBe(keys.indexOf(key))
        expect(modified).toBeGreaterThan(before)
        expect(modified).toBeLessThan(Date.now() + 2000)
      }
      const [one] = keys
      expect((await list(String(one).slice(0, 12))).map((blob) => blob.key)).toContain(one)
      expect(await list('list-none')).toEqual([])
    })

    it.each([0, MiB, 18 * MiB])('refuses more than maxBytes and keeps nothing: %i bytes', async (maxBytes) => {
      const key = blobKey('default')
      const source = chunked(randomBytes(maxBytes + 500_000), 100_000)
      expect(await codeOf(streams.put(key, source, { maxBytes }))).toBe('too_large')
      expect(source.destroyed).toBe(false)
      await expectNothing(key)
      await streams.put(key, chunked(randomBytes(maxBytes), 100_000), { maxBytes })
      expect(await streams.stat(key)).toEqual({ size: maxBytes })
    })

    it('keeps nothing of an upload that is aborted midway', async () => {
      for (const after of [0, 3 * MiB, 18 * MiB]) {
        const key = blobKey('default')
        const controller = new AbortController()
        const upload = streams.put(
          key,
          stalling(after, () => controller.abort()),
          { signal: controller.signal },
        )
        expect(await codeOf(upload)).toBe('cancelled')
        await expectNothing(key)
      }
      expect(
        await codeOf(streams.put(blobKey('default'), chunked(randomBytes(9), 3), { signal: AbortSignal.abort() })),
      ).toBe('cancelled')
    })

    it('keeps nothing of an upload whose source breaks off', async () => {
      for (const after of [0, 3 * MiB, 18 * MiB]) {
        const key = blobKey('default')
        const source: Readable = stalling(after, () => source.destroy(new Error('connection lost')))
        expect(await codeOf(streams.put(key, source))).toBe('cancelled')
        await expectNothing(key)
      }
      const source: Readable = stalling(0, () => source.destroy(new DomainError('fetch_failed', 'took too long')))
      expect(await codeOf(streams.put(blobKey('default'), source))).toBe('fetch_failed')
    })

    it('aborts a read', async () => {
      const { key } = await putBytes(randomBytes(5 * MiB))
      const controller = new AbortController()
      const stream = await streams.get(key, { signal: controller.signal })
      const reading = buffer(stream)
      controller.abort()
      expect(await codeOf(reading)).toBe('cancelled')
      expect(await codeOf(streams.get(key, { signal: AbortSignal.abort() }))).toBe('cancelled')
    })

    // Encrypted bytes are no files for others: nothing to test there, which is not a skipped test.
    const ofFiles = (name: string, run: () => Promise<void>) => {
      if (!encrypted) it(name, run)
    }

    it('stores 20 uploads at once', async () => {
      const files = Array.from({ length: 20 }, (_, index) => randomBytes(100_000 * index))
      const stored = await Promise.all(files.map((bytes) => putBytes(bytes)))
      await Promise.all(
        stored.map(async ({ key, facts }, index) => {
          const bytes = files[index] ?? Buffer.alloc(0)
          expectFacts(facts, bytes)
          expect((await read(key)).equals(bytes)).toBe(true)
        }),
      )
    })

    ofFiles('adopts a work file', async () => {
      const bytes = randomBytes(2 * MiB)
      const path = blobs.workFile()
      await writeFile(path, bytes)
      const key = blobKey('default')
      await blobs.adopt(path, key, factsOf(bytes))
      expect(existsSync(path)).toBe(false)
      expect((await read(key)).equals(bytes)).toBe(true)
    })

    ofFiles('does not adopt a file that is not what its facts say, nor one from elsewhere', async () => {
      const path = blobs.workFile()
      await writeFile(path, randomBytes(10))
      const key = blobKey('default')
      const facts = factsOf(randomBytes(11))
      expect(await codeOf(blobs.adopt(path, key, facts))).toBe('internal')
      expect(await streams.stat(key)).toBeUndefined()
      expect(await codeOf(blobs.adopt('/etc/hostname', key, facts))).toBe('internal')
      expect(existsSync(path)).toBe(false)
    })

    ofFiles('gives the bytes as a local file until it is released', async () => {
      const bytes = randomBytes(MiB)
      const { key } = await putBytes(bytes)
      const files = await Promise.all([blobs.localFile(key), blobs.localFile(key), blobs.localFile(key)])
      for (const file of files) {
        expect((await stat(file.path)).size).toBe(MiB)
        expect((await readFile(file.path)).equals(bytes)).toBe(true)
        file.release()
      }
      expect(await codeOf(blobs.localFile(key, AbortSignal.abort()))).toBe('cancelled')
    })

    it('stores and reads a large file with flat memory', async () => {
      const key = blobKey('default')
      const size = (encrypted ? 40 : 100) * MiB
      let peak = 0
      const base = process.memoryUsage().rss
      const sample = () => {
        peak = Math.max(peak, process.memoryUsage().rss - base)
      }
      const [given, hash] = [createHash('sha256'), createHash('sha256')]
      const made = (chunk: Buffer) => {
        given.update(chunk)
        sample()
      }
      const facts = await streams.put(key, generated(size, made))
      expect(facts.size).toBe(size)
      for await (const chunk of await streams.get(key)) {
        hash.update(chunk)
        sample()
      }
      expect(hash.digest('hex')).toBe(given.digest('hex'))
      await blobs.delete(key)
      expect(peak).toBeLessThan(80 * MiB)
    })

    it('answers a ping', async () => {
      await blobs.ping()
    })
  })
}

export function factsOf(bytes: Buffer): BlobFacts {
  return { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), crc32: null }
}

/** The code of the DomainError that the promise fails with; anything else fails the test. */
export async function codeOf(promise: Promise<unknown>): Promise<ErrorCode> {
  const error = await promise.then(
    () => 'it succeeded',
    (thrown: unknown) => thrown,
  )
  if (error instanceof DomainError) return error.code
  throw new Error('expected a DomainError', { cause: error })
}

export function chunked(bytes: Buffer, size: number): Readable {
  function* chunks() {
    for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
  }
  return Readable.from(chunks(), { objectMode: false })
}

/** Gives `after` bytes and then nothing more, like a client that went silent; `then` runs once at that point. */
function stalling(after: number, then: () => void): Readable {
  let given = 0
  return new Readable({
    read() {
      if (given < after) {
        given += 65_536
        this.push(randomBytes(65_536))
      } else setImmediate(then)
    },
  })
}

/** `size` bytes in chunks of 64 KiB, each a buffer of its own as a socket gives them. */
function generated(size: number, onChunk: (chunk: Buffer) => void): Readable {
  const pattern = randomBytes(65_536)
  let given = 0
  return new Readable({
    read() {
      if (given >= size) {
        this.push(null)
        return
      }
      given += pattern.length
      const chunk = Buffer.from(pattern)
      chunk.writeUInt32BE(given >>> 0)
      onChunk(chunk)
      this.push(chunk)
    },
  })
}
