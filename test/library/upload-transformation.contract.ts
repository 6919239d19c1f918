/** media-library-api.md section 5.3: `transformation` of an upload; `pre` is the language of image-urls.md sections 2 to 8. */
import { afterAll, beforeAll, it, vi } from 'vitest'
import { addEndpoint } from '../../src/core/webhooks/endpoints.ts'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { quarters } from '../support/pictures.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'
import { orphans } from '../support/upload-form.ts'

export function uploadTransformationSuite(stack: Stack): void {
  let server: TestServer
  let client: LibraryClient
  let origin: Origin
  let picture: Buffer

  beforeAll(async () => {
    server = await stack.start({ FETCH_ALLOW: '127.0.0.1' })
    client = libraryClient(server)
    origin = await startOrigin((_request, response) => response.writeHead(204).end())
    await addEndpoint(server.composed, 'default', { url: origin.url })
    picture = await quarters(120, 90)
  })
  afterAll(async () => {
    await server.stop()
    await origin.stop()
  })

  const upload = (transformation: unknown, file = picture) =>
    client.upload({ file, fileName: 'a.png', transformation: JSON.stringify(transformation) })
  /** The event of that type whose body has `about`: a file's id, say. */
  const told = async (type: string, about = '') =>
    JSON.parse((await origin.wait(({ body }) => body.includes(`"${type}"`) && body.includes(about))).body.toString())

  it('pre: "the stored file is the result"', async ({ expect }) => {
    const { status, json } = await upload({ pre: 'w-60,h-60,f-jpg,q-70' })
    expect(status).toBe(200)
    expect(json).toMatchObject({ width: 60, height: 60, fileType: 'image' })
    const details = await client.call('GET', `/v1/files/${json.fileId}/details`)
    expect(details.json).toMatchObject({ mime: 'image/jpeg', size: json.size })
    expect(await told('upload.pre-transform.success', json.fileId)).toMatchObject({
      data: { fileId: json.fileId, width: 60 },
      request: { x_request_id: expect.any(String), transformation: 'w-60,h-60,f-jpg,q-70' },
    })
    expect(await orphans(server)).toEqual([])
  })

  it('pre: chains, conditions and named transformations; the format stays unless it is said', async ({ expect }) => {
    const about = { name: 'pre_small', transformation: 'w-80:if-ar_gt_1,w-40,if-else,w-20,if-end' }
    expect((await client.call('POST', '/v1/named-transformations', { json: about })).status).toBe(201)
    const { json } = await upload({ pre: 'w-100:n-pre_small' })
    expect(json).toMatchObject({ width: 40, height: 30, fileType: 'image' })
    expect((await client.call('GET', `/v1/files/${json.fileId}/details`)).json).toMatchObject({ mime: 'image/png' })
    expect(await upload({ pre: 'w-10,orig-true' })).toMatchObject({ json: { width: 120, size: picture.length } })
    expect(await orphans(server)).toEqual([])
  })

  it('pre and post: what the language has not, and files that are no pictures', async ({ expect }) => {
    for (const [pre, message] of [
      ['w-0', 'transformation.pre: "w-0" at position 1: w takes '],
      ['w-10:h-10,foo-1', '"foo-1" at position 11: there is no transformation "foo"'],
      ['l-text,i-hi', 'never closed'],
      ['e-bgremove', 'AI machinery'],
      ['n-nobody', 'transformation.pre: "n-nobody" at position 1: there is no enabled named transformation'],
      ['l-image,i-none.png,l-end', 'transformation.pre: There is no picture at /none.png'],
      ['w-60000,h-60000', 'megapixels'],
      ['', 'transformation.pre'],
    ] as const) {
      const { status, json } = await upload({ pre })
      expect([status, json.message]).toEqual([400, expect.stringContaining(message)])
    }
    const { status, json } = await upload({ post: [{ type: 'transformation', value: 'w-x' }] })
    expect([status, json.message]).toEqual([400, expect.stringContaining('transformation.post[0].value: "w-x" at')])
    const text = await upload({ pre: 'w-10' }, Buffer.from('hello'))
    expect([text.status, text.json.message]).toEqual([400, expect.stringContaining('not supported for this type')])
    expect(await orphans(server)).toEqual([])
  })

  it('pre that fails is told, and keeps nothing', async ({ expect }) => {
    const torn = Buffer.concat([picture.subarray(0, picture.length - 60), Buffer.alloc(40)])
    const { status, json } = await upload({ pre: 'w-10' }, torn)
    expect([status, json.message]).toEqual([400, expect.stringContaining('could not be transformed')])
    expect(await told('upload.pre-transform.error')).toMatchObject({
      data: { name: 'a.png', path: '/a.png', transformation: { error: { reason: expect.any(String) } } },
    })
    expect(await orphans(server)).toEqual([])
  })

  it('a project may have its own for uploads that bring none, where they go with the file', async ({ expect }) => {
    const library = { preTransformation: 'w-30', postTransformations: ['w-5', 'w-6'] }
    const own = libraryClient(server, (await addProject(server, 'transforms', { library })).secretKey)
    // Nobody listens there: what the other tests wait for does not come from here.
    await addEndpoint(server.composed, 'transforms', { url: 'http://127.0.0.1:9/' })
    const file = { file: picture, fileName: 'own.png' }
    const { json } = await own.upload(file)
    expect(json).toMatchObject({ width: 30, height: 23 })
    const brought = await own.upload({ ...file, transformation: '{"pre":"w-12"}' })
    expect(brought.json.width).toBe(12)
    expect((await own.upload({ file: Buffer.from('text'), fileName: 'own.txt' })).status).toBe(200)
    const list = () => server.composed.store.read.webhooks.list({ project: 'transforms' }, 100)
    // The two made ahead are told by their jobs.
    const post = 'upload.post-transform.success'
    await vi.waitFor(async () => expect((await list()).filter(({ event }) => event === post)).toHaveLength(2), 20_000)
    const lines = await list()
    const about = (id: string) => lines.flatMap(({ event, subject }) => (subject === id ? event : [])).sort()
    expect(about(json.fileId)).toEqual(['file.created', post, post, 'upload.pre-transform.success'])
    expect(about(brought.json.fileId)).toEqual(['file.created', 'upload.pre-transform.success'])
    expect(lines).toHaveLength(7)
    expect(await orphans(server)).toEqual([])
  })

  it('post: made ahead and told; what needs video machinery is told as an error', async ({ expect }) => {
    const { status, json } = await upload({ post: [{ type: 'transformation', value: 'w-100' }] })
    expect(status).toBe(200)
    expect(await told('upload.post-transform.success', json.fileId)).toMatchObject({
      data: { fileId: json.fileId, name: json.name, url: expect.stringContaining(`tr:w-100/${json.name}`) },
      request: { transformation: { type: 'transformation', value: 'w-100' } },
    })
    const gif = await upload({ post: [{ type: 'gif-to-video' }] }, await quarters(8, 6, 'gif'))
    expect(await told('upload.post-transform.error', gif.json.fileId)).toMatchObject({
      data: { fileId: gif.json.fileId, transformation: { error: { reason: expect.any(String) } } },
      request: { transformation: { type: 'gif-to-video' } },
    })
  })

  it('"post-transformation incompatible with detected type", and shapes of nothing', async ({ expect }) => {
    for (const wrong of [
      { post: [{ type: 'gif-to-video' }] },
      { post: [{ type: 'abs', value: 'sr-240', protocol: 'hls' }] },
      { post: [{ type: 'thumbnail' }] },
      { post: [{ type: 'transformation' }] },
      { post: [{ type: 'abs', value: 'sr-240', protocol: 'x' }] },
      { post: [] },
      {},
      'w-10',
    ])
      expect((await upload(wrong)).status).toBe(400)
    expect((await upload({ post: [{ type: 'gif-to-video' }] }, await quarters(8, 6, 'gif'))).status).toBe(200)
  })
}
