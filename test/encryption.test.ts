/**
 * File encryption (tasks-api.md section 11) seen from outside: the server as people start it, its log at the most
 * talkative, its data folder searched byte by byte while it works and afterwards.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestS3, type TestS3 } from '../src/adapters/blobs/test-s3.ts'
import { photo } from './support/pictures.ts'
import { type ServerProcess, startProcess } from './support/process.ts'
import { signToken, TasksClient } from './support/tasks-client.ts'

const key = 'Q7-not-in-any-log-or-row'
const marker = Buffer.from('a marker that only the plain upload has')

let folder: string
let server: ServerProcess
let client: TasksClient
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imagestead-encryption-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function start(settings: Record<string, string> = {}): Promise<void> {
  const limits = { LIMITS: 'off', MAX_UPLOAD_BYTES: '10000000' }
  server = await startProcess({ DATA_DIR: folder, LOG_LEVEL: 'trace', ...limits, ...settings })
  client = new TasksClient(server, await signToken({ file_encryption_key: key }))
}

/** Every file below the data folder, with its bytes. */
async function files(): Promise<{ path: string; bytes: Buffer }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const found: { path: string; bytes: Buffer }[] = []
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    const path = join(entry.parentPath, entry.name)
    // Work files come and go.
    const bytes = await readFile(path).catch(() => undefined)
    if (bytes !== undefined) found.push({ path, bytes })
  }
  return found
}

const isJpeg = (bytes: Buffer) => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))

/** Looks again and again until the work is done; returns the files that held plain bytes at any time. */
async function plainFilesDuring(work: Promise<unknown>): Promise<string[]> {
  const plain = new Set<string>()
  let done = false
  const ended = work.finally(() => {
    done = true
  })
  while (!done) {
    for (const { path, bytes } of await files()) if (isJpeg(bytes) || bytes.includes(marker)) plain.add(path)
    await sleep(2)
  }
  await ended
  return [...plain]
}

async function roundTrip(tool: string, params: Record<string, unknown>): Promise<Buffer> {
  const picture = Buffer.concat([await photo(1200, 900), marker])
  const task = await client.start(tool)
  const half = Math.floor(picture.length / 2)
  const parts = [picture.subarray(0, half), picture.subarray(half)]
  const whole = await client.upload(task, picture, 'whole.jpg')
  let last = whole
  for (const [index, part] of parts.entries())
    last = await client.upload(task, part, 'chunks.jpg', { chunk: String(index), chunks: '2' })
  const names = [whole, last].map(({ json }) => ({ server_filename: json.server_filename }))
  const answer = await client.process(task, tool, names, { ...params, file_encryption_key: key })
  expect(answer.json.status).toBe('TaskSuccess')
  return (await client.download(task)).bytes
}

async function expectNoPlainByte(): Promise<void> {
  const results: Buffer[] = []
  const work = async () => {
    results.push(await roundTrip('resizeimage', { pixels_width: 800 }))
    results.push(await roundTrip('compressimage', { compression_level: 'recommended' }))
  }
  expect(await plainFilesDuring(work())).toEqual([])
  const stored = await files()
  for (const result of results) {
    const sample = result.subarray(result.length / 2, result.length / 2 + 40)
    expect(stored.filter(({ bytes }) => bytes.includes(sample)).map(({ path }) => path)).toEqual([])
  }
}

describe('on disk', () => {
  beforeAll(() => start())
  afterAll(() => server.kill('SIGTERM'))

  it('no plain byte of uploads, chunks and results is ever there', async () => {
    await expectNoPlainByte()
    expect((await files()).filter(({ path }) => path.includes('blobs')).length).toBeGreaterThanOrEqual(8)
  })

  it('this search does find the plain bytes of a task without encryption', async () => {
    const plain = await TasksClient.of(server)
    const picture = Buffer.concat([await photo(600, 400), marker])
    expect(await plainFilesDuring(plain.run('rotateimage', picture, 'plain.jpg'))).not.toEqual([])
    expect((await files()).some(({ bytes }) => bytes.includes(marker))).toBe(true)
  })

  it('the key is in no log, no database and no file, whatever goes wrong with it', async () => {
    const task = await client.start('resizeimage')
    const uploaded = await client.upload(task, await photo(200, 100), 'a.jpg')
    const names = [{ server_filename: uploaded.json.server_filename }]
    const wrong = new TasksClient(server, await signToken({ file_encryption_key: `${key.slice(0, -1)}!` }))
    const answers = [
      await wrong.process(task, 'resizeimage', names, { pixels_width: 9 }),
      await client.process(task, 'resizeimage', names, { pixels_width: 9, file_encryption_key: `${key}${key}` }),
      await client.call('POST', '/v1/process', {
        body: `{"task": "${task}", "file_encryption_key": "${key}" oops}`,
        headers: { 'content-type': 'application/json' },
      }),
      await client.call('POST', '/v1/process', {
        body: `{"file_encryption_key": ${key}}`,
        headers: { 'content-type': 'application/json' },
      }),
      await client.call('GET', `/v1/download/${task}?file_encryption_key=${key}`),
      await client.call('GET', `/v1/no/such/path?file_encryption_key=${key}`),
    ]
    for (const { status, bytes } of answers) {
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(500)
      expect(bytes.includes(key.slice(0, 12))).toBe(false)
    }
    await client.process(task, 'resizeimage', names, { pixels_width: 9, webhook: '' })
    await expect.poll(async () => (await client.download(task)).status, { timeout: 20_000 }).toBe(200)
    // Also as parts of tokens and in base64, which only look unreadable.
    const claims = client.token.split('.')[1] ?? ''
    const hidden = [
      key,
      key.slice(0, 12),
      claims,
      Buffer.from(key).toString('base64').slice(0, 30),
      Buffer.from(key).toString('hex'),
    ]
    const log = server.output()
    expect(log).toContain('/v1/download/')
    const stored = await files()
    for (const text of hidden) {
      expect(log.includes(text), 'in the log').toBe(false)
      expect(stored.filter(({ bytes }) => bytes.includes(text)).map(({ path }) => path)).toEqual([])
    }
  })
})

describe('with S3', () => {
  let s3: TestS3
  beforeAll(async () => {
    s3 = await startTestS3()
    const { endpoint, accessKeyId, secretAccessKey } = s3
    const access = { S3_ENDPOINT: endpoint, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey }
    await rm(folder, { recursive: true, force: true })
    await start({ S3_BUCKET: await s3.bucket(), ...access })
  })
  afterAll(async () => {
    await server.kill('SIGTERM')
    await s3.stop()
  })

  it('no plain byte is in work files and local copies', () => expectNoPlainByte())
})
