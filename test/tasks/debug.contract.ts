/** Section 10: `debug=true` on any resource echoes what came, and nothing is processed, stored or charged. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { red, solid } from '../support/pictures.ts'
import { addProject, publicKey, type Stack, secretKey, type TestServer } from '../support/stack.ts'
import { type Answer, signToken, TasksClient } from '../support/tasks-client.ts'
import { dotnetFile, multipart, phpQuery, quotedField, send } from '../support/wire.ts'

export function debugSuite(stack: Stack): void {
  let server: TestServer
  let client: TasksClient
  let picture: Buffer

  beforeAll(async () => {
    picture = await solid(8, 8, red)
    server = await stack.start()
    client = await TasksClient.of(server)
  })
  afterAll(() => server.stop())

  async function blobs(): Promise<number> {
    let count = 0
    for await (const _ of server.composed.blobs.list('')) count += 1
    return count
  }
  const echo = (answer: Answer) => {
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-rate-limit-limit')).not.toBeNull()
    expect(Object.keys(answer.json)).toEqual(['debug', 'method', 'resource', 'params', 'files'])
    expect(answer.json.debug).toBe(true)
    return answer.json
  }

  it('"200 JSON echo", the documented shape', async () => {
    const json = { task: 'g27d4', tool: 'cropimage', files: [{ server_filename: 'ab.jpg' }], debug: true }
    expect(echo(await client.call('POST', '/v1/process', { json }))).toEqual({
      debug: true,
      method: 'POST',
      resource: '/v1/process',
      params: { task: 'g27d4', tool: 'cropimage', files: [{ server_filename: 'ab.jpg' }] },
      files: [],
    })
  })

  describe('"Any resource with debug=true (query, form or JSON; also 1)"', () => {
    it.each([
      ['GET', '/v1/start/nothing', { tool: 'nothing' }],
      ['GET', '/v1/start/resize/mars', { tool: 'resize', region: 'mars' }],
      ['POST', '/v1/upload', {}],
      ['DELETE', '/v1/upload/a/b', { task: 'a', server_filename: 'b' }],
      ['DELETE', '/v1/upload', {}],
      ['POST', '/v1/upload/delete', {}],
      ['POST', '/v1/process', {}],
      ['GET', '/v1/download/a', { task: 'a' }],
      ['GET', '/v1/task/a', { task: 'a' }],
      ['DELETE', '/v1/task/a', { task: 'a' }],
      ['POST', '/v1/task', {}],
      ['GET', '/v1/task', {}],
      ['POST', '/v1/task/next', {}],
      ['GET', '/v1/info', {}],
    ])('%s %s', async (method, path, params) => {
      const expected = { method, resource: path, params: { ...params, x: '1' } }
      for (const value of ['true', '1', 'True']) {
        expect(echo(await client.call(method, `${path}?x=1&debug=${value}`))).toMatchObject(expected)
      }
      for (const debug of [true, 1, 'true', '1']) {
        const body = JSON.stringify({ x: '1', debug })
        const headers = { authorization: `Bearer ${client.token}`, 'content-type': 'application/json' }
        const answer = await send(`${server.url}${path}`, method, headers, body)
        expect([debug, answer.json]).toMatchObject([debug, expected])
      }
      const form = { authorization: `Bearer ${client.token}`, 'content-type': 'application/x-www-form-urlencoded' }
      const answer = await send(`${server.url}${path}`, method, form, phpQuery({ v: 'php.1.1.17', x: 1, debug: true }))
      expect(answer.json).toMatchObject({ ...expected, params: { ...expected.params, v: 'php.1.1.17' } })
    })
    it('also /v1/auth: no token', async () => {
      const json = { public_key: publicKey, debug: true }
      const { status, json: body } = await client.call('POST', '/v1/auth', { json })
      expect(status).toBe(200)
      expect(body).toEqual({
        debug: true,
        method: 'POST',
        resource: '/v1/auth',
        params: { public_key: publicKey },
        files: [],
      })
    })
    it('anything else asks for nothing', async () => {
      for (const value of ['false', '0', '', 'no', '2']) {
        expect((await client.call('GET', `/v1/info?debug=${value}`)).json.remaining_files).toBeGreaterThan(0)
      }
      const { processed } = await client.run('rotateimage', picture, 'a.png', { debug: false })
      expect(processed.json.status).toBe('TaskSuccess')
    })
  })

  describe('"nothing is processed, stored or charged"', () => {
    it('the task waits on, no file is kept, and files are measured: before and after the field', async () => {
      const task = await client.start('rotateimage')
      const { server_filename: name } = (await client.upload(task, picture, 'a.png')).json
      const before = await blobs()
      const fileFirst = multipart([dotnetFile('file', 'first.png', picture), quotedField('debug', '1')])
      const fieldFirst = multipart([
        quotedField('debug', 'true'),
        quotedField('task', task),
        dotnetFile('file', 'late.png', picture),
        dotnetFile('cloud_file', 'second.png', Buffer.alloc(10)),
      ])
      expect(echo(await client.call('POST', '/v1/upload', fileFirst))).toMatchObject({
        params: {},
        files: [{ field: 'file', filename: 'first.png', size: picture.length }],
      })
      const both = [
        { field: 'file', filename: 'late.png', size: picture.length },
        { field: 'cloud_file', filename: 'second.png', size: 10 },
      ]
      expect(echo(await client.call('POST', '/v1/upload', fieldFirst))).toMatchObject({ params: { task }, files: both })
      const byQuery = await client.call('POST', '/v1/process?debug=1', fieldFirst)
      expect(echo(byQuery)).toMatchObject({ resource: '/v1/process', files: both })
      await client.process(task, 'rotateimage', [{ server_filename: name }], { debug: true })
      await client.call('DELETE', `/v1/upload/${task}/${name}?debug=true`)
      await client.call('DELETE', `/v1/task/${task}`, { json: { debug: true } })
      const shown = (await client.call('GET', `/v1/task/${task}`)).json
      expect(shown).toMatchObject({ status: 'TaskWaiting', files: [{ server_filename: name }] })
      expect(await blobs()).toBe(before)
    })
    it('start makes no task', async () => {
      const pair = await addProject(server, 'debugged')
      const other = await TasksClient.of(server, pair)
      await other.call('GET', '/v1/start/rotate?debug=true')
      expect((await other.call('POST', '/v1/task', { json: { secret_key: pair.secretKey } })).json).toEqual([])
    })
  })

  describe('"Auth still applies"', () => {
    it('401 without a token, for a wrong one, and for /auth with an unknown key', async () => {
      expect((await send(`${server.url}/v1/info?debug=true`, 'GET')).status).toBe(401)
      expect((await new TasksClient(server, 'wrong').call('GET', '/v1/info?debug=true')).status).toBe(401)
      expect((await send(`${server.url}/v1/auth?debug=true&public_key=nobody`, 'GET')).status).toBe(401)
    })
  })

  it('"Never echo secret_key, the token or encryption key (mask)", nor passwords', async () => {
    const encryptionKey = 'a key of 16 char'
    const token = await signToken({ file_encryption_key: encryptionKey })
    const json = {
      debug: true,
      secret_key: secretKey,
      secretKey: 'another secret',
      token,
      cloud_token: 'source token',
      file_encryption_key: encryptionKey,
      files: [{ server_filename: 'a.pdf', password: 'open sesame' }],
      cloud_file: 'https://ann:open%20sesame@images.example/a.png',
      custom_string: `see ${token} and ${secretKey}`,
      ignore_password: true,
    }
    const answer = await new TasksClient(server, token).call('POST', '/v1/process?token=source%20token', { json })
    const text = answer.bytes.toString()
    for (const secret of [secretKey, 'another secret', token, 'source token', encryptionKey, 'sesame', 'ann:']) {
      expect(text).not.toContain(secret)
    }
    expect(echo(answer).params).toMatchObject({
      secret_key: '***',
      files: [{ server_filename: 'a.pdf', password: '***' }],
      cloud_file: 'https://***@images.example/a.png',
      custom_string: 'see *** and ***',
      ignore_password: true,
    })
  })
}
