import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blobKey } from '../../core/ids.ts'
import { blobStoreContract, chunked, codeOf } from './blobs.contract.ts'
import { createS3Blobs, type S3BlobsOptions } from './s3.ts'
import { startTestS3, type TestS3 } from './test-s3.ts'

let s3: TestS3
let root: string
beforeAll(async () => {
  s3 = await startTestS3()
  root = await mkdtemp(join(tmpdir(), 's3-blobs-'))
})
afterAll(async () => {
  await s3.stop()
  await rm(root, { recursive: true })
})

const optionsFor = (bucket: string, more: Partial<S3BlobsOptions> = {}): S3BlobsOptions => ({
  endpoint: s3.endpoint,
  region: 'us-east-1',
  bucket,
  accessKeyId: s3.accessKeyId,
  secretAccessKey: s3.secretAccessKey,
  root,
  cacheBytes: 10_000_000,
  ...more,
})

blobStoreContract('s3', async () => {
  const bucket = await s3.bucket()
  const blobs = createS3Blobs(optionsFor(bucket))
  return {
    blobs,
    leftovers: async () => [...(await readdir(join(root, 'work'))), ...(await s3.openUploads(bucket))],
    close: () => blobs.close(),
  }
})

describe('blobs on s3', () => {
  it('lists more than one page and skips what is not ours', async () => {
    const bucket = await s3.bucket()
    const blobs = createS3Blobs(optionsFor(bucket))
    const keys = Array.from({ length: 1100 }, () => blobKey('pages'))
    for (const key of keys) await s3.plant(bucket, key, Buffer.from('x'))
    await s3.plant(bucket, 'pages/readme.txt', Buffer.from('not ours'))
    const found: string[] = []
    for await (const { key } of blobs.list('pages/')) found.push(key)
    expect(found).toEqual([...keys].sort())
    await blobs.close()
  })

  it('keeps local copies under the cap, the recently used ones, and never removes one in use', async () => {
    const blobs = createS3Blobs(optionsFor(await s3.bucket(), { cacheBytes: 250_000 }))
    const files = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const key = blobKey('default')
        const bytes = randomBytes(100_000)
        await blobs.put(key, chunked(bytes, 50_000))
        return { key, bytes }
      }),
    )
    const [a, b, c, d] = files as [(typeof files)[0], (typeof files)[0], (typeof files)[0], (typeof files)[0]]
    const held = await blobs.localFile(a.key)
    const used = await blobs.localFile(b.key)
    used.release()
    expect(existsSync(used.path)).toBe(true)
    const third = await blobs.localFile(c.key)
    await expect.poll(() => existsSync(used.path)).toBe(false)
    const fourth = await blobs.localFile(d.key)
    for (const [file, { bytes }] of [
      [held, a],
      [third, c],
      [fourth, d],
    ] as const) {
      expect((await readFile(file.path)).equals(bytes)).toBe(true)
    }
    held.release()
    held.release()
    await expect.poll(() => existsSync(held.path)).toBe(false)
    expect(existsSync(third.path)).toBe(true)
    third.release()
    fourth.release()
    await blobs.delete(c.key)
    await expect.poll(() => existsSync(third.path)).toBe(false)
    const again = await blobs.localFile(d.key)
    expect(again.path).toBe(fourth.path)
    await rm(again.path)
    const fresh = await blobs.localFile(d.key)
    expect((await readFile(fresh.path)).equals(d.bytes)).toBe(true)
    await blobs.close()
    expect(existsSync(fresh.path)).toBe(false)
  })

  it('says unavailable for a bucket that is not there and for a server that does not answer', async () => {
    const key = blobKey('default')
    const bytes = () => chunked(randomBytes(10), 10)
    for (const options of [optionsFor('no-such-bucket'), optionsFor('any', { endpoint: 'http://127.0.0.1:9' })]) {
      const blobs = createS3Blobs(options)
      expect(await codeOf(blobs.ping())).toBe('unavailable')
      expect(await codeOf(blobs.put(key, bytes()))).toBe('unavailable')
      expect(await codeOf(blobs.get(key))).toBe('unavailable')
      await blobs.close()
    }
  })

  it('prints nothing about versions of Node', async () => {
    const warnings: string[] = []
    const listen = (warning: Error) => warnings.push(warning.message)
    process.on('warning', listen)
    const blobs = createS3Blobs(optionsFor(await s3.bucket()))
    await blobs.ping()
    expect((await buffer(await blobs.get(blobKey('a')).catch(() => chunked(Buffer.alloc(0), 1)))).length).toBe(0)
    process.off('warning', listen)
    expect(warnings).toEqual([])
    await blobs.close()
  })
})
