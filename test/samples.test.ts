/** The samples of the landing page and the docs, run word by word against the server. */
import { spawn, spawnSync } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { copyFile, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { curlSteps, nodeClientSample, nodeFetchSample } from '../src/apis/home/samples.ts'
import { packageRoot } from '../src/paths.ts'
import { type Started, start } from './browser/start.ts'

const samplePhoto = join(packageRoot, 'src/apis/home/assets/sample.jpg')
const withoutCurl = process.env.CI !== 'true' && spawnSync('curl', ['--version']).error !== undefined
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

/** Runs a program in the folder; resolves with its output, or fails with it. */
function run(program: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: folder })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
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
