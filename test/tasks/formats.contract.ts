/** Sections 4.1, 5.1 to 5.3, 6 and 7: formats that are read but not written, PDF pages, and passwords. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Encoded, encodeAs, fixture, foreignQuarters, halfClear, quarterColours } from '../support/foreign.ts'
import { pdf } from '../support/pdfs.ts'
import { blue, expectColour, expectQuarters, green, look, quarters, red, solid, white } from '../support/pictures.ts'
import type { Stack, TestServer } from '../support/stack.ts'
import { TasksClient } from '../support/tasks-client.ts'
import { readZip } from '../support/zip.ts'

const twoPages = pdf([{ colour: red }, { colour: blue, width: 48, height: 96 }])

export function formatSuite(stack: Stack): void {
  let server: TestServer
  let client: TasksClient

  beforeAll(async () => {
    server = await stack.start()
    client = await TasksClient.of(server)
  })
  afterAll(() => server.stop())

  /** A task with these files uploaded. */
  async function uploaded(tool: string, files: Record<string, Buffer>) {
    const task = await client.start(tool)
    const names: string[] = []
    for (const [filename, bytes] of Object.entries(files)) {
      names.push((await client.upload(task, bytes, filename)).json.server_filename)
    }
    return { task, files: names.map((server_filename) => ({ server_filename })) }
  }

  const status = async (task: string) => (await client.call('GET', `/v1/task/${task}`)).json
  const rawParams = async (task: string) =>
    JSON.stringify((await server.composed.store.read.tasks.find('default', task))?.params)

  describe('4.1 "detect type by content"; server_filename has the detected extension', () => {
    it.each([
      ['heic', 64, 48],
      ['bmp', 64, 48],
      ['psd', 64, 48],
      ['tga', 64, 48],
      ['jxl', 64, 48],
      ['dng', 64, 48],
      ['pdf', 200, 100],
    ] as const)('%s under a wrong name', async (format, width, height) => {
      const task = await client.start('convertimage')
      const { json } = await client.upload(task, await foreignQuarters(format), 'picture.jpg')
      expect(json).toMatchObject({ filename: 'picture.jpg', width, height })
      expect(json.server_filename).toMatch(new RegExp(`^[0-9a-f]{32}\\.${format}$`))
    })
    it('a protected PDF is a PDF, of unknown sides', async () => {
      const task = await client.start('convertimage')
      const { json } = await client.upload(task, fixture('locked-aes.pdf'), 'paper')
      expect(json.server_filename).toMatch(/\.pdf$/)
    })
  })

  describe('6 "Every tool except convert keeps the input format where we can write it"', () => {
    it.each<[Encoded | 'heic' | 'dng', string]>([
      ['bmp', 'bmp'],
      ['heic', 'jpg'],
      ['dng', 'jpg'],
      ['psd', 'jpg'],
    ])('%s -> %s', async (format, extension) => {
      const file = await foreignQuarters(format)
      const { task, processed } = await client.run('resizeimage', file, `holiday.${format}`, { pixels_width: 32 })
      expect(processed.json).toMatchObject({
        status: 'TaskSuccess',
        output_extensions: [extension],
        download_filename: `holiday.${extension}`,
      })
      const { bytes, headers } = await client.download(task)
      expect(headers.get('content-type')).toBe(extension === 'bmp' ? 'image/bmp' : 'image/jpeg')
      if (extension === 'bmp') expect([bytes.readInt32LE(18), bytes.readInt32LE(22)]).toEqual([32, 24])
      else expect(await look(bytes)).toMatchObject({ format: 'jpeg', width: 32, height: 24 })
    })
    it('"all others -> png with alpha"', async () => {
      const { task, processed } = await client.run('rotateimage', await encodeAs('tga', await halfClear()), 'a.tga')
      expect(processed.json.output_extensions).toEqual(['png'])
      expectColour((await look((await client.download(task)).bytes)).at(5, 5), [...green, 128], 1)
    })
    it('"SVG: compress keeps svg, every other tool -> png"', async () => {
      const svg = Buffer.from(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
      )
      for (const [tool, extension] of [
        ['compressimage', 'svg'],
        ['rotateimage', 'png'],
      ] as const) {
        expect((await client.run(tool, svg, 'a.svg')).processed.json.output_extensions).toEqual([extension])
      }
    })
    it('a phone photo is upright, and a stamp in any format is drawn', async () => {
      const { task, files } = await uploaded('watermarkimage', {
        'photo.heic': fixture('turned.heic'),
        'stamp.psd': await encodeAs('psd', await solid(8, 8, white)),
      })
      const element = { type: 'image', image: files[1]?.server_filename, gravity: 'Center' }
      const { json } = await client.process(task, 'watermarkimage', files.slice(0, 1), { elements: [element] })
      expect(json.status).toBe('TaskSuccess')
      const picture = await look((await client.download(task)).bytes)
      expect([picture.width, picture.height]).toEqual([48, 64])
      expectColour(picture.at(24, 32), white, 30)
      expectColour(picture.at(5, 5), blue, 40)
    })
  })

  describe('6.4 convertimage', () => {
    it.each(['jpg', 'png', 'gif', 'gif_animation', 'webp', 'avif'] as const)('heic to %s', async (to) => {
      const { task, processed } = await client.run('convertimage', fixture('quarters.heic'), 'a.heic', { to })
      expect(processed.json.output_extensions).toEqual([to === 'gif_animation' ? 'gif' : to])
      expectQuarters(await look((await client.download(task)).bytes), quarterColours)
    })
    it('"transparency flattened on white for jpg"', async () => {
      const { task } = await client.run('convertimage', await encodeAs('qoi', await halfClear()), 'a.qoi', {
        to: 'jpg',
      })
      const half = green.map((value) => Math.round((value + 255) / 2))
      expectColour((await look((await client.download(task)).bytes)).at(5, 5), half)
    })
    it('gif_animation of a PSD, a PNG and a PDF: the first page of the latter', async () => {
      const { task, files } = await uploaded('convertimage', {
        'a.psd': await foreignQuarters('psd'),
        'b.png': await quarters(64, 48),
        'c.pdf': twoPages,
      })
      const { json } = await client.process(task, 'convertimage', files, { to: 'gif_animation', gif_time: 20 })
      expect(json).toMatchObject({ status: 'TaskSuccess', output_filenumber: 1 })
      const picture = await look((await client.download(task)).bytes)
      expect(picture).toMatchObject({ width: 64, height: 48, frames: 3 })
      expectColour(picture.at(40, 24, 2), red)
    })
    it('heic output: 400 naming `to` and what is possible', async () => {
      const { task, files } = await uploaded('convertimage', { 'a.bmp': await foreignQuarters('bmp') })
      const { status: code, json } = await client.process(task, 'convertimage', files, { to: 'heic' })
      expect(code).toBe(400)
      expect(json.error.param.to[0]).toMatch(/jpg, png, gif, gif_animation, webp or avif/)
      expect((await status(task)).status).toBe('TaskWaiting')
    })
  })

  describe('6 "PDF pages -> jpg", "PDF inputs (one output per page)"', () => {
    it('two pages: two numbered pictures, in a folder', async () => {
      const { task, processed } = await client.run('convertimage', twoPages, 'report.pdf')
      expect(processed.json).toMatchObject({
        status: 'TaskSuccess',
        output_filenumber: 2,
        output_extensions: ['jpg'],
        download_filename: 'output.zip',
      })
      const entries = readZip((await client.download(task)).bytes)
      expect(entries.map(({ name }) => name)).toEqual(['report/report-1.jpg', 'report/report-2.jpg'])
      const [first, second] = await Promise.all(entries.map(({ data }) => look(data)))
      expect([first?.width, first?.height, second?.width, second?.height]).toEqual([200, 100, 100, 200])
      expectColour(first?.at(150, 50) ?? [], red)
      expectColour(second?.at(50, 150) ?? [], blue)
      expect((await status(task)).files[0].output_filesize).toBe(processed.json.output_filesize)
    })
    it('7 "as soon as one input has several outputs, every input gets its folder"', async () => {
      const { task, files } = await uploaded('rotateimage', {
        'a.jpg': await quarters(20, 10, 'jpeg'),
        'b.pdf': twoPages,
        'A.png': await quarters(20, 10),
      })
      await client.process(task, 'rotateimage', files, { output_filename: 'page {n}' })
      expect(readZip((await client.download(task)).bytes).map(({ name }) => name)).toEqual([
        'a/page 1.jpg',
        'b/page 2-1.jpg',
        'b/page 2-2.jpg',
        'A-2/page 3.png',
      ])
    })
    it('one page is one file; numbers are as long as the last one', async () => {
      const one = await client.run('compressimage', pdf([{ colour: red }]), 'one.pdf')
      expect(one.processed.json).toMatchObject({ output_filenumber: 1, download_filename: 'one.jpg' })
      const ten = await client.run('resizeimage', pdf([{ colour: red }], 10), 'ten.pdf', { pixels_width: 20 })
      const names = readZip((await client.download(ten.task)).bytes).map(({ name }) => name)
      expect([names.length, names[0], names[9]]).toEqual([10, 'ten/ten-01.jpg', 'ten/ten-10.jpg'])
    })
    it('8.4 every page is a file of the next task', async () => {
      const { task } = await client.run('convertimage', twoPages, 'report.pdf', { to: 'png' })
      const { json } = await client.call('POST', '/v1/task/next', { json: { task, tool: 'compress' } })
      expect(Object.values(json.files)).toEqual(['report-1.png', 'report-2.png'])
    })
    it('more pages than allowed: OutOfRange; no pages: NoImages; cut: DamagedFile; all without outputs', async () => {
      for (const [bytes, expected] of [
        [pdf([{ colour: red }], 1001), 'OutOfRange'],
        [pdf([]), 'NoImages'],
        [Buffer.from('%PDF-1.7\nnothing follows'), 'DamagedFile'],
      ] as const) {
        const { task, processed } = await client.run('convertimage', bytes, 'bad.pdf')
        expect(processed.status).toBe(400)
        expect(processed.json.error.param[0]).toMatchObject({
          error: expected,
          message: expect.stringMatching(/PDF|page/),
        })
        expect((await status(task)).status).toBe('TaskError')
      }
    })
    it('a page that fails fails the document, and leaves nothing behind', async () => {
      // The second page is not there.
      const broken = pdf([{ colour: red }, { colour: blue }])
        .toString('latin1')
        .replace('[3 0 R 5 0 R', '[3 0 R 9 0 R')
      const { task, files } = await uploaded('convertimage', {
        'bad.pdf': Buffer.from(broken, 'latin1'),
        'good.png': await quarters(20, 10),
      })
      expect((await client.process(task, 'convertimage', files)).json).toMatchObject({
        status: 'TaskSuccessWithWarnings',
        output_filenumber: 1,
        download_filename: 'good.jpg',
        warnings: [{ filename: 'bad.pdf', status: 'DamagedFile' }],
      })
    })
  })

  describe('5.3 WrongPassword', () => {
    it('without a success: 400, the task waits on, and a retry on it with the password works', async () => {
      const { task, files } = await uploaded('convertimage', { 'locked.pdf': fixture('locked-aes.pdf') })
      for (const file of [{ ...files[0] }, { ...files[0], password: 'wrong-guess' }]) {
        const refused = await client.process(task, 'convertimage', [file], { custom_int: 7 })
        expect(refused.status).toBe(400)
        expect(refused.json.error).toMatchObject({
          type: 'ProcessingError',
          param: [{ filename: 'locked.pdf', error: 'WrongPassword', status: 'WrongPassword' }],
        })
        const waiting = await status(task)
        expect(waiting).toMatchObject({ status: 'TaskWaiting', output_filenumber: 0, process_start: '' })
        expect(waiting.files).toMatchObject([{ status: 'WrongPassword' }])
        expect(await rawParams(task)).toBe('null')
        expect((await client.download(task)).status).toBe(400)
      }
      const done = await client.process(task, 'convertimage', [{ ...files[0], password: 'pässword' }])
      expect(done.json).toMatchObject({ status: 'TaskSuccess', output_filenumber: 2 })
      expectColour(
        (await look(readZip((await client.download(task)).bytes)[1]?.data ?? Buffer.alloc(0))).at(50, 150),
        blue,
      )
      // Gone after processing.
      expect(await rawParams(task)).not.toMatch(/password/)
    })
    it('"ignore_errors=true and at least one file succeeds -> TaskSuccessWithWarnings"', async () => {
      const { task, files } = await uploaded('convertimage', {
        'locked.pdf': fixture('locked-rc4.pdf'),
        'good.bmp': await foreignQuarters('bmp'),
      })
      const { json } = await client.process(task, 'convertimage', files)
      expect(json).toMatchObject({
        status: 'TaskSuccessWithWarnings',
        output_filenumber: 1,
        download_filename: 'good.jpg',
        warnings: [{ filename: 'locked.pdf', status: 'WrongPassword' }],
      })
    })
    it('"Otherwise … the task stays TaskWaiting, even beside other errors", and with ignore_errors=false', async () => {
      const { task, files } = await uploaded('convertimage', {
        'good.bmp': await foreignQuarters('bmp'),
        'locked.pdf': fixture('locked-rc4.pdf'),
        'broken.jpg': Buffer.from('no picture'),
      })
      const refused = await client.process(task, 'convertimage', files, { ignore_errors: false })
      expect(refused.status).toBe(400)
      expect(refused.json.error.param.map(({ error }: { error: string }) => error)).toEqual([
        'WrongPassword',
        'DamagedFile',
      ])
      expect((await status(task)).status).toBe('TaskWaiting')
      expect(await server.composed.store.read.tasks.outputs(task)).toEqual([])
      const [good, locked] = files
      const again = await client.process(task, 'convertimage', [good, { ...locked, password: 'secret' }], {
        ignore_errors: false,
      })
      expect(again.json).toMatchObject({ status: 'TaskSuccess', output_filenumber: 3 })
    })
    it('in the background too; while it runs the password is sealed', async () => {
      const { task, files } = await uploaded('convertimage', { 'locked.pdf': fixture('locked-rc4.pdf') })
      const { json } = await client.process(task, 'convertimage', [{ ...files[0], password: 'open-sesame' }], {
        webhook: '',
      })
      expect(json.status).toBe('TaskProcessing')
      expect(await rawParams(task)).not.toContain('open-sesame')
      await expect.poll(async () => (await status(task)).status).not.toBe('TaskProcessing')
      expect(await status(task)).toMatchObject({ status: 'TaskWaiting', files: [{ status: 'WrongPassword' }] })
      expect((await client.process(task, 'convertimage', [{ ...files[0], password: 'secret' }])).json.status).toBe(
        'TaskSuccess',
      )
    })
    it('"ignored for the others"', async () => {
      const { processed } = await client.run('rotateimage', await quarters(20, 10), 'a.png', {}, { password: 'x' })
      expect(processed.json.status).toBe('TaskSuccess')
    })
  })
}
