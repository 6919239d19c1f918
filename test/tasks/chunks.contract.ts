/** Section 4.2: chunked uploads. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { photo } from '../support/pictures.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'
import { TasksClient } from '../support/tasks-client.ts'
import { dotnetField, dotnetFile, multipart, send } from '../support/wire.ts'

export function chunkSuite(stack: Stack): void {
  let server: TestServer
  let client: TasksClient
  let picture: Buffer
  let parts: Buffer[]

  beforeAll(async () => {
    server = await stack.start({ MAX_UPLOAD_BYTES: '400000' })
    client = await TasksClient.of(server)
    picture = await photo(400, 300)
    const size = Math.ceil(picture.length / 4)
    parts = [0, 1, 2, 3].map((index) => picture.subarray(index * size, (index + 1) * size))
  })
  afterAll(() => server.stop())

  const chunk = (
    task: string,
    index: number | string,
    filename = 'big.jpg',
    total: number | string = 4,
    bytes = parts[Number(index)],
  ) => client.upload(task, bytes ?? Buffer.alloc(0), filename, { chunk: String(index), chunks: String(total) })
  const filesOf = async (task: string) => (await client.call('GET', `/v1/task/${task}`)).json.files
  const expectWhole = async (task: string, name: string) => {
    expect(await filesOf(task)).toMatchObject([
      { server_filename: name, filename: 'big.jpg', filesize: picture.length },
    ])
    const [file] = await server.composed.store.read.tasks.files(task)
    const stored = await server.composed.blobs.get(file?.blob ?? '')
    expect(Buffer.concat(await stored.toArray()).equals(picture)).toBe(true)
  }

  it('"In order, first is 0": every answer is 200, the last has the server_filename; unseen until then', async () => {
    const task = await client.start('rotateimage')
    for (const index of [0, 1, 2]) {
      const { status, json } = await chunk(task, index)
      expect(status).toBe(200)
      expect(json).toMatchObject({ filename: 'big.jpg', filesize: expect.any(Number) })
      expect(await filesOf(task)).toEqual([])
    }
    const last = await chunk(task, 3)
    expect(last.json).toMatchObject({
      server_filename: expect.stringMatching(/\.jpg$/),
      filesize: picture.length,
      width: 400,
      height: 300,
    })
    await expectWhole(task, last.json.server_filename)
    const processed = await client.process(task, 'rotateimage', [
      { server_filename: last.json.server_filename, rotate: 90 },
    ])
    expect(processed.json.status).toBe('TaskSuccess')
  })
  it('.NET: unquoted fields before the file, no upload id', async () => {
    const task = await client.start('rotateimage')
    let name = ''
    for (const [index, bytes] of parts.entries()) {
      const fields = [dotnetField('task', task), dotnetField('chunk', String(index)), dotnetField('chunks', '4')]
      const { headers, body } = multipart([dotnetFile('file', 'big.jpg', bytes), ...fields])
      const answer = await send(
        `${server.url}/v1/upload`,
        'POST',
        { authorization: `Bearer ${client.token}`, ...headers },
        body,
      )
      expect(answer.status).toBe(200)
      name = answer.json.server_filename
    }
    await expectWhole(task, name)
  })
  it('"the chunks before the last may come in any order", also at once', async () => {
    const task = await client.start('rotateimage')
    await chunk(task, 2)
    await Promise.all([chunk(task, 0), chunk(task, 1)])
    await expectWhole(task, (await chunk(task, 3)).json.server_filename)
  })
  it('"Index chunks - 1 while any earlier one is missing is always 400; the parts are kept"', async () => {
    const task = await client.start('rotateimage')
    await chunk(task, 0)
    await chunk(task, 2)
    const refused = await chunk(task, 3)
    expect(refused.status).toBe(400)
    expect(refused.json.error).toMatchObject({
      type: 'UploadError',
      param: { chunk: [expect.stringMatching(/\b1\b/)] },
    })
    expect(await filesOf(task)).toEqual([])
    await chunk(task, 1)
    await expectWhole(task, (await chunk(task, 3)).json.server_filename)
  })
  it('the last chunk first and alone is 400', async () => {
    const task = await client.start('rotateimage')
    expect((await chunk(task, 3)).status).toBe(400)
    for (const index of [0, 1, 2]) await chunk(task, index)
    await expectWhole(task, (await chunk(task, 3)).json.server_filename)
  })
  it('a chunk sent again replaces itself', async () => {
    const task = await client.start('rotateimage')
    await chunk(task, 0)
    await chunk(task, 1, 'big.jpg', 4, Buffer.from('torn'))
    await chunk(task, 1)
    await chunk(task, 2)
    await expectWhole(task, (await chunk(task, 3)).json.server_filename)
  })
  it('"chunk=0 resets it": a second first part begins anew', async () => {
    const task = await client.start('rotateimage')
    await chunk(task, 0, 'big.jpg', 4, Buffer.from('an older upload'))
    await chunk(task, 1, 'big.jpg', 4, Buffer.from('that was'))
    await chunk(task, 2, 'big.jpg', 4, Buffer.from('broken off'))
    await chunk(task, 0)
    expect((await chunk(task, 3)).status).toBe(400)
    await chunk(task, 1)
    await chunk(task, 2)
    await expectWhole(task, (await chunk(task, 3)).json.server_filename)
  })
  it('another total begins anew, and the same name can be uploaded again after it is whole', async () => {
    const task = await client.start('rotateimage')
    await chunk(task, 0, 'big.jpg', 2, Buffer.from('of two'))
    for (const index of [0, 1, 2]) await chunk(task, index)
    await expectWhole(task, (await chunk(task, 3)).json.server_filename)
    for (const index of [0, 1, 2]) await chunk(task, index)
    expect((await chunk(task, 3)).status).toBe(200)
    expect(await filesOf(task)).toHaveLength(2)
  })
  it('"the assembly key is (task, filename)": two files side by side, and a foreign name is no part', async () => {
    const task = await client.start('rotateimage')
    for (const index of [0, 1, 2]) {
      await chunk(task, index)
      await chunk(task, index, 'other.jpg')
    }
    expect((await chunk(task, 3, 'third.jpg')).status).toBe(400)
    expect((await chunk(task, 3)).status).toBe(200)
    expect((await chunk(task, 3, 'other.jpg')).status).toBe(200)
    const names = (await filesOf(task)).map(({ filename }: { filename: string }) => filename)
    expect(names.toSorted()).toEqual(['big.jpg', 'other.jpg'])
  })
  it('"chunks=1 equals a plain upload"', async () => {
    const task = await client.start('rotateimage')
    const answer = await client.upload(task, picture, 'big.jpg', { chunk: '0', chunks: '1' })
    await expectWhole(task, answer.json.server_filename)
  })
  it.each([
    ['4', '4'],
    ['7', '4'],
    ['1', '1'],
    ['-1', '4'],
    ['1.5', '4'],
    ['one', '4'],
    ['', '4'],
    ['0', '0'],
    ['0', 'x'],
    ['0', '1000000'],
  ])('"chunk >= chunks, or non-integers -> 400": %s of %s', async (index, total) => {
    const task = await client.start('rotateimage')
    const answer = await client.upload(task, picture, 'big.jpg', { chunk: index, chunks: total })
    expect(answer.status).toBe(400)
    expect(answer.json.error.type).toBe('UploadError')
    expect(Object.keys(answer.json.error.param)[0]).toMatch(/^chunks?$/)
    expect(await filesOf(task)).toEqual([])
  })
  it('"the chunks of one file counted together": 413', async () => {
    const task = await client.start('rotateimage')
    const half = Buffer.alloc(250_000)
    expect((await chunk(task, 0, 'huge.bin', 3, half)).status).toBe(200)
    const answer = await chunk(task, 1, 'huge.bin', 3, half)
    expect(answer.status).toBe(413)
    expect(answer.json.error).toMatchObject({ type: 'UploadError', code: '413' })
  })
  it('"Files under assembly are invisible to process and expire with the task"', async () => {
    const task = await client.start('rotateimage')
    const name = (await chunk(task, 0)).json.server_filename
    const processed = await client.process(task, 'rotateimage', [{ server_filename: name }])
    expect(processed.status).toBe(400)
    expect(processed.json.error.param[0].error).toBe('ServerFileNotFound')
    const other = await client.start('rotateimage')
    await chunk(other, 0)
    expect((await client.call('DELETE', `/v1/task/${other}`)).status).toBe(200)
    expect((await chunk(other, 1)).status).toBe(400)
  })
  it('a chunk without bytes, of a foreign task, and of a processed task is refused', async () => {
    const task = await client.start('rotateimage')
    const answer = await client.call('POST', '/v1/upload', { form: { task, chunk: '0', chunks: '4' } })
    expect(answer.json.error).toMatchObject({ type: 'UploadError', param: { file: [expect.any(String)] } })
    const stranger = await TasksClient.of(server, await addProject(server, 'chunk-stranger'))
    expect(
      (await stranger.upload(task, picture, 'a.jpg', { chunk: '0', chunks: '4' })).json.error.param,
    ).toHaveProperty('task')
    const done = await client.run('rotateimage', picture, 'a.jpg')
    expect((await chunk(done.task, 0)).status).toBe(400)
  })
  describe('two last chunks at once', () => {
    it('make one file', async () => {
      const task = await client.start('rotateimage')
      for (const index of [0, 1, 2]) await chunk(task, index)
      const answers = await Promise.all([chunk(task, 3), chunk(task, 3), chunk(task, 3)])
      expect(answers.some(({ status }) => status === 200)).toBe(true)
      expect(await filesOf(task)).toHaveLength(answers.filter(({ status }) => status === 200).length)
      expect(await filesOf(task)).toHaveLength(1)
    })
  })
}
