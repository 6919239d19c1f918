/** scoring-api.md section 11 and issue part 5 "Labels": heads taught over `/v2.1/heads`, switched on and off, and what they change. */
import sharp from 'sharp'
import { afterAll, beforeAll, it } from 'vitest'
import { libraryClient } from '../support/library-client.ts'
import { type ScoringClient, scoringClient } from '../support/scoring-client.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'

/** Pictures that no rule has a label for: bars that lie, and bars that stand. */
async function bars(kind: 'lying' | 'standing', seed: number): Promise<Buffer> {
  const [first, second] = [`hsl(${(seed * 47) % 360} 60% 40%)`, `hsl(${(seed * 89 + 120) % 360} 50% 70%)`]
  const width = 10 + (seed % 5)
  const turn = kind === 'lying' ? 0 : 90
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="240" height="200"><defs><pattern id="p" width="${width * 2}" height="${width * 2}" patternUnits="userSpaceOnUse" patternTransform="rotate(${turn})"><rect width="${width * 2}" height="${width * 2}" fill="${first}"/><rect width="${width * 2}" height="${width}" fill="${second}"/></pattern></defs><rect width="240" height="200" fill="url(#p)"/></svg>`
  return await sharp(Buffer.from(svg)).jpeg().toBuffer()
}

const some = [1, 2, 3, 4, 5]

export function headSuite(stack: Stack): void {
  let server: TestServer
  let client: ScoringClient

  beforeAll(async () => {
    server = await stack.start()
    client = await scoringClient(server)
  })
  afterAll(() => server?.stop())

  const image = (bytes: Buffer) => ({ 'image-base64': bytes.toString('base64'), ext: 'jpg' })
  const teach = (json: object) => client.call('POST', '/v2.1/heads', { json })
  const labelled = async (label: string, kind: 'lying' | 'standing', seeds: number[]) =>
    await Promise.all(seeds.map(async (seed) => ({ label, ...image(await bars(kind, seed)) })))

  it('five images of each of two labels make a head that knows others like them, once it is on', async ({ expect }) => {
    const examples = [...(await labelled('storage', 'lying', some)), ...(await labelled('corridor', 'standing', some))]
    const { status, json: head } = await teach({ kind: 'labels', examples })
    expect(status).toBe(200)
    expect(head).toMatchObject({ kind: 'labels', status: 'ready', active: false, labels: ['storage', 'corridor'] })
    expect(head.metrics).toMatchObject({ examples: { storage: 5, corridor: 5 }, folds: 5 })
    expect(head.metrics.accuracy).toBeGreaterThan(0.7)

    const [unseen, ...more] = await Promise.all(
      [3.2, 2.3, 4.1].map(async (seed) => image(await bars('standing', seed))),
    )
    const before = await client.post('/v2.0/label', unseen ?? {})
    expect(before.json.label).not.toBe('corridor')
    expect((await client.call('PUT', `/v2.1/heads/${head.id}`, { json: { active: true } })).json.active).toBe(true)
    const after = await client.post('/v2.0/label', unseen ?? {})
    const others = await Promise.all(more.map((one) => client.post('/v2.0/label', one)))
    const said = [after, ...others].map(({ json }) => json.label)
    // Like those that it learned from, in slightly other colours and widths.
    expect(said.filter((label) => label === 'corridor').length, String(said)).toBeGreaterThanOrEqual(2)
    expect(after.headers.get('x-model-version')).toContain(`labels-${head.version}`)
    const sum = after.json.labels.reduce(
      (total: number, { confidence }: { confidence: number }) => total + confidence,
      0,
    )
    expect(Math.abs(sum - 1)).toBeLessThan(0.001)

    await client.call('PUT', `/v2.1/heads/${head.id}`, { json: { active: false } })
    expect((await client.post('/v2.0/label', unseen ?? {})).json).toMatchObject({ label: before.json.label })
    expect((await client.call('DELETE', `/v2.1/heads/${head.id}`)).status).toBe(204)
    expect((await client.call('GET', `/v2.1/heads/${head.id}`)).status).toBe(404)
  })

  it('folders and tags of the library teach, and pictures nobody has looked at are left to a job', async ({
    expect,
  }) => {
    const library = libraryClient(server)
    await Promise.all(
      some.flatMap((seed) => [
        bars('lying', seed + 10).then((file) =>
          library.upload({ file, fileName: `lying${seed}.jpg`, folder: '/taught/lying', useUniqueFileName: 'false' }),
        ),
        bars('standing', seed + 10).then((file) =>
          library.upload({ file, fileName: `standing${seed}.jpg`, tags: 'standing', useUniqueFileName: 'false' }),
        ),
      ]),
    )
    const examples = [
      { label: 'storage', folder: '/taught/lying' },
      { label: 'corridor', tag: 'standing' },
    ]
    const { json: head } = await teach({ kind: 'labels', examples })
    expect(head).toMatchObject({ status: 'training', active: false })
    await expect
      .poll(async () => (await client.call('GET', `/v2.1/heads/${head.id}`)).json.status, { timeout: 60_000 })
      .toBe('ready')
    // All of them were looked at now.
    const again = await teach({ kind: 'labels', examples })
    expect(again.json).toMatchObject({ status: 'ready', version: head.version + 1 })
    const listed = (await client.call('GET', '/v2.1/heads')).json.map(({ id }: { id: string }) => id)
    expect(listed.indexOf(again.json.id)).toBeLessThan(listed.indexOf(head.id))
  })

  it('a taste for bright pictures moves scores', async ({ expect }) => {
    const grey = async (level: number) =>
      image(
        await sharp(await bars('lying', level))
          .linear(level / 60, 0)
          .jpeg()
          .toBuffer(),
      )
    const pairs = await Promise.all(
      Array.from({ length: 12 }, async (_, at) => ({ better: await grey(60 + at), worse: await grey(20 + at) })),
    )
    const { json: head } = await teach({ kind: 'taste', use: true, pairs })
    expect(head).toMatchObject({ kind: 'taste', status: 'ready', active: true })
    expect(head.metrics).toMatchObject({ pairs: 12, pictures: 24 })
    const { headers } = await client.post('/v2.0/score', await grey(70))
    expect(headers.get('x-model-version')).toContain(`taste-${head.version}`)
    await client.call('DELETE', `/v2.1/heads/${head.id}`)
  })

  it('refuses too few examples, one label, labels of its own and two sources, each with the way out', async ({
    expect,
  }) => {
    const five = await labelled('storage', 'lying', some)
    const few = await labelled('corridor', 'standing', [1, 2])
    const refused = async (json: object) => {
      const answer = await teach(json)
      expect(answer.status).toBe(400)
      return answer.json.detail as string
    }
    expect(await refused({ kind: 'labels', examples: [...five, ...few] })).toContain('2 pictures of corridor')
    expect(await refused({ kind: 'labels', examples: five })).toContain('at least two labels')
    expect(await refused({ kind: 'labels', examples: [{ label: 'attic', tag: 'x' }] })).toContain('must be one of')
    expect(await refused({ kind: 'labels', examples: [{ label: 'pool', tag: 'x', folder: '/y' }] })).toContain('one of')
    expect(await refused({ kind: 'labels', examples: [{ label: 'pool', tag: 'nobody has it' }] })).toContain(
      'no pictures',
    )
    expect(await refused({ kind: 'taste', pairs: [] })).toContain('pairs')
    expect((await client.call('PUT', '/v2.1/heads/hd_nothing', { json: { active: true } })).status).toBe(404)
  })

  it('another account’s heads are as good as none', async ({ expect }) => {
    await addProject(server, 'heads-elsewhere')
    const other = await scoringClient(server, { project: 'heads-elsewhere' })
    const examples = [...(await labelled('storage', 'lying', some)), ...(await labelled('corridor', 'standing', some))]
    const { json: head } = await other.call('POST', '/v2.1/heads', { json: { kind: 'labels', examples } })
    expect((await client.call('GET', `/v2.1/heads/${head.id}`)).status).toBe(404)
    expect((await client.call('DELETE', `/v2.1/heads/${head.id}`)).status).toBe(404)
    expect((await client.call('PUT', `/v2.1/heads/${head.id}`, { json: { active: true } })).status).toBe(404)
    expect((await other.call('GET', '/v2.1/heads')).json).toHaveLength(1)
  })
}
