/**
 * The vendor's own client `@ilovepdf/ilovepdf-nodejs` as it is published, end to end. Its factory starts image tools by
 * the short names compress, rotate, repair and watermark. Quirks that matter here: tokens without `exp` and with a
 * fractional `iat`; it throws unless every field of process and DELETE is there; `connect` wants `files` as an object;
 * `listTasks` leaves out tools that its factory does not know, and it knows no long names. It uploads whole files only.
 * Only its host constants are patched, in memory.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Origin, startOrigin } from '../support/origin.ts'
import {
  blue,
  expectColour,
  expectQuarters,
  green,
  look,
  photo,
  quarters,
  red,
  solid,
  white,
  yellow,
} from '../support/pictures.ts'
import { embedded, publicKey, secretKey, type TestServer } from '../support/stack.ts'
import { TasksClient } from '../support/tasks-client.ts'
import { readZip } from '../support/zip.ts'

/** The part of the library's types that is used; its own typing does not fit how it exports. */
interface LibraryFile {
  taskId: string
  serverFilename: string
  filename: string
  params: { rotate?: number }
}
interface LibraryTask {
  id: string
  remainingFiles?: number
  type: string
  files: LibraryFile[]
  start(): Promise<string>
  addFile(file: LibraryFile | string): Promise<LibraryFile>
  deleteFile(file: LibraryFile): Promise<void>
  process(params?: Record<string, unknown>): Promise<Record<string, unknown>>
  download(): Promise<Buffer>
  delete(): Promise<void>
  connect(tool: string): Promise<LibraryTask>
}
interface Library {
  newTask(tool: string): LibraryTask
  listTasks(params?: Record<string, unknown>): Promise<LibraryTask[]>
}

const require = createRequire(import.meta.url)
const core = createRequire(require.resolve('@ilovepdf/ilovepdf-nodejs'))
const Api = require('@ilovepdf/ilovepdf-nodejs') as new (
  publicKey: string,
  secretKey?: string,
  params?: { file_encryption_key?: string },
) => Library
const File = require('@ilovepdf/ilovepdf-nodejs/ILovePDFFile') as {
  new (path: string, params?: { rotate?: number }): LibraryFile
  fromArray(bytes: Uint8Array, filename: string, params?: { rotate?: number }): LibraryFile
}

let checks = 0
let server: TestServer
let origin: Origin
let folder: string
let picture: Buffer

beforeAll(async () => {
  picture = await quarters(80, 60)
  origin = await startOrigin((_request, response) => response.writeHead(200).end(picture))
  server = await embedded.start({ FETCH_ALLOW: '127.0.0.1' })
  folder = await mkdtemp(join(tmpdir(), 'imagestead-client-'))
  await writeFile(join(folder, 'quarters.png'), picture)
  const constants = core('@ilovepdf/ilovepdf-js-core/constants/globals.json') as Record<string, string>
  Object.assign(constants, { API_URL: server.authority, API_URL_PROTOCOL: 'http' })
})
afterEach(() => {
  checks += expect.getState().assertionCalls
})
afterAll(async () => {
  await server.stop()
  await origin.stop()
  await rm(folder, { recursive: true, force: true })
  console.log(`@ilovepdf/ilovepdf-nodejs: ${checks} checks`)
})

const api = () => new Api(publicKey, secretKey)
const fromPath = (params?: { rotate?: number }) => new File(join(folder, 'quarters.png'), params)
/** What axios throws. */
const failure = async (work: Promise<unknown>) => {
  const error = (await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )) as { response?: { status: number; data: unknown } } | undefined
  const data = error?.response?.data
  return { status: error?.response?.status, json: typeof data === 'string' ? JSON.parse(data) : data }
}

async function started(tool: string) {
  const task = api().newTask(tool)
  await task.start()
  return task
}

describe('start', () => {
  it.each(['compress', 'rotate', 'watermark', 'repair'])('%s by its short name', async (tool) => {
    const task = api().newTask(tool)
    const id = await task.start()
    expect(id).toMatch(/^[A-Za-z0-9]{40,}$/)
    expect(task.id).toBe(id)
    expect(task.type).toBe(tool)
    expect(task.remainingFiles).toBeGreaterThan(0)
  })
  it('its PDF tools are unknown here', async () => {
    for (const tool of ['merge', 'split', 'pdfjpg', 'officepdf']) {
      const { status, json } = await failure(api().newTask(tool).start())
      expect(status).toBe(400)
      expect(json.error.type).toBe('StartError')
    }
  })
  it('with the public key alone, by a token of the server', async () => {
    const task = new Api(publicKey).newTask('rotate')
    await task.start()
    await task.addFile(fromPath({ rotate: 90 }))
    expect((await task.process()).status).toBe('TaskSuccess')
  })
  it('a wrong secret is 401', async () => {
    const { status, json } = await failure(
      new Api(publicKey, 'a wrong secret of more than thirty-two characters').newTask('rotate').start(),
    )
    expect(status).toBe(401)
    expect(json.name).toBe('Unauthorized')
  })
})

describe('files', () => {
  it('from a path, from bytes and from a URL', async () => {
    const task = await started('rotate')
    const file = await task.addFile(fromPath())
    expect(file).toMatchObject({
      filename: 'quarters.png',
      taskId: task.id,
      serverFilename: expect.stringMatching(/^[0-9a-f]{32}\.png$/),
    })
    const bytes = await task.addFile(File.fromArray(picture, 'bytes.png'))
    expect(bytes.serverFilename).toMatch(/\.png$/)
    const remote = await task.addFile(`${origin.url}/remote.png`)
    expect(remote).toMatchObject({ filename: 'remote.png', serverFilename: expect.stringMatching(/\.png$/) })
    expect(task.files).toHaveLength(3)
    await task.process()
    expect(readZip(await task.download()).map(({ name }) => name)).toEqual(['quarters.png', 'bytes.png', 'remote.png'])
  })
  it('a name in another script', async () => {
    const task = await started('rotate')
    await task.addFile(File.fromArray(picture, 'фото 1.png'))
    expect((await task.process()).download_filename).toBe('фото 1.png')
  })
  it('deleteFile', async () => {
    const task = await started('rotate')
    const first = await task.addFile(fromPath())
    await task.addFile(File.fromArray(picture, 'second.png'))
    await task.deleteFile(first)
    expect(task.files).toHaveLength(1)
    const { json } = await (await TasksClient.of(server)).call('GET', `/v1/task/${task.id}`)
    expect(json.files).toMatchObject([{ filename: 'second.png' }])
    expect((await task.process()).output_filenumber).toBe(1)
  })
})

describe('process and download', () => {
  it.each([
    [undefined, 80, 60, [red, green, blue, yellow]],
    [0, 80, 60, [red, green, blue, yellow]],
    [90, 60, 80, [blue, red, yellow, green]],
    [180, 80, 60, [yellow, blue, green, red]],
    [270, 60, 80, [green, yellow, red, blue]],
  ] as const)('rotate by %s', async (rotate, width, height, colours) => {
    const task = await started('rotate')
    await task.addFile(fromPath(rotate === undefined ? undefined : { rotate }))
    const answer = await task.process()
    expect(answer).toMatchObject({
      download_filename: 'quarters.png',
      filesize: picture.length,
      output_filesize: expect.any(Number),
      output_filenumber: 1,
      output_extensions: ['png'],
      status: 'TaskSuccess',
      timer: expect.stringMatching(/^\d+\.\d+$/),
    })
    const bytes = await task.download()
    expect(bytes.length).toBe(answer.output_filesize)
    const result = await look(bytes)
    expect([result.width, result.height]).toEqual([width, height])
    expectQuarters(result, colours)
  })
  it('compress', async () => {
    const source = await photo(400, 300)
    const sizes: number[] = []
    for (const compression_level of ['extreme', 'recommended', 'low']) {
      const task = await started('compress')
      await task.addFile(File.fromArray(source, 'photo.jpg'))
      await task.process({ compression_level })
      const bytes = await task.download()
      expect(await look(bytes)).toMatchObject({ format: 'jpeg', width: 400, height: 300 })
      sizes.push(bytes.length)
    }
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b))
    expect(sizes[0]).toBeLessThan(source.length)
  })
  it('repair: a photo that was cut off', async () => {
    const whole = await photo(400, 300)
    const task = await started('repair')
    await task.addFile(File.fromArray(whole.subarray(0, Math.floor(whole.length * 0.7)), 'cut.jpg'))
    expect(await task.process()).toMatchObject({ status: 'TaskSuccess', output_extensions: ['jpg'] })
    const repaired = await look(await task.download())
    expect(repaired).toMatchObject({ format: 'jpeg', width: 400, height: 300 })
    expectColour(repaired.at(200, 60), (await look(whole)).at(200, 60), 20)
  })
  it('watermark: text and image elements', async () => {
    const task = await started('watermark')
    await task.addFile(File.fromArray(await solid(200, 100, white), 'white.png'))
    // The PDF library's own parameters (mode, pages, layer …) ride along and mean nothing to image tools.
    const element = { type: 'text', text: '████', font_size: 60, font_color: '#000000', transparency: 50 }
    await task.process({
      elements: [element],
      mode: 'text',
      text: 'ignored',
      pages: 'all',
      vertical_position: 'middle',
    })
    expectColour((await look(await task.download())).at(100, 50), [128, 128, 128])
    const stamped = await started('watermark')
    await stamped.addFile(File.fromArray(await solid(200, 100, white), 'white.png'))
    const stamp = await stamped.addFile(File.fromArray(await solid(20, 10, red), 'stamp.png'))
    await stamped.process({ elements: [{ type: 'image', image: stamp.serverFilename, gravity: 'NorthWest' }] })
    const [entry] = readZip(await stamped.download())
    expectColour((await look(entry?.data ?? picture)).at(10, 5), red)
    expectColour((await look(entry?.data ?? picture)).at(40, 20), white)
  })
  it('repair: a cut file comes back whole', async () => {
    const task = await started('repair')
    const jpeg = await quarters(80, 60, 'jpeg')
    await task.addFile(File.fromArray(jpeg.subarray(0, jpeg.length - 40), 'cut.jpg'))
    expect(await task.process()).toMatchObject({ status: 'TaskSuccess', download_filename: 'cut.jpg' })
    const repaired = await look(await task.download())
    expect([repaired.format, repaired.width, repaired.height]).toEqual(['jpeg', 80, 60])
    expectColour(repaired.at(20, 15), red)
  })
  it('process options: names, custom values, ignore_errors', async () => {
    const task = await started('rotate')
    await task.addFile(fromPath())
    await task.addFile(File.fromArray(Buffer.from('broken'), 'broken.png'))
    const answer = await task.process({
      output_filename: '{n}-{tool}',
      packaged_filename: 'mine',
      custom_int: 3,
      custom_string: 'x',
      ignore_errors: true,
      ignore_password: true,
      try_pdf_repair: true,
    })
    expect(answer).toMatchObject({ status: 'TaskSuccessWithWarnings', download_filename: '1-rotateimage.png' })
  })
  it('a failed process is an error with the file statuses', async () => {
    const task = await started('rotate')
    await task.addFile(File.fromArray(Buffer.from('broken'), 'broken.png'))
    const { status, json } = await failure(task.process())
    expect(status).toBe(400)
    expect(json.error).toMatchObject({
      type: 'ProcessingError',
      param: [{ error: 'DamagedFile', filename: 'broken.png' }],
    })
    expect((await failure(task.download())).status).toBe(400)
  })
  it('in the background, with the whole answer that the library insists on', async () => {
    const task = await started('rotate')
    await task.addFile(fromPath({ rotate: 90 }))
    expect((await task.process({ webhook: '' })).status).toBe('TaskProcessing')
    await expect.poll(async () => (await failure(task.download())).status, { timeout: 20_000 }).toBeUndefined()
    expect((await look(await task.download())).width).toBe(60)
  })
})

describe('file encryption', () => {
  const key = 'sixteen letters!'
  const encrypted = (text = key) => new Api(publicKey, secretKey, { file_encryption_key: text })
  it('upload, process, connect and download with the key of the constructor', async () => {
    const task = encrypted().newTask('rotate')
    await task.start()
    const { serverFilename } = await task.addFile(fromPath({ rotate: 90 }))
    const file = await server.composed.store.read.tasks.findFile(task.id, serverFilename)
    expect((await server.composed.store.read.blobs.find(file?.blob ?? ''))?.encryption).toBe('aes-gcm-1')
    await task.process()
    expectQuarters(await look(await task.download()), [blue, red, yellow, green])
    const next = await task.connect('compress')
    await next.process({ compression_level: 'low' })
    expectQuarters(await look(await next.download()), [blue, red, yellow, green])
    const plain = await TasksClient.of(server)
    expect((await plain.download(next.id)).json.error.type).toBe('DownloadError')
  })
  it('its 14 characters, which are no key, are refused', async () => {
    const { status, json } = await failure(encrypted('fourteen chars').newTask('rotate').start())
    expect(status).toBe(400)
    expect(json.error.param).toHaveProperty('file_encryption_key')
  })
})

describe('connect, delete and list', () => {
  it('connect: a chain of three, the parent deleted', async () => {
    const task = await started('rotate')
    await task.addFile(fromPath({ rotate: 90 }))
    await task.process()
    const second = await task.connect('rotate')
    expect(second.files).toMatchObject([{ filename: 'quarters.png', serverFilename: expect.stringMatching(/\.png$/) }])
    expect(second.id).not.toBe(task.id)
    await task.delete()
    const [file] = second.files
    if (file !== undefined) file.params.rotate = 90
    await second.process()
    expectQuarters(await look(await second.download()), [yellow, blue, green, red])
    const third = await second.connect('compress')
    await third.process({ compression_level: 'low' })
    expectQuarters(await look(await third.download()), [yellow, blue, green, red])
    expect((await failure(task.connect('compress'))).status).toBe(404)
    expect((await failure((await started('rotate')).connect('compress'))).status).toBe(400)
  })
  it('delete: waiting and processed tasks; then they are gone', async () => {
    const waiting = await started('rotate')
    await waiting.addFile(fromPath())
    await waiting.delete()
    const done = await started('rotate')
    await done.addFile(fromPath())
    await done.process()
    await done.delete()
    for (const task of [waiting, done]) {
      expect((await failure(task.download())).status).toBe(400)
      const again = await failure(task.delete())
      expect(again.status).toBe(404)
      expect(again.json.status).toBe('TaskNotFound')
    }
  })
  it('listTasks understands the answer, though its factory knows none of our tools', async () => {
    await started('rotate')
    expect(await api().listTasks()).toEqual([])
    expect(await api().listTasks({ page: 1, tool: 'rotate', status: 'TaskWaiting', custom_int: '' })).toEqual([])
    expect((await failure(new Api(publicKey).listTasks())).status).toBe(400)
  })
})
