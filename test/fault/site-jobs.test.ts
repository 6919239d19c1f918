/** Kill -9 in the middle of a film and of an export: after the restart both go on where they were, and what comes out is whole. */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { demux } from '../support/films.ts'
import { photo } from '../support/pictures.ts'
import { type ServerProcess, startProcess } from '../support/process.ts'
import { addPhoto } from '../support/site-photos.ts'
import { addInstallation, sitesCaller, sitesClient } from '../support/sites-client.ts'
import { startServer } from '../support/stack.ts'
import { readZip } from '../support/zip.ts'

const photos = 900
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const folder = await mkdtemp(join(tmpdir(), 'imagestead-kill-'))
const running: ServerProcess[] = []
afterAll(async () => {
  await Promise.all(running.map((server) => server.kill('SIGKILL')))
  await rm(folder, { recursive: true, force: true })
})

async function start() {
  const server = await startProcess({ DATA_DIR: folder, LIMITS: 'off', SITE_FFMPEG: 'off' })
  running.push(server)
  return server
}

it('a film and an export go on after kill -9, and nothing is in them twice or missing', {
  timeout: 150_000,
}, async () => {
  const bytes = await photo(64, 48, 'jpeg', 7)
  const { key, id } = await filled(bytes)

  const first = await start()
  const before = sitesCaller(first, key)
  const filmAsked = await before('POST', `/v1/installations/${id}/timelapses`, { json: { width: 160, height: 90 } })
  const film = `/v1/timelapses/${filmAsked.json.timelapse.id}`
  const filmOf = async (call: typeof before) => (await call('GET', film)).json.timelapse
  // One stretch of 240 is kept.
  const progress = async () => (await filmOf(before)).progress
  await expect.poll(progress, { timeout: 60_000, interval: 50 }).toBeGreaterThan(0.27)
  const exportAsked = await before('POST', '/v1/exports', { json: { filter: { installation_id: id } } })
  const zip = `/v1/exports/${exportAsked.json.export.id}`
  const exportOf = async (call: typeof before) => (await call('GET', zip)).json.export
  await expect.poll(async () => (await exportOf(before)).progress, { timeout: 30_000, interval: 5 }).toBeGreaterThan(0)
  await first.kill('SIGKILL')

  const second = await start()
  const after = sitesCaller(second, key)
  const seen: number[] = []
  const ended = async () => {
    const [one, other] = [await filmOf(after), await exportOf(after)]
    seen.push(one.progress)
    return [one.status, other.status]
  }
  await expect.poll(ended, { timeout: 90_000, interval: 100 }).toEqual(['done', 'done'])
  // What was kept is not made again.
  expect(Math.min(...seen)).toBeGreaterThan(0.26)

  const fetched = async (url: string) => {
    const options = { headers: { authorization: `apiKey ${key}` } }
    return Buffer.from(await (await fetch(url.replace(/^https?:\/\/[^/]+/, second.url), options)).arrayBuffer())
  }
  const done = await filmOf(after)
  expect(done).toMatchObject({ frame_count: photos, skipped_count: 0 })
  expect((await demux(await fetched(done.video_url))).frames).toBe(photos)
  const exported = await exportOf(after)
  expect(exported).toMatchObject({ photo_count: photos, skipped_count: 0 })
  const [list, ...files] = readZip(await fetched(exported.zip_url))
  expect(new Set(files.map(({ name }) => name)).size).toBe(photos)
  expect(new Set(files.map(({ data }) => sha256(data)))).toEqual(new Set([sha256(bytes)]))
  expect(list?.data.toString('utf8').trimEnd().split('\r\n')).toHaveLength(1 + photos)
  expect(await second.kill('SIGTERM')).toBe(0)
})

/** An installation with as many photos, all of one file. */
async function filled(bytes: Buffer): Promise<{ key: string; id: string }> {
  const server = await startServer({ DATA_DIR: folder, HTTP_DRAIN_MS: '100' })
  try {
    const client = await sitesClient(server)
    const id = await addInstallation(client)
    const one = await addPhoto(server, id, bytes, { taken: 0 })
    await server.composed.store.tx(async (tx) => {
      for (let index = 1; index < photos; index++) {
        const own = { id: `ph_${index}`, asset: `asset ${index}`, sha256: `hash ${index}`, taken: index * 60_000 }
        await tx.captures.insert({ ...one, ...own, minute: index % 1440 })
      }
    })
    return { key: client.key, id }
  } finally {
    await server.stop()
  }
}
