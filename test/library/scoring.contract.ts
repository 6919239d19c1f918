/**
 * Scores in the library (docs/scores-in-the-library.md) and tagging by extensions (media-library-api.md section 5.4):
 * jobs, what answers and searches show, likeness, and what becomes of copies, versions and deleted files.
 */
import { mkdtempSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, it, vi } from 'vitest'
import { pullColours } from '../../src/adapters/vision/test-colours.ts'
import { hexId } from '../../src/core/ids.ts'
import { scoreLibraryKind } from '../../src/core/scorings/library.ts'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { photo, quarters } from '../support/pictures.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'

/** A photo of what the detector knows: people. */
function samplePhoto(): Promise<Buffer> {
  const main = createRequire(import.meta.url).resolve('@vladmandic/human')
  return sharp(join(main.slice(0, main.lastIndexOf('dist')), 'assets/samples.jpg'))
    .resize(640)
    .jpeg()
    .toBuffer()
}

const solid = ([r, g, b]: [number, number, number]) =>
  sharp({ create: { width: 64, height: 64, channels: 3, background: { r, g, b } } })
    .png()
    .toBuffer()

/** Models are loaded by a child of each server; many servers at once take their time. */
const patient = { timeout: 150_000 }

export function scoringSuite(stack: Stack): void {
  let server: TestServer
  let origin: Origin
  let sample: Buffer

  beforeAll(async () => {
    server = await stack.start({ FETCH_ALLOW: '127.0.0.1', SCORING_DEADLINE_MS: '45000' })
    origin = await startOrigin((_request, response) => response.end('ok'))
    sample = await samplePhoto()
  })
  afterAll(async () => {
    await server.stop()
    await origin.stop()
  })

  /** A project of its own, with a client. */
  async function tenant(id: string, settings: unknown = {}, on = server) {
    const { secretKey } = await addProject(on, id, settings)
    const client = libraryClient(on, secretKey)
    const upload = async (fileName: string, file: Buffer, folder = '/', more: Record<string, string> = {}) => {
      const { status, json } = await client.upload({ file, fileName, folder, useUniqueFileName: 'false', ...more })
      if (status !== 200) throw new Error(`upload answered ${status}: ${JSON.stringify(json)}`)
      return json
    }
    const find = async (query: Record<string, string>) => {
      const { status, json } = await client.call('GET', `/v1/files?${new URLSearchParams(query)}`)
      return status === 200 ? json.map(({ name }: { name: string }) => name) : `${status} ${json.message}`
    }
    const details = async (fileId: string) => (await client.call('GET', `/v1/files/${fileId}/details`)).json
    return { client, upload, find, details }
  }

  async function scored(client: LibraryClient, json: object = {}) {
    const begun = await client.call('POST', '/v1/files/score', { json })
    if (begun.status !== 202) throw new Error(`answered ${begun.status}: ${begun.json.message}`)
    return done(client, begun.json.jobId)
  }
  const done = (client: LibraryClient, jobId: string) =>
    vi.waitFor(
      async () => {
        const { json } = await client.call('GET', `/v1/files/score/${jobId}`)
        if (json.status === 'Pending') throw new Error('still at work')
        return json
      },
      { timeout: 100_000, interval: 50 },
    )

  it(
    'words find pictures by a model that reads them, and are refused where there is none',
    patient,
    async ({ expect }) => {
      const asked = { searchQuery: 'shows = "red"' }
      expect(await (await tenant('wordless')).find(asked)).toMatch(/^400 .*no model here reads words; pull one/)
      const folder = mkdtempSync(join(tmpdir(), 'imagestead-models-'))
      await pullColours(folder)
      const reader = await stack.start({ VISION_MODELS_DIR: folder, VISION_MODELS: 'colours' })
      try {
        const { client, upload, find } = await tenant('words', {}, reader)
        await upload('red.png', await solid([230, 20, 20]), '/a')
        await upload('dusk.png', await solid([120, 30, 60]), '/b')
        await upload('sea.png', await solid([0, 130, 150]), '/b')
        expect(await find(asked)).toEqual([])
        await scored(client)
        expect(await find(asked)).toEqual(['red.png', 'dusk.png', 'sea.png'])
        expect(await find({ searchQuery: 'shows = "Green blue" AND path : "/b"', limit: '1' })).toEqual(['sea.png'])
        expect(await find({ searchQuery: 'shows = ""' })).toMatch(/^400 .*shows takes 1 to 500 characters/)
        expect(await find({ searchQuery: 'shows IN ["red"]' })).toMatch(/^400 .*shows takes =, and a few words/)
        expect(await find({ searchQuery: 'shows = "red" OR score > 1' })).toMatch(
          /^400 .*shows = "<words>" stands once/,
        )
      } finally {
        await reader.stop()
      }
    },
  )

  it('a job judges pictures; files show it, lists and searches go by it', patient, async ({ expect }) => {
    const { client, upload, find, details } = await tenant('judged')
    const sharpPhoto = await photo(400, 300)
    const file = await upload('sharp.jpg', sharpPhoto, '/photos')
    await upload('blurred.jpg', await sharp(sharpPhoto).blur(12).jpeg().toBuffer(), '/photos/deep')
    await upload('notes.txt', Buffer.from('no picture'), '/photos')
    expect(await details(file.fileId)).not.toHaveProperty('scoring')
    expect(await find({ searchQuery: 'score NOT EXISTS AND label NOT EXISTS', sort: 'ASC_NAME' })).toHaveLength(3)

    const job = await scored(client, { folderPath: '/photos' })
    expect(job).toMatchObject({ status: 'Completed', scored: 2, skipped: 1, failed: 0, errors: [], again: false })
    const { scoring, updatedAt } = await details(file.fileId)
    expect(scoring).toMatchObject({
      score: expect.any(Number),
      label: expect.any(String),
      confidence: expect.any(Number),
      aspects: { technical: expect.any(Number), sharpness: expect.any(Number) },
      reasons: expect.any(Array),
      tags: expect.any(Array),
      modelVersion: expect.stringContaining('centernet'),
    })
    const [listed] = (await client.call('GET', '/v1/files?name=sharp.jpg')).json
    expect(listed.scoring).toEqual({ score: scoring.score, label: scoring.label })
    // Its URL is what it was.
    expect(listed.updatedAt).toBe(updatedAt)
    const version = await client.call('GET', `/v1/files/${file.fileId}/versions/${file.fileId}`)
    expect(version.json.scoring).toEqual(scoring)

    const scores = (await client.call('GET', '/v1/files?sort=DESC_SCORE&fileType=image')).json.map(
      (one: { scoring: { score: number } }) => one.scoring.score,
    )
    expect(scores).toEqual([...scores].sort((a: number, b: number) => b - a))
    expect(await find({ sort: 'ASC_SCORE', limit: '1' })).toEqual(['notes.txt'])
    expect(await find({ searchQuery: `score >= ${scoring.score} AND score <= ${scoring.score}` })).toContain(
      'sharp.jpg',
    )
    expect(await find({ searchQuery: `label = "${scoring.label}" AND score EXISTS` })).toContain('sharp.jpg')
    expect(await find({ searchQuery: 'score > 10' })).toEqual([])

    // Nothing is left to do; `again` does it anew.
    expect(await scored(client)).toMatchObject({ scored: 0, skipped: 3 })
    expect(await scored(client, { again: true, folderPath: '/photos/deep/' })).toMatchObject({ scored: 1, skipped: 0 })
    expect((await client.call('GET', '/v1/files/score')).json).toHaveLength(3)
  })

  it(
    'jobs are refused by name: folders that are not there, ids of nothing, a second one at a time',
    patient,
    async ({ expect }) => {
      const { client } = await tenant('refused')
      const post = async (json: object) => {
        const answer = await client.call('POST', '/v1/files/score', { json })
        return [answer.status, answer.json.message]
      }
      expect(await post({ folderPath: '/none' })).toEqual([404, 'No folder has the path /none.'])
      expect(await post({ again: 'perhaps' })).toEqual([400, 'again must be true or false.'])
      expect((await client.call('GET', '/v1/files/score/nothing')).status).toBe(400)
      expect((await client.call('GET', `/v1/files/score/${hexId(0)}`)).status).toBe(404)
      const id = await unfinished(server, 'refused', null)
      expect(await post({})).toEqual([409, expect.stringContaining(id)])
    },
  )

  it('a job that died goes on where it was', patient, async ({ expect }) => {
    const { client, upload, details } = await tenant('resumed')
    const small = await quarters(64, 48)
    const first = await upload('first.png', small, '/a')
    const second = await upload('second.png', await quarters(48, 64), '/a')
    const third = await upload('third.png', await quarters(80, 64), '/b')
    const asset = await server.composed.store.read.assets.find('resumed', first.fileId)
    const after = { created: asset?.created ?? 0, id: asset?.id ?? '' }
    // As a node leaves it that is killed in the middle: running, and its lease over.
    const id = await unfinished(server, 'resumed', { path: '/a', after })
    const { store, clock } = server.composed
    const claimedBy = { worker: 'one that died', leaseMs: -1 }
    const job = { kind: scoreLibraryKind, lane: 'batch' as const, project: 'resumed', subject: id, claimedBy }
    await store.tx(({ jobs }) => jobs.enqueue({ ...job, runAt: clock.now() }))
    expect(await done(client, id)).toMatchObject({ status: 'Completed', scored: 2 })
    expect(await details(first.fileId)).not.toHaveProperty('scoring')
    expect(await details(second.fileId)).toHaveProperty('scoring')
    expect(await details(third.fileId)).toHaveProperty('scoring')
  })

  it(
    'pictures are judged when they come in where the project wants it; a new version by itself',
    patient,
    async ({ expect }) => {
      const { client, upload, details } = await tenant('eager', { scoring: { onIngest: true } })
      const { fileId } = await upload('one.png', await quarters(64, 48))
      const judged = () =>
        vi.waitFor(async () => expect(await details(fileId)).toHaveProperty('scoring'), {
          timeout: 100_000,
          interval: 50,
        })
      await judged()
      await upload('one.png', await photo(64, 48))
      await judged()
      const versions = (await client.call('GET', `/v1/files/${fileId}/versions`)).json
      expect(new Set(versions.map((one: { scoring: { score: number } }) => one.scoring.score)).size).toBe(2)
    },
  )

  it('"google-auto-tagging": pending, then AITags and success by webhook', patient, async ({ expect }) => {
    const { upload, client, details, find } = await tenant('tagged')
    const extensions = [{ name: 'google-auto-tagging', minConfidence: 30, maxTags: 2 }, { name: 'ai-auto-description' }]
    const told = async (path: string) => {
      const { body } = await origin.wait((request) => request.path === path, 100_000)
      return JSON.parse(body.toString())
    }
    const uploaded = await upload('sample.jpg', sample, '/', {
      extensions: JSON.stringify(extensions),
      webhookUrl: `${origin.url}/tagged`,
    })
    expect(uploaded).toMatchObject({ AITags: null, extensionStatus: { 'google-auto-tagging': 'pending' } })
    const { type, data } = await told('/tagged')
    expect([type, data.extensionStatus]).toEqual([
      'file.extensions',
      { 'google-auto-tagging': 'success', 'ai-auto-description': 'failed' },
    ])
    expect(data.AITags).toContainEqual({ name: 'person', confidence: expect.any(Number), source: 'imagestead' })
    expect(data.AITags.length).toBeLessThanOrEqual(2)
    for (const { confidence } of data.AITags) expect(confidence).toBeGreaterThanOrEqual(30)
    expect(await details(uploaded.fileId)).toMatchObject({ AITags: data.AITags, updatedAt: data.updatedAt })
    expect(await find({ searchQuery: 'tags IN ["person"]' })).toEqual(['sample.jpg'])
    // A file that is no picture has nothing to be found in.
    const { fileId } = await upload('notes.txt', Buffer.from('words'))
    const patched = await client.call('PATCH', `/v1/files/${fileId}/details`, { json: { extensions } })
    expect(patched.json.extensionStatus).toEqual({ 'google-auto-tagging': 'failed', 'ai-auto-description': 'failed' })
  })

  it('like files are found by likeness, copies as duplicates, deleted ones not', patient, async ({ expect }) => {
    const { client, upload, find } = await tenant('alike')
    const other = await tenant('unlike')
    const half = await sharp(sample).resize(200).jpeg({ quality: 60 }).toBuffer()
    const file = await upload('sample.jpg', sample)
    const small = await upload('half.jpg', half, '/small')
    await upload('noise.jpg', await photo(300, 200))
    await upload('quarters.png', await quarters(300, 200))
    await other.upload('theirs.jpg', sample)
    const like = (fileId: string, more = '') => `similarTo = "${fileId}"${more}`
    expect(await find({ searchQuery: like(file.fileId) })).toMatch(/^400 .*has no vector yet; score it first/)
    await Promise.all([scored(client), scored(other.client)])

    const ranked = await find({ searchQuery: like(file.fileId) })
    expect(ranked[0]).toBe('half.jpg')
    expect(ranked.toSorted()).toEqual(['half.jpg', 'noise.jpg', 'quarters.png'])
    expect(await find({ searchQuery: like(file.fileId), limit: '1', skip: '1' })).toEqual([ranked[1]])
    expect(await find({ searchQuery: like(file.fileId, ' AND path : "/small"') })).toEqual(['half.jpg'])
    expect(await find({ searchQuery: `duplicateOf = "${file.fileId}"` })).toEqual(['half.jpg'])
    expect(await find({ searchQuery: `duplicateOf = "${file.fileId}"`, path: '/' })).toEqual([])
    for (const answer of [
      await find({ searchQuery: like('a'.repeat(24)) }),
      await other.find({ searchQuery: like(file.fileId) }),
    ]) {
      expect(answer).toMatch(/^400 searchQuery: similarTo: no file of this project has that id \(position 1/)
    }

    // A copy takes its judgement along; what is deleted, or current no more, is found no more.
    await client.call('POST', '/v1/files/copy', { json: { sourceFilePath: '/sample.jpg', destinationPath: '/copied' } })
    expect(await find({ searchQuery: `duplicateOf = "${small.fileId}"`, sort: 'ASC_NAME' })).toEqual([
      'sample.jpg',
      'sample.jpg',
    ])
    await client.call('DELETE', `/v1/files/${file.fileId}`)
    expect(await find({ searchQuery: `duplicateOf = "${small.fileId}"` })).toEqual(['sample.jpg'])
    await upload('sample.jpg', await quarters(20, 20), '/copied')
    expect(await find({ searchQuery: `duplicateOf = "${small.fileId}"` })).toEqual([])
  })
}

/** A job of the project that is at work, as far as anybody knows. */
async function unfinished(
  { composed: { store, clock } }: TestServer,
  project: string,
  cursor: { path: string; after: { created: number; id: string } } | null,
): Promise<string> {
  const id = hexId(clock.now())
  const counts = { scored: 0, skipped: 0, failed: 0, failures: [] }
  await store.tx(({ scorings }) =>
    scorings.insert({
      ...{ id, project, status: 'Pending', path: '', again: false, cursor, ...counts },
      ...{ created: clock.now(), finished: null },
    }),
  )
  return id
}
