/** `imagestead sites pull` and `push` as people run them, against a real server, killed in between (site-photos-api.md section 8). */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { createServer, request as forward, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { retryAfter } from '../src/commands/sites/client.ts'
import type { Streams } from '../src/commands/sites/report.ts'
import { sites } from '../src/commands/sites.ts'
import { loadConfig } from '../src/config.ts'
import { packageRoot } from '../src/paths.ts'
import { photo } from './support/pictures.ts'
import { addInstallation, addPhoto, type SitesClient, sitesClient } from './support/sites-client.ts'
import { startServer, type TestServer } from './support/stack.ts'

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

let server: TestServer
let manager: SitesClient
let folder: string
let photos: Buffer[]

beforeAll(async () => {
  server = await startServer({})
  manager = await sitesClient(server)
  folder = await mkdtemp(join(tmpdir(), 'imagestead-test-'))
  photos = await Promise.all([1, 2, 3, 4, 5, 6].map((seed) => photo(400, 300, 'jpeg', seed)))
})
afterAll(async () => {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

const settings = () => ({ IMAGESTEAD_SITE_URL: server.url, IMAGESTEAD_SITE_KEY: manager.key })
const linesOf = (text: string) => text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))

/** In a process of its own, which may be killed. */
function start(args: string[]) {
  const child = spawn(process.execPath, [join(packageRoot, 'bin/imagestead.js'), 'sites', ...args], {
    env: { PATH: process.env.PATH, ...settings() },
  })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  const spoke = once(child.stdout, 'data')
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return { child, ended, spoke, lines: () => linesOf(stdout) }
}

/** The same in this process. @throws DomainError */
async function run(args: string[], environment: Record<string, string> = {}) {
  const told = { stdout: '', stderr: '' }
  const into = (name: keyof typeof told) =>
    new Writable({
      write(chunk, _encoding, done) {
        told[name] += chunk
        done()
      },
    }) as unknown as NodeJS.WriteStream
  const streams = { stdout: into('stdout'), stderr: into('stderr') } as unknown as Streams
  const code = await sites(args, loadConfig({ ...settings(), ...environment }), streams)
  return { code, stderr: told.stderr, lines: linesOf(told.stdout) }
}

const filesIn = async (path: string) =>
  (await readdir(path, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort()

/** Six photos, an hour apart. */
async function filled(timezone = 'Australia/Brisbane'): Promise<{ id: string; paths: string[] }> {
  const id = await addInstallation(manager, { timezone })
  const paths = []
  for (const [at, bytes] of photos.entries()) {
    const { json } = await addPhoto(manager, id, bytes, { taken_at: `2021-05-31T1${at}:00:00Z` })
    const local = (json.photo.taken_at_local as string).replaceAll(/[-:]/g, '')
    const [day = '', time = ''] = [local.slice(0, 8), local.slice(9, 15)]
    paths.push(join(id, day.slice(0, 4), day.slice(4, 6), day.slice(6), `${day}-${time}_${json.photo.id}.jpg`))
  }
  return { id, paths: paths.sort() }
}

/** In front of the server; `meddle` may answer itself. */
async function startProxy(meddle: (request: IncomingMessage, response: ServerResponse) => boolean) {
  const seen: { url: string; range: string | undefined }[] = []
  const proxy: Server = createServer((request, response) => {
    const { url = '', method, headers } = request
    seen.push({ url, range: headers.range })
    if (meddle(request, response)) return
    const onward = forward(`${server.url}${url}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    request.pipe(onward)
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    seen,
    stop: () => new Promise((resolve) => proxy.close(resolve).closeAllConnections()),
  }
}

describe('imagestead sites pull', () => {
  it('"layout {installation}/{yyyy}/{MM}/{dd}/{yyyyMMdd-HHmmss}_{id}.{ext}", by the local clock; again it skips', async () => {
    const { id, paths } = await filled()
    const to = join(folder, 'plain')
    const first = await run(['pull', id, '--to', to, '--json'])
    expect(first).toMatchObject({ code: 0, stderr: expect.stringContaining('6 fetched') })
    expect(await filesIn(to)).toEqual(paths)
    const hashes = await Promise.all(paths.map(async (path) => sha256(await readFile(join(to, path)))))
    expect(hashes.sort()).toEqual(photos.map(sha256).sort())
    const again = await run(['pull', id, '--to', to, '--json', '--verify'])
    expect(again.code).toBe(0)
    expect(again.lines.map(({ status }) => status)).toEqual(Array(6).fill('skipped'))
  })

  it('goes on after a kill: what is whole stays, a part is resumed by a range, the hash decides', async () => {
    const { id, paths } = await filled()
    const to = join(folder, 'killed')
    const killed = start(['pull', id, '--to', to, '--json', '--at-once', '1'])
    await killed.spoke
    killed.child.kill('SIGKILL')
    await killed.ended
    for (const path of await filesIn(to)) {
      if (path.endsWith('.jpg')) expect(photos.map(sha256)).toContain(sha256(await readFile(join(to, path))))
    }
    // As if it had been killed in the middle of two files, of which one was damaged too.
    expect((await run(['pull', id, '--to', to])).code).toBe(0)
    const [half = '', damaged = ''] = paths.map((path) => join(to, path))
    await rename(half, `${half}.part`)
    await truncate(`${half}.part`, 5000)
    await rm(damaged)
    await writeFile(`${damaged}.part`, Buffer.alloc(5000, 'x'))
    const proxy = await startProxy(() => false)
    const resumed = await run(['pull', id, '--to', to, '--json', '--at-once', '1'], { IMAGESTEAD_SITE_URL: proxy.url })
    expect(resumed).toMatchObject({ code: 0 })
    await proxy.stop()
    expect(await filesIn(to)).toEqual(paths)
    const hashes = await Promise.all(paths.map(async (path) => sha256(await readFile(join(to, path)))))
    expect(hashes.sort()).toEqual(photos.map(sha256).sort())
    const ranges = proxy.seen.filter(({ url }) => url.startsWith('/site/media/')).map(({ range }) => range)
    expect(ranges).toEqual(['bytes=5000-', 'bytes=5000-', undefined])
  })

  it('a photo whose time was changed goes to its new place, and is not fetched again', async () => {
    const { id, paths } = await filled()
    const to = join(folder, 'changed')
    expect((await run(['pull', id, '--to', to])).code).toBe(0)
    const [path = ''] = paths
    const photoId = /(ph_\w+)\.jpg$/.exec(path)?.[1]
    const patched = { json: { taken_at: '2020-02-02T02:02:02Z' } }
    expect((await manager.call('PATCH', `/v1/photos/${photoId}`, patched)).status).toBe(200)
    const again = await run(['pull', id, '--to', to, '--json', '--verify'])
    expect(again.lines.map(({ status }) => status)).toEqual(Array(6).fill('skipped'))
    const moved = join(id, '2020', '02', '02', `20200202-120202_${photoId}.jpg`)
    expect(await filesIn(to)).toEqual([moved, ...paths.slice(1)].sort())
  })

  it('takes up a connection that breaks, and obeys Retry-After', async () => {
    const { id, paths } = await filled()
    const to = join(folder, 'broken')
    let broken = 0
    let limited = 0
    const proxy = await startProxy((request, response) => {
      if (request.url?.startsWith('/site/media/') && request.headers.range === undefined && broken < 2) {
        broken += 1
        const bytes = photos[broken] ?? Buffer.alloc(0)
        response.writeHead(200, { 'content-length': bytes.length, 'content-type': 'image/jpeg' })
        response.write(bytes.subarray(0, 100), () => response.destroy())
        return true
      }
      if (request.url?.includes('/file/original') && limited < 1) {
        limited += 1
        response.writeHead(429, {
          'content-type': 'application/json',
          'retry-after': new Date(Date.now() + 2000).toUTCString(),
        })
        response.end('{"ok":false,"error":{"code":"rate_limit","message":"API rate limit exceeded."}}')
        return true
      }
      return false
    })
    const began = Date.now()
    const pulled = await run(['pull', id, '--to', to], { IMAGESTEAD_SITE_URL: proxy.url })
    expect(pulled).toMatchObject({ code: 0 })
    await proxy.stop()
    expect(broken + limited).toBe(3)
    expect(Date.now() - began).toBeGreaterThan(1000)
    expect(pulled.stderr).toContain('rate limit')
    expect(await filesIn(to)).toEqual(paths)
    const hashes = await Promise.all(paths.map(async (path) => sha256(await readFile(join(to, path)))))
    expect(hashes.sort()).toEqual(photos.map(sha256).sort())
  })

  it('--since, --variant, and what is wrong', async () => {
    const { id } = await filled()
    const to = join(folder, 'since')
    const some = await run(['pull', id, '--to', to, '--since', '2021-05-31T13:00:00Z', '--variant', 'thumb', '--json'])
    expect(some.code).toBe(0)
    expect(some.lines).toHaveLength(3)
    const wrong: [string[], Record<string, string>, string, string][] = [
      [['pull', id], {}, 'invalid', 'usage'],
      [['pull', 'in_unknown', '--to', folder], {}, 'not_found', 'no such installation'],
      [['pull', id, '--to', folder], { IMAGESTEAD_SITE_KEY: 'sp_wrong' }, 'unauthenticated', 'API key'],
      [['pull', id, '--to', folder], { IMAGESTEAD_SITE_KEY: ' ' }, 'invalid', 'IMAGESTEAD_SITE_KEY'],
      [['push', folder], {}, 'invalid', 'usage'],
      [['push', join(folder, 'nowhere'), '--installation', id], {}, 'not_found', 'nowhere'],
    ]
    for (const [args, environment, code, text] of wrong) {
      await expect(run(args, environment)).rejects.toMatchObject({ code, message: expect.stringContaining(text) })
    }
  })
})

describe('imagestead sites push', () => {
  const photosOf = async (id: string) =>
    (await manager.call('GET', `/v2/photos?installation_id=${id}&order=asc`)).json.photos

  it('sends a folder that was pulled, with the same times; again it sends nothing', async () => {
    const from = await filled()
    const to = join(folder, 'round')
    expect((await run(['pull', from.id, '--to', to])).code).toBe(0)
    const id = await addInstallation(manager, { timezone: 'Australia/Brisbane' })
    await writeFile(join(to, 'notes.txt'), 'no photo')
    await writeFile(join(to, 'broken.jpg'), 'no photo either')
    const sent = await run(['push', to, '--installation', id, '--json', '--settle', '1s', '--tag', 'moved'])
    expect(sent.code).toBe(5)
    expect(sent.lines.filter(({ status }) => status === 'failed')).toMatchObject([{ path: 'broken.jpg' }])
    const [before, after] = [await photosOf(from.id), await photosOf(id)]
    const facts = (list: Record<string, unknown>[]) => list.map(({ taken_at, sha256: hash }) => ({ taken_at, hash }))
    expect(facts(after)).toEqual(facts(before))
    expect(after[0]).toMatchObject({ time_source: 'filename', tags: ['moved'] })
    await rm(join(to, 'broken.jpg'))
    const again = await run(['push', to, '--installation', id, '--json', '--settle', '1s'])
    expect(again).toMatchObject({ code: 0, lines: [] })
  })

  it('killed and begun again it sends each once', async () => {
    const id = await addInstallation(manager)
    const from = join(folder, 'push-killed')
    await mkdir(from)
    for (const [at, bytes] of photos.entries()) await writeFile(join(from, `${at}.jpg`), bytes)
    const killed = start(['push', from, '--installation', id, '--json', '--settle', '1s', '--at-once', '1'])
    await killed.spoke
    killed.child.kill('SIGKILL')
    await killed.ended
    // As if the last line of what was sent had been cut off.
    const list = join(from, '.imagestead-sent.jsonl')
    await writeFile(list, (await readFile(list, 'utf8')).slice(0, -10))
    const rest = await run(['push', from, '--installation', id, '--json', '--settle', '1s'])
    expect(rest.code).toBe(0)
    expect(await photosOf(id)).toHaveLength(photos.length)
  })

  it('--watch sends what comes, when it is whole, moves it away, and ends on SIGTERM', async () => {
    const id = await addInstallation(manager)
    const from = join(folder, 'watched')
    const sentTo = join(folder, 'sent')
    await mkdir(from)
    const watching = start([
      'push',
      from,
      '--installation',
      id,
      '--watch',
      '--settle',
      '1s',
      '--move-to',
      sentTo,
      '--json',
    ])
    const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = photos
    await copyFile(join(folder, 'push-killed', '0.jpg'), join(from, 'first.jpg'))
    // Half of it is there for longer than a look; it must not be sent so.
    let half = second.subarray(0, 1000)
    const growing = setInterval(() => {
      half = second.subarray(0, half.length + 2000)
      void writeFile(join(from, 'second.jpg'), half)
      if (half.length === second.length) clearInterval(growing)
    }, 100)
    await vi.waitFor(async () => expect(await photosOf(id)).toHaveLength(2), { timeout: 30_000, interval: 200 })
    await vi.waitFor(async () => expect(await filesIn(sentTo)).toEqual(['first.jpg', 'second.jpg']), { timeout: 5000 })
    clearInterval(growing)
    watching.child.kill('SIGTERM')
    expect(await watching.ended).toBe(0)
    expect(watching.lines().map(({ status }) => status)).toEqual(['done', 'done'])
    const hashes = (await photosOf(id)).map((one: { sha256: string }) => one.sha256)
    expect(hashes.sort()).toEqual([first, second].map(sha256).sort())
  })
})

describe('Retry-After', () => {
  const now = Date.parse('2021-05-31T23:59:30Z')

  it('is a date or seconds', () => {
    expect(retryAfter('Tue, 01 Jun 2021 00:00:00 GMT', now)).toBe(Date.parse('2021-06-01T00:00:00Z'))
    expect(retryAfter('90', now)).toBe(now + 90_000)
    expect(retryAfter('Mon, 31 May 2021 00:00:00 GMT', now)).toBe(now)
    expect(retryAfter('soon', now)).toBeUndefined()
    expect(retryAfter(null, now)).toBeUndefined()
  })
})
