/** The samples of the landing page and the docs, run word by word against the server. */
import { spawn, spawnSync } from 'node:child_process'
import { createReadStream, statSync } from 'node:fs'
import { copyFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  curlSteps,
  nodeClientSample,
  nodeFetchSample,
  webhookNodeSample,
  webhookPhpSample,
} from '../src/apis/home/samples.ts'
import { imageCurlSteps, imageNodeSample } from '../src/apis/home/samples-images.ts'
import { libraryCurlSteps, libraryNode6Sample, libraryNodeSample } from '../src/apis/home/samples-library.ts'
import { scoringCurlSteps, scoringNodeSample } from '../src/apis/home/samples-scoring.ts'
import { sitesCurlSteps, sitesNodeSample } from '../src/apis/home/samples-sites.ts'
import { packageRoot } from '../src/paths.ts'
import { type Started, start } from './browser/start.ts'
import { password, scoringClient } from './support/scoring-client.ts'
import { sitesClient } from './support/sites-client.ts'
import { TasksClient } from './support/tasks-client.ts'

const samplePhoto = join(packageRoot, 'src/apis/home/assets/sample.jpg')
const withoutPhp = spawnSync('php', ['--version']).error !== undefined
const withoutCurl = process.env.CI !== 'true' && spawnSync('curl', ['--version']).error !== undefined
const withoutOpenssl = process.env.CI !== 'true' && spawnSync('openssl', ['version']).error !== undefined
let server: Started
let folder = ''

beforeAll(async () => {
  server = await start({ FETCH_ALLOW: '127.0.0.1' })
  folder = await mkdtemp(join(tmpdir(), 'imagestead-samples-'))
  await symlink(join(packageRoot, 'node_modules'), join(folder, 'node_modules'))
  await copyFile(samplePhoto, join(folder, 'photo.jpg'))
})
afterAll(async () => {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

/** Runs a program in the folder; resolves with its output, or fails with it. `until` it says this it need not end by itself. */
function run(program: string, args: string[], until?: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: folder })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk
        if (!until?.test(output)) return
        resolve(output)
        child.kill()
      })
    }
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(output))))
  })
}

const sizeOf = async (name: string) => (await sharp(join(folder, name)).metadata()).width

test.skipIf(withoutCurl)('the curl commands take the sample photo from start to download', async () => {
  const steps = curlSteps(server.url, server, '/assets/sample.jpg')
  await rm(join(folder, 'photo.jpg'))
  const output = await run('sh', ['-ec', steps.map(({ code }) => code).join('\n')])
  expect(JSON.parse(output)).toMatchObject({ status: 'TaskSuccess' })
  expect(await sizeOf('photo.jpg')).toBe(1600)
  expect(await sizeOf('resized.jpg')).toBe(800)
})

test('the script without a library compresses a local file', async () => {
  await copyFile(samplePhoto, join(folder, 'photo.jpg'))
  await writeFile(join(folder, 'compress.mjs'), nodeFetchSample(server.url, server))
  expect(await run(process.execPath, ['compress.mjs'])).toMatch(/^\d+ bytes became \d+\n$/)
  expect(await sizeOf('compressed.jpg')).toBeGreaterThan(0)
})

test('the client library works after its host is changed', async () => {
  const photos = createServer((_request, response) => createReadStream(samplePhoto).pipe(response))
  await new Promise<void>((resolve) => photos.listen(0, '127.0.0.1', resolve))
  try {
    await writeFile(join(folder, 'resize.mjs'), nodeClientSample(server.url, server))
    await rm(join(folder, 'resized.jpg'), { force: true })
    await run(process.execPath, ['resize.mjs', `http://127.0.0.1:${(photos.address() as AddressInfo).port}/photo.jpg`])
    expect(await sizeOf('resized.jpg')).toBe(800)
  } finally {
    photos.close()
  }
})

test.skipIf(withoutCurl)('the curl commands of the library upload, show, change and find a photo', async () => {
  const steps = libraryCurlSteps(server.url, server, '/assets/sample.jpg')
  await rm(join(folder, 'photo.jpg'), { force: true })
  const output = await run('sh', ['-ec', steps.map(({ code }) => code).join('\necho\n')])
  const [shown, changed, found] = output.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
  expect(shown).toMatchObject({
    filePath: expect.stringMatching(/^\/trips\/pier_/),
    tags: ['sea', 'pier'],
    width: 1600,
  })
  expect(changed).toMatchObject({ tags: ['sea', 'night'] })
  expect(found).toMatchObject([{ fileId: shown.fileId }])
})

test.each([
  ['the client library of the library', libraryNodeSample],
  ['its version 6, with the shim', libraryNode6Sample],
])('%s uploads and finds a photo', async (_name, sample) => {
  await copyFile(samplePhoto, join(folder, 'photo.jpg'))
  await writeFile(join(folder, 'library.mjs'), sample(server.url, server))
  // Version 6 holds its connection, and with it the process, until the server lets go of it.
  const said = /^\/(trips\/)?pier_\S{9}\.jpg [1-9]\n$/
  expect(await run(process.execPath, ['library.mjs'], said)).toMatch(said)
})

test.skipIf(withoutCurl || withoutOpenssl)(
  'the curl commands of image URLs show a photo, smaller, grey, signed',
  async () => {
    const steps = imageCurlSteps(server.url, server, '/assets/sample.jpg')
    await run('sh', ['-ec', steps.map(({ code }) => code).join('\n')])
    const seen = async (name: string) => {
      const { format, width, height } = await sharp(join(folder, name)).metadata()
      return [format, width, height]
    }
    expect(await seen('small.jpg')).toEqual(['jpeg', 400, 300])
    expect((await seen('grey.webp')).slice(0, 2)).toEqual(['webp', 400])
    expect((await seen('best.webp')).slice(0, 2)).toEqual(['webp', 800])
    expect((await seen('signed.jpg')).slice(0, 2)).toEqual(['jpeg', 400])
  },
)

test('the client library signs an address that works', async () => {
  await writeFile(join(folder, 'sign.mjs'), imageNodeSample(server.url, server))
  const url = (await run(process.execPath, ['sign.mjs'])).trim()
  const answer = await fetch(url)
  expect(answer.status).toBe(200)
  expect(await sharp(Buffer.from(await answer.arrayBuffer())).metadata()).toMatchObject({ width: 300, height: 400 })
})

test.skipIf(withoutCurl)('the curl commands of scoring sign in, score, label and sort', async () => {
  const { user } = await scoringClient(server)
  const steps = scoringCurlSteps(server.url, { username: user.username, password }, '/assets/sample.jpg')
  await rm(join(folder, 'photo.jpg'), { force: true })
  const output = await run('sh', ['-ec', steps.map(({ code }) => code).join('\necho\n')])
  const [score, label, sorted] = output.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
  expect(score).toMatchObject({ id: expect.any(String), score: expect.any(Number) })
  expect(label.labels).toHaveLength(23)
  expect(sorted.data.map(({ identifier }: { identifier: string }) => identifier)).toEqual(['b', 'a'])
})

test('the script without a library scores photos by their addresses', async () => {
  const { user, key } = await scoringClient(server)
  await writeFile(join(folder, 'score.mjs'), scoringNodeSample(server.url, { username: user.username, password }))
  const photos = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': statSync(samplePhoto).size })
    createReadStream(samplePhoto).pipe(response)
  })
  await new Promise<void>((resolve) => photos.listen(0, '127.0.0.1', resolve))
  try {
    const url = `http://127.0.0.1:${(photos.address() as AddressInfo).port}/photo.jpg`
    process.env.CLIENT_KEY = key
    expect(await run(process.execPath, ['score.mjs', url])).toMatch(/^\d\.\d\d [a-z]+ http/)
  } finally {
    delete process.env.CLIENT_KEY
    photos.close()
  }
})

test.skipIf(withoutCurl)(
  'the curl commands of sites make an installation, send, list and download a photo',
  async () => {
    const { key } = await sitesClient(server)
    const steps = sitesCurlSteps(server.url, key, '/assets/sample.jpg')
    await rm(join(folder, 'photo.jpg'), { force: true })
    await rm(join(folder, 'preview.jpg'), { force: true })
    const output = await run('sh', ['-ec', steps.map(({ code }) => code).join('\n')])
    expect(JSON.parse(output)).toMatchObject({
      ok: true,
      photos: [{ taken_at: '2021-05-31T22:15:00Z', taken_at_local: '2021-06-01T08:15:00+10:00', time_source: 'given' }],
    })
    expect(await sizeOf('preview.jpg')).toBe(1280)
  },
)

test('the script without a library sends photos, and the same once', async () => {
  const { key, call } = await sitesClient(server)
  await copyFile(samplePhoto, join(folder, 'IMG_20240501_101500.jpg'))
  await writeFile(join(folder, 'send.mjs'), sitesNodeSample(server.url, key))
  const sent = await run(process.execPath, ['send.mjs', 'IMG_20240501_101500.jpg', 'IMG_20240501_101500.jpg'])
  const [first = '', second = ''] = sent.trim().split('\n')
  expect(first).toMatch(/^ph_\w+ \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d new$/)
  expect(second).toBe(first.replace('new', 'was there'))
  expect((await call('GET', '/v2/photos')).json.photos.map(({ id }: { id: string }) => id)).toContain(
    first.split(' ')[0],
  )
})

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const probe = createTcpServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

/** Starts a receiver, sends it a forgery, and lets a task call it. */
async function taskReaches(program: string, args: (port: number) => string[]): Promise<void> {
  const port = await freePort()
  const client = await TasksClient.of(server, server)
  const [secret = ''] = await server.composed.webhookSecrets.active('default')
  const child = spawn(program, args(port), {
    cwd: folder,
    env: { ...process.env, PORT: `${port}`, WEBHOOK_SECRET: secret },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  try {
    const url = `http://127.0.0.1:${port}/`
    const forged = {
      method: 'POST',
      body: '{}',
      headers: {
        'webhook-id': 'x',
        'webhook-timestamp': `${Math.floor(Date.now() / 1000)}`,
        'webhook-signature': 'v1,AAAA',
      },
    }
    await expect
      .poll(
        () =>
          fetch(url, forged).then(
            ({ status }) => status,
            () => 0,
          ),
        { timeout: 15_000 },
      )
      .toBe(401)
    const task = await client.start('rotateimage')
    const uploaded = await client.upload(task, await readFile(samplePhoto), 'photo.jpg')
    const files = [{ server_filename: uploaded.json.server_filename, rotate: 90 }]
    await client.process(task, 'rotateimage', files, { webhook: url })
    const expected = expect.stringMatching(new RegExp(`wh_\\w{26} task.completed ${task} TaskSuccess`))
    await expect.poll(() => output, { timeout: 20_000 }).toEqual(expected)
    const delivered = async () => (await server.composed.store.read.webhooks.list({ subject: task }, 1))[0]
    await expect.poll(delivered).toMatchObject({ state: 'delivered', attempts: [{ status: 204 }] })
  } finally {
    child.kill()
  }
}

test('the receiver in Node takes a webhook and refuses a forged one', async () => {
  await writeFile(join(folder, 'receiver.mjs'), webhookNodeSample)
  await taskReaches(process.execPath, () => ['receiver.mjs'])
})

test.skipIf(withoutPhp)('the receiver in PHP takes a webhook and refuses a forged one', async () => {
  await writeFile(join(folder, 'receiver.php'), webhookPhpSample)
  await taskReaches('php', (port) => ['-S', `127.0.0.1:${port}`, 'receiver.php'])
})
