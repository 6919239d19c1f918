/**
 * The client library `@rheyhannh/iloveimg-nodejs` as it is published, end to end: every tool and every public method.
 * Its host constant is patched in memory; nothing else of it is touched. Its quirks that matter here: it uploads by URL
 * only, rejects `remaining_files: 0`, deletes files by `DELETE /upload` with a JSON body, and reads a top-level `message`
 * before `error.message`. Its `debug` options are not tried (section 10 of the contract is a later part).
 */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Origin, startOrigin } from '../support/origin.ts'
import {
  black,
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
import { readZip } from '../support/zip.ts'

type Library = typeof import('@rheyhannh/iloveimg-nodejs')
type Tool = Parameters<InstanceType<Library['default']>['newTask']>[0]

let checks = 0
let library: Library
let server: TestServer
let origin: Origin
let pictures: Record<string, Buffer>

beforeAll(async () => {
  pictures = {
    '/quarters.png': await quarters(80, 60),
    '/quarters.jpg': await quarters(80, 60, 'jpeg'),
    '/photo.jpg': await photo(400, 300),
    '/white.png': await solid(200, 100, white),
    '/stamp.png': await solid(20, 10, red),
    '/red.png': await solid(20, 20, red),
    '/blue.png': await solid(20, 20, blue),
    '/disc.jpg': await disc(),
    '/broken.jpg': Buffer.from('no picture'),
  }
  origin = await startOrigin(({ path }, response) => {
    const bytes = pictures[path]
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes)
  })
  server = await embedded.start({ FETCH_ALLOW: '127.0.0.1' })
  // The constants are read when the module is loaded: they are changed before.
  const entry = createRequire(import.meta.url).resolve('@rheyhannh/iloveimg-nodejs')
  const constants = await import(pathToFileURL(join(dirname(entry), '../src/config/global.js')).href)
  Object.assign(constants.default, { ILOVEIMG_API_URL: server.authority, ILOVEIMG_API_URL_PROTOCOL: 'http' })
  library = await import('@rheyhannh/iloveimg-nodejs')
})
afterEach(() => {
  checks += expect.getState().assertionCalls
})
afterAll(async () => {
  await server.stop()
  await origin.stop()
  console.log(`@rheyhannh/iloveimg-nodejs: ${checks} checks`)
})

async function disc(): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="160" height="120"><rect width="100%" height="100%"
    fill="#3a66c8"/><circle cx="80" cy="60" r="40" fill="rgb(${red})"/></svg>`
  return await sharp(Buffer.from(svg)).jpeg({ quality: 95 }).toBuffer()
}

const api = () => new library.default(publicKey, secretKey)

/** start, addFile for each picture, process: as the library's README does it. */
async function run(
  tool: Tool,
  files: string[],
  options: Record<string, unknown> = {},
  toolOptions: Record<string, unknown> = {},
) {
  const task = api().newTask(tool)
  await task.start()
  for (const file of files) await task.addFile({ cloud_file: `${origin.url}${file}`, filename: file.slice(1) })
  const processed = await task.process(options, toolOptions as never)
  const response = await task.download()
  const bytes = await buffer(response.data as unknown as AsyncIterable<Buffer>)
  return { task, processed, response, bytes }
}

describe('Auth', () => {
  it('signs tokens by itself, keeps them, and its token works', async () => {
    const auth = new library.Auth(publicKey, secretKey)
    expect(auth.verifyToken()).toBeUndefined()
    const token = await auth.getToken()
    expect(await auth.getToken()).toBe(token)
    expect(auth.verifyToken()).toMatchObject({ jti: publicKey, iss: 'api.ilovepdf.com' })
    const response = await fetch(`${server.url}/v1/info`, { headers: { authorization: `Bearer ${token}` } })
    expect(response.status).toBe(200)
  })
  it('asks the server for a token without a secret, and verifies it by its exp', async () => {
    const auth = new library.Auth(publicKey)
    const token = await auth.getToken()
    expect(auth.verifyToken()).toMatchObject({ jti: publicKey, exp: expect.any(Number) })
    expect(await auth.getToken()).toBe(token)
    const task = new library.default(publicKey).newTask('resizeimage')
    expect(await task.start()).toMatchObject({ server: server.authority })
  })
  it('an unknown public key and a wrong secret are ILoveApiErrors with 401', async () => {
    const unknown = await new library.Auth('project_public_unknown').getToken().catch((error: unknown) => error)
    expect(unknown).toBeInstanceOf(library.ILoveApiError)
    expect(unknown).toMatchObject({ status: 401, message: expect.stringMatching(/public key.*\(Status: 401/) })
    const task = new library.default(publicKey, 'a wrong secret of more than thirty-two characters').newTask(
      'cropimage',
    )
    const wrong = await task.start().catch((error: unknown) => error)
    expect(wrong).toMatchObject({ name: 'ILoveApiError', status: 401 })
  })
})

describe('TaskI', () => {
  it('start answers server, task id and remaining files; getters agree', async () => {
    const task = api().newTask('compressimage')
    expect(task.getTaskId()).toBeUndefined()
    const started = await task.start()
    expect(started).toEqual({
      server: server.authority,
      task_id: expect.stringMatching(/^[A-Za-z0-9]+$/),
      remaining_files: expect.any(Number),
    })
    expect(task.getTool()).toBe('compressimage')
    expect(task.getTaskId()).toBe(started.task_id)
    expect(task.getRemainingFiles()).toBe(started.remaining_files)
    expect(task.getServer()?.defaults.baseURL).toBe(`http://${server.authority}/v1`)
    expect(task.getUploadedFiles()).toEqual([])
  })
  it('addFile and deleteFile keep the list', async () => {
    const task = api().newTask('resizeimage')
    await task.start()
    const first = await task.addFile({ cloud_file: `${origin.url}/red.png`, filename: 'first.png' })
    expect(first.server_filename).toMatch(/^[0-9a-f]{32}\.png$/)
    const second = await task.addFile({ cloud_file: `${origin.url}/blue.png`, filename: 'second.png' })
    expect(task.getUploadedFiles()).toEqual([
      { server_filename: first.server_filename, filename: 'first.png' },
      { server_filename: second.server_filename, filename: 'second.png' },
    ])
    await task.deleteFile({ server_filename: first.server_filename })
    expect(task.getUploadedFiles()).toEqual([{ server_filename: second.server_filename, filename: 'second.png' }])
    const again = await task.deleteFile({ server_filename: first.server_filename }).catch((error: unknown) => error)
    expect(again).toMatchObject({ name: 'ILoveApiError', status: 400 })
    expect((await task.details()).files).toMatchObject([
      { server_filename: second.server_filename, filename: 'second.png' },
    ])
  })
  it('details before and after, and delete', async () => {
    const { task } = await run(
      'resizeimage',
      ['/quarters.png'],
      { custom_int: 42, custom_string: 'mine' },
      { pixels_width: 40, pixels_height: 30 },
    )
    const details = await task.details()
    expect(details).toMatchObject({
      status: 'TaskSuccess',
      status_message: 'Success',
      tool: 'resizeimage',
      custom_int: 42,
      custom_string: 'mine',
      task_id: task.getTaskId(),
      file_number: '1',
      download_filename: 'quarters.png',
      timer: expect.any(String),
      filesize: pictures['/quarters.png']?.length,
      output_filenumber: 1,
    })
    expect(details.files).toMatchObject([
      { status: 'FileSuccess', filename: 'quarters.png', timer: expect.any(Number) },
    ])
    expect(await task.delete()).toBeUndefined()
    expect(await task.details().catch((error: unknown) => error)).toMatchObject({ name: 'ILoveApiError', status: 404 })
    expect(await task.download().catch((error: unknown) => error)).toMatchObject({ name: 'ILoveApiError', status: 400 })
  })
  it('process errors carry our message', async () => {
    const task = api().newTask('cropimage')
    await task.start()
    await task.addFile({ cloud_file: `${origin.url}/broken.jpg`, filename: 'broken.jpg' })
    const failed = await task.process({}, { width: 5, height: 5 }).catch((error: unknown) => error)
    expect(failed).toMatchObject({
      name: 'ILoveApiError',
      status: 400,
      message: expect.stringMatching(/could not be processed.*Code: 400/),
    })
    expect(await task.details()).toMatchObject({ status: 'TaskError', files: [{ status: 'DamagedFile' }] })
  })
  it('addFile errors: a dead URL, and no server at all is a NetworkError', async () => {
    const task = api().newTask('cropimage')
    await task.start()
    const dead = await task
      .addFile({ cloud_file: `${origin.url}/missing.jpg`, filename: 'x.jpg' })
      .catch((error: unknown) => error)
    expect(dead).toMatchObject({ name: 'ILoveApiError', status: 400, message: expect.stringMatching(/404/) })
    expect(task.getUploadedFiles()).toEqual([])
    const lost = new library.Task(publicKey, secretKey, 'anything', '127.0.0.1:1')
    expect(await lost.details().catch((error: unknown) => error)).toBeInstanceOf(library.NetworkError)
  })
  it('several files: a ZIP under packaged_filename, entries under output_filename', async () => {
    const options = {
      output_filename: '{filename}_{n}',
      packaged_filename: 'all of {n}',
      ignore_errors: true,
      try_image_repair: true,
    }
    const { processed, response, bytes } = await run('compressimage', ['/red.png', '/blue.png', '/broken.jpg'], options)
    expect(processed.status).toBe('TaskSuccessWithWarnings')
    expect(processed).toMatchObject({
      output_filenumber: 2,
      download_filename: 'all of 3.zip',
      output_extensions: ['png'],
    })
    expect(response.headers['content-type']).toBe('application/zip')
    expect(response.headers['content-disposition']).toContain('filename="all of 3.zip"')
    const entries = readZip(bytes)
    expect(entries.map(({ name }) => name)).toEqual(['red_1.png', 'blue_2.png'])
    expectColour((await look(entries[1]?.data ?? bytes)).at(10, 10), blue)
  })
  it('a webhook answers at once and calls back', async () => {
    const task = api().newTask('compressimage')
    await task.start()
    await task.addFile({ cloud_file: `${origin.url}/photo.jpg`, filename: 'photo.jpg' })
    const answer = await task.process({ webhook: `${origin.url}/hook` })
    expect(answer.status).toBe('TaskProcessing')
    const call = await origin.wait(({ path, body }) => path === '/hook' && body.includes(task.getTaskId() ?? '-'))
    expect(JSON.parse(call.body.toString())).toMatchObject({ event: 'task.completed', status: 'TaskSuccess' })
    expect((await look(await buffer((await task.download()).data as never))).width).toBe(400)
  })
})

describe('its tools', () => {
  it('resizeimage', async () => {
    const byPixels = await run('resizeimage', ['/quarters.png'], {}, { pixels_width: 40, pixels_height: 40 })
    const picture = await look(byPixels.bytes)
    expect([picture.width, picture.height]).toEqual([40, 30])
    expectQuarters(picture, [red, green, blue, yellow])
    const byPercent = await run(
      'resizeimage',
      ['/quarters.png'],
      {},
      { resize_mode: 'percentage', percentage: 200, no_enlarge_if_smaller: false },
    )
    expect(await look(byPercent.bytes)).toMatchObject({ width: 160, height: 120 })
    const stretched = await run(
      'resizeimage',
      ['/quarters.png'],
      {},
      { pixels_width: 20, pixels_height: 60, maintain_ratio: false },
    )
    expect(await look(stretched.bytes)).toMatchObject({ width: 20, height: 60 })
  })
  it('cropimage', async () => {
    const picture = await look(
      (await run('cropimage', ['/quarters.png'], {}, { width: 30, height: 20, x: 45, y: 35 })).bytes,
    )
    expect([picture.width, picture.height]).toEqual([30, 20])
    expectColour(picture.at(15, 10), yellow)
  })
  it('compressimage', async () => {
    const sizes: number[] = []
    for (const compression_level of ['extreme', 'recommended', 'low']) {
      const { bytes, processed } = await run('compressimage', ['/photo.jpg'], {}, { compression_level })
      expect(processed.output_filesize).toBe(bytes.length)
      expect(await look(bytes)).toMatchObject({ format: 'jpeg', width: 400, height: 300 })
      sizes.push(bytes.length)
    }
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b))
    expect(sizes[2]).toBeLessThanOrEqual(pictures['/photo.jpg']?.length ?? 0)
  })
  it('convertimage to jpg (its default), png, gif and gif_animation; heic is refused', async () => {
    const jpg = await run('convertimage', ['/quarters.png'])
    expect(jpg.processed.download_filename).toBe('quarters.jpg')
    const expected = { jpg: 'jpeg', png: 'png', gif: 'gif' } as const
    for (const [to, format] of Object.entries(expected)) {
      const picture = await look((await run('convertimage', ['/quarters.jpg'], {}, { to })).bytes)
      expect(picture.format).toBe(format)
      expectQuarters(picture, [red, green, blue, yellow])
    }
    const moving = await run(
      'convertimage',
      ['/red.png', '/blue.png'],
      {},
      { to: 'gif_animation', gif_time: 20, gif_loop: false },
    )
    const picture = await look(moving.bytes)
    expect(picture).toMatchObject({ format: 'gif', frames: 2, delay: [200, 200] })
    expectColour(picture.at(10, 10, 1), blue)
    const heic = await run('convertimage', ['/red.png'], {}, { to: 'heic' }).catch((error: unknown) => error)
    expect(heic).toMatchObject({ name: 'ILoveApiError', status: 400, message: expect.stringMatching(/heic/) })
  })
  it('watermarkimage with text and with an image', async () => {
    const text = {
      type: 'text',
      text: '████',
      font_size: 60,
      font_color: '#000000',
      transparency: 50,
      gravity: 'Center',
    }
    const marked = await look((await run('watermarkimage', ['/white.png'], {}, { elements: [text] })).bytes)
    expect([marked.width, marked.height]).toEqual([200, 100])
    expectColour(marked.at(100, 50), [128, 128, 128])
    const task = api().newTask('watermarkimage')
    await task.start()
    await task.addFile({ cloud_file: `${origin.url}/white.png`, filename: 'white.png' })
    // The library lists every uploaded file: the stamp is processed too.
    const stamp = await task.addFile({ cloud_file: `${origin.url}/stamp.png`, filename: 'stamp.png' })
    const element = { type: 'image' as const, image: stamp.server_filename, gravity: 'SouthEast' as const }
    const processed = await task.process({}, { elements: [element] } as never)
    expect(processed.output_filenumber).toBe(2)
    const [entry] = readZip(await buffer((await task.download()).data as never))
    const stamped = await look(entry?.data ?? Buffer.alloc(0))
    expectColour(stamped.at(190, 95), red)
    expectColour(stamped.at(170, 85), white)
    const everywhere = { type: 'text', text: '█', font_size: 20, mosaic: true }
    const mosaic = await look((await run('watermarkimage', ['/white.png'], {}, { elements: [everywhere] })).bytes)
    for (const x of [33, 100, 167]) expectColour(mosaic.at(x, 50), black, 60)
  })
  it('upscaleimage: both sides times the multiplier', async () => {
    const picture = await look((await run('upscaleimage', ['/quarters.png'], {}, { multiplier: 4 })).bytes)
    expect([picture.format, picture.width, picture.height]).toEqual(['png', 320, 240])
    expectQuarters(picture, [red, green, blue, yellow])
  })
  it('removebackgroundimage: a png in which only the subject is left', async () => {
    const { processed, bytes } = await run('removebackgroundimage', ['/disc.jpg'])
    expect(processed.output_extensions).toEqual(['png'])
    const picture = await look(bytes)
    expect(picture.alpha).toBe(true)
    expectColour(picture.at(80, 60), [...red, 255], 24)
    expect(picture.at(4, 4)[3]).toBe(0)
  })
  it('refuses other tools by itself', () => {
    expect(() => api().newTask('rotateimage' as never)).toThrow()
  })
})

describe('file encryption', () => {
  it('with the key among the options of its tokens, also where it repeats it in process', async () => {
    const key = 'a key of twenty-four bytes'.slice(0, 24)
    const encrypted = new library.default(publicKey, secretKey, { file_encryption_key: key })
    const task = encrypted.newTask('resizeimage')
    await task.start()
    await task.addFile({ cloud_file: `${origin.url}/quarters.png`, filename: 'quarters.png' })
    await task.process({ file_encryption_key: key }, { pixels_width: 40, pixels_height: 30 } as never)
    const response = await task.download()
    const bytes = await buffer(response.data as unknown as AsyncIterable<Buffer>)
    expectQuarters(await look(bytes), [red, green, blue, yellow])
    const { tasks, blobs } = server.composed.store.read
    const [output] = await tasks.outputs(task.getTaskId() ?? '')
    expect((await blobs.find(output?.blob ?? ''))?.encryption).toBe('aes-gcm-1')
  })
})

describe('Task and listTasks', () => {
  it('Task downloads and shows a task by its id and server', async () => {
    const { task, bytes } = await run('compressimage', ['/red.png'])
    const other = new library.Task(publicKey, secretKey, task.getTaskId() ?? '', server.authority)
    expect(await other.details()).toMatchObject({ status: 'TaskSuccess', task_id: task.getTaskId() })
    const again = await buffer((await other.download()).data as never)
    expect(again.equals(bytes)).toBe(true)
  })
  it('listTasks with every filter', async () => {
    const { task } = await run('cropimage', ['/red.png'], { custom_int: 777 }, { width: 5, height: 5 })
    const all = await api().listTasks()
    expect(all[0]).toMatchObject({
      task_id: task.getTaskId(),
      tool: 'cropimage',
      status: 'TaskSuccess',
      status_message: 'Success',
      process_start: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
      custom_int: 777,
      custom_string: null,
      timer: expect.any(String),
      server: server.authority,
      file_number: '1',
      download_filename: 'red.png',
    })
    for (const filter of [
      { custom_int: 777 },
      { tool: 'cropimage' as const, status: 'TaskSuccess' as const, page: 1 },
    ]) {
      expect((await api().listTasks(filter))[0]).toMatchObject({ task_id: task.getTaskId() })
    }
    expect(await api().listTasks({ page: 99 })).toEqual([])
    expect(await api().listTasks({ status: 'TaskDeleted' })).toEqual([])
    await expect(new library.default(publicKey).listTasks()).rejects.toThrow(/Secret key/)
  })
})
