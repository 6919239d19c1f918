/** Sections 4.1 and 4.3: uploads in every form that clients send, and their deletion. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { photo, quarters, solid, white } from '../support/pictures.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'
import { type Answer, signToken, TasksClient } from '../support/tasks-client.ts'
import {
  dotnetField,
  dotnetFile,
  multipart,
  type Part,
  quotedField,
  rawBytes,
  send,
  type WireAnswer,
} from '../support/wire.ts'

export function uploadSuite(stack: Stack): void {
  let server: TestServer
  let client: TasksClient
  let authorization: string
  let picture: Buffer

  beforeAll(async () => {
    server = await stack.start({ MAX_UPLOAD_BYTES: '3000000' })
    client = await TasksClient.of(server)
    authorization = `Bearer ${await signToken()}`
    picture = await quarters(80, 60, 'jpeg')
  })
  afterAll(() => server.stop())

  const post = (parts: Part[]) => {
    const { headers, body } = multipart(parts)
    return send(`${server.url}/v1/upload`, 'POST', { authorization, ...headers }, body)
  }
  const filePart = (disposition: string, body: string | Buffer = picture, more: string[] = []): Part => ({
    headers: [`Content-Disposition: form-data; ${disposition}`, ...more],
    body,
  })
  const refused = (answer: Answer | WireAnswer, param: string, status = 400) => {
    expect(answer.status).toBe(status)
    expect(answer.json.error).toMatchObject({
      type: 'UploadError',
      code: String(status),
      param: { [param]: [expect.any(String)] },
    })
    return answer.json.error.message as string
  }
  const filesOf = async (task: string) => (await client.call('GET', `/v1/task/${task}`)).json.files

  describe('4.1 "200: server_filename … filename, filesize, width, height"', () => {
    it('answers the detected type as extension, in lower-case hex', async () => {
      const task = await client.start('resizeimage')
      const { status, json } = await client.upload(task, picture, 'Strand.JPEG')
      expect(status).toBe(200)
      expect(json).toEqual({
        server_filename: expect.stringMatching(/^[0-9a-f]{32}\.jpg$/),
        filename: 'Strand.JPEG',
        filesize: picture.length,
        width: 80,
        height: 60,
      })
    })
    it('"detect type by content": a wrong extension and Content-Type do not matter', async () => {
      const task = await client.start('resizeimage')
      const png = await solid(10, 20, white)
      const answer = await post([
        quotedField('task', task),
        filePart('name="file"; filename="a.jpg"', png, ['Content-Type: text/html']),
      ])
      expect(answer.json).toMatchObject({ server_filename: expect.stringMatching(/\.png$/), width: 10, height: 20 })
    })
    it.each([
      ['jpeg', 'jpg'],
      ['png', 'png'],
      ['webp', 'webp'],
      ['gif', 'gif'],
      ['tiff', 'tiff'],
      ['avif', 'avif'],
    ] as const)('reads %s', async (format, extension) => {
      const task = await client.start('resizeimage')
      const answer = await client.upload(task, await quarters(40, 30, format), `x.${extension}`)
      expect(answer.json).toMatchObject({
        server_filename: expect.stringMatching(`\\.${extension}$`),
        width: 40,
        height: 30,
      })
    })
    it('reads SVG, and gives the upright sides of a turned JPEG', async () => {
      const task = await client.start('resizeimage')
      const svg =
        '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"><rect width="30" height="20" fill="red"/></svg>'
      expect((await client.upload(task, Buffer.from(svg), 'x.svg')).json).toMatchObject({
        server_filename: expect.stringMatching(/\.svg$/),
        width: 30,
        height: 20,
      })
      expect((await client.upload(task, await quarters(40, 30, 'jpeg', 6), 'x.jpg')).json).toMatchObject({
        width: 30,
        height: 40,
      })
    })
    it('"Files that are not decodable images are accepted at upload", empty ones too', async () => {
      const task = await client.start('resizeimage')
      for (const [bytes, name] of [
        [Buffer.from('no picture at all'), 'note.txt'],
        [Buffer.alloc(0), 'empty.jpg'],
        [Buffer.from('x'), 'a.b-c!'],
        [Buffer.from('x'), 'noextension'],
      ] as const) {
        const { status, json } = await client.upload(task, bytes, name)
        expect(status).toBe(200)
        expect(json.server_filename).toMatch(/^[0-9a-f]{32}\.[a-z0-9]+$/)
        expect(json.filesize).toBe(bytes.length)
        expect(Object.keys(json).filter((key) => key.startsWith('pdf_'))).toEqual([])
      }
      expect(await filesOf(task)).toHaveLength(4)
    })
  })

  describe('4.1 "task may come after the file part", unquoted names, filename*=utf-8', () => {
    it('PHP: file first, then the task', async () => {
      const task = await client.start('resizeimage')
      const answer = await post([
        filePart('name="file"; filename="foto.jpg"', picture, ['Content-Type: application/octet-stream']),
        quotedField('task', task),
        quotedField('v', 'php.1.1.17'),
      ])
      expect(answer.json).toMatchObject({ filename: 'foto.jpg', filesize: picture.length })
    })
    it('.NET: unquoted names, both filename forms, no Content-Type on the file', async () => {
      const task = await client.start('resizeimage')
      const answer = await post([dotnetFile('file', 'bild.jpg', picture), dotnetField('task', task)])
      expect(answer.json).toMatchObject({ filename: 'bild.jpg', width: 80 })
    })
    it('.NET: a name that needs utf-8', async () => {
      const task = await client.start('resizeimage')
      const star = `filename="=?utf-8?B?0YTQvtGC0L4=?="; filename*=utf-8''${encodeURIComponent('фото 1.jpg')}`
      const answer = await post([filePart(`name=file; ${star}`), dotnetField('task', task)])
      expect(answer.json.filename).toBe('фото 1.jpg')
    })
    it('names with trailing blanks', async () => {
      const task = await client.start('resizeimage')
      const answer = await post([filePart('name="file"; filename="a.jpg"'), quotedField('task ', task)])
      expect(answer.status).toBe(200)
    })
    it('browsers: the name as raw UTF-8 bytes', async () => {
      const task = await client.start('resizeimage')
      expect((await client.upload(task, picture, '海 "滩".jpg')).json.filename).toMatch(/^海 .*滩.*\.jpg$/)
    })
    it('"the official PHP PDF lib sends cloud_file as a file part": an upload', async () => {
      const task = await client.start('resizeimage')
      const answer = await post([quotedField('task', task), filePart('name="cloud_file"; filename="remote.jpg"')])
      expect(answer.json).toMatchObject({ filename: 'remote.jpg', width: 80 })
    })
    it('the name from the fields name and filename, and none at all', async () => {
      const task = await client.start('resizeimage')
      expect((await client.upload(task, picture, 'blob', { name: 'plup.jpg' })).json.filename).toBe('plup.jpg')
      expect((await client.upload(task, picture, 'blob', { filename: 'given.jpg' })).json.filename).toBe('given.jpg')
      for (const disposition of ['name="file"; filename=""', 'name="file"', 'name=file']) {
        const unnamed = filePart(disposition, picture, ['Content-Type: application/octet-stream'])
        const answer = await post([quotedField('task', task), unnamed])
        expect(answer.status).toBe(200)
        expect(answer.json.filename).not.toBe('')
      }
    })
    it('chunked transfer encoding and small pieces', async () => {
      const task = await client.start('resizeimage')
      const { headers, body } = multipart([quotedField('task', task), filePart('name="file"; filename="slow.jpg"')])
      const pieces = [body.subarray(0, 7), body.subarray(7, 200), body.subarray(200, 201), body.subarray(201)]
      const framed = pieces.flatMap((piece) => [
        Buffer.from(`${piece.length.toString(16)}\r\n`),
        piece,
        Buffer.from('\r\n'),
      ])
      const head = `POST /v1/upload HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Type: ${headers['content-type']}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n`
      const answer = await rawBytes(
        server.authority,
        Buffer.concat([Buffer.from(head), ...framed, Buffer.from('0\r\n\r\n')]),
      )
      expect(answer).toMatch(/^HTTP\/1\.1 200 /)
      expect((await filesOf(task))[0].filename).toBe('slow.jpg')
    })
    it('Expect: 100-continue', async () => {
      const task = await client.start('resizeimage')
      const { headers, body } = multipart([quotedField('task', task), filePart('name="file"; filename="x.jpg"')])
      const head = `POST /v1/upload HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Type: ${headers['content-type']}\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n`
      const answer = await rawBytes(server.authority, Buffer.concat([Buffer.from(head), body]))
      expect(answer).toMatch(/^HTTP\/1\.1 100 Continue/)
      expect(answer).toMatch(/HTTP\/1\.1 200 OK/)
    })
  })

  describe('4.1 "several parts named file or file[]"', () => {
    it('answers the first with a files array of all, in order', async () => {
      const task = await client.start('resizeimage')
      const png = await solid(5, 5, white)
      const answer = await post([
        quotedField('task', task),
        filePart('name="file[]"; filename="one.jpg"'),
        filePart('name="file[]"; filename="two.png"', png),
        filePart('name="file"; filename="three.jpg"'),
      ])
      expect(answer.json.filename).toBe('one.jpg')
      expect(answer.json.files.map(({ filename }: { filename: string }) => filename)).toEqual([
        'one.jpg',
        'two.png',
        'three.jpg',
      ])
      expect(await filesOf(task)).toHaveLength(3)
    })
    it('overlooks a file field that was left blank', async () => {
      const task = await client.start('resizeimage')
      const answer = await post([
        quotedField('task', task),
        filePart('name="file"; filename=""', ''),
        filePart('name="file"; filename="x.jpg"'),
      ])
      expect(answer.json.filename).toBe('x.jpg')
      expect(await filesOf(task)).toHaveLength(1)
    })
  })

  describe('4.1 "Errors, 400 UploadError"', () => {
    it('missing task, in every encoding; the bytes are not kept', async () => {
      const before = await blobCount()
      refused(await post([filePart('name="file"; filename="a.jpg"')]), 'task')
      refused(await client.call('POST', '/v1/upload', { json: { cloud_file: 'https://example.com/a.jpg' } }), 'task')
      refused(await client.call('POST', '/v1/upload', { form: { task: '' } }), 'task')
      refused(await client.call('POST', '/v1/upload'), 'task')
      expect(await blobCount()).toBe(before)
    })
    it('unknown, foreign, deleted and processed tasks; the bytes are not kept', async () => {
      const before = await blobCount()
      refused(await client.upload('nosuchtask', picture, 'a.jpg'), 'task')
      const stranger = await TasksClient.of(server, await addProject(server, 'upload-stranger'))
      refused(await client.upload(await stranger.start('resizeimage'), picture, 'a.jpg'), 'task')
      const gone = await client.start('resizeimage')
      await client.call('DELETE', `/v1/task/${gone}`)
      refused(await client.upload(gone, picture, 'a.jpg'), 'task')
      expect(await blobCount()).toBe(before)
      const { task } = await client.run('rotateimage', picture, 'a.jpg')
      const after = await blobCount()
      expect(refused(await client.upload(task, picture, 'late.jpg'), 'task')).toMatch(/already processed/)
      expect(await blobCount()).toBe(after)
    })
    it('neither file nor cloud_file', async () => {
      const task = await client.start('resizeimage')
      refused(await client.call('POST', '/v1/upload', { json: { task } }), 'file')
      refused(await client.call('POST', '/v1/upload', { form: { task, cloud_file: '' } }), 'file')
      refused(await post([quotedField('task', task)]), 'file')
      refused(await post([quotedField('task', task), quotedField('file', 'a text, no file')]), 'file')
    })
    it('"Too large -> 413", while it still comes; nothing is kept', async () => {
      const task = await client.start('resizeimage')
      const before = await blobCount()
      const answer = await client.upload(task, Buffer.alloc(3_500_000), 'large.bin')
      expect(answer.status).toBe(413)
      expect(answer.json.error).toMatchObject({
        type: 'UploadError',
        code: '413',
        message: expect.stringMatching(/3000000/),
      })
      expect(await blobCount()).toBe(before)
      expect((await client.upload(task, Buffer.alloc(3_000_000), 'exact.bin')).status).toBe(200)
    })
    it('a client that goes away leaves nothing', async () => {
      const task = await client.start('resizeimage')
      const before = await blobCount()
      const { headers, body } = multipart([
        quotedField('task', task),
        filePart('name="file"; filename="a.jpg"', await photo(600, 600)),
      ])
      const head = `POST /v1/upload HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Type: ${headers['content-type']}\r\nContent-Length: ${body.length}\r\n\r\n`
      await rawBytes(server.authority, Buffer.concat([Buffer.from(head), body.subarray(0, body.length - 1000)]), 300)
      await expect.poll(blobCount).toBe(before)
      expect(await filesOf(task)).toEqual([])
    })
  })

  describe('4.3 "Delete an uploaded file: three real variants, accept all"', () => {
    async function uploaded() {
      const task = await client.start('resizeimage')
      const name: string = (await client.upload(task, picture, 'a.jpg')).json.server_filename
      await client.upload(task, picture, 'b.jpg')
      return { task, name }
    }
    const form = { 'content-type': 'application/x-www-form-urlencoded' }

    it('DELETE /v1/upload/{task}/{server_filename}, bare and with a form body that repeats both', async () => {
      const one = await uploaded()
      const bare = await client.call('DELETE', `/v1/upload/${one.task}/${one.name}`)
      expect([bare.status, bare.json]).toEqual([200, { success: true }])
      const two = await uploaded()
      const body = `task=${two.task}&server_filename=${two.name}&v=php.1.1.17`
      const php = await send(
        `${server.url}/v1/upload/${two.task}/${two.name}`,
        'DELETE',
        { authorization, ...form },
        body,
      )
      expect([php.status, php.json]).toEqual([200, { success: true }])
      for (const { task } of [one, two]) expect(await filesOf(task)).toMatchObject([{ filename: 'b.jpg' }])
    })
    it('DELETE with an empty or an odd body', async () => {
      for (const [headers, body] of [
        [{ 'content-type': 'application/json' }, ''],
        [{ 'content-type': 'text/plain' }, 'odd'],
        [{ 'content-type': 'application/json' }, '{broken'],
      ] as const) {
        const { task, name } = await uploaded()
        const answer = await send(
          `${server.url}/v1/upload/${task}/${name}`,
          'DELETE',
          { authorization, ...headers },
          body,
        )
        expect(answer.json).toEqual({ success: true })
      }
    })
    it('DELETE /v1/upload with JSON', async () => {
      const { task, name } = await uploaded()
      const answer = await client.call('DELETE', '/v1/upload', { json: { task, server_filename: name } })
      expect([answer.status, answer.json]).toEqual([200, { success: true }])
      expect(await filesOf(task)).toHaveLength(1)
    })
    it('POST /v1/upload/delete as multipart and form', async () => {
      const one = await uploaded()
      const { headers, body } = multipart([dotnetField('task', one.task), dotnetField('server_filename', one.name)])
      const dotnet = await send(`${server.url}/v1/upload/delete`, 'POST', { authorization, ...headers }, body)
      expect([dotnet.status, dotnet.json]).toEqual([200, { success: true }])
      const two = await uploaded()
      const answer = await client.call('POST', '/v1/upload/delete', {
        form: { task: two.task, server_filename: two.name },
      })
      expect(answer.json).toEqual({ success: true })
    })
    it('"Unknown file or task -> 400 UploadError with param server_filename"', async () => {
      const { task, name } = await uploaded()
      const other = await uploaded()
      const stranger = await TasksClient.of(server, await addProject(server, 'delete-stranger'))
      for (const answer of [
        await client.call('DELETE', `/v1/upload/${task}/unknown.jpg`),
        await client.call('DELETE', `/v1/upload/unknown/${name}`),
        await client.call('DELETE', `/v1/upload/${task}/${other.name}`),
        await client.call('DELETE', '/v1/upload', { json: { task, server_filename: 'unknown.jpg' } }),
        await client.call('POST', '/v1/upload/delete', { form: { task: 'unknown', server_filename: name } }),
        await stranger.call('DELETE', `/v1/upload/${task}/${name}`),
      ]) {
        refused(answer, 'server_filename')
      }
      refused(await client.call('DELETE', '/v1/upload', { json: { server_filename: name } }), 'task')
      refused(await client.call('DELETE', '/v1/upload', { json: { task } }), 'server_filename')
      await client.call('DELETE', `/v1/upload/${task}/${name}`)
      refused(await client.call('DELETE', `/v1/upload/${task}/${name}`), 'server_filename')
      expect(await filesOf(task)).toHaveLength(1)
      expect(await filesOf(other.task)).toHaveLength(2)
    })
    it('a processed task keeps its files', async () => {
      const { task, name } = await client.run('rotateimage', picture, 'a.jpg')
      refused(await client.call('DELETE', `/v1/upload/${task}/${name}`), 'task')
    })
  })

  /** Bytes are kept under the hash they came with. */
  it('stores what was sent, byte for byte', async () => {
    const bytes = await photo(300, 200)
    const task = await client.start('compressimage')
    await client.upload(task, bytes, 'a.jpg')
    const files = await server.composed.store.read.tasks.files(task)
    const facts = await server.composed.store.read.blobs.find(files[0]?.blob ?? '')
    expect(facts).toMatchObject({ size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })
  })

  async function blobCount(): Promise<number> {
    let count = 0
    for await (const _ of server.composed.blobs.list('default/')) count += 1
    return count
  }
}
