/** Idempotency-Key on what creates something, in every API: once, whoever asks how often. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { libraryClient } from '../support/library-client.ts'
import { quarters } from '../support/pictures.ts'
import { addProject, type Stack, secretKey, type TestServer } from '../support/stack.ts'
import { TasksClient } from '../support/tasks-client.ts'
import { dotnetField, dotnetFile, multipart, rawBytes, send } from '../support/wire.ts'

export function idempotencySuite(stack: Stack): void {
  let server: TestServer
  let file: Buffer
  let other: Buffer

  beforeAll(async () => {
    server = await stack.start({ MAX_UPLOAD_BYTES: '300000' })
    ;[file, other] = await Promise.all([quarters(8, 8), quarters(9, 9)])
  })
  afterAll(() => server.stop())

  const upload = (key: string, fields: Record<string, string | Buffer> = {}, privateKey = secretKey) => {
    const form = new FormData()
    for (const [name, value] of Object.entries({ fileName: 'a.png', file, ...fields })) {
      form.set(name, typeof value === 'string' ? value : new Blob([new Uint8Array(value)]))
    }
    const headers = { 'idempotency-key': key }
    return libraryClient(server, privateKey).call('POST', '/api/v1/files/upload', { body: form, headers })
  }

  describe('an upload into the library', () => {
    it('sent again makes no second file and gets the same answer', async ({ expect }) => {
      const key = randomUUID()
      const first = await upload(key)
      expect(first.status).toBe(200)
      expect(first.headers.has('idempotency-replayed')).toBe(false)
      const again = await upload(key)
      expect(again.status).toBe(200)
      expect(again.json).toEqual(first.json)
      expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'))
      expect(again.headers.get('idempotency-replayed')).toBe('true')
      expect(again.headers.get('x-ik-requestid')).not.toBe(first.headers.get('x-ik-requestid'))
      expect((await upload(randomUUID())).json.fileId).not.toBe(first.json.fileId)
    })

    it('from 10 senders at once makes one file', async ({ expect }) => {
      const key = randomUUID()
      const answers = await Promise.all(Array.from({ length: 10 }, () => upload(key)))
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
      expect(new Set(answers.map(({ json }) => json.fileId)).size).toBe(1)
    })

    it('"same key with another body 422": field, file or place of use', async ({ expect }) => {
      const key = randomUUID()
      const { status } = await upload(key)
      expect(status).toBe(200)
      for (const fields of [{ fileName: 'b.png' }, { tags: 'a' }, { file: other }]) {
        const refused = await upload(key, fields)
        expect(refused.status).toBe(422)
        expect(refused.json.message).toContain('Idempotency-Key')
      }
      const client = await TasksClient.of(server)
      const start = await client.call('GET', '/v1/start/resizeimage', { headers: { 'idempotency-key': key } })
      expect(start.status).toBe(422)
      expect(start.json.error.param['Idempotency-Key']).toHaveLength(1)
    })

    it('the same fields and bytes in another form are the same request', async ({ expect }) => {
      const key = randomUUID()
      const headers = {
        authorization: `Basic ${Buffer.from(`${secretKey}:`).toString('base64')}`,
        'idempotency-key': key,
      }
      const fields = [dotnetField('fileName', 'a.png'), dotnetField('tags', 'x')]
      const part = dotnetFile('file', 'a.png', file)
      const forms = [multipart([part, ...fields]), multipart([...[...fields].reverse(), part])]
      const answers = []
      for (const form of forms) {
        const url = `${server.url}/api/v1/files/upload`
        answers.push(await send(url, 'POST', { ...headers, ...form.headers }, form.body))
      }
      expect(answers.map(({ status }) => status)).toEqual([200, 200])
      expect(answers[1]?.json).toEqual(answers[0]?.json)
    })

    it('a refusal that the request earned is repeated, with its status and body', async ({ expect }) => {
      const key = randomUUID()
      const first = await upload(key, { fileName: '' })
      expect(first.status).toBe(400)
      const again = await upload(key, { fileName: '' })
      expect(again.headers.get('idempotency-replayed')).toBe('true')
      expect([again.status, again.json]).toEqual([400, first.json])
    })

    it('a refusal that may pass is not kept', async ({ expect }) => {
      const pair = await addProject(server, 'full', { limits: { storageBytes: 0 } })
      const key = randomUUID()
      expect((await upload(key, {}, pair.secretKey)).status).toBe(403)
      await server.composed.store.tx(async (tx) => {
        const before = await tx.projects.lock('full')
        if (before === undefined) return
        const settings = { ...before.settings, limits: { ...before.settings.limits, storageBytes: 100_000 } }
        await tx.projects.update('full', { settings })
      })
      expect((await upload(key, {}, pair.secretKey)).status).toBe(200)
    })

    it('a body that was not read to its end leaves the key free', async ({ expect }) => {
      const key = randomUUID()
      for (const _try of [1, 2]) {
        const tooLarge = await upload(key, { file: Buffer.alloc(2_000_000) })
        expect(tooLarge.status).toBe(400)
        expect(tooLarge.headers.has('idempotency-replayed')).toBe(false)
      }
      const authorization = `Basic ${Buffer.from(`${secretKey}:`).toString('base64')}`
      const head =
        `POST /api/v1/files/upload HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nIdempotency-Key: ${key}\r\n` +
        'Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 90000\r\n\r\n' +
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\nsome bytes of it'
      // The client goes away in the middle of the file.
      await rawBytes(server.authority, head, 300)
      const whole = await upload(key)
      expect(whole.status).toBe(200)
      expect(whole.headers.has('idempotency-replayed')).toBe(false)
    })

    it('keys of two projects have nothing to do with each other', async ({ expect }) => {
      const pair = await addProject(server, 'other-keys')
      const key = randomUUID()
      const [one, two] = [await upload(key), await upload(key, { fileName: 'b.png' }, pair.secretKey)]
      expect([one.status, two.status]).toEqual([200, 200])
      expect(one.json.fileId).not.toBe(two.json.fileId)
    })

    it('a key that is none', async ({ expect }) => {
      for (const key of ['x'.repeat(256), 'ä']) {
        const refused = await upload(key)
        expect(refused.status).toBe(400)
        expect(refused.json.message).toContain('Idempotency-Key')
      }
    })
  })

  describe('the Tasks API', () => {
    it('start, upload and process', async ({ expect }) => {
      const client = await TasksClient.of(server)
      const keyed = (key: string) => ({ headers: { 'idempotency-key': key } })
      const starting = randomUUID()
      const [one, two] = [1, 2].map(() => client.call('GET', '/v1/start/rotateimage', keyed(starting)))
      const task = (await one)?.json.task
      expect((await two)?.json.task).toBe(task)

      const uploading = randomUUID()
      const form = () => {
        const body = new FormData()
        body.set('task', task)
        body.set('file', new Blob([new Uint8Array(file)]), 'a.png')
        return body
      }
      const sent = () => client.call('POST', '/v1/upload', { body: form(), ...keyed(uploading) })
      const [first, again] = [await sent(), await sent()]
      expect(first.status).toBe(200)
      expect(again.json).toEqual(first.json)

      const processing = randomUUID()
      const json = { task, tool: 'rotateimage', files: [{ server_filename: first.json.server_filename, rotate: 90 }] }
      const processed = await client.call('POST', '/v1/process', { json, ...keyed(processing) })
      expect(processed.json.status).toBe('TaskSuccess')
      const repeated = await client.call('POST', '/v1/process', { json, ...keyed(processing) })
      expect([repeated.status, repeated.json]).toEqual([200, processed.json])
      expect((await client.call('POST', '/v1/process', { json })).status).toBe(400)
      const files = [{ ...json.files[0], rotate: 180 }]
      const otherwise = await client.call('POST', '/v1/process', { json: { ...json, files }, ...keyed(processing) })
      expect(otherwise.status).toBe(422)
    })

    it('a process request that fails is not worked on again', async ({ expect }) => {
      const client = await TasksClient.of(server)
      const task = await client.start('rotateimage')
      const name = (await client.upload(task, Buffer.from('no image'), 'a.png')).json.server_filename
      const headers = { 'idempotency-key': randomUUID() }
      const json = { task, tool: 'rotateimage', files: [{ server_filename: name }] }
      const first = await client.call('POST', '/v1/process', { json, headers })
      expect(first.status).toBe(400)
      expect(first.json.error.type).toBe('ProcessingError')
      const again = await client.call('POST', '/v1/process', { json, headers })
      expect([again.status, again.json, again.headers.get('idempotency-replayed')]).toEqual([400, first.json, 'true'])
    })
  })
}
