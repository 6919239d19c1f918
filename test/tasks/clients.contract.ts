/**
 * Sections 0 and 13, line by line, and what the client libraries send: their requests, byte for byte, from fixtures.
 *
 * | line of section 0                              | test                                                                    |
 * | ---------------------------------------------- | ----------------------------------------------------------------------- |
 * | 1 success is exactly 200 or 201                | every conversation here ends with "all successes are 200"               |
 * | 2 every non-2xx body is JSON                   | protocol: 9 "404", "405", "413/415"; 12 "429"; process: 5.3 "503"        |
 * | 3 401 has a string `name`                      | authentication: 2.1 (every refusal); Python here                        |
 * | 4 `error.param` leads to a text                | protocol: expectError in every refusal; "the param of every kind" here  |
 * | 5 `server` is a bare authority at the root     | protocol: 1.1 "What server must be"                                     |
 * | 6 `files` of next is an object                 | tasks: 8.4 "files is an object"; PHP here iterates it                   |
 * | 7 `output_extensions` is an array              | process: 5.2; "the types of typed clients" here                         |
 * | 8 `timer`, `file_number`, sizes                | "the types of typed clients" here                                       |
 * | 9 `remaining_files` present and above 0        | start: 3 "never 0"; the answers of next and process here                |
 * | 10 what the JS core requires                   | "what the JS core requires" here                                        |
 * | 11 Content-Disposition                         | download: 7; PHP, Python and .NET here read it with their own patterns  |
 * | 12 bodies on GET and DELETE, unknown names, v  | protocol: 0.12; PHP here sends them everywhere                          |
 *
 * | line of section 13            | test                                                                                |
 * | ----------------------------- | ----------------------------------------------------------------------------------- |
 * | 200-only success              | as 0.1                                                                              |
 * | JSON errors everywhere        | as 0.2                                                                              |
 * | 401 has `name`                | as 0.3                                                                              |
 * | GET/DELETE bodies tolerated   | as 0.12                                                                             |
 * | 3 encodings                   | "three encodings" here; cloud files: 4.1; process: 5 "Encodings"; tasks: 8.2, 8.4    |
 * | 3 delete-file variants        | upload: 4.3; PHP, Node and .NET here                                                |
 * | sparse `files[]`              | process: 5 "PHP: sparse indexes"; PHP here                                          |
 * | `convert_to` = `to`           | tools: 6.4; Python and .NET here                                                    |
 * | `server_filename` = `image`   | tools: 6.5; PHP watermark here                                                      |
 * | short tool names              | start: 3; process: 5.1; PHP here, in next                                           |
 * | trailing-blank names          | process: 5 ".NET: multipart with trailing blanks"; .NET here                        |
 * | JWT without exp, float/ISO    | authentication: 2.1; .NET and the JS core here                                      |
 * | `files` map in next           | as 0.6                                                                              |
 * | superset in DELETE, webhook   | as 0.10; tasks: 8.3, 5.5                                                            |
 * | canonical Content-Disposition | as 0.11                                                                             |
 * | bare array list               | tasks: 8.2; PHP and Node here                                                       |
 * | `remaining_files` > 0         | as 0.9                                                                              |
 *
 * Debug answers (10), encryption (11), quotas and filters (12) and signed webhooks (8.6) have contract files of their own.
 */
import { createHmac } from 'node:crypto'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Origin, startOrigin } from '../support/origin.ts'
import { expectColour, look, quarters, red, solid, white } from '../support/pictures.ts'
import { conversation, type Reply } from '../support/replay.ts'
import { publicKey, type Stack, secretKey, type TestServer } from '../support/stack.ts'
import { TasksClient } from '../support/tasks-client.ts'
import { multipart, phpQuery, quotedField, send } from '../support/wire.ts'
import { readZip } from '../support/zip.ts'

const now = () => Math.floor(Date.now() / 1000)

/** By hand, because libraries refuse some of the claims that clients send. */
function token(claims: Record<string, unknown>): string {
  const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${base64({ typ: 'JWT', alg: 'HS256' })}.${base64({ ...claims, jti: publicKey })}`
  return `${text}.${createHmac('sha256', secretKey).update(text).digest('base64url')}`
}

const tokens = {
  php: () => {
    const time = now()
    return token({ iss: '', aud: '', iat: time - 5400, nbf: time - 5400, exp: time + 9000 })
  },
  dotnet: () => token({ iss: '', aud: '', iat: new Date().toISOString(), nbf: now(), exp: Date.now() / 1000 + 5400 }),
  nodeImage: () => token({ iss: 'api.ilovepdf.com', aud: 'api.ilovepdf.com', iat: now() - 30, exp: now() + 3600 }),
  nodeCore: () => token({ iss: 'api.ilovepdf.com', iat: Date.now() / 1000 - 5 }),
}

/** The name of a download as PHP reads it: everything behind `utf-8''`, else the quoted name behind a blank. */
function phpName(reply: Reply): string {
  const header = reply.headers.get('Content-Disposition') ?? ''
  const wide = /filename\*=utf-8''([\W\w]+)/.exec(header)?.[1]
  return wide === undefined ? (/ .*filename="([\W\w]+)"/.exec(header)?.[1] ?? '') : decodeURIComponent(wide)
}

/** As Python reads it. */
const pythonName = (reply: Reply) =>
  decodeURIComponent(/filename\*=utf-8''([^\s]+)/.exec(reply.headers.get('Content-Disposition') ?? '')?.[1] ?? '')

/** As .NET reads it: the plain parameter. */
const dotnetName = (reply: Reply) => /filename="([^"]*)"/.exec(reply.headers.get('Content-Disposition') ?? '')?.[1]

export function clientSuite(stack: Stack): void {
  let origin: Origin
  let server: TestServer
  let client: TasksClient
  let picture: Buffer

  beforeAll(async () => {
    picture = await quarters(80, 60)
    const jpeg = await quarters(80, 60, 'jpeg')
    origin = await startOrigin(({ path, headers }, response) => {
      const allowed = !path.startsWith('/private') || headers.authorization === 'Bearer s3cret'
      response.writeHead(allowed ? 200 : 401).end(allowed ? jpeg : 'no')
    })
    server = await stack.start({ FETCH_ALLOW: '127.0.0.1' })
    client = await TasksClient.of(server)
  })
  afterAll(async () => {
    await server.stop()
    await origin.stop()
  })

  const talk = (fixture: string, values: Record<string, string | Buffer>) =>
    conversation(server.authority, new URL(`fixtures/${fixture}.http`, import.meta.url), {
      bytes: picture,
      secret: secretKey,
      public: publicKey,
      url: `${origin.url}/beach.jpg`,
      encoded: encodeURIComponent(`${origin.url}/private.jpg`),
      ...values,
    })

  describe('the PHP image client', () => {
    it('start, upload, delete a file, process, download, next, list, info, delete', async () => {
      const php = talk('php-image', { token: tokens.php() })
      const { values } = php
      values.task = (await php.send('start')).json.task
      values.first = (await php.send('upload')).json.server_filename
      values.second = (await php.send('upload url')).json.server_filename
      values.third = (await php.send('upload umlaut')).json.server_filename
      expect((await php.send('delete upload')).json).toEqual({ success: true })

      const processed = (await php.send('process')).json
      expect(processed).toMatchObject({
        status: 'TaskSuccess',
        output_filenumber: 2,
        output_extensions: ['png'],
        download_filename: expect.stringMatching(/^paket \d{4}-\d\d-\d\d\.zip$/),
      })
      const download = await php.send('download')
      expect(phpName(download)).toBe(processed.download_filename)
      const entries = readZip(download.body)
      expect(entries.map(({ name }) => name)).toEqual(['strand 1.png', 'c.png'])
      // files[2] was turned first: 60 x 80, then made 40 wide.
      expect(await look(entries[1]?.data ?? picture)).toMatchObject({ width: 40, height: 53 })

      const next = (await php.send('next')).json
      expect(next.remaining_files).toBeGreaterThan(0)
      const outputs = Object.entries(next.files as Record<string, string>)
      expect(outputs.map(([, filename]) => filename)).toEqual(['strand 1.png', 'c.png'])
      values.child = next.task
      values.output = outputs[0]?.[0] ?? ''
      expect((await php.send('process next')).json).toMatchObject({ status: 'TaskSuccess', tool: 'compressimage' })

      const list = (await php.send('list')).json
      expect(Array.isArray(list)).toBe(true)
      expect(list.map(({ task }: { task: string }) => task)).toEqual(
        expect.arrayContaining([values.task, values.child]),
      )
      expect(list.find(({ task }: { task: unknown }) => task === values.task).custom_int).toBe(7)
      expect((await php.send('info')).json.remaining_files).toBeGreaterThan(0)
      expect((await php.send('delete')).json).toMatchObject({ status: 'TaskDeleted' })
      // 0.1 "Success is exactly HTTP 200 or 201".
      expect(new Set(php.statuses)).toEqual(new Set([200]))

      // "PHP dereferences error.message unconditionally".
      for (const name of ['download', 'process nothing', 'upload', 'unknown task']) {
        const refused = await php.send(name)
        expect(refused.status).toBeGreaterThanOrEqual(400)
        expect(refused.json.error.message).toMatch(/\S{3}/)
      }
    })

    it('a watermark: names not encoded, sparse files, the stamp not among them, every extra of an element', async () => {
      const php = talk('php-watermark', { token: tokens.php(), bytes: await solid(200, 100, white) })
      const { values } = php
      values.task = (await php.send('start')).json.task
      values.first = (await php.send('upload')).json.server_filename
      values.third = (await php.send('upload')).json.server_filename
      values.bytes = await solid(20, 10, red)
      values.second = (await php.send('upload')).json.server_filename
      expect((await php.send('process')).json).toMatchObject({ status: 'TaskSuccess', output_filenumber: 2 })
      const entries = readZip((await php.send('download')).body)
      expect(entries.map(({ name }) => name)).toEqual(['a-wm.png', 'c-wm.png'])
      for (const { data } of entries) {
        const stamped = await look(data)
        // The image: a quarter of 200 wide, a twentieth off the right edge; the text: red, above left.
        expectColour(stamped.at(142, 50), red)
        expectColour(stamped.at(188, 50), red)
        expectColour(stamped.at(137, 50), white)
        expectColour(stamped.at(193, 50), white)
        let reddish = 0
        for (let y = 0; y < 25; y++) {
          for (let x = 0; x < 130; x++) {
            const [r, g] = stamped.at(x, y)
            if (r > 180 && g < 90) reddish++
          }
        }
        expect(reddish).toBeGreaterThan(100)
      }
      expect(new Set(php.statuses)).toEqual(new Set([200]))
    })
  })

  it('the Python image client: auth first, cloud_file with its token as a form, rotate at upload, a name in another script', async () => {
    const python = talk('python-image', { token: '' })
    const { values } = python
    values.token = (await python.send('auth')).json.token
    values.task = (await python.send('start')).json.task
    values.first = (await python.send('upload url')).json.server_filename
    expect(values.first).toMatch(/^[0-9a-f]{32}\.jpg$/)
    values.second = (await python.send('upload')).json.server_filename
    expect((await python.send('process')).json).toMatchObject({ status: 'TaskSuccess', output_extensions: ['jpg'] })
    const download = await python.send('download')
    expect(pythonName(download)).toBe('фото.jpg')
    expect(phpName(download)).toBe('фото.jpg')
    // Turned once, by the process parameter, whatever the upload said.
    expect(await look(download.body)).toMatchObject({ format: 'jpeg', width: 60, height: 80 })
    expect((await python.send('delete')).status).toBe(200)
    expect(new Set(python.statuses)).toEqual(new Set([200]))
    const refused = await python.send('refused')
    expect(refused.status).toBe(401)
    expect(typeof refused.json.name).toBe('string')
  })

  describe('the .NET client', () => {
    it('chunks of 2,000,000 bytes, zeros for unset numbers, names with trailing blanks', async () => {
      const dotnet = talk('dotnet', { token: tokens.dotnet() })
      const { values } = dotnet
      const large = await sharp({ create: { width: 900, height: 900, channels: 3, background: '#3060c0' } })
        .png({ compressionLevel: 0 })
        .toBuffer()
      const chunks = Math.ceil(large.length / 2_000_000)
      expect(chunks).toBe(2)
      values.task = (await dotnet.send('start resize')).json.task
      values.chunks = String(chunks)
      for (let chunk = 0; chunk < chunks; chunk++) {
        values.chunk = String(chunk)
        values.bytes = large.subarray(chunk * 2_000_000, (chunk + 1) * 2_000_000)
        values.first = (await dotnet.send('chunk')).json.server_filename ?? ''
      }
      expect((await dotnet.send('process resize')).json).toMatchObject({ status: 'TaskSuccess' })
      const download = await dotnet.send('download')
      expect(dotnetName(download)).toBe('large.png')
      expect(await look(download.body)).toMatchObject({ width: 60, height: 60 })
      const next = (await dotnet.send('next')).json
      for (const [key, value] of Object.entries(next.files))
        expect([typeof key, typeof value]).toEqual(['string', 'string'])
      expect((await dotnet.send('status')).json).toMatchObject({ status: 'TaskSuccess', task: values.task })
      expect(new Set(dotnet.statuses)).toEqual(new Set([200]))
    })

    it('"gif_animation " with a trailing blank, cloud_file as multipart, POST /upload/delete', async () => {
      const dotnet = talk('dotnet', { token: tokens.dotnet(), chunk: '0', chunks: '1' })
      const { values } = dotnet
      values.task = (await dotnet.send('start')).json.task
      values.first = (await dotnet.send('chunk')).json.server_filename
      values.second = (await dotnet.send('upload url')).json.server_filename
      values.third = (await dotnet.send('upload url')).json.server_filename
      expect((await dotnet.send('delete upload')).json).toEqual({ success: true })
      expect((await dotnet.send('process gif')).json).toMatchObject({
        status: 'TaskSuccess',
        output_extensions: ['gif'],
      })
      expect(await look((await dotnet.send('download')).body)).toMatchObject({ format: 'gif', frames: 2 })
      expect((await dotnet.send('delete')).json).toMatchObject({ status: 'TaskDeleted' })
      expect(new Set(dotnet.statuses)).toEqual(new Set([200]))
    })
  })

  it('the Node image client: debug=false everywhere, nulls, DELETE with JSON', async () => {
    const node = talk('node-image', { token: tokens.nodeImage() })
    const { values } = node
    expect((await node.send('auth')).json.token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    values.task = (await node.send('start')).json.task
    const uploaded = (await node.send('upload url')).json
    expect(uploaded.filename).toBe('from the net.jpg')
    values.first = uploaded.server_filename
    values.second = (await node.send('upload url')).json.server_filename
    expect((await node.send('delete upload')).json).toEqual({ success: true })
    expect((await node.send('process')).json).toMatchObject({ status: 'TaskSuccess', output_filenumber: 1 })
    expect(Array.isArray((await node.send('list')).json)).toBe(true)
    expect((await node.send('delete')).json).toMatchObject({ status: 'TaskDeleted' })
    expect(new Set(node.statuses)).toEqual(new Set([200]))
  })

  it('0.10 what the JS core requires: null is allowed, undefined is not', async () => {
    const core = talk('node-core', { token: tokens.nodeCore() })
    const { values } = core
    const requires = (json: Record<string, unknown>, names: string) => {
      for (const name of names.split(' ')) expect(json[name], name).not.toBe(undefined)
    }
    const processed = 'download_filename filesize output_extensions output_filenumber output_filesize status timer'
    const started = (await core.send('start')).json
    requires(started, 'server task')
    values.task = started.task
    const uploaded = (await core.send('upload')).json
    requires(uploaded, 'server_filename')
    values.first = uploaded.server_filename
    values.second = (await core.send('upload')).json.server_filename
    expect((await core.send('delete upload')).status).toBe(200)
    requires((await core.send('process')).json, processed)
    const next = (await core.send('next')).json
    requires(next, 'task files')
    values.child = next.task
    values.output = Object.keys(next.files)[0] ?? ''
    const background = (await core.send('process in the background')).json
    requires(background, processed)
    expect(background.status).toBe('TaskProcessing')
    await expect.poll(async () => (await core.send('status')).json.status).toBe('TaskSuccess')
    const deleted = (await core.send('delete')).json
    requires(deleted, `${processed} file_number process_start server status_message task tool`)
    expect(new Set(core.statuses)).toEqual(new Set([200]))
  })

  it('0.7, 0.8 the types of typed clients, before and after processing and in the background', async () => {
    const whole = (value: unknown) => Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 31
    const check = (json: Record<string, unknown>) => {
      expect(typeof json.timer).toBe('string')
      expect(Number.isFinite(Number(json.timer)) && json.timer !== '').toBe(true)
      for (const name of ['filesize', 'output_filesize', 'output_filenumber'])
        expect(whole(json[name]), name).toBe(true)
      expect(Array.isArray(json.output_extensions)).toBe(true)
      for (const item of json.output_extensions as unknown[]) expect(item).toMatch(/^[a-z0-9]+$/)
      if ('file_number' in json) expect(json.file_number).toMatch(/^\d+$/)
      for (const file of (json.files ?? []) as Record<string, unknown>[]) {
        expect(typeof file.timer).toBe('number')
        expect(whole(file.filesize)).toBe(true)
        expect(whole(file.output_filesize)).toBe(true)
      }
    }
    const show = async (task: string) => (await client.call('GET', `/v1/task/${task}`)).json
    const waiting = await client.start('rotateimage')
    check(await show(waiting))
    const { server_filename } = (await client.upload(waiting, picture, 'a.png')).json
    check(await show(waiting))
    check((await client.process(waiting, 'rotateimage', [{ server_filename }], { webhook: '' })).json)
    await expect.poll(async () => (await show(waiting)).status).toBe('TaskSuccess')
    check(await show(waiting))
    const { task, processed } = await client.run('rotateimage', picture, 'b.png')
    check(processed.json)
    check((await client.call('DELETE', `/v1/task/${task}`)).json)
  })

  it('0.4 the param of every kind of refusal leads to a text, by the first value of the first value', async () => {
    const broken = Buffer.from('no picture')
    const failed = await client.run('rotateimage', broken, 'broken.png')
    const waiting = await client.start('resizeimage')
    const refusals = [
      failed.processed,
      await client.download(failed.task),
      await client.process(failed.task, 'rotateimage', [{ server_filename: 'x' }]),
      await client.process(waiting, 'resizeimage', [{ server_filename: 'x' }]),
      await client.process(waiting, 'resizeimage', [], {}),
      await client.process(waiting, 'resizeimage', [{ server_filename: 'x', rotate: 45 }]),
      await client.upload('unknown', picture, 'a.png'),
      await client.call('POST', '/v1/upload', { json: { task: waiting, cloud_file: 'no url' } }),
      await client.call('POST', '/v1/upload', { json: {} }),
      await client.call('DELETE', `/v1/upload/${waiting}/unknown.png`),
      await client.call('POST', '/v1/task/next', { json: { task: waiting, tool: 'compress' } }),
      await client.call('POST', '/v1/task/next', { json: {} }),
      await client.call('POST', '/v1/task', { json: {} }),
      await client.call('GET', '/v1/start/nothing'),
      await client.call('GET', '/v1/start/resizeimage/moon'),
      await client.call('GET', '/v1/task/unknown'),
      await client.call('POST', '/v1/auth', { json: {} }),
      await client.call('GET', '/v1/nothing'),
      await client.call('PUT', '/v1/process', { json: {} }),
    ]
    for (const { status, json } of refusals) {
      expect(status).toBeGreaterThanOrEqual(400)
      expect(json.error).toMatchObject({ type: expect.any(String), message: expect.any(String) })
      if (!('param' in json.error)) continue
      let leaf = json.error.param
      // An empty list at the top is the one safe empty thing.
      if (Array.isArray(leaf) && leaf.length === 0) continue
      while (typeof leaf === 'object' && leaf !== null) leaf = Object.values(leaf)[0]
      expect(typeof leaf, JSON.stringify(json.error.param)).toBe('string')
    }
  })

  describe('13 "3 encodings on upload/process/next/list"', () => {
    const encodings: [string, (value: Record<string, unknown>) => [Record<string, string>, string | Buffer]][] = [
      ['JSON', (value) => [{ 'content-type': 'application/json' }, JSON.stringify(value)]],
      ['a form', (value) => [{ 'content-type': 'application/x-www-form-urlencoded' }, phpQuery(value)]],
      [
        'multipart',
        (value) => {
          const pairs = [...new URLSearchParams(phpQuery(value))]
          const { headers, body } = multipart(pairs.map(([name, text]) => quotedField(name, text)))
          return [headers, body]
        },
      ],
    ]

    it.each(encodings)('%s', async (_name, encode) => {
      const authorization = `Bearer ${client.token}`
      const post = async (path: string, value: Record<string, unknown>) => {
        const [headers, body] = encode(value)
        const answer = await send(`${server.url}${path}`, 'POST', { authorization, ...headers }, body)
        expect(answer.status).toBe(200)
        return answer.json
      }
      const task = await client.start('crop')
      const { server_filename } = await post('/v1/upload', { task, cloud_file: `${origin.url}/a.jpg` })
      const processed = await post('/v1/process', {
        task,
        tool: 'crop',
        files: [{ server_filename }],
        width: 10,
        height: 20,
      })
      expect(processed).toMatchObject({ status: 'TaskSuccess', tool: 'cropimage' })
      expect(Object.keys((await post('/v1/task/next', { task, tool: 'resize' })).files)).toHaveLength(1)
      const list = await post('/v1/task', { secret_key: secretKey, tool: 'crop', status: '', page: 1 })
      expect(list.map((item: { task: string }) => item.task)).toContain(task)
    })
  })
}
