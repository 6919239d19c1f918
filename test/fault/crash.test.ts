/** Kill -9 at any moment loses nothing that was acknowledged and leaves nothing stuck; SIGTERM drains; one server per folder. */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSqlite } from '../../src/adapters/database/sqlite/open.ts'
import { processTaskKind } from '../../src/core/tasks/deps.ts'
import { startOrigin } from '../support/origin.ts'
import { pdf } from '../support/pdfs.ts'
import { look, photo, red } from '../support/pictures.ts'
import { runCommand, type ServerProcess, startProcess } from '../support/process.ts'
import { TasksClient } from '../support/tasks-client.ts'
import { readZip } from '../support/zip.ts'

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

let folder: string
let running: ServerProcess[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imagestead-crash-'))
  running = []
})
afterEach(async () => {
  await Promise.all(running.map((server) => server.kill('SIGKILL')))
  await rm(folder, { recursive: true, force: true })
})

async function start(settings: Record<string, string> = {}): Promise<ServerProcess> {
  const server = await startProcess({ DATA_DIR: folder, LIMITS: 'off', ...settings })
  running.push(server)
  return server
}

/** The same numbers in every run. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** What the server acknowledged for one task. */
interface Promised {
  task: string
  /** SHA-256 by server_filename, in upload order. */
  uploads: Map<string, string>
  /** A process request was sent; it may or may not have arrived. */
  asked: boolean
  /** The process request was acknowledged as done. */
  done: boolean
  /** Parts of a chunked upload that were acknowledged. */
  parts: Set<number>
}

/**
 * Pictures that compress cannot make smaller: it returns them byte for byte, so that a download shows the very bytes
 * that were uploaded.
 */
async function tightPictures(count: number): Promise<Buffer[]> {
  const make = async (seed: number) =>
    sharp(await photo(320, 240, 'jpeg', seed + 1))
      .jpeg({ quality: 8, mozjpeg: true })
      .toBuffer()
  return Promise.all(Array.from({ length: count }, (_, seed) => make(seed)))
}

const partCount = 5
const partsOf = (bytes: Buffer) => {
  const size = Math.ceil(bytes.length / partCount)
  return Array.from({ length: partCount }, (_, index) => bytes.subarray(index * size, (index + 1) * size))
}

describe('kill -9 under load', () => {
  it('keeps every acknowledged upload byte for byte, and no task stays TaskProcessing for 30 s', {
    timeout: 180_000,
  }, async () => {
    const next = random(20_260_302)
    const pictures = await tightPictures(6)
    const promised: Promised[] = []
    /** Uploads, parts and process requests that were answered with 200. */
    let acknowledged = 0
    const pick = () => pictures[Math.floor(next() * pictures.length)] ?? Buffer.alloc(0)

    /** One client that works until the server is gone. */
    async function work(server: ServerProcess, gone: AbortSignal): Promise<void> {
      const client = await TasksClient.of(server)
      while (!gone.aborted) {
        const record: Promised = {
          task: await client.start('compressimage'),
          uploads: new Map(),
          asked: false,
          done: false,
          parts: new Set(),
        }
        promised.push(record)
        if (next() < 0.25) {
          for (const [index, bytes] of partsOf(pictures[0] ?? Buffer.alloc(0))
            .slice(0, -1)
            .entries()) {
            const answer = await client.upload(record.task, bytes, 'parts.jpg', {
              chunk: String(index),
              chunks: String(partCount),
            })
            if (answer.status !== 200) continue
            record.parts.add(index)
            acknowledged += 1
          }
          continue
        }
        for (let count = 1 + Math.floor(next() * 3); count > 0; count -= 1) {
          const bytes = pick()
          const answer = await client.upload(record.task, bytes, `picture ${count}.jpg`)
          if (answer.status !== 200) continue
          record.uploads.set(answer.json.server_filename, sha256(bytes))
          acknowledged += 1
        }
        if (next() < 0.2) continue
        record.asked = true
        const files = [...record.uploads.keys()].map((server_filename) => ({ server_filename }))
        const background = next() < 0.5
        const answer = await client.process(record.task, 'compressimage', files, {
          compression_level: 'low',
          ...(background ? { webhook: '' } : {}),
        })
        if (answer.status !== 200) continue
        acknowledged += 1
        record.done = !background
      }
    }

    const rounds = 5
    for (let round = 0; round < rounds; round += 1) {
      const server = await start()
      const gone = new AbortController()
      const enough = acknowledged + 6 + Math.floor(next() * 10)
      const clients = Array.from({ length: 4 }, () => work(server, gone.signal).catch(() => undefined))
      // By what was done and not by time, so that a slow machine is killed in the midst of work too; one task at least is
      // to be done before the last round ends.
      const last = round === rounds - 1
      const early = () => acknowledged < enough || (last && !promised.some(({ done }) => done))
      for (let waits = 0; early() && waits < 3000; waits += 1) await sleep(10)
      await sleep(next() * 250)
      gone.abort()
      await server.kill('SIGKILL')
      await Promise.all(clients)
    }

    const server = await start()
    const restarted = Date.now()
    const client = await TasksClient.of(server)
    const uploads = promised.reduce((sum, { uploads }) => sum + uploads.size, 0)
    expect(uploads).toBeGreaterThan(10)
    expect(promised.filter(({ done }) => done).length).toBeGreaterThan(0)

    for (const { task, done } of promised) {
      const answer = await client.call('GET', `/v1/task/${task}`)
      expect(answer.status).toBe(200)
      if (done) expect(answer.json.status).toBe('TaskSuccess')
    }
    const stuck = async () => {
      const states = await Promise.all(
        promised.map(async ({ task }) => (await client.call('GET', `/v1/task/${task}`)).json.status),
      )
      return states.filter((status) => status === 'TaskProcessing').length
    }
    await expect.poll(stuck, { timeout: 30_000 - (Date.now() - restarted), interval: 1000 }).toBe(0)

    for (const { task, uploads, asked } of promised.filter(({ uploads }) => uploads.size > 0)) {
      const files = [...uploads.keys()].map((server_filename) => ({ server_filename }))
      const { json } = await client.call('GET', `/v1/task/${task}`)
      if (json.status === 'TaskWaiting') {
        // Never asked, or the request did not arrive in time: it can be sent now.
        const processed = await client.process(task, 'compressimage', files, { compression_level: 'low' })
        expect(processed.json.status).toBe('TaskSuccess')
      } else {
        expect(asked).toBe(true)
        expect(json.status).toBe('TaskSuccess')
      }
      const { bytes, headers } = await client.download(task)
      const results =
        headers.get('content-type') === 'application/zip' ? readZip(bytes).map(({ data }) => data) : [bytes]
      expect(results.map(sha256)).toEqual([...uploads.values()])
    }

    for (const { task, parts } of promised.filter(({ parts }) => parts.size > 0)) {
      const all = partsOf(pictures[0] ?? Buffer.alloc(0))
      let last = await client.upload(task, all[partCount - 1] ?? Buffer.alloc(0), 'parts.jpg', {
        chunk: String(partCount - 1),
        chunks: String(partCount),
      })
      if (parts.size < partCount - 1) {
        expect(last.status).toBe(400)
        for (let index = 0; index < partCount; index += 1) {
          if (!parts.has(index))
            last = await client.upload(task, all[index] ?? Buffer.alloc(0), 'parts.jpg', {
              chunk: String(index),
              chunks: String(partCount),
            })
        }
      }
      expect(last.json.filesize).toBe(pictures[0]?.length)
      const processed = await client.process(task, 'compressimage', [{ server_filename: last.json.server_filename }], {
        compression_level: 'low',
      })
      expect(processed.json.status).toBe('TaskSuccess')
      expect(sha256((await client.download(task)).bytes)).toBe(sha256(pictures[0] ?? Buffer.alloc(0)))
    }
    expect(await server.kill('SIGTERM')).toBe(0)
  })
})

describe('kill -9 between the end of a task and its webhook', () => {
  it('the callback recorded with the end is delivered after the restart', async () => {
    const origin = await startOrigin((_request, response) => response.end())
    try {
      // A node that delivers nothing: the end is committed, its webhook not sent.
      const settings = { FETCH_ALLOW: '127.0.0.1', WEBHOOKS_AT_ONCE: '0' }
      const server = await start(settings)
      const client = await TasksClient.of(server)
      const task = await client.start('rotateimage')
      const name = (await client.upload(task, await photo(64, 48), 'a.jpg')).json.server_filename
      await client.process(task, 'rotateimage', [{ server_filename: name }], { webhook: `${origin.url}/hook` })
      const status = async () => (await client.call('GET', `/v1/task/${task}`)).json.status
      await expect.poll(status, { timeout: 30_000, interval: 20 }).toBe('TaskSuccess')
      await server.kill('SIGKILL')
      expect(origin.received).toEqual([])

      await start({ ...settings, WEBHOOKS_AT_ONCE: '8' })
      const call = await origin.wait(({ path }) => path === '/hook')
      expect(JSON.parse(call.body.toString())).toMatchObject({ event: 'task.completed', task, status: 'TaskSuccess' })
    } finally {
      await origin.stop()
    }
  })
})

describe('one server per data folder', () => {
  it('a second start is refused with a clear line; the first goes on', async () => {
    const server = await start()
    const second = runCommand(['serve'], { DATA_DIR: folder })
    expect(await second.ended).not.toBe(0)
    expect(second.output()).toMatch(/^imagestead: .*(already|another|in use).*\n?$/im)
    expect(second.output()).not.toMatch(/\n\s+at /)
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    // Operator's commands work beside it.
    const listed = runCommand(['projects', 'list', '--json'], { DATA_DIR: folder })
    expect(await listed.ended).toBe(0)
    expect(listed.output()).toContain('"id":"default"')
  })
})

describe('SIGTERM', () => {
  it('finishes the running request, takes no new one, and ends with 0', async () => {
    const server = await start()
    const client = await TasksClient.of(server)
    const task = await client.start('convertimage')
    const name = (await client.upload(task, await photo(1600, 1200), 'slow.jpg')).json.server_filename
    const processing = client.process(task, 'convertimage', [{ server_filename: name }], { to: 'avif' })
    await expect
      .poll(async () => (await client.call('GET', `/v1/task/${task}`)).json.status, { interval: 20 })
      .toBe('TaskProcessing')
    const ended = server.kill('SIGTERM')
    const answer = await processing
    expect(answer.json.status).toBe('TaskSuccess')
    expect(await ended).toBe(0)
    await expect(fetch(`${server.url}/livez`)).rejects.toThrow()
    const again = await start()
    expect(await look((await (await TasksClient.of(again)).download(task)).bytes)).toMatchObject({
      width: 1600,
      height: 1200,
    })
  })

  it('does not wait for a client that never ends its request', async () => {
    const server = await start({ HTTP_DRAIN_MS: '1000' })
    const client = await TasksClient.of(server)
    const task = await client.start('rotateimage')
    const headers = {
      authorization: `Bearer ${client.token}`,
      'content-type': 'multipart/form-data; boundary=b',
      'content-length': '1000000',
    }
    const stalled = request(`${server.url}/v1/upload`, { method: 'POST', headers })
    const cut = new Promise((resolve) => stalled.on('error', resolve))
    stalled.write(
      `--b\r\nContent-Disposition: form-data; name="task"\r\n\r\n${task}\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\nabc`,
    )
    await sleep(300)
    const began = Date.now()
    expect(await server.kill('SIGTERM')).toBe(0)
    expect(Date.now() - began).toBeLessThan(10_000)
    await cut
    const again = await TasksClient.of(await start())
    expect((await again.call('GET', `/v1/task/${task}`)).json.files).toEqual([])
  })

  it('puts a job that does not end in time back, and the next start finishes it', async () => {
    const server = await start({ HTTP_DRAIN_MS: '300' })
    const client = await TasksClient.of(server)
    const task = await client.start('convertimage')
    const name = (await client.upload(task, await photo(2000, 1500), 'slow.jpg')).json.server_filename
    await client.process(task, 'convertimage', [{ server_filename: name }], { to: 'avif', webhook: '' })
    await sleep(100)
    expect(await server.kill('SIGTERM')).toBe(0)
    // At once, not only when the lease of the former process has run out.
    const store = await openSqlite({ path: folder, clock: { now: () => Date.now() }, exclusive: true })
    const due = await store.read.jobs.nextDue('batch', [processTaskKind])
    await store.close()
    expect(due).toBeLessThanOrEqual(Date.now())
    const again = await TasksClient.of(await start())
    const status = async () => (await again.call('GET', `/v1/task/${task}`)).json.status
    await expect.poll(status, { timeout: 45_000 }).toBe('TaskSuccess')
  })

  it('a PDF goes on with the page after the last that was committed', async () => {
    const server = await start({ HTTP_DRAIN_MS: '0' })
    const client = await TasksClient.of(server)
    const task = await client.start('convertimage')
    const document = pdf([{ colour: red, width: 400, height: 400 }], 60)
    const name = (await client.upload(task, document, 'long.pdf')).json.server_filename
    await client.process(task, 'convertimage', [{ server_filename: name }], { to: 'avif', webhook: '' })
    const store = await openSqlite({ path: folder, clock: { now: () => Date.now() }, exclusive: false })
    const pages = async () => (await store.read.tasks.outputs(task)).length
    await expect.poll(pages, { timeout: 20_000, interval: 50 }).toBeGreaterThan(0)
    expect(await server.kill('SIGTERM')).toBe(0)
    const before = await store.read.tasks.outputs(task)
    await store.close()
    expect(before.length).toBeLessThan(60)
    const again = await TasksClient.of(await start())
    const status = async () => (await again.call('GET', `/v1/task/${task}`)).json
    await expect.poll(async () => (await status()).status, { timeout: 45_000 }).toBe('TaskSuccess')
    expect(await status()).toMatchObject({ output_filenumber: 60 })
    const names = readZip((await again.download(task)).bytes).map((entry) => entry.name)
    expect(new Set(names).size).toBe(60)
    expect(names.at(-1)).toBe('long/long-60.avif')
  })

  it('a second signal ends at once', async () => {
    const server = await start()
    const client = await TasksClient.of(server)
    const stalled = request(`${server.url}/v1/upload`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${client.token}`,
        'content-type': 'application/json',
        'content-length': '1000',
      },
    })
    stalled.on('error', () => undefined).write('{')
    await sleep(300)
    server.child.kill('SIGTERM')
    await sleep(200)
    expect(await server.kill('SIGINT')).toBe(130)
  })
})
