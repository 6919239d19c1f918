/** scoring-api.md section 11: what `/v2.1` adds: aspects and reasons, files of the library, analyze, batch, near duplicates. */
import sharp from 'sharp'
import { afterAll, beforeAll, it } from 'vitest'
import { libraryClient } from '../support/library-client.ts'
import { photo, quarters } from '../support/pictures.ts'
import { type ScoringClient, scoringClient } from '../support/scoring-client.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'

export function extensionSuite(stack: Stack): void {
  let server: TestServer
  let client: ScoringClient
  let picture: Buffer
  let fileId: string

  beforeAll(async () => {
    server = await stack.start()
    client = await scoringClient(server)
    picture = await photo(400, 300)
    fileId = await upload(picture, 'scored.jpg')
  })
  afterAll(() => server?.stop())

  const upload = async (file: Buffer, fileName: string, key?: string): Promise<string> =>
    (await libraryClient(server, key).upload({ file, fileName, isPrivateFile: 'true' })).json.fileId
  const base64 = (bytes: Buffer) => ({ 'image-base64': bytes.toString('base64'), ext: 'jpg' })

  it('score adds aspects and reasons; v2.0 stays as it is', async ({ expect }) => {
    const [ours, theirs] = await Promise.all([
      client.post('/v2.1/score', base64(picture)),
      client.post('/v2.0/score', base64(picture)),
    ])
    expect(Object.keys(ours.json)).toEqual(['id', 'score', 'aspects', 'reasons'])
    expect(Object.keys(ours.json.aspects)).toEqual(['technical', 'aesthetic', 'exposure', 'sharpness', 'composition'])
    expect(Object.keys(theirs.json)).toEqual(['id', 'score'])
    expect(ours.json.score).toBe(theirs.json.score)
  })

  it('a file of the library is a third source, private ones too, and gives the same', async ({ expect }) => {
    const byFile = await client.post('/v2.1/score', { 'file-id': fileId })
    expect(byFile.status).toBe(200)
    expect(byFile.json.score).toBe((await client.post('/v2.0/score', base64(picture))).json.score)
    expect((await client.post('/v2.1/label', { 'file-id': fileId })).status).toBe(200)
    const text = await upload(Buffer.from('no picture'), 'a.txt')
    const gif = await upload(await quarters(40, 40, 'gif'), 'a.gif')
    for (const other of [text, gif]) {
      const { status, json } = await client.post('/v2.1/score', { 'file-id': other })
      expect([status, json.code]).toEqual([415, 'image_unsupported'])
    }
    const both = await client.post('/v2.1/score', { 'file-id': fileId, ...base64(picture) })
    expect([both.status, both.json.code]).toEqual([400, 'image_source_ambiguous'])
    expect((await client.post('/v2.1/score', { 'file-id': 'x' })).status).toBe(400)
  })

  it('a file of another project is as good as none', async ({ expect }) => {
    const { secretKey } = await addProject(server, 'elsewhere')
    const theirs = await upload(picture, 'theirs.jpg', secretKey)
    const [other, none] = await Promise.all(
      [theirs, '0'.repeat(24)].map((file) => client.post('/v2.1/score', { 'file-id': file })),
    )
    expect([other?.status, other?.json.code]).toEqual([404, 'file_not_found'])
    expect({ ...other?.json, id: '' }).toEqual({ ...none?.json, id: '' })
    const owner = await scoringClient(server, { project: 'elsewhere' })
    expect((await owner.post('/v2.1/score', { 'file-id': theirs })).status).toBe(200)
  })

  it('analyze says what score and label say', async ({ expect }) => {
    const [{ json }, score, label] = await Promise.all([
      client.post('/v2.1/analyze', base64(picture)),
      client.post('/v2.1/score', base64(picture)),
      client.post('/v2.1/label', base64(picture)),
    ])
    const { id: _id, ...rest } = json
    const { id: _score, ...ofScore } = score.json
    const { id: _label, ...ofLabel } = label.json
    expect(rest).toEqual({ ...ofScore, ...ofLabel })
  })

  it('batch takes up to 50 sources, each with its own outcome', async ({ expect }) => {
    const images = [
      base64(picture),
      { 'file-id': fileId },
      { 'file-id': '0'.repeat(24) },
      { 'image-url': 'http://10.0.0.1/a.jpg' },
      base64(await quarters(40, 40, 'gif')),
      base64(picture.subarray(0, 2000)),
    ]
    const { status, json, headers } = await client.post('/v2.1/batch', { images })
    expect(status).toBe(200)
    expect(json.results.map((each: { index: number; status: number }) => [each.index, each.status])).toEqual([
      [0, 200],
      [1, 200],
      [2, 404],
      [3, 400],
      [4, 415],
      [5, 400],
    ])
    expect(json.results[0].score).toBe(json.results[1].score)
    expect(json.results[3]).toMatchObject({ code: 'image_url_forbidden', message: 'error.http.400' })
    expect(headers.get('x-model-version')).toMatch(/\S/)
    const many = Array.from({ length: 50 }, () => ({ 'file-id': '0'.repeat(24) }))
    expect((await client.post('/v2.1/batch', { images: many })).json.results).toHaveLength(50)
    for (const wrong of [[], [...many, ...many], [{}], [{ ...base64(picture), more: 1 }]]) {
      expect((await client.post('/v2.1/batch', { images: wrong })).status).toBe(400)
    }
  })

  it('sort pushes "later copies of the same view behind their group"', async ({ expect }) => {
    const other = await quarters(400, 300, 'jpeg')
    const smaller = await sharp(picture).resize(200, 150).jpeg({ quality: 60 }).toBuffer()
    const [copy = '', different = ''] = [await upload(smaller, 'copy.jpg'), await upload(other, 'other.jpg')]
    const data = [
      { identifier: fileId, label: 'pool', score: 9 },
      { identifier: copy, label: 'pool', score: 8 },
      { identifier: different, label: 'pool', score: 7 },
      { identifier: 'no file', label: 'pool', score: 6 },
    ]
    const order = async (fields: object) => {
      const { json } = await client.post('/v2.1/sort', { data, ...fields })
      return json.data.map(({ identifier }: { identifier: string }) => identifier)
    }
    expect(await order({})).toEqual([fileId, copy, different, 'no file'])
    expect(await order({ 'near-duplicate': false })).toEqual([fileId, copy, different, 'no file'])
    expect(await order({ 'near-duplicate': true })).toEqual([fileId, different, 'no file', copy])
  })
}
