/** Sections 8.1 to 8.4, 8.6 and 8.7: status, list, delete, connect, callbacks, expiry; and that projects see nothing of each other. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Origin, startOrigin } from '../support/origin.ts'
import { blue, expectQuarters, green, look, photo, quarters, red, solid, yellow } from '../support/pictures.ts'
import { addProject, type Stack, secretKey, type TestServer } from '../support/stack.ts'
import { type Answer, TasksClient } from '../support/tasks-client.ts'
import { dotnetField, multipart, send } from '../support/wire.ts'
import { readZip } from '../support/zip.ts'

/** "JS core requires … (not undefined)": the superset of 8.1 with its types. */
const resource = (task: string, tool: string) => ({
  tool,
  process_start: expect.stringMatching(/^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)?$/),
  status: expect.stringMatching(/^Task[A-Z]/),
  status_message: expect.any(String),
  custom_int: null,
  custom_string: null,
  timer: expect.stringMatching(/^\d+(\.\d+)?$/),
  filesize: expect.any(Number),
  output_filesize: expect.any(Number),
  output_filenumber: expect.any(Number),
  output_extensions: expect.any(Array),
  server: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
  task,
  task_id: task,
  file_number: expect.stringMatching(/^\d+$/),
  download_filename: expect.any(String),
})

export function taskSuite(stack: Stack): void {
  let server: TestServer
  let client: TasksClient
  let origin: Origin
  let picture: Buffer

  beforeAll(async () => {
    origin = await startOrigin((_request, response) => {
      response.end('ok')
    })
    server = await stack.start({ FETCH_ALLOW: '127.0.0.1' })
    client = await TasksClient.of(server)
    picture = await quarters(80, 60)
  })
  afterAll(async () => {
    await server.stop()
    await origin.stop()
  })

  const show = async (task: string) => (await client.call('GET', `/v1/task/${task}`)).json
  const until = (task: string, status: string) =>
    expect.poll(async () => (await show(task)).status, { timeout: 30_000 }).toBe(status)
  const notFound = (answer: Answer) => {
    expect(answer.status).toBe(404)
    expect(answer.json).toMatchObject({
      status: 'TaskNotFound',
      error: { type: 'TaskNotFound', code: '404', param: { task: [expect.any(String)] } },
    })
  }

  describe('8.1 "GET /v1/task/{task}"', () => {
    it('before processing: "" and zeros, not null; uploads as FileWaiting', async () => {
      const task = await client.start('resizeimage')
      expect(await show(task)).toEqual({
        ...resource(task, 'resizeimage'),
        status: 'TaskWaiting',
        process_start: '',
        timer: '0.000',
        filesize: 0,
        output_filesize: 0,
        output_filenumber: 0,
        output_extensions: [],
        file_number: '0',
        download_filename: '',
        files: [],
      })
      const name = (await client.upload(task, picture, 'beach.png')).json.server_filename
      expect((await show(task)).files).toEqual([
        {
          server_filename: name,
          status: 'FileWaiting',
          status_message: 'Waiting',
          filename: 'beach.png',
          timer: 0,
          filesize: picture.length,
          output_filesize: 0,
        },
      ])
    })
    it('after processing', async () => {
      const { task, name } = await client.run('resizeimage', picture, 'beach.png', {
        pixels_width: 40,
        custom_int: 7,
        custom_string: 'x',
      })
      const { bytes } = await client.download(task)
      const json = await show(task)
      expect(json).toEqual({
        ...resource(task, 'resizeimage'),
        status: 'TaskSuccess',
        status_message: 'Success',
        custom_int: 7,
        custom_string: 'x',
        filesize: picture.length,
        output_filesize: bytes.length,
        output_filenumber: 1,
        output_extensions: ['png'],
        file_number: '1',
        download_filename: 'beach.png',
        files: [
          {
            server_filename: name,
            status: 'FileSuccess',
            status_message: 'Success',
            filename: 'beach.png',
            timer: expect.any(Number),
            filesize: picture.length,
            output_filesize: bytes.length,
          },
        ],
      })
      const started = Date.parse(`${json.process_start.replace(' ', 'T')}Z`)
      expect(Math.abs(Date.now() - started)).toBeLessThan(60_000)
    })
    it('unknown, next and deleted tasks are TaskNotFound', async () => {
      for (const id of ['unknown', 'next', 'delete']) notFound(await client.call('GET', `/v1/task/${id}`))
    })
    it('HEAD', async () => {
      expect((await client.call('HEAD', `/v1/task/${await client.start('crop')}`)).status).toBe(200)
    })
  })

  describe('8.2 "List: POST /v1/task and GET /v1/task"', () => {
    let lister: TasksClient
    let secret: string
    let ids: string[]

    beforeAll(async () => {
      const pair = await addProject(server, 'lister')
      secret = pair.secretKey
      lister = await TasksClient.of(server, pair)
      ids = []
      // Newest first; two pages of 50 and one more.
      for (let index = 0; index < 101; index += 1)
        ids.unshift(await lister.start(index % 2 === 0 ? 'crop' : 'rotateimage'))
      const run = (tool: string, params: object, bytes = picture) =>
        lister.run(tool, bytes, 'a.png', params as Record<string, unknown>)
      ids.unshift((await run('rotateimage', { custom_int: 5, custom_string: 'summer' })).task)
      ids.unshift((await run('rotateimage', { custom_int: 0, custom_string: 'winter' })).task)
      ids.unshift((await run('rotateimage', { custom_int: -3 }, Buffer.from('broken'))).task)
    })
    const list = async (params: Record<string, unknown> = {}) => {
      const answer = await lister.call('POST', '/v1/task', { json: { secret_key: secret, ...params } })
      expect(answer.status).toBe(200)
      expect(Array.isArray(answer.json)).toBe(true)
      return answer.json.map(({ task }: { task: string }) => task) as string[]
    }

    it('a bare array of 8.1 objects without files', async () => {
      const { json } = await lister.call('POST', '/v1/task', { json: { secret_key: secret } })
      expect(json).toHaveLength(50)
      expect(json[4]).toEqual(resource(ids[4] ?? '', 'rotateimage'))
      expect(json[1]).toMatchObject({
        status: 'TaskSuccess',
        download_filename: 'a.png',
        custom_int: 0,
        custom_string: 'winter',
      })
    })
    it('pages of 50, newest first, none twice', async () => {
      const pages = [
        await list(),
        await list({ page: 2 }),
        await list({ page: '3' }),
        await list({ page: 4 }),
        await list({ page: 1000 }),
      ]
      expect(pages.map((page) => page.length)).toEqual([50, 50, 4, 0, 0])
      expect(pages.flat()).toEqual(ids)
    })
    it.each<[Record<string, unknown>, number[]]>([
      [{ status: 'TaskSuccess' }, [1, 2]],
      [{ status: 'tasksuccess ' }, [1, 2]],
      [{ status: 'TaskError' }, [0]],
      [{ status: 'TaskProcessing' }, []],
      [{ status: 'TaskSuccessWithWarnings' }, []],
      [{ status: 'TaskDeleted' }, []],
      [{ status: 'TaskNotFound' }, []],
      [{ custom_int: 5 }, [2]],
      [{ custom_int: '0' }, [1]],
      [{ custom_int: -3 }, [0]],
      [{ custom_string: 'summer' }, [2]],
      [{ custom_string: 'Summer' }, []],
      [{ custom_string: '%' }, []],
      [{ custom_string: 'summer', custom_int: 0 }, []],
      [{ tool: 'rotateimage', status: 'TaskSuccess', custom_int: 5, custom_string: 'summer', page: 1 }, [2]],
      [{ tool: 'nothing' }, []],
      [{ tool: 'upscaleimage' }, []],
    ])('filter %j', async (params, expected) => {
      expect(await list(params)).toEqual(expected.map((index) => ids[index]))
    })
    it('filter by tool, short names too; TaskWaiting', async () => {
      expect(await list({ tool: 'crop', page: 2 })).toHaveLength(1)
      expect(await list({ tool: 'CropImage' })).toHaveLength(50)
      expect(await list({ status: 'TaskWaiting', page: 3 })).toHaveLength(1)
    })
    it('"PHP sends status= empty": form, multipart and GET, empty filters mean any', async () => {
      const fields = {
        secret_key: secret,
        page: '3',
        tool: '',
        status: '',
        custom_int: '',
        custom_string: '',
        v: 'php.1.1.17',
      }
      expect((await lister.call('POST', '/v1/task', { form: fields })).json).toHaveLength(4)
      const { headers, body } = multipart(Object.entries(fields).map(([name, value]) => dotnetField(name, value)))
      const authorization = `Bearer ${lister.token}`
      expect((await send(`${server.url}/v1/task`, 'POST', { authorization, ...headers }, body)).json).toHaveLength(4)
      expect((await lister.call('GET', `/v1/task?${new URLSearchParams(fields)}`)).json).toHaveLength(4)
      expect(
        (await lister.call('POST', '/v1/task', { json: { secret_key: secret, page: null, tool: null, status: null } }))
          .json,
      ).toHaveLength(50)
    })
    it('"secret_key: missing 400; must match the project in the token, else 401"', async () => {
      for (const json of [{}, { secret_key: '' }, { secret_key: null }]) {
        const answer = await lister.call('POST', '/v1/task', { json })
        expect(answer.status).toBe(400)
        expect(answer.json.error).toMatchObject({ type: 'HTTP Error', param: { secret_key: [expect.any(String)] } })
      }
      for (const wrong of ['wrong', secretKey, `${secret} `]) {
        const answer = await lister.call('GET', `/v1/task?secret_key=${encodeURIComponent(wrong)}`)
        expect(answer.status).toBe(401)
        expect(answer.json.name).toBe('Unauthorized')
      }
    })
    it.each([{ page: 0 }, { page: -1 }, { page: 'x' }, { status: 'Done' }, { custom_int: 'x' }])(
      'refuses %j',
      async (params) => {
        const answer = await lister.call('POST', '/v1/task', { json: { secret_key: secret, ...params } })
        expect(answer.status).toBe(400)
        expect(Object.keys(answer.json.error.param)).toEqual(Object.keys(params))
      },
    )
    it('"No results -> []"', async () => {
      const pair = await addProject(server, 'empty')
      const answer = await (await TasksClient.of(server, pair)).call('POST', '/v1/task', {
        json: { secret_key: pair.secretKey },
      })
      expect([answer.status, answer.json]).toEqual([200, []])
    })
  })

  describe('8.3 "DELETE /v1/task/{task}"', () => {
    it('a waiting task: the whole object, TaskDeleted, upload_status UploadDeleted', async () => {
      const task = await client.start('resizeimage')
      const name = (await client.upload(task, picture, 'a.png')).json.server_filename
      const { status, json } = await client.call('DELETE', `/v1/task/${task}`)
      expect(status).toBe(200)
      expect(json).toEqual({
        ...resource(task, 'resizeimage'),
        status: 'TaskDeleted',
        upload_status: 'UploadDeleted',
        files: [expect.objectContaining({ server_filename: name })],
      })
    })
    it('a processed task keeps its facts in the answer; afterwards it is gone everywhere', async () => {
      const { task, name } = await client.run('rotateimage', picture, 'a.png')
      const { json } = await client.call('DELETE', `/v1/task/${task}`)
      expect(json).toMatchObject({
        status: 'TaskDeleted',
        output_filenumber: 1,
        download_filename: 'a.png',
        file_number: '1',
      })
      expect(json).not.toHaveProperty('upload_status')
      notFound(await client.call('GET', `/v1/task/${task}`))
      notFound(await client.call('DELETE', `/v1/task/${task}`))
      notFound(await client.call('POST', '/v1/task/next', { json: { task, tool: 'crop' } }))
      expect((await client.download(task)).json.error.type).toBe('DownloadError')
      expect((await client.upload(task, picture, 'b.png')).json.error.type).toBe('UploadError')
      expect((await client.process(task, 'rotateimage', [{ server_filename: name }])).json.error.type).toBe(
        'ProcessingError',
      )
      const listed = await client.call('POST', '/v1/task', { json: { secret_key: secretKey } })
      expect(listed.json.some((other: { task: string }) => other.task === task)).toBe(false)
    })
    it('frees the bytes of inputs, outputs and chunks', async () => {
      const { store } = server.composed
      const { task } = await client.run('rotateimage', picture, 'a.png', {}, { rotate: 90 })
      const blobs = [...(await store.read.tasks.files(task)), ...(await store.read.tasks.outputs(task))].map(
        ({ blob }) => blob,
      )
      expect(blobs).toHaveLength(2)
      await client.call('DELETE', `/v1/task/${task}`)
      for (const blob of blobs) expect((await store.read.blobs.find(blob))?.refs ?? 0).toBe(0)
    })
    it('"Deleting a running task: cancel, then same answer", in both modes', async () => {
      const slow = await photo(1800, 1400)
      for (const webhook of [undefined, '']) {
        const task = await client.start('convertimage')
        const name = (await client.upload(task, slow, 'slow.jpg')).json.server_filename
        const params = { to: 'avif', ...(webhook === undefined ? {} : { webhook }) }
        const running = client.process(task, 'convertimage', [{ server_filename: name }], params)
        await expect.poll(async () => (await show(task)).status, { interval: 10 }).toBe('TaskProcessing')
        const { status, json } = await client.call('DELETE', `/v1/task/${task}`)
        expect(status).toBe(200)
        expect(json).toMatchObject({ status: 'TaskDeleted', task })
        notFound(await client.call('GET', `/v1/task/${task}`))
        const answer = await running
        if (webhook === undefined) {
          expect(answer.status).toBe(400)
          expect(answer.json.error).toMatchObject({ type: 'ProcessingError', code: '400' })
        }
        // It stays gone: the job writes nothing behind it.
        await expect.poll(() => server.composed.runner.running()).toBe(0)
        notFound(await client.call('GET', `/v1/task/${task}`))
        expect(await server.composed.store.read.tasks.outputs(task)).toEqual([])
      }
      expect((await client.run('rotateimage', picture, 'a.png')).processed.status).toBe(200)
    })
    it('many deletes at once: one answer, the others TaskNotFound', async () => {
      const { task } = await client.run('rotateimage', picture, 'a.png')
      const answers = await Promise.all(Array.from({ length: 5 }, () => client.call('DELETE', `/v1/task/${task}`)))
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 404, 404, 404, 404])
    })
  })

  describe('8.4 "POST /v1/task/next (connect)"', () => {
    const next = (task: string, tool: string) => client.call('POST', '/v1/task/next', { json: { task, tool } })
    const filesOf = (json: { files: Record<string, string> }) =>
      Object.keys(json.files).map((server_filename) => ({ server_filename }))

    it("the child starts waiting with the parent's outputs; files is an object", async () => {
      const { task } = await client.run('resizeimage', picture, 'beach.png', { pixels_width: 40 })
      const { status, json } = await next(task, 'rotateimage')
      expect(status).toBe(200)
      expect(json).toEqual({
        server: server.authority,
        task: expect.stringMatching(/^[A-Za-z0-9]{40,}$/),
        files: { [Object.keys(json.files)[0] ?? '']: 'beach.png' },
        remaining_files: expect.any(Number),
        remaining_credits: expect.any(Number),
      })
      expect(Object.keys(json.files)[0]).toMatch(/^[0-9a-f]{32}\.png$/)
      expect(await show(json.task)).toMatchObject({
        status: 'TaskWaiting',
        tool: 'rotateimage',
        files: [{ filename: 'beach.png', status: 'FileWaiting' }],
      })
      const files = filesOf(json).map((file) => ({ ...file, rotate: 90 }))
      expect((await client.process(json.task, 'rotateimage', files)).json.status).toBe('TaskSuccess')
      const result = await look((await client.download(json.task)).bytes)
      expect([result.width, result.height]).toEqual([30, 40])
      expectQuarters(result, [blue, red, yellow, green])
    })
    it('form (PHP), multipart (.NET) and short names', async () => {
      const { task } = await client.run('resizeimage', picture, 'a.png', { pixels_width: 40 })
      const php = await client.call('POST', '/v1/task/next', { form: { task, tool: 'compress', v: 'php.1.1.17' } })
      expect(await show(php.json.task)).toMatchObject({ tool: 'compressimage' })
      const { headers, body } = multipart([dotnetField('task', task), dotnetField('tool', 'Crop')])
      const dotnet = await send(
        `${server.url}/v1/task/next`,
        'POST',
        { authorization: `Bearer ${client.token}`, ...headers },
        body,
      )
      expect(await show(dotnet.json.task)).toMatchObject({ tool: 'cropimage' })
    })
    it('"Chains may be any length; several children per parent"; order and names of several outputs', async () => {
      const task = await client.start('rotateimage')
      const files: { server_filename: string }[] = []
      for (const name of ['z.png', 'a.png', 'a.png', 'm.png'])
        files.push({ server_filename: (await client.upload(task, picture, name)).json.server_filename })
      await client.process(task, 'rotateimage', files)
      let parent = task
      for (let link = 0; link < 4; link += 1) {
        const child = await next(parent, 'rotate')
        expect(Object.values(child.json.files)).toEqual(['z.png', 'a.png', 'a-2.png', 'm.png'])
        const answer = await client.process(
          child.json.task,
          'rotate',
          filesOf(child.json).map((file) => ({ ...file, rotate: 90 })),
        )
        expect(answer.json.status).toBe('TaskSuccess')
        parent = child.json.task
      }
      const entries = readZip((await client.download(parent)).bytes)
      expect(entries.map(({ name }) => name)).toEqual(['z.png', 'a.png', 'a-2.png', 'm.png'])
      // Four quarter turns.
      expectQuarters(await look(entries[0]?.data ?? picture), [red, green, blue, yellow])
      const children = await Promise.all(['crop', 'resize', 'convert'].map((tool) => next(task, tool)))
      expect(new Set(children.map(({ json }) => json.task)).size).toBe(3)
      expect(new Set(children.flatMap(({ json }) => Object.keys(json.files))).size).toBe(12)
    })
    it('"deleting the parent must not break the child", nor a grandchild', async () => {
      const { task } = await client.run('resizeimage', picture, 'a.png', { pixels_width: 40 })
      const child = (await next(task, 'rotate')).json
      await client.call('DELETE', `/v1/task/${task}`)
      expect((await client.process(child.task, 'rotate', filesOf(child))).json.status).toBe('TaskSuccess')
      const grandchild = (await next(child.task, 'rotate')).json
      await client.call('DELETE', `/v1/task/${child.task}`)
      expect((await client.process(grandchild.task, 'rotate', filesOf(grandchild))).json.status).toBe('TaskSuccess')
      expect((await look((await client.download(grandchild.task)).bytes)).width).toBe(40)
    })
    it('"more files may be added or removed"', async () => {
      const { task } = await client.run('resizeimage', picture, 'a.png', { pixels_width: 40 })
      const child = (await next(task, 'rotate')).json
      const added = (await client.upload(child.task, await solid(9, 9, red), 'more.png')).json.server_filename
      const [inherited] = Object.keys(child.files)
      expect((await client.call('DELETE', `/v1/upload/${child.task}/${inherited}`)).json).toEqual({ success: true })
      const answer = await client.process(child.task, 'rotate', [
        { server_filename: added },
        { server_filename: inherited },
      ])
      expect(answer.json).toMatchObject({
        status: 'TaskSuccessWithWarnings',
        warnings: [{ status: 'ServerFileNotFound' }],
      })
      // The parent still has its output.
      expect((await client.download(task)).status).toBe(200)
    })
    it('"Parent not successfully processed -> 400"', async () => {
      const waiting = await client.start('resizeimage')
      const failed = (await client.run('rotateimage', Buffer.from('x'), 'x.png')).task
      for (const parent of [waiting, failed]) {
        const answer = await next(parent, 'rotate')
        expect(answer.status).toBe(400)
        expect(answer.json.error).toMatchObject({ code: '400', param: { task: [expect.any(String)] } })
      }
    })
    it('after warnings the child gets what there is', async () => {
      const task = await client.start('rotateimage')
      const good = (await client.upload(task, picture, 'good.png')).json.server_filename
      const bad = (await client.upload(task, Buffer.from('x'), 'bad.png')).json.server_filename
      await client.process(task, 'rotateimage', [{ server_filename: bad }, { server_filename: good }])
      expect(Object.values((await next(task, 'crop')).json.files)).toEqual(['good.png'])
    })
    it('unknown parents, missing fields, unknown tools', async () => {
      const { task } = await client.run('rotateimage', picture, 'a.png')
      notFound(await next('unknown', 'rotate'))
      for (const [json, param] of [
        [{ tool: 'rotate' }, 'task'],
        [{ task }, 'tool'],
        [{ task, tool: '' }, 'tool'],
        [{ task, tool: 'nothing' }, 'tool'],
      ] as const) {
        const answer = await client.call('POST', '/v1/task/next', { json })
        expect(answer.status).toBe(400)
        expect(answer.json.error.param).toHaveProperty(param)
      }
    })
  })

  describe('5.5 "Asynchronous mode", 8.6 "Webhook callback"', () => {
    async function submit(webhook: string, bytes = picture) {
      const task = await client.start('rotateimage')
      const name = (await client.upload(task, bytes, 'a.png')).json.server_filename
      return {
        task,
        name,
        answer: await client.process(task, 'rotateimage', [{ server_filename: name, rotate: 90 }], {
          webhook,
          custom_int: 9,
        }),
      }
    }
    it('webhook "": answers at once with the superset, is done by polling', async () => {
      const { task, answer } = await submit('')
      expect(answer.status).toBe(200)
      expect(answer.json).toMatchObject({
        task,
        status: 'TaskProcessing',
        status_message: 'Processing',
        download_filename: '',
        filesize: picture.length,
        output_filesize: 0,
        output_filenumber: 0,
        output_extensions: [],
        timer: '0',
        tool: 'rotateimage',
        server: server.authority,
      })
      await until(task, 'TaskSuccess')
      expect((await look((await client.download(task)).bytes)).width).toBe(60)
    })
    it('calls back with the whole task, at the top level and in data.task', async () => {
      const { task } = await submit(`${origin.url}/hook?of=1`)
      const call = await origin.wait(({ path, body }) => path === '/hook?of=1' && body.includes(task))
      expect(call.method).toBe('POST')
      expect(call.headers['content-type']).toMatch(/^application\/json/)
      const body = JSON.parse(call.body.toString())
      const { files, ...fields } = body.data.task
      expect(fields).toEqual({ ...resource(task, 'rotateimage'), status: 'TaskSuccess', custom_int: 9 })
      expect(files).toMatchObject([{ status: 'FileSuccess' }])
      expect(body).toMatchObject({ event: 'task.completed', ...fields, files })
      expect(body.server).toBe(server.authority)
      expect(await show(task)).toMatchObject({ status: 'TaskSuccess' })
    })
    it('"task.fail for TaskError"', async () => {
      const { task } = await submit(`${origin.url}/hook`, Buffer.from('broken'))
      const call = await origin.wait(({ body }) => body.includes(task))
      expect(JSON.parse(call.body.toString())).toMatchObject({
        event: 'task.fail',
        task,
        status: 'TaskError',
        files: [{ status: 'DamagedFile' }],
      })
    })
    it('many tasks in the background all end', async () => {
      const all = await Promise.all(Array.from({ length: 12 }, () => submit('')))
      for (const { task } of all) await until(task, 'TaskSuccess')
    })
  })

  describe('8.7 "Files and task deleted 2 h after processing … Unprocessed uploads expire too"', () => {
    it('after the last activity, and an upload is activity', async () => {
      const hour = 3_600_000
      let ahead = 0
      const moved = await stack.start({}, { now: () => Date.now() + ahead })
      try {
        const { sweep } = await sweeper(moved)
        const by = async () => {
          const { signToken } = await import('../support/tasks-client.ts')
          const now = Math.floor((Date.now() + ahead) / 1000)
          return new TasksClient(moved, await signToken({ iat: now, exp: now + 3600 }))
        }
        const done = (await (await by()).run('rotateimage', picture, 'a.png')).task
        const waiting = await (await by()).start('rotateimage')
        await (await by()).upload(waiting, picture, 'a.png')
        ahead = 1.5 * hour
        await (await by()).upload(waiting, picture, 'b.png')
        ahead = 2.1 * hour
        await sweep()
        expect((await (await by()).download(done)).json.error.type).toBe('DownloadError')
        expect((await (await by()).call('GET', `/v1/task/${done}`)).status).toBe(404)
        expect((await (await by()).call('GET', `/v1/task/${waiting}`)).json.files).toHaveLength(2)
        ahead = 4 * hour
        await sweep()
        expect((await (await by()).call('GET', `/v1/task/${waiting}`)).status).toBe(404)
      } finally {
        await moved.stop()
      }
    })
    /** Waits until the recurring sweep has run at the clock's present time. */
    async function sweeper({ composed }: TestServer) {
      return {
        async sweep() {
          const { store, clock } = composed
          const now = clock.now()
          await expect
            .poll(async () => (await store.read.tasks.expired(now, 10)).length, { timeout: 20_000, interval: 100 })
            .toBe(0)
        },
      }
    }
  })

  describe('12 "Every task and file is visible only to the project that created it; foreign ids behave as unknown"', () => {
    it('in every endpoint, to the letter', async () => {
      const pair = await addProject(server, 'stranger')
      const stranger = await TasksClient.of(server, pair)
      const { task, name } = await client.run('rotateimage', picture, 'a.png')
      const waiting = await client.start('watermarkimage')
      const file = (await client.upload(waiting, picture, 'b.png')).json.server_filename
      const own = await stranger.start('watermarkimage')
      const ownFile = (await stranger.upload(own, picture, 'c.png')).json.server_filename
      const stamp = { elements: [{ type: 'image', image: file }] }

      const same = async (foreign: (id: string) => Promise<Answer>, id: string) => {
        const [answer, unknown] = [await foreign(id), await foreign('0'.repeat(48))]
        expect([answer.status, answer.json]).toEqual([unknown.status, unknown.json])
        expect(answer.status).toBeGreaterThanOrEqual(400)
      }
      for (const id of [task, waiting]) {
        await same((other) => stranger.call('GET', `/v1/task/${other}`), id)
        await same((other) => stranger.call('DELETE', `/v1/task/${other}`), id)
        await same((other) => stranger.download(other), id)
        await same((other) => stranger.upload(other, picture, 'x.png'), id)
        await same((other) => stranger.upload(other, picture, 'x.png', { chunk: '0', chunks: '2' }), id)
        await same((other) => stranger.process(other, 'rotateimage', [{ server_filename: name }]), id)
        await same((other) => stranger.call('POST', '/v1/task/next', { json: { task: other, tool: 'crop' } }), id)
        await same((other) => stranger.call('DELETE', `/v1/upload/${other}/${file}`), id)
        await same(
          (other) => stranger.call('POST', '/v1/upload/delete', { form: { task: other, server_filename: file } }),
          id,
        )
      }
      // Files of another project, named inside an own task.
      const foreignFile = await stranger.process(own, 'watermarkimage', [{ server_filename: file }], {
        elements: [{ text: 'x' }],
        ignore_errors: false,
      })
      expect(foreignFile.json.error.param[0].error).toBe('ServerFileNotFound')
      const second = await stranger.start('watermarkimage')
      const secondFile = (await stranger.upload(second, picture, 'c.png')).json.server_filename
      const foreignStamp = await stranger.process(second, 'watermarkimage', [{ server_filename: secondFile }], stamp)
      expect(foreignStamp.json.error.param).toHaveProperty('elements[0].image')
      expect((await stranger.call('DELETE', `/v1/upload/${second}/${file}`)).status).toBe(400)
      const listed = await stranger.call('POST', '/v1/task', { json: { secret_key: pair.secretKey } })
      expect(listed.json.map((entry: { task: string }) => entry.task).toSorted()).toEqual([own, second].toSorted())
      expect((await stranger.call('POST', '/v1/task', { json: { secret_key: secretKey } })).status).toBe(401)
      expect(ownFile).not.toBe(file)
      // Nothing of it had an effect.
      expect(await show(task)).toMatchObject({ status: 'TaskSuccess' })
      expect((await show(waiting)).files).toHaveLength(1)
    })
    it('a second pair of the same project sees the same tasks, with its own secret', async () => {
      const { composed } = server
      const pair = await composed.store.tx((tx) =>
        composed.keys.createPair(tx, { project: 'default', label: 'second' }),
      )
      const second = await TasksClient.of(server, { publicKey: pair.key.publicKey ?? '', secretKey: pair.secretKey })
      const task = await client.start('crop')
      expect((await second.call('GET', `/v1/task/${task}`)).status).toBe(200)
      expect((await second.call('POST', '/v1/task', { json: { secret_key: pair.secretKey } })).status).toBe(200)
    })
  })
}
