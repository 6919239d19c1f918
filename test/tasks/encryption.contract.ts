/** Section 11: file encryption. What is looked at on disk and in logs is in test/encryption.test.ts. */
import { createHash, randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TaskStatus } from '../../src/core/tasks/records.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { blue, expectColour, green, look, photo, red, solid } from '../support/pictures.ts'
import type { Stack, TestServer } from '../support/stack.ts'
import { signToken, TasksClient } from '../support/tasks-client.ts'
import { readZip } from '../support/zip.ts'

const key = 'a key of 16 char'
const otherKey = 'another of 16 ch'
const unknownTask = '0'.repeat(48)

export function encryptionSuite(stack: Stack): void {
  let server: TestServer
  let origin: Origin
  let plain: TasksClient
  /** Its token has the claim. */
  let client: TasksClient
  let stranger: TasksClient
  let picture: Buffer

  beforeAll(async () => {
    picture = await photo(600, 400)
    origin = await startOrigin((_request, response) => response.writeHead(200).end(picture))
    server = await stack.start({ FETCH_ALLOW: '127.0.0.1' })
    plain = await TasksClient.of(server)
    client = new TasksClient(server, await signToken({ file_encryption_key: key }))
    stranger = new TasksClient(server, await signToken({ file_encryption_key: otherKey }))
  })
  afterAll(async () => {
    await server.stop()
    await origin.stop()
  })

  const small = { pixels_width: 60 }
  const incompressible = () => sharp(picture).jpeg({ quality: 5, mozjpeg: true }).toBuffer()
  const repositories = () => server.composed.store.read
  const statusOf = async (task: string): Promise<TaskStatus> =>
    (await plain.call('GET', `/v1/task/${task}`)).json.status
  const uploaded = async (by: TasksClient, tool = 'resizeimage', bytes = picture, filename = 'photo.jpg') => {
    const task = await by.start(tool)
    const answer = await by.upload(task, bytes, filename)
    expect(answer.status).toBe(200)
    return { task, name: answer.json.server_filename as string, answer }
  }
  const processed = async (by: TasksClient, params: Record<string, unknown> = small) => {
    const { task, name } = await uploaded(by)
    expect((await by.process(task, 'resizeimage', [{ server_filename: name }], params)).status).toBe(200)
    return task
  }
  /** What is stored under a task's files and outputs, as it lies there. */
  const storedOf = async (task: string) => {
    const [files, outputs] = await Promise.all([repositories().tasks.files(task), repositories().tasks.outputs(task)])
    const look = async ({ blob }: { blob: string }) => ({
      bytes: await buffer(await server.composed.blobs.get(blob)),
      row: await repositories().blobs.find(blob),
    })
    return { files: await Promise.all(files.map(look)), outputs: await Promise.all(outputs.map(look)) }
  }
  const expectEncrypted = ({ bytes, row }: Awaited<ReturnType<typeof storedOf>>['files'][number], content: Buffer) => {
    expect(row).toMatchObject({ encryption: 'aes-gcm-1', size: content.length })
    expect(bytes.includes(content.subarray(100, 164))).toBe(false)
    expect(bytes.length).toBeGreaterThan(content.length)
  }
  const refusal = (type: string) => ({
    status: 400,
    json: {
      error: { type, code: '400', param: { file_encryption_key: [expect.stringMatching(/file_encryption_key/)] } },
    },
  })

  describe('the claim', () => {
    it.each([16, 24, 32])('"16/24/32 chars": the whole way with %i', async (length) => {
      const by = new TasksClient(server, await signToken({ file_encryption_key: 'x'.repeat(length) }))
      expect((await look((await by.download(await processed(by))).bytes)).width).toBe(60)
    })
    it('other characters than ASCII would be other lengths in bytes: 400', async () => {
      const by = new TasksClient(server, await signToken({ file_encryption_key: 'é'.repeat(16) }))
      expect(await by.call('GET', `/v1/download/${unknownTask}`)).toMatchObject(refusal('DownloadError'))
    })
    it('"present on upload: store encrypted at rest", answered in plain sizes', async () => {
      const { task, answer } = await uploaded(client)
      expect(answer.json).toMatchObject({ filesize: picture.length, width: 600, height: 400, filename: 'photo.jpg' })
      expect(answer.json.server_filename).toMatch(/\.jpg$/)
      const { files } = await storedOf(task)
      for (const file of files) expectEncrypted(file, picture)
      expect((await client.call('GET', `/v1/task/${task}`)).json.files).toMatchObject([{ filesize: picture.length }])
    })
    it('"outputs re-encrypted; download with the same claim streams plaintext": the same bytes as without', async () => {
      const task = await processed(client)
      const result = await client.download(task)
      expect(result.status).toBe(200)
      expect(result.headers.get('content-type')).toBe('image/jpeg')
      expect(result.headers.get('content-length')).toBe(String(result.bytes.length))
      expect(result.bytes.equals((await plain.download(await processed(plain))).bytes)).toBe(true)
      const { outputs } = await storedOf(task)
      expect(outputs).toHaveLength(1)
      for (const output of outputs) expectEncrypted(output, result.bytes)
      expect((await plain.call('GET', `/v1/task/${task}`)).json).toMatchObject({
        status: 'TaskSuccess',
        filesize: picture.length,
        output_filesize: result.bytes.length,
      })
    })
    it('a file beyond one segment, in ranges and by HEAD', async () => {
      const large = await sharp(randomBytes(3 * 700 * 500), { raw: { width: 700, height: 500, channels: 3 } })
        .tiff({ compression: 'none' })
        .toBuffer()
      const { task, name } = await uploaded(client, 'rotateimage', large, 'noise.tiff')
      await client.process(task, 'rotateimage', [{ server_filename: name }])
      const { bytes } = await client.download(task)
      expect(bytes.length).toBeGreaterThan(600_000)
      expect((await look(bytes)).width).toBe(700)
      for (const [start, end] of [
        [0, 0],
        [262_143, 262_144],
        [100, 600_000],
        [bytes.length - 5, bytes.length - 1],
      ] as const) {
        const part = await client.download(task, { range: `bytes=${start}-${end}` })
        expect(part.status).toBe(206)
        expect(part.headers.get('content-range')).toBe(`bytes ${start}-${end}/${bytes.length}`)
        expect(part.bytes.equals(bytes.subarray(start, end + 1))).toBe(true)
      }
      const head = await client.call('HEAD', `/v1/download/${task}`)
      expect(head.headers.get('content-length')).toBe(String(bytes.length))
    })
    it('several outputs as a ZIP, also in part', async () => {
      const task = await client.start('resizeimage')
      const names: string[] = []
      for (const name of ['a.jpg', 'b.jpg']) names.push((await client.upload(task, picture, name)).json.server_filename)
      const files = names.map((name) => ({ server_filename: name }))
      await client.process(task, 'resizeimage', files, { pixels_width: 300 })
      const zip = await client.download(task)
      const entries = readZip(zip.bytes)
      expect(entries.map(({ name }) => name)).toEqual(['a.jpg', 'b.jpg'])
      for (const { data } of entries) expect((await look(data)).width).toBe(300)
      const part = await client.download(task, { range: 'bytes=50-' })
      expect(part.bytes.equals(zip.bytes.subarray(50))).toBe(true)
    })
    it('chunks: each is stored encrypted, and what they make', async () => {
      const task = await client.start('rotateimage')
      const parts = [0, 1, 2].map((index) =>
        picture.subarray(index * 30_000, index === 2 ? undefined : (index + 1) * 30_000),
      )
      const chunk = (by: TasksClient, index: number) =>
        by.upload(task, parts[index] ?? Buffer.alloc(0), 'big.jpg', { chunk: String(index), chunks: '3' })
      expect((await chunk(client, 0)).json.filesize).toBe(30_000)
      for (const by of [plain, stranger]) expect(await chunk(by, 1)).toMatchObject(refusal('UploadError'))
      await chunk(client, 1)
      for (const { blob, index } of await repositories().tasks.chunks(task, 'big.jpg')) {
        const bytes = await buffer(await server.composed.blobs.get(blob))
        expectEncrypted({ bytes, row: await repositories().blobs.find(blob) }, parts[index] ?? Buffer.alloc(0))
      }
      const last = await chunk(client, 2)
      expect(last.json).toMatchObject({ filesize: picture.length, width: 600, height: 400 })
      for (const file of (await storedOf(task)).files) expectEncrypted(file, picture)
      const files = [{ server_filename: last.json.server_filename, rotate: 90 }]
      expect((await client.process(task, 'rotateimage', files)).status).toBe(200)
      expect((await look((await client.download(task)).bytes)).width).toBe(400)
    })
    it('a plain first chunk keeps the key away from the rest', async () => {
      const task = await plain.start('rotateimage')
      await plain.upload(task, picture, 'big.jpg', { chunk: '0', chunks: '2' })
      const answer = await client.upload(task, picture, 'big.jpg', { chunk: '1', chunks: '2' })
      expect(answer).toMatchObject(refusal('UploadError'))
    })
    it('cloud_file', async () => {
      const task = await client.start('resizeimage')
      const answer = await client.call('POST', '/v1/upload', { json: { task, cloud_file: `${origin.url}/photo.jpg` } })
      expect(answer.json).toMatchObject({ filesize: picture.length, width: 600 })
      for (const file of (await storedOf(task)).files) expectEncrypted(file, picture)
    })
    it('what is no image is taken at upload and fails at process, as without', async () => {
      const { task, name } = await uploaded(client, 'resizeimage', randomBytes(1_500_000), 'noise.bin')
      const answer = await client.process(task, 'resizeimage', [{ server_filename: name }], small)
      expect(answer.json.error.param[0].error).toBe('DamagedFile')
      const empty = await uploaded(client, 'resizeimage', Buffer.alloc(0), 'empty.jpg')
      expect(empty.answer.json.filesize).toBe(0)
    })
    it('as a field of an upload it would come too late: 400, never ignored', async () => {
      const task = await plain.start('resizeimage')
      const upload = (by: TasksClient) => by.upload(task, picture, 'photo.jpg', { file_encryption_key: key })
      for (const by of [plain, stranger]) expect(await upload(by)).toMatchObject(refusal('UploadError'))
      expect(await repositories().tasks.files(task)).toEqual([])
      expect((await upload(client)).status).toBe(200)
    })
    it('large headers: a picture whose sides are found only behind its first megabyte', async () => {
      const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true })
      const raw = { width: info.width, height: info.height, channels: info.channels }
      // A TIFF keeps its directory at the end.
      const tiff = await sharp(data, { raw })
        .resize(1200, 800, { fit: 'fill' })
        .tiff({ compression: 'none' })
        .toBuffer()
      expect(tiff.length).toBeGreaterThan(1_100_000)
      const { answer } = await uploaded(client, 'resizeimage', tiff, 'large.tiff')
      expect(answer.json).toMatchObject({ width: 1200, height: 800 })
      expect(answer.json.server_filename).toMatch(/\.tiff$/)
    })
    it('several sources of one run: a stamp, and an animation', async () => {
      const stamped = await client.start('watermarkimage')
      const base = (await client.upload(stamped, await solid(200, 100, red), 'base.png')).json.server_filename
      const stamp = (await client.upload(stamped, await solid(20, 10, blue), 'stamp.png')).json.server_filename
      const elements = [{ type: 'image', image: stamp, gravity: 'NorthWest' }]
      const answer = await client.process(stamped, 'watermarkimage', [{ server_filename: base }], { elements })
      expect(answer.json.status).toBe('TaskSuccess')
      const result = await look((await client.download(stamped)).bytes)
      expectColour(result.at(5, 5), blue)
      expectColour(result.at(150, 80), red)
      const animated = await client.start('convertimage')
      const frames: { server_filename: string }[] = []
      for (const colour of [red, green, blue]) {
        const { json } = await client.upload(animated, await solid(20, 20, colour), 'frame.png')
        frames.push({ server_filename: json.server_filename })
      }
      await client.process(animated, 'convertimage', frames, { to: 'gif_animation' })
      expect((await look((await client.download(animated)).bytes)).frames).toBe(3)
    })
    it('a result that would not be smaller: the input comes back, its blob once more', async () => {
      const tiny = await incompressible()
      const task = await client.start('compressimage')
      const files: { server_filename: string }[] = []
      for (const name of ['a.jpg', 'b.jpg'])
        files.push({ server_filename: (await client.upload(task, tiny, name)).json.server_filename })
      await client.process(task, 'compressimage', files, { compression_level: 'low' })
      const outputs = await repositories().tasks.outputs(task)
      const inputs = await repositories().tasks.files(task)
      expect(outputs.map(({ blob }) => blob).toSorted()).toEqual(inputs.map(({ blob }) => blob).toSorted())
      // readZip checks the CRC-32 of the content.
      for (const { data } of readZip((await client.download(task)).bytes)) expect(data.equals(tiny)).toBe(true)
    })
  })

  describe('"must be the same key for the whole task"', () => {
    it('"a task mixing encrypted and plain files is rejected at the second upload"', async () => {
      for (const [first, second] of [
        [client, plain],
        [plain, client],
        [client, stranger],
      ] as const) {
        const { task } = await uploaded(first)
        expect(await second.upload(task, picture, 'second.jpg')).toMatchObject(refusal('UploadError'))
        const cloud = { json: { task, cloud_file: `${origin.url}/photo.jpg` } }
        expect(await second.call('POST', '/v1/upload', cloud)).toMatchObject(refusal('UploadError'))
        expect(await repositories().tasks.files(task)).toHaveLength(1)
        expect((await first.upload(task, picture, 'third.jpg')).status).toBe(200)
      }
    })
    it('whoever takes the only file back may begin again with another key', async () => {
      const { task, name } = await uploaded(client)
      expect((await plain.call('DELETE', `/v1/upload/${task}/${name}`)).status).toBe(200)
      const again = await stranger.upload(task, picture, 'photo.jpg')
      expect(again.status).toBe(200)
      expect((await client.upload(task, picture, 'photo.jpg')).status).toBe(400)
      const files = [{ server_filename: again.json.server_filename }]
      expect((await stranger.process(task, 'resizeimage', files, small)).status).toBe(200)
    })
    it('"Missing/different key: 400" at process; the task waits on, and the right key works', async () => {
      const { task, name } = await uploaded(client)
      const files = [{ server_filename: name }]
      for (const by of [plain, stranger]) {
        expect(await by.process(task, 'resizeimage', files, small)).toMatchObject(refusal('ProcessingError'))
        expect(await by.process(task, 'resizeimage', files, { ...small, webhook: '' })).toMatchObject(
          refusal('ProcessingError'),
        )
        expect(await statusOf(task)).toBe('TaskWaiting')
      }
      expect((await client.process(task, 'resizeimage', files, small)).status).toBe(200)
    })
    it('"Encrypted task with no/wrong key: 400 DownloadError"', async () => {
      const task = await processed(client)
      for (const by of [plain, stranger]) {
        for (const headers of [{}, { range: 'bytes=0-9' }]) {
          expect(await by.download(task, headers as Record<string, string>)).toMatchObject(refusal('DownloadError'))
        }
        expect((await by.call('HEAD', `/v1/download/${task}`)).status).toBe(400)
      }
      expect((await client.download(task)).status).toBe(200)
    })
    it('status, list and delete need no key', async () => {
      const task = await processed(client)
      for (const by of [plain, stranger])
        expect((await by.call('GET', `/v1/task/${task}`)).json.status).toBe('TaskSuccess')
      const deleted = await plain.call('DELETE', `/v1/task/${task}`)
      expect(deleted.json.status).toBe('TaskDeleted')
      expect((await client.download(task)).status).toBe(400)
    })
    it('a key where nothing is encrypted does no harm', async () => {
      expect((await client.download(await processed(plain))).status).toBe(200)
    })
  })

  describe('connected tasks: "Same encryption key must be used"', () => {
    const next = (by: TasksClient, task: string) =>
      by.call('POST', '/v1/task/next', { json: { task, tool: 'rotateimage' } })
    it('the child takes the key over', async () => {
      const parent = await processed(client)
      for (const by of [plain, stranger]) expect(await next(by, parent)).toMatchObject(refusal('HTTP Error'))
      const { status, json } = await next(client, parent)
      expect(status).toBe(200)
      const child: string = json.task
      await client.call('DELETE', `/v1/task/${parent}`)
      for (const { row } of (await storedOf(child)).files) expect(row?.encryption).toBe('aes-gcm-1')
      for (const by of [plain, stranger])
        expect(await by.upload(child, picture, 'more.jpg')).toMatchObject(refusal('UploadError'))
      const more = await client.upload(child, picture, 'more.jpg')
      const files = [...Object.keys(json.files), more.json.server_filename].map((name) => ({ server_filename: name }))
      expect(await plain.process(child, 'rotateimage', files)).toMatchObject(refusal('ProcessingError'))
      expect((await client.process(child, 'rotateimage', files)).json.output_filenumber).toBe(2)
      const widths = await Promise.all(
        readZip((await client.download(child)).bytes).map(async ({ data }) => (await look(data)).width),
      )
      expect(widths).toEqual([60, 600])
    })
    it('the child of a plain parent is plain', async () => {
      const { json } = await next(client, await processed(plain))
      expect(await client.upload(json.task, picture, 'more.jpg')).toMatchObject(refusal('UploadError'))
      expect((await plain.upload(json.task, picture, 'more.jpg')).status).toBe(200)
    })
  })

  describe('the process parameter', () => {
    it('"use it as a fallback when the claim is absent"', async () => {
      const { task, name } = await uploaded(client)
      const files = [{ server_filename: name }]
      const wrong = await plain.process(task, 'resizeimage', files, { ...small, file_encryption_key: otherKey })
      expect(wrong).toMatchObject(refusal('ProcessingError'))
      const right = await plain.process(task, 'resizeimage', files, { ...small, file_encryption_key: key })
      expect(right.status).toBe(200)
      expect((await look((await client.download(task)).bytes)).width).toBe(60)
    })
    it('"read as plain, the outputs are stored encrypted, and download and connect need the claim"', async () => {
      const task = await processed(plain, { ...small, file_encryption_key: key })
      const { files, outputs } = await storedOf(task)
      for (const { bytes, row } of files) {
        expect(row?.encryption).toBeNull()
        expect(bytes.equals(picture)).toBe(true)
      }
      const result = await client.download(task)
      expect((await look(result.bytes)).width).toBe(60)
      for (const output of outputs) expectEncrypted(output, result.bytes)
      expect(await plain.download(task)).toMatchObject(refusal('DownloadError'))
      expect(
        await plain.call('GET', `/v1/download/${task}?file_encryption_key=${encodeURIComponent(key)}`),
      ).toMatchObject(refusal('DownloadError'))
      const connect = (by: TasksClient) => by.call('POST', '/v1/task/next', { json: { task, tool: 'rotate' } })
      expect((await connect(plain)).status).toBe(400)
      expect((await connect(client)).status).toBe(200)
    })
    it('an input that comes back unchanged is encrypted too', async () => {
      const tiny = await incompressible()
      const { task, name } = await uploaded(plain, 'compressimage', tiny, 'tiny.jpg')
      const second = (await plain.upload(task, tiny, 'tiny2.jpg')).json.server_filename
      const files = [{ server_filename: name }, { server_filename: second }]
      const params = { compression_level: 'low', file_encryption_key: key }
      await plain.process(task, 'compressimage', files, params)
      for (const output of (await storedOf(task)).outputs) expectEncrypted(output, tiny)
      for (const { data } of readZip((await client.download(task)).bytes)) expect(data.equals(tiny)).toBe(true)
    })
    it('equal to the claim it adds nothing; different from it: 400, and the task waits on', async () => {
      const { task, name } = await uploaded(client)
      const files = [{ server_filename: name }]
      const process = (text: string) =>
        client.process(task, 'resizeimage', files, { ...small, file_encryption_key: text })
      expect(await process(otherKey)).toMatchObject(refusal('ProcessingError'))
      expect(await statusOf(task)).toBe('TaskWaiting')
      expect((await process(key)).status).toBe(200)
    })
    it.each(['short', 'x'.repeat(14), 'x'.repeat(17), 1234567890123456])(
      'of another length: 400 (%j)',
      async (text) => {
        const { task, name } = await uploaded(plain)
        const params = { ...small, file_encryption_key: text }
        const answer = await plain.process(task, 'resizeimage', [{ server_filename: name }], params)
        expect(answer).toMatchObject(refusal('ProcessingError'))
        expect(JSON.stringify(answer.json)).not.toContain(String(text))
        expect(await statusOf(task)).toBe('TaskWaiting')
      },
    )
    it('in a form, and empty as "not given"', async () => {
      const { task, name } = await uploaded(plain)
      const form = { task, tool: 'resizeimage', pixels_width: '60', 'files[0][server_filename]': name }
      const answer = await plain.call('POST', '/v1/process', { form: { ...form, file_encryption_key: '' } })
      expect(answer.status).toBe(200)
      expect((await plain.download(task)).status).toBe(200)
    })
  })

  describe('in the background', () => {
    const ended = async (task: string) =>
      expect.poll(() => statusOf(task), { timeout: 20_000, interval: 30 }).not.toBe('TaskProcessing')
    it('polling: answered at once, processed by the node that has the key', async () => {
      const { task, name } = await uploaded(client)
      const answer = await client.process(task, 'resizeimage', [{ server_filename: name }], { ...small, webhook: '' })
      expect(answer.json.status).toBe('TaskProcessing')
      await ended(task)
      expect(await statusOf(task)).toBe('TaskSuccess')
      expect((await look((await client.download(task)).bytes)).width).toBe(60)
    })
    it('with a webhook', async () => {
      const { task, name } = await uploaded(client)
      const webhook = `${origin.url}/hook?${task}`
      await client.process(task, 'resizeimage', [{ server_filename: name }], { ...small, webhook })
      const { body } = await origin.wait(({ path }) => path === `/hook?${task}`)
      expect(JSON.parse(body.toString())).toMatchObject({ event: 'task.completed', task, status: 'TaskSuccess' })
      expect(body.includes(key)).toBe(false)
    })

    /** A job that a node left behind: it went away, and the key in its memory with it. */
    async function orphan(webhook?: string): Promise<string> {
      const { task, name } = await uploaded(client)
      const { store, clock } = server.composed
      await store.tx(async (tx) => {
        const row = await tx.tasks.lock('default', task)
        await tx.tasks.transition(task, ['TaskWaiting'], {
          status: 'TaskProcessing',
          processStart: clock.now(),
          fileNumber: 1,
          outputKeyCheck: row?.fileKeyCheck ?? null,
          params: {
            files: [{ serverFilename: name, filename: 'photo.jpg', rotate: 0 }],
            ignoreErrors: true,
            tryRepair: true,
            outputFilename: null,
            packagedFilename: 'output',
            server: server.authority,
            tool: { tool: 'resizeimage', resize: { width: 60, keepRatio: true, enlarge: false } },
            ...(webhook === undefined ? {} : { webhook }),
          },
        })
        await tx.jobs.enqueue({ kind: 'process-task', lane: 'batch', project: 'default', subject: task })
      })
      await ended(task)
      return task
    }
    it('a synchronous task whose node went away waits again: the key is not kept, the files are', async () => {
      const task = await orphan()
      const { json } = await plain.call('GET', `/v1/task/${task}`)
      expect(json).toMatchObject({ status: 'TaskWaiting', process_start: '', file_number: '0' })
      const files = json.files.map(({ server_filename }: { server_filename: string }) => ({ server_filename }))
      expect((await client.process(task, 'resizeimage', files, small)).status).toBe(200)
      expect((await look((await client.download(task)).bytes)).width).toBe(60)
    })
    it('a background task whose node went away ends as TaskError and says so', async () => {
      const task = await orphan(`${origin.url}/lost`)
      const { json } = await plain.call('GET', `/v1/task/${task}`)
      expect(json).toMatchObject({ status: 'TaskError' })
      expect(json.files).toMatchObject([{ status: 'UnknownError', message: expect.stringMatching(/memory only/) }])
      const { body } = await origin.wait(({ path }) => path === '/lost')
      expect(JSON.parse(body.toString())).toMatchObject({ event: 'task.fail', task })
    })
  })

  it('what nothing references is found without a key', async () => {
    const { task } = await uploaded(client)
    const { files } = await storedOf(task)
    for (const { row, bytes } of files) {
      const stat = await server.composed.blobs.stat(row?.key ?? '')
      expect(stat).toEqual({ size: bytes.length })
      expect(row?.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
    }
  })
}
