/** Section 5: processing, in three encodings, with every refusal and every way that files fail. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { projectSettingsSchema } from '../../src/core/projects/settings.ts'
import { expectColour, green, look, photo, quarters, red, solid } from '../support/pictures.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'
import { TasksClient } from '../support/tasks-client.ts'
import { multipart, phpQuery, quotedField, send } from '../support/wire.ts'
import { readZip } from '../support/zip.ts'

export function processSuite(stack: Stack): void {
  let server: TestServer
  let client: TasksClient
  let picture: Buffer

  beforeAll(async () => {
    server = await stack.start({ MAX_PIXELS: '12000000' })
    client = await TasksClient.of(server)
    picture = await quarters(80, 60)
  })
  afterAll(() => server.stop())

  /** A started task with these files; answers their server_filenames. */
  async function prepare(tool: string, files: Record<string, Buffer> = { 'a.png': picture }) {
    const task = await client.start(tool)
    const names: string[] = []
    for (const [filename, bytes] of Object.entries(files))
      names.push((await client.upload(task, bytes, filename)).json.server_filename)
    return { task, names, files: names.map((server_filename) => ({ server_filename })) }
  }
  const statusOf = async (task: string) => (await client.call('GET', `/v1/task/${task}`)).json.status
  const form = (body: string) =>
    send(
      `${server.url}/v1/process`,
      'POST',
      { authorization: `Bearer ${client.token}`, 'content-type': 'application/x-www-form-urlencoded' },
      body,
    )

  describe('5 "Encodings"', () => {
    it('PHP: urlencoded bracket nesting with everything the object holds', async () => {
      const { task, names } = await prepare('resizeimage')
      const body = phpQuery({
        task,
        tool: 'resizeimage',
        files: [{ server_filename: names[0], filename: 'a.png', rotate: 0, password: null }],
        resize_mode: 'pixels',
        pixels_width: 40,
        pixels_height: null,
        maintain_ratio: true,
        no_enlarge_if_smaller: true,
        ignore_errors: true,
        ignore_password: true,
        try_repair: true,
        output_filename: '',
        packaged_filename: '',
        custom_int: '',
        token: 'x',
        remainingFiles: 249,
        result: { a: { b: '1' } },
        outputFile: '',
        meta: { Title: 'x' },
        info: '',
        v: 'php.1.1.17',
      })
      const answer = await form(body)
      expect(answer.json.status).toBe('TaskSuccess')
      expect(await look((await client.download(task)).bytes)).toMatchObject({ width: 40, height: 30 })
    })
    it('PHP: sparse indexes keep their ascending order', async () => {
      const { task, names } = await prepare('rotateimage', {
        'one.png': await solid(5, 5, red),
        'two.png': await solid(5, 5, green),
        'three.png': picture,
      })
      const pairs = [
        `files[7][server_filename]=${names[2]}`,
        `files[2][server_filename]=${names[1]}`,
        `files[0][server_filename]=${names[0]}`,
        'files[7][rotate]=90',
      ]
      const answer = await form(
        `task=${task}&tool=rotateimage&${pairs.map((pair) => pair.replaceAll('[', '%5B').replaceAll(']', '%5D')).join('&')}`,
      )
      expect(answer.json).toMatchObject({ status: 'TaskSuccess', output_filenumber: 3 })
      const entries = readZip((await client.download(task)).bytes)
      expect(entries.map(({ name }) => name)).toEqual(['one.png', 'two.png', 'three.png'])
      expect(await look(entries[2]?.data ?? picture)).toMatchObject({ width: 60, height: 80 })
    })
    it('PHP: an image watermark whose stamp is not listed in files, elements nested three deep', async () => {
      const { task, names } = await prepare('watermarkimage', {
        'a.png': picture,
        'stamp.png': await solid(10, 10, red),
      })
      const element = {
        type: 'image',
        mode: 'text',
        server_filename: names[1],
        gravity: 'Center',
        transparency: 100,
        width_percent: 100,
        x_pos_percent: 0,
      }
      const answer = await form(
        phpQuery({ task, tool: 'watermark', files: { 0: { server_filename: names[0] } }, elements: { 0: element } }),
      )
      expect(answer.json).toMatchObject({ status: 'TaskSuccess', output_filenumber: 1 })
    })
    it('.NET: multipart with trailing blanks in names and values, odd cases, 0 for unset', async () => {
      const { task, names } = await prepare('resizeimage')
      const fields = {
        task: task,
        tool: 'resizeimage',
        'files[0][server_filename]': names[0] ?? '',
        'files[0][filename]': 'a.png',
        'files[0][rotate]': '0',
        resize_mode: 'Pixels',
        'pixels_width ': '0',
        'pixels_height ': '30',
        percentage: '0',
        'maintain_ratio ': 'True',
        'no_enlarge_if_smaller  ': 'False',
        ignore_errors: 'True',
        'custom_int ': '5',
        custom_string: 'batch 7',
        output_filename: '',
      }
      const { headers, body } = multipart(Object.entries(fields).map(([name, value]) => quotedField(name, value)))
      const answer = await send(
        `${server.url}/v1/process`,
        'POST',
        { authorization: `Bearer ${client.token}`, ...headers },
        body,
      )
      expect(answer.json.status).toBe('TaskSuccess')
      expect(await look((await client.download(task)).bytes)).toMatchObject({ width: 40, height: 30 })
      expect((await client.call('GET', `/v1/task/${task}`)).json).toMatchObject({
        custom_int: 5,
        custom_string: 'batch 7',
      })
    })
    it('.NET: "webhook " with blanks is a webhook', async () => {
      const { task, names } = await prepare('rotateimage')
      const fields = { task, 'files[0][server_filename]': names[0] ?? '', 'webhook ': '' }
      const { headers, body } = multipart(Object.entries(fields).map(([name, value]) => quotedField(name, value)))
      const answer = await send(
        `${server.url}/v1/process`,
        'POST',
        { authorization: `Bearer ${client.token}`, ...headers },
        body,
      )
      expect(answer.json.status).toBe('TaskProcessing')
    })
    it('JSON: null is not given, names are trimmed, unknown ones are ignored', async () => {
      const { task, files } = await prepare('resizeimage')
      const answer = await client.process(task, 'resizeimage', files, {
        'pixels_width ': '40',
        pixels_height: null,
        output_filename: null,
        webhook: null,
        custom_int: null,
        ignore_errors: null,
        nothing: { a: [1] },
      })
      expect(answer.json.status).toBe('TaskSuccess')
    })
    it('a file part is refused', async () => {
      const { headers, body } = multipart([
        { headers: ['Content-Disposition: form-data; name="file"; filename="a.png"'], body: picture },
      ])
      const answer = await send(
        `${server.url}/v1/process`,
        'POST',
        { authorization: `Bearer ${client.token}`, ...headers },
        body,
      )
      expect(answer.json.error).toMatchObject({
        type: 'ProcessingError',
        code: '400',
        param: { file: [expect.any(String)] },
      })
    })
  })

  describe('5 "Value coercion": booleans', () => {
    it.each([
      [true, 160],
      ['1', 160],
      [1, 160],
      ['true', 160],
      ['True', 160],
      [' on ', 160],
      [false, 320],
      ['0', 320],
      [0, 320],
      ['false', 320],
      ['False', 320],
      ['OFF', 320],
      ['', 160],
      [null, 160],
    ])('no_enlarge_if_smaller %j', async (value, width) => {
      const source = await solid(160, 10, red)
      const params = { pixels_width: 320, no_enlarge_if_smaller: value }
      const { task, processed } = await client.run('resizeimage', source, 'a.png', params)
      expect(processed.status).toBe(200)
      expect((await look((await client.download(task)).bytes)).width).toBe(width)
    })
    it.each(['yes', 2, [], {}, 'truee'])('%j is none: 400', async (value) => {
      const { processed } = await client.run('resizeimage', picture, 'a.png', {
        pixels_width: 10,
        maintain_ratio: value,
      })
      expect(processed.status).toBe(400)
      expect(processed.json.error.param).toHaveProperty('maintain_ratio')
    })
  })

  describe('5 "Out-of-range numbers -> always 400 naming the parameter", 5.3 "Task stays TaskWaiting"', () => {
    const element = { type: 'text', text: 'x' }
    it.each<[string, Record<string, unknown>, string]>([
      ['resizeimage', { pixels_width: -5 }, 'pixels_width'],
      ['resizeimage', { pixels_width: 'wide' }, 'pixels_width'],
      ['resizeimage', { pixels_width: 10.5 }, 'pixels_width'],
      ['resizeimage', { pixels_width: 1e9 }, 'pixels_width'],
      ['resizeimage', {}, 'pixels_width'],
      ['resizeimage', { pixels_width: 0, pixels_height: 0 }, 'pixels_width'],
      ['resizeimage', { resize_mode: 'percentage' }, 'percentage'],
      ['resizeimage', { resize_mode: 'percentage', percentage: -1 }, 'percentage'],
      ['resizeimage', { resize_mode: 'cubic', pixels_width: 5 }, 'resize_mode'],
      ['cropimage', {}, 'width'],
      ['cropimage', { width: 10 }, 'height'],
      ['cropimage', { width: 10, height: 0 }, 'height'],
      ['cropimage', { width: 10, height: 10, x: -1 }, 'x'],
      ['cropimage', { width: 10, height: 10, y: 'top' }, 'y'],
      ['compressimage', { compression_level: 'maximal' }, 'compression_level'],
      ['convertimage', { to: 'pdf' }, 'to'],
      ['convertimage', { convert_to: 'psd' }, 'convert_to'],
      ['convertimage', { to: 'heic' }, 'to'],
      ['convertimage', { to: 'gif_animation', gif_time: -1 }, 'gif_time'],
      ['convertimage', { to: 'gif_animation', gif_loop: 'sometimes' }, 'gif_loop'],
      ['watermarkimage', {}, 'elements'],
      ['watermarkimage', { elements: [] }, 'elements'],
      ['watermarkimage', { elements: 'text' }, 'elements'],
      ['watermarkimage', { elements: [{ type: 'text' }] }, 'elements[0].text'],
      ['watermarkimage', { elements: [{ type: 'image' }] }, 'elements[0].image'],
      ['watermarkimage', { elements: [{ type: 'image', image: 'unknown.png' }] }, 'elements[0].image'],
      ['watermarkimage', { elements: [element, { ...element, transparency: 0 }] }, 'elements[1].transparency'],
      ['watermarkimage', { elements: [{ ...element, transparency: 101 }] }, 'elements[0].transparency'],
      ['watermarkimage', { elements: [{ ...element, rotation: 720 }] }, 'elements[0].rotation'],
      ['watermarkimage', { elements: [{ ...element, rotation: -90 }] }, 'elements[0].rotation'],
      [
        'watermarkimage',
        { elements: [{ ...element, vertical_adjustment_percent: 150 }] },
        'elements[0].vertical_adjustment_percent',
      ],
      ['watermarkimage', { elements: [{ ...element, width_percent: 150 }] }, 'elements[0].width_percent'],
      ['watermarkimage', { elements: [{ ...element, x_pos_percent: 101 }] }, 'elements[0].x_pos_percent'],
      ['watermarkimage', { elements: [{ ...element, gravity: 'Up' }] }, 'elements[0].gravity'],
      ['watermarkimage', { elements: [{ ...element, font_family: 'Papyrus' }] }, 'elements[0].font_family'],
      ['watermarkimage', { elements: [{ ...element, font_size: -3 }] }, 'elements[0].font_size'],
      ['watermarkimage', { elements: [{ ...element, font_color: 'red' }] }, 'elements[0].font_color'],
      ['watermarkimage', { elements: [{ ...element, type: 'video' }] }, 'elements[0].type'],
      ['rotateimage', { custom_int: 'x' }, 'custom_int'],
      ['rotateimage', { custom_int: 3_000_000_000 }, 'custom_int'],
      ['rotateimage', { custom_string: { a: 1 } }, 'custom_string'],
      ['rotateimage', { custom_string: 'a\u0000b' }, 'custom_string'],
      ['rotateimage', { tool: 'resizeimage' }, 'tool'],
      ['rotateimage', { tool: 'nothing' }, 'tool'],
      ['rotateimage', { webhook: 7 }, 'webhook'],
      ['rotateimage', { webhook: 'not a url' }, 'webhook'],
      ['rotateimage', { webhook: 'ftp://example.com/' }, 'webhook'],
      ['rotateimage', { webhook: 'http://127.0.0.1:9/' }, 'webhook'],
      ['rotateimage', { output_filename: 'x'.repeat(2000) }, 'output_filename'],
    ])('%s %j -> %s', async (tool, params, param) => {
      const { task, files } = await prepare(tool)
      const answer = await client.process(task, tool, files, params)
      expect(answer.status).toBe(400)
      const text = expect.stringMatching(/.{10,}/)
      expect(answer.json.error).toMatchObject({
        type: 'ProcessingError',
        code: '400',
        message: text,
        param: { [param]: [text] },
      })
      expect(answer.json.error.message).not.toMatch(/invalid input/i)
      expect(await statusOf(task)).toBe('TaskWaiting')
    })
    it('the live text for empty elements, and the list for an unknown font', async () => {
      const { task, files } = await prepare('watermarkimage')
      const elements = (await client.process(task, 'watermark', files, { elements: [] })).json.error.param.elements
      expect(elements[0]).toMatch(/elements cannot be blank/i)
      const font = await client.process(task, 'watermark', files, {
        elements: [{ ...element, font_family: 'Papyrus' }],
      })
      expect(font.json.error.message).toMatch(/Verdana.*WenQuanYi/)
    })
    it('files: missing, empty, no list, without name, rotated oddly', async () => {
      const { task, names } = await prepare('rotateimage')
      for (const [files, param] of [
        [undefined, 'files'],
        [[], 'files'],
        ['', 'files'],
        [null, 'files'],
        ['a.png', 'files'],
        [{ server_filename: 'x' }, 'files'],
        [['a.png'], 'files[0]'],
        [[{}], 'files[0].server_filename'],
        [[{ server_filename: '' }], 'files[0].server_filename'],
        [[{ server_filename: names[0] }, { server_filename: names[0], rotate: 45 }], 'files[1].rotate'],
        [[{ server_filename: names[0], rotate: 'left' }], 'files[0].rotate'],
        [[{ server_filename: names[0], rotate: 360 }], 'files[0].rotate'],
        [[{ server_filename: names[0], rotate: -90 }], 'files[0].rotate'],
      ] as const) {
        const answer = await client.call('POST', '/v1/process', { json: { task, tool: 'rotateimage', files } })
        expect(answer.status).toBe(400)
        expect(answer.json.error).toMatchObject({ type: 'ProcessingError', param: { [param]: [expect.any(String)] } })
      }
      expect(await statusOf(task)).toBe('TaskWaiting')
      // "Task stays TaskWaiting (retry allowed)"
      expect((await client.process(task, 'rotateimage', [{ server_filename: names[0] }])).json.status).toBe(
        'TaskSuccess',
      )
    })
    it('the tool may be left out, and be a short name', async () => {
      const one = await prepare('rotateimage')
      expect((await client.call('POST', '/v1/process', { json: { task: one.task, files: one.files } })).status).toBe(
        200,
      )
      const two = await prepare('rotate')
      expect((await client.process(two.task, ' Rotate ', two.files)).status).toBe(200)
    })
  })

  describe('5.2 "Success, 200"', () => {
    it('answers every field with its type', async () => {
      const { task, names } = await prepare('resizeimage', { 'beach.png': picture })
      const answer = await client.process(task, 'resizeimage', [{ server_filename: names[0], filename: 'beach.png' }], {
        pixels_width: 40,
      })
      const { bytes } = await client.download(task)
      expect(answer.status).toBe(200)
      expect(answer.json).toMatchObject({
        download_filename: 'beach.png',
        filesize: picture.length,
        output_filesize: bytes.length,
        output_filenumber: 1,
        output_extensions: ['png'],
        timer: expect.stringMatching(/^\d+\.\d+$/),
        status: 'TaskSuccess',
        status_message: 'Success',
        task,
        tool: 'resizeimage',
        server: server.authority,
        remaining_files: expect.any(Number),
        remaining_credits: expect.any(Number),
        warnings: [],
      })
    })
    it('sums over files, distinct extensions', async () => {
      const jpeg = await quarters(50, 50, 'jpeg')
      const { task, files } = await prepare('rotateimage', { 'a.png': picture, 'b.jpg': jpeg, 'c.png': picture })
      const { json } = await client.process(task, 'rotateimage', files)
      expect(json).toMatchObject({
        filesize: picture.length * 2 + jpeg.length,
        output_filenumber: 3,
        download_filename: 'output.zip',
      })
      expect(json.output_extensions.toSorted()).toEqual(['jpg', 'png'])
      const entries = readZip((await client.download(task)).bytes)
      expect(json.output_filesize).toBe(entries.reduce((sum, { data }) => sum + data.length, 0))
    })
    it('"Subset of uploads allowed", and the same file twice', async () => {
      const { task, names } = await prepare('rotateimage', { 'a.png': picture, 'b.png': picture })
      const files = [{ server_filename: names[1] }, { server_filename: names[1], rotate: 90 }]
      expect((await client.process(task, 'rotateimage', files)).json.output_filenumber).toBe(2)
      expect(readZip((await client.download(task)).bytes).map(({ name }) => name)).toEqual(['b.png', 'b-2.png'])
    })
  })

  describe('5.3 "Failures"', () => {
    const broken = Buffer.from('this is no picture')

    it('ignore_errors (default true): the others are done, failed files are listed as warnings', async () => {
      const { task, names, files } = await prepare('rotateimage', { 'good.png': picture, 'broken.jpg': broken })
      const { status, json } = await client.process(task, 'rotateimage', files)
      expect(status).toBe(200)
      expect(json).toMatchObject({
        status: 'TaskSuccessWithWarnings',
        output_filenumber: 1,
        download_filename: 'good.png',
        warnings: [{ server_filename: names[1], filename: 'broken.jpg', status: 'DamagedFile', error: 'DamagedFile' }],
      })
      expect((await client.download(task)).headers.get('content-type')).toBe('image/png')
      expect((await client.call('GET', `/v1/task/${task}`)).json.files).toMatchObject([
        { status: 'FileSuccess' },
        { status: 'DamagedFile', output_filesize: 0 },
      ])
    })
    it('ignore_errors=false: 400 with an array of the failed files, TaskError, no download', async () => {
      const { task, names, files } = await prepare('rotateimage', { 'good.png': picture, 'broken.jpg': broken })
      const { status, json } = await client.process(task, 'rotateimage', files, { ignore_errors: 'False' })
      expect(status).toBe(400)
      expect(json.error).toMatchObject({
        type: 'ProcessingError',
        code: '400',
        message: expect.stringMatching(/could not be processed/),
      })
      expect(json.error.param).toEqual([
        expect.objectContaining({
          server_filename: names[1],
          filename: 'broken.jpg',
          error: 'DamagedFile',
          status: 'DamagedFile',
          timer: expect.any(Number),
          filesize: broken.length,
        }),
      ])
      // PHP walks to the first string: the first value of the first object.
      expect(typeof Object.values(json.error.param[0])[0]).toBe('string')
      expect(await statusOf(task)).toBe('TaskError')
      expect((await client.download(task)).json.error.type).toBe('DownloadError')
    })
    it('"if all fail ignore_errors has no effect"', async () => {
      const { task, files } = await prepare('rotateimage', { 'one.jpg': broken, 'two.jpg': Buffer.alloc(0) })
      const { status, json } = await client.process(task, 'rotateimage', files)
      expect(status).toBe(400)
      expect(json.error.param.map(({ error }: { error: string }) => error)).toEqual(['DamagedFile', 'DamagedFile'])
      expect(await statusOf(task)).toBe('TaskError')
    })
    it('"server_filename not in the task -> ServerFileNotFound", another task\'s too', async () => {
      const other = await prepare('rotateimage')
      const { task, files } = await prepare('rotateimage')
      const all = [...files, { server_filename: 'unknown.png' }, { server_filename: other.names[0] }]
      const { json } = await client.process(task, 'rotateimage', all)
      expect(json.status).toBe('TaskSuccessWithWarnings')
      expect(json.warnings.map(({ status }: { status: string }) => status)).toEqual([
        'ServerFileNotFound',
        'ServerFileNotFound',
      ])
      const alone = await prepare('rotateimage')
      const refused = await client.process(alone.task, 'rotateimage', [{ server_filename: 'unknown.png' }])
      expect(refused.json.error.param[0].error).toBe('ServerFileNotFound')
    })
    it('"Over the pixel limit -> OutOfRange", a bomb, and a crop that starts outside', async () => {
      const bomb = await solid(4000, 3001, red)
      const { json } = (await client.run('rotateimage', bomb, 'bomb.png')).processed
      expect(json.error.param[0]).toMatchObject({ error: 'OutOfRange', filename: 'bomb.png' })
      const enlarged = await client.run('resizeimage', picture, 'a.png', {
        pixels_width: 10_000,
        no_enlarge_if_smaller: false,
      })
      expect(enlarged.processed.json.error.param[0].error).toBe('OutOfRange')
      const crop = await client.run('cropimage', picture, 'a.png', { width: 10, height: 10, x: 80, y: 0 })
      expect(crop.processed.json.error.param[0].error).toBe('OutOfRange')
    })
    it('"Over the time limit -> TimeOut", by the server\'s and by the project\'s setting; others go on', async () => {
      const hasty = await stack.start({ TASKS_FILE_DEADLINE_MS: '1' })
      try {
        const slow = await photo(1500, 1000)
        const by = await TasksClient.of(hasty)
        const { processed, task } = await by.run('convertimage', slow, 'slow.jpg', { to: 'avif' })
        expect(processed.json.error.param[0]).toMatchObject({ error: 'TimeOut', filename: 'slow.jpg' })
        expect((await by.call('GET', `/v1/task/${task}`)).json).toMatchObject({
          status: 'TaskError',
          files: [{ status: 'TimeOut' }],
        })
      } finally {
        await hasty.stop()
      }
      const pair = await addProject(server, 'hasty')
      const settings = projectSettingsSchema.parse({ tasks: { auth: true, fileDeadlineMs: 1 } })
      await server.composed.store.tx((tx) => tx.projects.update('hasty', { settings }))
      const { processed } = await (await TasksClient.of(server, pair)).run(
        'convertimage',
        await photo(1500, 1000),
        'x.jpg',
        { to: 'avif' },
      )
      expect(processed.json.error.param[0].error).toBe('TimeOut')
      expect((await client.run('rotateimage', picture, 'a.png')).processed.status).toBe(200)
    })
    it('"Unknown, foreign or deleted task -> 400 ProcessingError, param.task"', async () => {
      const foreign = await prepare('rotateimage')
      const stranger = await TasksClient.of(server, await addProject(server, 'process-stranger'))
      const gone = await prepare('rotateimage')
      await client.call('DELETE', `/v1/task/${gone.task}`)
      for (const answer of [
        await client.process('unknown', 'rotateimage', foreign.files),
        await client.process(gone.task, 'rotateimage', gone.files),
        await stranger.process(foreign.task, 'rotateimage', foreign.files),
        await client.call('POST', '/v1/process', { json: { files: foreign.files } }),
        await client.call('POST', '/v1/process', { json: { task: '', files: foreign.files } }),
      ]) {
        expect(answer.status).toBe(400)
        expect(answer.json.error).toMatchObject({ type: 'ProcessingError', param: { task: [expect.any(String)] } })
      }
      expect(await statusOf(foreign.task)).toBe('TaskWaiting')
    })
    it('"Processing a second time a finished task -> 400"', async () => {
      const done = await prepare('rotateimage')
      await client.process(done.task, 'rotateimage', done.files)
      const again = await client.process(done.task, 'rotateimage', done.files)
      expect(again.json.error).toMatchObject({
        type: 'ProcessingError',
        code: '400',
        message: expect.stringMatching(/already processed/),
      })
      expect((await client.download(done.task)).status).toBe(200)
      const failed = await prepare('rotateimage', { 'x.png': broken })
      await client.process(failed.task, 'rotateimage', failed.files)
      expect((await client.process(failed.task, 'rotateimage', failed.files)).status).toBe(400)
    })
    it('"Concurrent double submit must run once"', async () => {
      const { task, files } = await prepare('rotateimage')
      const answers = await Promise.all(Array.from({ length: 8 }, () => client.process(task, 'rotateimage', files)))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      for (const { status, json } of answers.filter(({ status }) => status !== 200)) {
        expect(status).toBe(400)
        expect(json.error).toMatchObject({
          type: 'ProcessingError',
          message: expect.stringMatching(/TaskProcessing|already processed/),
        })
      }
      expect(await server.composed.store.read.tasks.outputs(task)).toHaveLength(1)
    })
    it('"While running -> 400 naming TaskProcessing"; "Server overloaded -> 503 + Retry-After; the task stays TaskWaiting"', async () => {
      const small = await stack.start({ TASKS_CONCURRENT_PROCESSES: '1' })
      try {
        const by = await TasksClient.of(small)
        const slow = await by.start('convertimage')
        const file = (await by.upload(slow, await photo(2000, 1500), 'slow.jpg')).json.server_filename
        const other = await by.start('rotateimage')
        const waiting = (await by.upload(other, picture, 'a.png')).json.server_filename
        const running = by.process(slow, 'convertimage', [{ server_filename: file }], { to: 'avif' })
        await expect
          .poll(async () => (await by.call('GET', `/v1/task/${slow}`)).json.status, { interval: 10 })
          .toBe('TaskProcessing')
        const [shed, upload, removal, download] = await Promise.all([
          by.process(other, 'rotateimage', [{ server_filename: waiting }]),
          by.upload(slow, picture, 'late.png'),
          by.call('DELETE', `/v1/upload/${slow}/${file}`),
          by.download(slow),
        ])
        const background = await by.process(slow, 'convertimage', [{ server_filename: file }], {
          to: 'avif',
          webhook: '',
        })
        expect(shed.status).toBe(503)
        expect(shed.json.error).toMatchObject({ type: 'HTTP Error', code: '503' })
        expect(Number(shed.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
        expect((await by.call('GET', `/v1/task/${other}`)).json.status).toBe('TaskWaiting')
        for (const answer of [upload, removal, download, background]) {
          expect(answer.status).toBe(400)
          expect(answer.json.error.message).toMatch(/TaskProcessing/)
        }
        expect((await running).json.status).toBe('TaskSuccess')
        expect((await by.process(other, 'rotateimage', [{ server_filename: waiting }])).json.status).toBe('TaskSuccess')
      } finally {
        await small.stop()
      }
    })
  })

  describe('5.1 "try_image_repair (try_repair, try_pdf_repair) | bool | true"', () => {
    async function torn() {
      const whole = await photo(300, 200)
      return whole.subarray(0, Math.floor(whole.length * 0.6))
    }
    it('reads what is there of a torn file', async () => {
      const { task, processed } = await client.run('rotateimage', await torn(), 'torn.jpg')
      expect(processed.json.status).toBe('TaskSuccess')
      expect(await look((await client.download(task)).bytes)).toMatchObject({ width: 300, height: 200 })
    })
    it.each(['try_image_repair', 'try_repair', 'try_pdf_repair'])('%s off: DamagedFile', async (name) => {
      const { processed } = await client.run('rotateimage', await torn(), 'torn.jpg', { [name]: '0' })
      expect(processed.json.error.param[0].error).toBe('DamagedFile')
    })
  })

  describe('5.4 "Names"', () => {
    const names = async (files: Record<string, Buffer>, params: Record<string, unknown>, tool = 'rotateimage') => {
      const prepared = await prepare(tool, files)
      const processed = await client.process(prepared.task, tool, prepared.files, params)
      expect(processed.status).toBe(200)
      const { bytes, headers } = await client.download(prepared.task)
      const zipped = headers.get('content-type') === 'application/zip'
      const download: string = processed.json.download_filename
      expect(headers.get('content-disposition')).toContain('attachment; filename="')
      return { download, entries: zipped ? readZip(bytes).map(({ name }) => name) : [] }
    }
    const today = () => new Date().toISOString().slice(0, 10)

    it('placeholders in output_filename: {date}, {n} from 1, {filename} without extension, {tool}, {app}', async () => {
      const before = today()
      const { entries } = await names(
        { 'sea.png': picture, 'sun.png': picture },
        { output_filename: '{n}_{filename}_{tool}_{app}_{date}' },
      )
      expect(
        [before, today()].map((date) => [
          `1_sea_rotateimage_rotateimage_${date}.png`,
          `2_sun_rotateimage_rotateimage_${date}.png`,
        ]),
      ).toContainEqual(entries)
    })
    it('"Unknown braces stay literal"; "do not double it"', async () => {
      expect((await names({ 'a.png': picture }, { output_filename: '{x}{filename}.png' })).download).toBe('{x}a.png')
      expect((await names({ 'a.png': picture }, { output_filename: 'photo.PNG' })).download).toBe('photo.PNG')
      expect((await names({ 'a.png': picture }, { output_filename: 'photo.jpg' })).download).toBe('photo.jpg.png')
      expect((await names({ 'a.b.png': picture }, {})).download).toBe('a.b.png')
    })
    it('"keeps the input\'s name, with the extension of the output format"', async () => {
      expect((await names({ 'beach.png': picture }, { to: 'webp' }, 'convertimage')).download).toBe('beach.webp')
      expect((await names({ 'beach.jpeg': await quarters(9, 9, 'jpeg') }, {})).download).toBe('beach.jpg')
      expect((await names({ noextension: picture }, {})).download).toBe('noextension.png')
      expect((await names({ 'wrong.jpg': picture }, {})).download).toBe('wrong.png')
    })
    it('"files[].filename: base for the output name", over the name at upload', async () => {
      const { task, names: uploads } = await prepare('rotateimage', { 'upload.png': picture })
      const { json } = await client.process(task, 'rotateimage', [
        { server_filename: uploads[0], filename: 'given at process.png' },
      ])
      expect(json.download_filename).toBe('given at process.png')
    })
    it('packaged_filename: {n} is the number of files, {filename} the first', async () => {
      const two = { 'sea.png': picture, 'sun.png': picture }
      expect((await names(two, { packaged_filename: '{filename} and {n} {tool}' })).download).toBe(
        'sea and 2 rotateimage.zip',
      )
      expect((await names(two, { packaged_filename: 'my.zip' })).download).toBe('my.zip')
      expect((await names(two, { packaged_filename: '' })).download).toBe('output.zip')
    })
    it('"Collisions inside a ZIP -> append -2, -3", also by letter case', async () => {
      const same = await prepare('rotateimage', {})
      const files: { server_filename: string }[] = []
      for (const name of ['a.png', 'a.png', 'A.PNG', 'b.png', 'a.png']) {
        files.push({ server_filename: (await client.upload(same.task, picture, name)).json.server_filename })
      }
      await client.process(same.task, 'rotateimage', files)
      const entries = readZip((await client.download(same.task)).bytes).map(({ name }) => name)
      expect(entries).toEqual(['a.png', 'a-2.png', 'A-3.png', 'b.png', 'a-4.png'])
    })
    it('"Strip path separators, control characters and leading dots (zip-slip)"', async () => {
      for (const name of [
        '../../etc/passwd',
        '..\\..\\x',
        '/abs',
        '.hidden',
        'a\u0000b\u0007',
        'c:\\x',
        '.',
        '..',
        '   ',
        '\u202egnp.exe',
      ]) {
        const { download, entries } = await names(
          { 'one.png': picture, 'two.png': picture },
          { output_filename: name, packaged_filename: name },
        )
        for (const made of [download, ...entries]) {
          expect(made).toMatch(/^[^./\\\u0000-\u001f\u202e][^/\\\u0000-\u001f\u202e]*\.(png|zip)$/)
        }
        expect(new Set(entries).size).toBe(2)
      }
    })
    it('names in other scripts survive', async () => {
      expect((await names({ 'фото 1.png': picture }, {})).download).toBe('фото 1.png')
      expect((await names({ 'x.png': picture }, { output_filename: '海滩 {n}' })).download).toBe('海滩 1.png')
    })
    it('a colour stays with its name', async () => {
      const { task, files } = await prepare('rotateimage', {
        'red.png': await solid(9, 9, red),
        'green.png': await solid(9, 9, green),
      })
      await client.process(task, 'rotateimage', files.toReversed())
      const entries = readZip((await client.download(task)).bytes)
      expect(entries.map(({ name }) => name)).toEqual(['green.png', 'red.png'])
      expectColour((await look(entries[0]?.data ?? picture)).at(4, 4), green)
    })
  })
}
