/** The pool with real children; needs dist/ (`npm test` builds it). */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { EngineJob, EngineOptions, EngineSource, ImageEngine } from '../../core/ports.ts'
import { built } from '../../paths.ts'
import { createPool, type PoolOptions } from './pool.ts'

let folder: string
let photo: Buffer
let path: string
let engine: ImageEngine | undefined

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'engine-'))
  photo = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#336699' } })
    .jpeg()
    .toBuffer()
  path = join(folder, 'photo.jpg')
  writeFileSync(path, photo)
})
afterEach(async () => {
  await engine?.close()
  engine = undefined
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function start(changes: Partial<PoolOptions> = {}): ImageEngine {
  engine = createPool({
    workers: 2,
    queue: 10,
    memoryBytes: 2 ** 31,
    childJobs: 100,
    childBytes: 2 ** 30,
    idleMs: 60_000,
    limits: { pixels: 120_000_000, side: 65_535, frames: 1000, framePixels: 500_000_000 },
    workDir: folder,
    ...changes,
  })
  return engine
}

const options: EngineOptions = { lane: 'interactive', deadlineMs: 30_000 }
const halved = (source: EngineSource): EngineJob => ({
  sources: [source],
  operations: { resize: { percentage: 50, keepRatio: true, enlarge: false } },
  output: { format: 'same' },
  tolerant: false,
})
const out = () => ({ path: join(folder, 'out') })

/** A job that keeps its child busy, without work, until it is released. */
function held(pool: ImageEngine, changes: Partial<EngineOptions> = {}) {
  const source = new PassThrough()
  const done = pool.inspect({ stream: source }, { ...options, ...changes })
  done.catch(() => undefined)
  return { done, release: () => source.end(photo), source }
}

const childrenAre = (count: number) => vi.waitFor(() => expect(children()).toHaveLength(count), 10_000)

/** Process ids of our children. */
function children(): number[] {
  const text = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
  return text
    .trim()
    .split(' ')
    .filter((pid) => pid !== '' && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('imagestead-child.js'))
    .map(Number)
}
const onLinux = describe.runIf(process.platform === 'linux')

describe('the engine', () => {
  it('inspects and runs from file to file', async () => {
    const pool = start()
    expect(await pool.inspect({ path }, options)).toEqual({
      format: 'jpg',
      width: 640,
      height: 480,
      frames: 1,
      alpha: false,
    })
    const result = await pool.run(halved({ path }), out(), options)
    const bytes = readFileSync(out().path)
    expect(result).toEqual({
      format: 'jpg',
      width: 320,
      height: 240,
      frames: 1,
      pages: 1,
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      crc32: crc32(bytes),
      unchanged: false,
    })
    expect(pool.stats()).toMatchObject({ children: 1, running: 0, restarts: 0, queuedBytes: 0 })
  })

  it('runs from streams to a stream that takes its time, and leaves no byte on the disk', async () => {
    const pool = start()
    const noise = await sharp({
      create: {
        width: 900,
        height: 700,
        channels: 3,
        background: '#000',
        noise: { type: 'gaussian', mean: 128, sigma: 60 },
      },
    })
      .png()
      .toBuffer()
    const stamp = await sharp({ create: { width: 50, height: 50, channels: 3, background: '#ff0000' } })
      .png()
      .toBuffer()
    const sink = new PassThrough({ highWaterMark: 1000 })
    const received = buffer(sink)
    const result = await pool.run(
      {
        ...halved({ stream: Readable.from([noise.subarray(0, 10), noise.subarray(10)]) }),
        sources: [{ stream: Readable.from([noise]) }, { stream: Readable.from([stamp]) }],
        operations: {
          watermark: [
            {
              type: 'image',
              source: 1,
              gravity: 'NorthWest',
              verticalPercent: 0,
              horizontalPercent: 0,
              verticalPixels: 0,
              horizontalPixels: 0,
              rotation: 0,
              opacity: 100,
              mosaic: false,
            },
          ],
        },
        output: { format: 'png' },
      },
      { stream: sink },
      options,
    )
    const bytes = await received
    expect(result).toMatchObject({ size: bytes.length, crc32: crc32(bytes), width: 900 })
    const { data } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true })
    expect([...data.subarray(0, 3)]).toEqual([255, 0, 0])
    expect(readdirSync(join(folder, 'engine', 'empty'))).toEqual([])
  })

  it('writes nothing and leaves a stream open when compressing gains nothing', async () => {
    const pool = start()
    const small = await sharp(photo).jpeg({ quality: 10, mozjpeg: true }).toBuffer()
    const sink = new PassThrough()
    const job: EngineJob = {
      ...halved({ stream: Readable.from([small]) }),
      operations: {},
      output: { format: 'same', compress: 'low' },
    }
    expect(await pool.run(job, { stream: sink }, options)).toMatchObject({
      unchanged: true,
      size: small.length,
      crc32: crc32(small),
    })
    expect(sink.writableEnded).toBe(false)
    expect(sink.readableLength).toBe(0)
  })

  it('fails a job whose source or sink fails, and goes on', async () => {
    const pool = start()
    const broken = new PassThrough()
    const first = pool.inspect({ stream: broken }, options)
    broken.write(photo.subarray(0, 100))
    broken.destroy(new Error('disk gone'))
    await expect(first).rejects.toMatchObject({ code: 'internal' })
    const sink = new PassThrough()
    sink.destroy()
    await expect(pool.run(halved({ path }), { stream: sink }, options)).rejects.toMatchObject({ code: 'cancelled' })
    await expect(pool.run(halved({ path }), out(), options)).resolves.toMatchObject({ width: 320 })
  })

  it('fails a waiting job whose source fails', async () => {
    const pool = start({ workers: 1 })
    const busy = held(pool)
    const source = new PassThrough()
    const waiting = pool.inspect({ stream: source }, options)
    source.destroy(new Error('disk gone'))
    await expect(waiting).rejects.toMatchObject({ code: 'internal' })
    busy.release()
    await busy.done
  })

  it('draws every font of the contract, clipped where the text is longer than the picture', async () => {
    const pool = start()
    const placement = {
      gravity: 'Center',
      verticalPercent: 0,
      horizontalPercent: 0,
      verticalPixels: 0,
      horizontalPixels: 0,
      rotation: 0,
      opacity: 100,
      mosaic: false,
    } as const
    const widths = []
    for (const fontFamily of [
      'Arial',
      'Courier',
      'Times New Roman',
      'Verdana',
      'Comic Sans MS',
      'Lohit Marathi',
    ] as const) {
      const stamp = {
        ...placement,
        type: 'text',
        text: 'iiiiWWWW',
        fontFamily,
        bold: false,
        italic: false,
        fontSize: 40,
        color: '#ff0000',
      } as const
      await pool.run(
        {
          ...halved({ path }),
          operations: { watermark: [stamp, { ...stamp, text: 'x '.repeat(1000), gravity: 'South' }] },
          output: { format: 'png' },
        },
        out(),
        options,
      )
      const middle = await sharp(out().path).extract({ left: 0, top: 200, width: 640, height: 80 }).toBuffer()
      const { info } = await sharp(middle).trim().toBuffer({ resolveWithObject: true })
      widths.push(info.width)
    }
    // Arial 4 x 0.222 + 4 x 0.944 of 40 px, Courier 8 x 0.6, Times 4 x 0.278 + 4 x 0.944, Verdana wider than Arial.
    const [arial = 0, courier = 0, times = 0, verdana = 0] = widths
    expect(Math.abs(arial - 185)).toBeLessThan(8)
    expect(Math.abs(courier - 188)).toBeLessThan(10)
    expect(Math.abs(times - 193)).toBeLessThan(8)
    expect(verdana).toBeGreaterThan(arial + 8)
    expect(new Set(widths).size).toBeGreaterThanOrEqual(4)
  })
})

onLinux('a child', () => {
  it('that crashes fails its own job only', async () => {
    const pool = start()
    const jobs = [held(pool), held(pool)]
    await childrenAre(2)
    // Both have begun when the pool knows of two running jobs whose children read their streams.
    await vi.waitFor(() => expect(jobs.every(({ source }) => source.listenerCount('readable') > 0)).toBe(true), 10_000)
    process.kill(children()[0] ?? 0, 'SIGSEGV')
    await vi.waitFor(() => expect(pool.stats().running).toBe(1), 10_000)
    for (const job of jobs) job.release()
    const outcomes = await Promise.allSettled(jobs.map((job) => job.done))
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected'])
    const [lost] = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(lost?.reason).toMatchObject({ code: 'internal', message: expect.stringContaining('crashed') })
    await expect(Promise.all([1, 2].map(() => pool.inspect({ path }, options)))).resolves.toHaveLength(2)
    expect(pool.stats()).toMatchObject({ restarts: 1 })
  })

  it('that dies while idle costs no job', async () => {
    const pool = start()
    await pool.inspect({ path }, options)
    process.kill(children()[0] ?? 0, 'SIGKILL')
    await expect(pool.inspect({ path }, options)).resolves.toMatchObject({ width: 640 })
  })

  it('runs at low priority, with none of our environment, in an empty folder', async () => {
    process.env.IMAGESTEAD_SECRET_FOR_TEST = 'hidden'
    const pool = start()
    await pool.inspect({ path }, options)
    const [pid] = children()
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1')
    expect(environment).toContain('MALLOC_ARENA_MAX=1')
    expect(environment).not.toContain('IMAGESTEAD')
    expect(environment).not.toContain('PATH=')
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const fields = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'latin1')
        .replace(/^.*\) /, '')
        .split(' ')
      expect(Number(fields[16])).toBeGreaterThanOrEqual(10)
    }
    delete process.env.IMAGESTEAD_SECRET_FOR_TEST
  })

  it('dies with its parent', async () => {
    const script = `
      import { createPool } from ${JSON.stringify(built('adapters/engine/pool.js'))}
      const engine = createPool(${JSON.stringify({ workers: 1, queue: 1, memoryBytes: 1e9, childJobs: 10, childBytes: 1e9, idleMs: 60_000, limits: {}, workDir: folder })})
      await engine.inspect({ path: ${JSON.stringify(path)} }, { lane: 'batch', deadlineMs: 20000 })
      process.stdout.write('ready')
      setInterval(() => {}, 1000)`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise((resolve) => parent.stdout.once('data', resolve))
    const pids = readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, 'utf8').trim().split(' ')
    expect(pids).toHaveLength(1)
    parent.kill('SIGKILL')
    await vi.waitFor(() => expect(() => process.kill(Number(pids[0]), 0)).toThrow(), 10_000)
  })
})

describe('the pool', () => {
  it('kills a job at its deadline', async () => {
    const pool = start({ workers: 1 })
    const { done } = held(pool, { deadlineMs: 200 })
    await expect(done).rejects.toMatchObject({ code: 'timed_out', message: expect.stringContaining('0.2 s') })
    await expect(pool.inspect({ path }, options)).resolves.toMatchObject({ width: 640 })
  })

  it('cancels waiting and running jobs by their signal', async () => {
    const pool = start({ workers: 1 })
    const first = new AbortController()
    const second = new AbortController()
    const busy = held(pool, { signal: first.signal })
    const waiting = held(pool, { signal: second.signal })
    expect(pool.stats()).toMatchObject({ running: 1, waiting: { interactive: 1 } })
    second.abort()
    await expect(waiting.done).rejects.toMatchObject({ code: 'cancelled' })
    expect(pool.stats().waiting.interactive).toBe(0)
    first.abort()
    await expect(busy.done).rejects.toMatchObject({ code: 'cancelled' })
    await expect(pool.inspect({ path }, { ...options, signal: first.signal })).rejects.toMatchObject({
      code: 'cancelled',
    })
    await expect(pool.inspect({ path }, options)).resolves.toMatchObject({ width: 640 })
  })

  it('refuses beyond its queue, per lane, except for those who wait for ever', async () => {
    const pool = start({ workers: 1, queue: 1 })
    pool.admit('interactive')
    const jobs = [held(pool), held(pool)]
    expect(() => pool.admit('interactive')).toThrowError(expect.objectContaining({ code: 'overloaded' }))
    await expect(pool.inspect({ path }, options)).rejects.toMatchObject({
      code: 'overloaded',
      retryAt: expect.any(Number),
    })
    pool.admit('batch')
    const patient = pool.inspect({ path }, { ...options, sheds: false })
    const batch = pool.inspect({ path }, { ...options, lane: 'batch' })
    expect(pool.stats()).toMatchObject({ children: 1, running: 1, waiting: { interactive: 2, batch: 1 } })
    for (const job of jobs) job.release()
    await expect(Promise.all([...jobs.map((job) => job.done), patient, batch])).resolves.toHaveLength(4)
    pool.admit('interactive')
  })

  it('serves interactive work before batch work', async () => {
    const pool = start({ workers: 1 })
    const order: string[] = []
    const first = held(pool)
    const submit = (name: string, lane: 'interactive' | 'batch') =>
      pool.inspect({ path }, { ...options, lane }).then(() => order.push(name))
    const jobs = [submit('batch', 'batch'), submit('one', 'interactive'), submit('two', 'interactive')]
    first.release()
    await Promise.all(jobs)
    expect(order).toEqual(['one', 'two', 'batch'])
  })

  it('runs jobs that are larger than its whole memory budget, one after the other', async () => {
    const pool = start({ memoryBytes: 1 })
    const results = await Promise.all(
      [1, 2, 3, 4].map((n) => pool.run(halved({ path }), { path: join(folder, `o${n}`) }, options)),
    )
    expect(results.map((result) => result.width)).toEqual([320, 320, 320, 320])
    expect(pool.stats().queuedBytes).toBe(0)
  })

  it('replaces a child after its number of jobs, or when it has grown too large', async () => {
    const pool = start({ workers: 1, childJobs: 2 })
    for (let index = 0; index < 5; index++) await pool.inspect({ path }, options)
    expect(pool.stats()).toMatchObject({ restarts: 2, children: 1 })
    await pool.close()
    const small = start({ workers: 1, childBytes: 1 })
    await small.inspect({ path }, options)
    expect(small.stats()).toMatchObject({ restarts: 1, children: 0 })
  })

  it('ends idle children, and starts one ahead when warmed', async () => {
    const pool = start({ idleMs: 100 })
    pool.warm()
    pool.warm()
    expect(pool.stats()).toMatchObject({ children: 1, running: 0 })
    await vi.waitFor(() => expect(pool.stats().children).toBe(0), 10_000)
    expect(pool.stats().restarts).toBe(0)
  })

  it('refuses work once closed', async () => {
    const pool = start({ workers: 1 })
    const jobs = [held(pool), held(pool)]
    await pool.close()
    for (const job of jobs) await expect(job.done).rejects.toMatchObject({ code: 'overloaded' })
    await expect(pool.inspect({ path }, options)).rejects.toMatchObject({ code: 'overloaded' })
  })
})
