/** An S3 that fails: a small proxy in front of the test server breaks calls on purpose. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DomainError } from '../../core/errors.ts'
import { blobKey } from '../../core/ids.ts'
import type { BlobStore } from '../../core/ports.ts'
import { chunked, codeOf, factsOf } from './blobs.contract.ts'
import { createS3Blobs } from './s3.ts'
import { startTestS3, type TestS3 } from './test-s3.ts'

const MiB = 1024 * 1024

type Fault =
  /** The server refuses and does nothing. */
  | { status: number; code: string }
  /** The server does it, and then says that it failed. */
  | { lie: number }
  /** The answer breaks off after so many bytes. */
  | { cutAfter: number }
  /** No answer ever. */
  | { hang: true }
  | undefined

/** Decides per call; gets the S3 operation and how often it was called. */
let faultOf: (operation: string, times: number) => Fault
const calls = new Map<string, number>()

let s3: TestS3
let proxy: Server
let root: string
let bucket: string
let blobs: BlobStore

beforeAll(async () => {
  s3 = await startTestS3()
  root = await mkdtemp(join(tmpdir(), 's3-faults-'))
  proxy = createServer((incoming, outgoing) => forward(incoming, outgoing).catch(() => outgoing.destroy()))
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  bucket = await s3.bucket()
  blobs = createS3Blobs({
    endpoint: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    region: 'us-east-1',
    bucket,
    accessKeyId: s3.accessKeyId,
    secretAccessKey: s3.secretAccessKey,
    root,
    cacheBytes: 100 * MiB,
    // Long enough for a busy machine, short enough to wait for in a test.
    idleMs: 1000,
    retryMs: 10,
  })
})
afterAll(async () => {
  await blobs.close()
  proxy.closeAllConnections()
  await new Promise((resolve) => proxy.close(resolve))
  await s3.stop()
  await rm(root, { recursive: true })
})
beforeEach(() => {
  faultOf = () => undefined
  calls.clear()
})

function operationOf({ method = '', url = '/' }: IncomingMessage): string {
  const { searchParams } = new URL(url, 'http://s3')
  if (searchParams.has('uploads')) return method === 'POST' ? 'create' : 'uploads'
  if (searchParams.has('partNumber')) return 'part'
  if (searchParams.has('uploadId')) return method === 'POST' ? 'complete' : 'abort'
  return method.toLowerCase()
}

async function forward(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const operation = operationOf(incoming)
  const times = (calls.get(operation) ?? 0) + 1
  calls.set(operation, times)
  const fault = faultOf(operation, times)
  if (fault !== undefined && 'hang' in fault) return
  if (fault !== undefined && 'status' in fault) {
    incoming.resume()
    outgoing.writeHead(fault.status, { 'content-type': 'application/xml' })
    outgoing.end(`<?xml version="1.0"?><Error><Code>${fault.code}</Code><Message>on purpose</Message></Error>`)
    return
  }
  const { method, url, headers } = incoming
  const onward = request(`${s3.endpoint}${url}`, { method: method ?? 'GET', headers })
  const answered = new Promise<IncomingMessage>((resolve, reject) => onward.on('response', resolve).on('error', reject))
  await pipeline(incoming, onward)
  const answer = await answered
  if (fault !== undefined && 'lie' in fault) {
    await buffer(answer)
    outgoing.writeHead(fault.lie).end()
    return
  }
  outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
  if (fault === undefined) return await pipeline(answer, outgoing)
  let left = fault.cutAfter
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    outgoing.write(chunk.subarray(0, left))
    left -= chunk.length
    if (left <= 0) break
  }
  // Let what was written leave before the connection goes.
  await sleep(20)
  outgoing.destroy()
}

async function putBytes(size: number) {
  const bytes = randomBytes(size)
  const key = blobKey('default')
  const facts = await blobs.put(key, chunked(bytes, 65_536))
  expect(facts).toEqual(factsOf(bytes))
  return { key, bytes }
}
const expectStored = async (key: string, bytes: Buffer) => {
  faultOf = () => undefined
  expect((await buffer(await blobs.get(key))).equals(bytes)).toBe(true)
  expect(await s3.openUploads(bucket)).toEqual([])
}
const firstTwo = (fault: Fault) => (_: string, times: number) => (times <= 2 ? fault : undefined)

describe('an s3 store that fails', () => {
  it.each([
    ['errors', { status: 500, code: 'InternalError' }, [1000, 6 * MiB]],
    ['asks to slow down', { status: 503, code: 'SlowDown' }, [1000]],
    ['breaks connections', { cutAfter: 0 }, [1000, 6 * MiB]],
  ] as const)('twice in each call (%s): everything works at the third try', async (_, fault, sizes) => {
    for (const size of sizes) {
      calls.clear()
      faultOf = firstTwo(fault)
      const { key, bytes } = await putBytes(size)
      expect((await buffer(await blobs.get(key))).equals(bytes)).toBe(true)
      expect(await blobs.stat(key)).toEqual({ size })
      const file = await blobs.localFile(key)
      expect((await readFile(file.path)).equals(bytes)).toBe(true)
      file.release()
      await expectStored(key, bytes)
      await blobs.delete(key)
    }
  })

  it('for good: a clean refusal with a time to come back, and nothing stays', async () => {
    const fine = await putBytes(1000)
    for (const size of [1000, 6 * MiB]) {
      faultOf = (operation) =>
        operation === 'put' || operation === 'part' ? { status: 503, code: 'SlowDown' } : undefined
      const key = blobKey('default')
      const error = await blobs.put(key, chunked(randomBytes(size), 65_536)).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(DomainError)
      expect((error as DomainError).code).toBe('unavailable')
      expect((error as DomainError).retryAt).toBeGreaterThan(Date.now())
      expect(await blobs.stat(key)).toBeUndefined()
      expect(await s3.openUploads(bucket)).toEqual([])
    }
    faultOf = () => ({ status: 500, code: 'InternalError' })
    expect(await codeOf(blobs.get(fine.key))).toBe('unavailable')
    expect(await codeOf(blobs.stat(fine.key))).toBe('unavailable')
    expect(await codeOf(blobs.localFile(fine.key))).toBe('unavailable')
    expect(await codeOf(blobs.delete(fine.key))).toBe('unavailable')
    expect(await codeOf(blobs.ping())).toBe('unavailable')
    await expectStored(fine.key, fine.bytes)
  })

  it('an error after success is found out by asking', async () => {
    for (const [operation, size] of [
      ['put', 1000],
      ['complete', 6 * MiB],
    ] as const) {
      calls.clear()
      faultOf = (called) => (called === operation ? { lie: 500 } : undefined)
      const { key, bytes } = await putBytes(size)
      await expectStored(key, bytes)
    }
  })

  it('an error after success of a part is no harm', async () => {
    faultOf = (called, times) => (called === 'part' && times < 3 ? { lie: 500 } : undefined)
    const { key, bytes } = await putBytes(6 * MiB)
    await expectStored(key, bytes)
  })

  it('an upload that cannot be completed leaves no parts', async () => {
    faultOf = (called) => (called === 'complete' ? { status: 500, code: 'InternalError' } : undefined)
    const key = blobKey('default')
    expect(await codeOf(blobs.put(key, chunked(randomBytes(6 * MiB), 65_536)))).toBe('unavailable')
    expect(await blobs.stat(key)).toBeUndefined()
    expect(await s3.openUploads(bucket)).toEqual([])
  })

  it('a read goes on where the connection broke, as often as it brings something', async () => {
    const { key, bytes } = await putBytes(8 * MiB)
    calls.clear()
    faultOf = (_, times) => (times <= 7 ? { cutAfter: MiB } : undefined)
    expect((await buffer(await blobs.get(key))).equals(bytes)).toBe(true)
    calls.clear()
    const range = { start: 100, end: 6 * MiB }
    expect((await buffer(await blobs.get(key, { range }))).equals(bytes.subarray(100, 6 * MiB + 1))).toBe(true)
  })

  it('a read that breaks for good fails, it does not end early', async () => {
    const { key } = await putBytes(3 * MiB)
    faultOf = (_, times) => (times === 1 ? { cutAfter: 2 * MiB } : { cutAfter: 0 })
    const hash = createHash('sha256')
    const reading = async () => {
      for await (const chunk of await blobs.get(key)) hash.update(chunk)
    }
    expect(await codeOf(reading())).toBe('unavailable')
    expect(await codeOf(blobs.localFile(key))).toBe('unavailable')
    expect(await readdir(join(root, 'work'))).toEqual([])
  })

  it('a silent server is given up', async () => {
    const { key, bytes } = await putBytes(1000)
    faultOf = () => ({ hang: true })
    const codes = await Promise.all([codeOf(blobs.stat(key)), codeOf(blobs.get(key)), codeOf(blobs.delete(key))])
    expect(codes).toEqual(['unavailable', 'unavailable', 'unavailable'])
    proxy.closeAllConnections()
    await expectStored(key, bytes)
  })

  it('a reader slower than the idle limit still gets everything', async () => {
    const { key, bytes } = await putBytes(12 * MiB)
    const parts: Buffer[] = []
    for await (const chunk of await blobs.get(key)) {
      if (parts.length === 1) await sleep(1300)
      parts.push(chunk)
    }
    expect(Buffer.concat(parts).equals(bytes)).toBe(true)
  })

  it('frees the connection of a read that is not finished', async () => {
    const { key } = await putBytes(12 * MiB)
    const open = () =>
      new Promise<number>((resolve, reject) =>
        proxy.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
      )
    for (let round = 0; round < 10; round += 1) {
      const stream = await blobs.get(key)
      if (round % 2 === 0) stream.destroy()
      else stream.once('data', () => stream.destroy())
      await new Promise((resolve) => stream.once('close', resolve))
    }
    await expect.poll(open).toBeLessThanOrEqual(3)
  })

  it('downloads once for many at a time, and goes on when the first of them gives up', async () => {
    const { key, bytes } = await putBytes(6 * MiB)
    calls.clear()
    const first = new AbortController()
    const abandoned = blobs.localFile(key, first.signal)
    const others = [blobs.localFile(key), blobs.localFile(key)]
    first.abort()
    expect(await codeOf(abandoned)).toBe('cancelled')
    for (const file of await Promise.all(others)) {
      expect((await readFile(file.path)).equals(bytes)).toBe(true)
      file.release()
    }
    expect(calls.get('get')).toBe(1)
  })
})
