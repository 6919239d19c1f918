import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createFetcher } from '../fetcher/fetcher.ts'
import type { ManifestInput } from './manifest.ts'
import { createPulls, type PullWishes } from './pulls.ts'
import { openShelf } from './shelf.ts'

const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 31) % 251))
const sha256 = createHash('sha256').update(bytes).digest('hex')
const fetcher = createFetcher({ allow: ['127.0.0.1', 'localhost'], userAgent: 'test' })
const asked: { url: string; range: string | undefined }[] = []
let answer: (request: IncomingMessage, response: ServerResponse) => void
let server: Server
let hub: string
let port: number

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push({ url: request.url ?? '', range: request.headers.range })
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  hub = `http://127.0.0.1:${port}`
})
afterAll(async () => {
  await fetcher.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})
beforeEach(() => {
  asked.length = 0
  answer = whole
})

const manifest: ManifestInput = {
  id: 'tiny',
  task: 'aesthetic',
  license: 'MIT',
  source: { kind: 'hub', repository: 'someone/tiny', revision: 'abc123', file: 'onnx/model.onnx' },
  sha256,
  bytes: bytes.length,
  input: {
    name: 'image',
    width: 4,
    height: 4,
    layout: 'NCHW',
    channels: 'RGB',
    mean: [0, 0, 0],
    std: [1, 1, 1],
    resize: 'stretch',
  },
  outputs: { vector: 'out' },
  decoder: 'affine',
}

function place(changes: Partial<ManifestInput> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'imagestead-pull-'))
  writeFileSync(join(folder, 'tiny.json'), JSON.stringify({ ...manifest, ...changes }))
  return folder
}

function pull(folder: string, wishes: Partial<PullWishes> = {}) {
  const pulls = createPulls({ folder, fetcher, hub, clock: { now: () => 1_700_000_000_000 } })
  return pulls.pull('tiny', { acceptLicense: false, pauseMs: 1, ...wishes })
}

const stateOf = async (folder: string) =>
  (await (await openShelf({ folder, use: ['tiny'] })).states()).find(({ id }) => id === 'tiny')
const pulled = (folder: string) => readFileSync(join(folder, 'tiny', 'model.onnx'))

function whole({ headers }: IncomingMessage, response: ServerResponse): void {
  const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0)
  const head = { etag: '"one"', 'content-length': bytes.length - start }
  if (headers.range === undefined || (headers['if-range'] ?? '"one"') !== '"one"')
    response.writeHead(200, { ...head, 'content-length': bytes.length }).end(bytes)
  else
    response
      .writeHead(206, { ...head, 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` })
      .end(bytes.subarray(start))
}

/** The connection goes after these many bytes; the next request is answered whole. */
function droppedAfter(count: number): typeof answer {
  return (_, response) => {
    answer = whole
    response.writeHead(200, { etag: '"one"', 'content-length': bytes.length })
    response.write(bytes.subarray(0, count), () => setTimeout(() => response.destroy(), 50))
  }
}

describe('pulling a model', () => {
  it('fetches its file from the repository and revision of its manifest', async () => {
    const folder = place()
    expect(await stateOf(folder)).toMatchObject({
      status: 'not pulled',
      message: expect.stringContaining('models pull tiny'),
    })
    expect(await pull(folder)).toMatchObject({ sha256, trusted: false, license: 'MIT' })
    expect(asked.map(({ url }) => url)).toEqual(['/someone/tiny/resolve/abc123/onnx/model.onnx'])
    expect(pulled(folder).equals(bytes)).toBe(true)
    expect(readdirSync(join(folder, 'tiny'))).toEqual(['model.onnx'])
    expect(await stateOf(folder)).toMatchObject({ status: 'ready', sha256, tier: 'hub' })
  })

  it('goes on where a dropped connection stopped', async () => {
    const folder = place()
    answer = droppedAfter(120_000)
    await pull(folder)
    expect(asked.map(({ range }) => range)).toEqual([undefined, expect.stringMatching(/^bytes=[1-9]\d+-$/)])
    expect(pulled(folder).equals(bytes)).toBe(true)
  })

  it('goes on in a later process, also when the hub sends it to another host', async () => {
    const folder = place()
    answer = (request, response) => {
      droppedAfter(120_000)(request, response)
      answer = (_, again) => again.writeHead(404).end()
    }
    await expect(pull(folder)).rejects.toMatchObject({ code: 'not_found' })
    asked.length = 0
    answer = ({ url }, response) => {
      answer = whole
      response.writeHead(302, { location: `http://localhost:${port}${url}` }).end()
    }
    await pull(folder)
    expect(asked[1]?.range).toMatch(/^bytes=[1-9]\d+-$/)
    expect(pulled(folder).equals(bytes)).toBe(true)
  })

  it('starts again when the file has changed meanwhile', async () => {
    const folder = place()
    answer = (request, response) => {
      droppedAfter(120_000)(request, response)
      answer = (_, again) => again.writeHead(200, { etag: '"two"', 'content-length': bytes.length }).end(bytes)
    }
    await pull(folder)
    expect(pulled(folder).equals(bytes)).toBe(true)
  })

  it('gives up when nothing new comes', async () => {
    answer = (_, response) => response.writeHead(503).end()
    await expect(pull(place())).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('503') })
    expect(asked).toHaveLength(4)
  })

  it('keeps nothing of a file with another hash', async () => {
    const folder = place({ sha256: 'a'.repeat(64) })
    await expect(pull(folder)).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining(sha256) })
    expect(existsSync(join(folder, 'tiny', 'model.onnx'))).toBe(false)
    expect(readdirSync(join(folder, 'tiny')).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  it('trusts the first file when nobody knows the hash, and only that one', async () => {
    const folder = place({ sha256: null })
    expect(await pull(folder)).toMatchObject({ trusted: true, sha256 })
    expect(await stateOf(folder)).toMatchObject({ status: 'ready' })
    writeFileSync(join(folder, 'tiny', 'model.onnx'), 'another')
    expect(await stateOf(folder)).toMatchObject({ status: 'wrong hash', message: expect.stringContaining('pull') })
    answer = (_, response) => response.end('changed')
    await expect(pull(folder)).rejects.toMatchObject({ message: expect.stringContaining('--sha256') })
    const changed = createHash('sha256').update('changed').digest('hex')
    expect(await pull(folder, { sha256: changed })).toMatchObject({ trusted: false, sha256: changed })
    expect(await stateOf(folder)).toMatchObject({ status: 'ready' })
  })

  it('checks the hash that the operator states', async () => {
    const wrong = 'b'.repeat(64)
    await expect(pull(place({ sha256: null }), { sha256: wrong })).rejects.toMatchObject({ code: 'invalid' })
    await expect(pull(place(), { sha256: wrong })).rejects.toMatchObject({
      message: expect.stringContaining('--sha256'),
    })
  })

  it('takes a mirror or a folder instead of the hub', async () => {
    const folder = place()
    await pull(folder, { from: `${hub}/mirror/` })
    expect(asked[0]?.url).toBe('/mirror/someone/tiny/resolve/abc123/onnx/model.onnx')
    const files = mkdtempSync(join(tmpdir(), 'imagestead-files-'))
    const other = place()
    await expect(pull(other, { from: files })).rejects.toMatchObject({ code: 'not_found' })
    writeFileSync(join(files, 'model.onnx'), bytes)
    asked.length = 0
    expect(await pull(other, { from: files })).toMatchObject({ sha256 })
    expect(asked).toEqual([])
  })

  it('asks for the licence first where that is wanted', async () => {
    const folder = place({ acceptLicense: true, license: 'Other', licenseNote: 'Research only.' })
    await expect(pull(folder)).rejects.toMatchObject({
      message: expect.stringMatching(/Other.*Research only.*--accept-license/),
    })
    expect(asked).toEqual([])
    await pull(folder, { acceptLicense: true })
  })

  it('refuses a second pull of the same file at the same time', async () => {
    const folder = place()
    answer = (request, response) => setTimeout(() => whole(request, response), 200)
    const first = pull(folder)
    await expect.poll(() => existsSync(join(folder, 'tiny', 'model.onnx.part.lock'))).toBe(true)
    await expect(pull(folder)).rejects.toMatchObject({ code: 'conflict' })
    await first
  })

  it('refuses a model that nobody knows', async () => {
    const pulls = createPulls({ folder: place(), fetcher, hub, clock: { now: () => 0 } })
    await expect(pulls.pull('nothing', { acceptLicense: false })).rejects.toMatchObject({ code: 'not_found' })
    await expect(pulls.pull('blazeface', { acceptLicense: false })).rejects.toMatchObject({ code: 'invalid' })
  })
})
