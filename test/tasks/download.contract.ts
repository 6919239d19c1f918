/** Section 7: downloads. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { photo, quarters } from '../support/pictures.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'
import { signToken, TasksClient } from '../support/tasks-client.ts'
import { send } from '../support/wire.ts'
import { readZip } from '../support/zip.ts'

export function downloadSuite(stack: Stack): void {
  let server: TestServer
  let client: TasksClient
  let authorization: string
  let picture: Buffer

  beforeAll(async () => {
    server = await stack.start()
    client = await TasksClient.of(server)
    authorization = `Bearer ${await signToken()}`
    picture = await quarters(80, 60, 'jpeg')
  })
  afterAll(() => server.stop())

  const get = (task: string, headers: Record<string, string> = {}, method = 'GET') =>
    send(`${server.url}/v1/download/${task}`, method, { authorization, ...headers })
  const done = async (filename = 'beach.jpg', bytes = picture) =>
    (await client.run('rotateimage', bytes, filename)).task
  async function zipped(names: string[], params: Record<string, unknown> = {}) {
    const task = await client.start('rotateimage')
    const files: { server_filename: string }[] = []
    for (const name of names)
      files.push({ server_filename: (await client.upload(task, picture, name)).json.server_filename })
    expect((await client.process(task, 'rotateimage', files, params)).status).toBe(200)
    return task
  }

  describe('7 "200 with the bytes. One output -> the file itself"', () => {
    it('headers: type, length, disposition, and what keeps hostile bytes quiet', async () => {
      const answer = await get(await done())
      expect(answer.status).toBe(200)
      expect(answer.headers).toMatchObject({
        'content-type': 'image/jpeg',
        'content-length': String(answer.bytes.length),
        'content-disposition': 'attachment; filename="beach.jpg"',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
      })
      // "Content-Disposition in canonical letter case"
      expect(answer.rawHeaders).toContain('Content-Disposition')
    })
    it('"quoted form first, filename* last, spaces percent-encoded, lowercase utf-8"', async () => {
      const task = await done('фото 1.jpg')
      const { headers } = await get(task)
      const header = Buffer.from(headers['content-disposition'] ?? '', 'latin1').toString()
      expect(header).toMatch(
        /^attachment; filename="[\x20-\x7e]+"; filename\*=utf-8''%D1%84%D0%BE%D1%82%D0%BE%201\.jpg$/,
      )
      // As the clients read it: PHP takes everything behind utf-8'', Python up to a blank, .NET the quoted name.
      expect(decodeURIComponent(header.split("filename*=utf-8''")[1] ?? '')).toBe('фото 1.jpg')
      expect(/filename\*=utf-8''([^\s]+)/.exec(header)?.[1]).toBe('%D1%84%D0%BE%D1%82%D0%BE%201.jpg')
      expect(/ filename="(.*)"/.exec(header)?.[1]).toMatch(/1\.jpg$/)
    })
    it.each([
      'a"b;c.jpg',
      "it's.jpg",
      'über.jpg',
      '100%.jpg',
      '海滩.jpg',
      'a,b=c.jpg',
      '😀.jpg',
      `${'long'.repeat(60)}.jpg`,
    ])('a name like %s survives', async (name) => {
      const { processed, task } = await client.run('rotateimage', picture, name)
      const { headers, status } = await get(task)
      expect(status).toBe(200)
      const header = headers['content-disposition'] ?? ''
      expect(header).toMatch(/^[\x20-\x7e]+$/)
      const star = /filename\*=utf-8''(.+)$/.exec(header)?.[1]
      const quoted = /filename="([^"]*)"/.exec(header)?.[1] ?? ''
      expect(star === undefined ? quoted : decodeURIComponent(star)).toBe(processed.json.download_filename)
      expect(quoted).toMatch(/\.jpg$/)
    })
    it('"Repeatable until the task is deleted"', async () => {
      const task = await done()
      const [one, two] = [await get(task), await get(task)]
      expect(one.bytes.equals(two.bytes)).toBe(true)
      await client.call('DELETE', `/v1/task/${task}`)
      expect((await get(task)).status).toBe(400)
    })
  })

  describe('7 "more than one -> a ZIP"', () => {
    it('flat, in files order, UTF-8 names, stored, with its exact length', async () => {
      const names = ['b.jpg', 'фото 1.jpg', 'a.jpg', '海.jpg']
      const answer = await get(await zipped(names))
      expect(answer.headers).toMatchObject({
        'content-type': 'application/zip',
        'content-length': String(answer.bytes.length),
        'content-disposition': 'attachment; filename="output.zip"',
        'x-content-type-options': 'nosniff',
      })
      expect(readZip(answer.bytes).map(({ name }) => name)).toEqual(names)
    })
    it('the same bytes every time, and every entry is the file itself', async () => {
      const task = await zipped(['a.jpg', 'b.jpg'])
      const [one, two] = [await get(task), await get(task)]
      expect(one.bytes.equals(two.bytes)).toBe(true)
      const outputs = await server.composed.store.read.tasks.outputs(task)
      expect(readZip(one.bytes).map(({ data }) => data.length)).toEqual(outputs.map(({ size }) => size))
    })
    it('failed files are not in it', async () => {
      const task = await client.start('rotateimage')
      const files: { server_filename: string }[] = []
      for (const [name, bytes] of [
        ['a.jpg', picture],
        ['bad.jpg', Buffer.from('x')],
        ['c.jpg', picture],
      ] as const)
        files.push({ server_filename: (await client.upload(task, bytes, name)).json.server_filename })
      await client.process(task, 'rotateimage', files)
      expect(readZip((await get(task)).bytes).map(({ name }) => name)).toEqual(['a.jpg', 'c.jpg'])
    })
  })

  describe('7 "Support HEAD and Range as extras (Range only when the client asks)"', () => {
    let file: string
    let zip: string
    beforeAll(async () => {
      file = await done('large.jpg', await photo(500, 400))
      zip = await zipped(['a.jpg', 'b.jpg', 'c.jpg'])
    })
    it('HEAD answers the headers of GET and no body', async () => {
      for (const task of [file, zip]) {
        const [whole, head] = [await get(task), await get(task, {}, 'HEAD')]
        expect(head.status).toBe(200)
        expect(head.bytes.length).toBe(0)
        for (const name of ['content-type', 'content-length', 'content-disposition', 'etag', 'accept-ranges'])
          expect([name, head.headers[name]]).toEqual([name, whole.headers[name]])
      }
    })
    it.each([
      ['bytes=0-99', 0, 99],
      ['bytes=100-', 100, undefined],
      ['bytes=-50', -50, undefined],
      ['bytes=0-0', 0, 0],
      ['bytes=10-99999999', 10, undefined],
    ] as const)('%s of a file and of a ZIP', async (range, start, end) => {
      for (const task of [file, zip]) {
        const whole = (await get(task)).bytes
        const part = await get(task, { range })
        const from = start < 0 ? whole.length + start : start
        const to = end ?? whole.length - 1
        expect(part.status).toBe(206)
        expect(part.headers['content-range']).toBe(`bytes ${from}-${to}/${whole.length}`)
        expect(part.headers['content-length']).toBe(String(to - from + 1))
        expect(part.bytes.equals(whole.subarray(from, to + 1))).toBe(true)
      }
    })
    it('a range behind the end is 416; odd and several ranges answer the whole', async () => {
      const whole = (await get(file)).bytes
      const beyond = await get(file, { range: `bytes=${whole.length}-` })
      expect(beyond.status).toBe(416)
      expect(beyond.json.error.code).toBe('416')
      expect(beyond.headers['content-range']).toBe(`bytes */${whole.length}`)
      for (const range of ['bytes=a-b', 'lines=0-1', 'bytes=0-1,5-6', 'bytes=5-2', 'bytes=-']) {
        expect((await get(file, { range })).status).toBe(200)
      }
    })
    it('If-Range with another ETag answers the whole', async () => {
      const { headers } = await get(file)
      expect((await get(file, { range: 'bytes=0-9', 'if-range': headers.etag ?? '' })).status).toBe(206)
      expect((await get(file, { range: 'bytes=0-9', 'if-range': '"other"' })).status).toBe(200)
    })
  })

  describe('7 "Errors 400 DownloadError"', () => {
    it('not processed yet, failed, deleted, unknown, foreign', async () => {
      const waiting = await client.start('rotateimage')
      const failed = (await client.run('rotateimage', Buffer.from('x'), 'x.jpg')).task
      const deleted = await done()
      await client.call('DELETE', `/v1/task/${deleted}`)
      const stranger = await TasksClient.of(server, await addProject(server, 'download-stranger'))
      const mine = await done()
      for (const [answer, text] of [
        [await client.download(waiting), /TaskWaiting/],
        [await client.download(failed), /TaskError/],
        [await client.download(deleted), /deleted|expired/],
        [await client.download('unknown'), /deleted|expired/],
        [await stranger.download(mine), /deleted|expired/],
      ] as const) {
        expect(answer.status).toBe(400)
        expect(answer.json.error).toMatchObject({
          type: 'DownloadError',
          code: '400',
          message: expect.stringMatching(text),
          param: { task: [expect.any(String)] },
        })
        expect(answer.headers.get('content-disposition')).toBeNull()
      }
    })
    it('"Bearer auth required"', async () => {
      const answer = await send(`${server.url}/v1/download/${await done()}`, 'GET')
      expect(answer.status).toBe(401)
      expect(answer.json.name).toBe('Unauthorized')
    })
  })

  it('a client that breaks off does no harm', async () => {
    const task = await done('large.jpg', await photo(1200, 900))
    for (let round = 0; round < 5; round += 1) {
      const gone = new AbortController()
      const response = await fetch(`${server.url}/v1/download/${task}`, {
        headers: { authorization },
        signal: gone.signal,
      })
      await response.body?.getReader().read()
      gone.abort()
    }
    expect((await get(task)).status).toBe(200)
  })
}
