import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { KnownHeader } from './child/picture.ts'
import { createEngine } from './engine.ts'
import { createHeaders } from './headers.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imagestead-headers-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('tells what it knows of blobs, asks for what it does not, and leaves other sources alone', () => {
  const headers = createHeaders()
  const header = { format: 'jpg', width: 3, height: 2 } as KnownHeader
  const sources = [{ path: '/a', blob: 'p/a' }, { path: '/b', blob: 'p/b' }, { path: '/c' }]
  expect(headers.of(sources)).toEqual(['tell', 'tell', null])
  headers.learn(sources, [header, null])
  expect(headers.of(sources)).toEqual([header, 'tell', null])
  expect(sources.map(headers.knows)).toEqual([true, false, false])
})

test('a blob whose header is known gives the same picture, turned as its EXIF says, and damage is still found', async () => {
  const path = join(folder, 'turned.jpg')
  const left = { create: { width: 60, height: 40, channels: 3, background: '#c00' } } as const
  await sharp(left).jpeg().withMetadata({ orientation: 6 }).toFile(path)
  const engine = createEngine({
    workers: 1,
    queue: 10,
    memoryBytes: 2 ** 30,
    childJobs: 1000,
    childBytes: 2 ** 30,
    idleMs: 60_000,
    limits: { pixels: 1e8, side: 65_535, frames: 100, framePixels: 1e9 },
    workDir: folder,
  })
  const options = { lane: 'interactive', deadlineMs: 30_000 } as const
  const run = async (source: { path: string; blob?: string }) => {
    const sink = new PassThrough()
    const bytes = buffer(sink)
    const transform = { parts: [{ type: 'step', width: 20 }], images: [], fonts: [], accepts: [] } as const
    const job = { sources: [source], operations: { transform }, output: { format: 'same' }, tolerant: false } as const
    const { width, height, format } = await engine.run(job, { stream: sink }, options).catch((error: unknown) => {
      sink.destroy()
      bytes.catch(() => undefined)
      throw error
    })
    return { width, height, format, bytes: await bytes }
  }
  try {
    const plain = await run({ path })
    expect(plain).toMatchObject({ width: 20, height: 30, format: 'jpg' })
    const blob = 'p/0123456789abcdef0123456789abcdef'
    expect(await run({ path, blob })).toEqual(plain)
    expect(await run({ path, blob })).toEqual(plain)
    const other = join(folder, 'other.jpg')
    await copyFile(path, other)
    expect(await run({ path: other, blob })).toEqual(plain)
    // What was lost meanwhile is no success.
    await rm(other)
    await expect(run({ path: other, blob })).rejects.toMatchObject({ name: 'DomainError' })
  } finally {
    await engine.close()
  }
})
