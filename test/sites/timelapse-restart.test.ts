/** "survives restart" (site-photos-api.md section 9): a film goes on behind the last stretch that was encoded. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, expect, it } from 'vitest'
import { demux } from '../support/films.ts'
import { addPhoto } from '../support/site-photos.ts'
import { addInstallation, sitesCaller, sitesClient } from '../support/sites-client.ts'
import { startServer } from '../support/stack.ts'

const photos = 1200
const folder = await mkdtemp(join(tmpdir(), 'imagestead-film-restart-'))
const settings = { DATA_DIR: folder, SITE_FFMPEG: 'off', HTTP_DRAIN_MS: '100' }
afterAll(() => rm(folder, { recursive: true, force: true }))

const until = async (what: () => Promise<boolean>) => {
  for (let tries = 0; !(await what()); tries++) {
    if (tries > 1800) throw new Error('it does not come to it')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

it('a film of five stretches, the server stopped after the first', async () => {
  const first = await startServer(settings)
  const client = await sitesClient(first)
  const id = await addInstallation(client)
  const bytes = await sharp({ create: { width: 64, height: 36, channels: 3, background: '#446688' } })
    .jpeg()
    .toBuffer()
  const photo = await addPhoto(first, id, bytes, { taken: 0 })
  // Many rows of one file.
  await first.composed.store.tx(async (tx) => {
    for (let index = 1; index < photos; index++) {
      const own = { id: `ph_${index}`, asset: `asset ${index}`, sha256: `hash ${index}`, taken: index * 60_000 }
      await tx.captures.insert({ ...photo, ...own, minute: index % 1440 })
    }
  })
  const asked = await client.call('POST', `/v1/installations/${id}/timelapses`, { json: { width: 160, height: 90 } })
  const film = asked.json.timelapse.id
  const stretches = (server: typeof first) => server.composed.store.read.timelapses.segments(film)
  await until(async () => (await stretches(first)).length > 0)
  await first.stop()

  const second = await startServer(settings)
  try {
    const call = sitesCaller(second, client.key)
    const seen: number[] = []
    await until(async () => {
      const { status, progress } = (await call('GET', `/v1/timelapses/${film}`)).json.timelapse
      seen.push(progress)
      return !['queued', 'running'].includes(status)
    })
    const { timelapse } = (await call('GET', `/v1/timelapses/${film}`)).json
    expect(timelapse).toMatchObject({ status: 'done', frame_count: photos, skipped_count: 0 })
    // It never fell back, and no stretch was encoded twice.
    expect(seen[0]).toBeGreaterThan(0.18)
    expect([...seen].sort((one, two) => one - two)).toEqual(seen)
    const blobs = await second.composed.store.read.blobs.page('', 1000)
    expect(blobs.filter(({ type }) => type === 'application/octet-stream')).toHaveLength(5)
    const response = await fetch(timelapse.video_url.replace(/^https?:\/\/[^/]+/, second.url), {
      headers: { authorization: `apiKey ${client.key}` },
    })
    const { frames, keys } = await demux(Buffer.from(await response.arrayBuffer()))
    expect(frames).toBe(photos)
    expect(keys).toEqual(expect.arrayContaining([0, 240, 480]))
  } finally {
    await second.stop()
  }
})
