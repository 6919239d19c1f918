import { Agent, createServer, type IncomingMessage, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FilePart, type OnFile, readBody, readNeedlessBody } from './body.ts'

const limits = { maxFieldBytes: 10_000, idleMs: 300 }

let server: Server
let port: number
/** What the server does with the next request. */
let onFile: OnFile | undefined
let handle: (incoming: IncomingMessage) => Promise<unknown>
let outcome: Promise<unknown>

beforeAll(async () => {
  server = createServer((incoming, response) => {
    // A cut connection is the tests' business.
    incoming.on('error', () => undefined)
    outcome = handle(incoming)
    outcome.then(
      () => response.end('ok'),
      () => response.writeHead(400, { connection: 'close' }).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
beforeEach(() => {
  onFile = undefined
  handle = (incoming) => readBody(incoming, limits, onFile)
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

/** Sends a body and answers what readBody made of it. */
async function read(type: string | undefined, body: string | Buffer): Promise<unknown> {
  const outgoing = request({
    port,
    method: 'POST',
    agent: false,
    headers: type === undefined ? {} : { 'content-type': type },
  })
  const answered = new Promise((resolve) =>
    outgoing.on('response', (response) => resolve(buffer(response))).on('error', resolve),
  )
  outgoing.end(body)
  await answered
  return outcome
}
const multipart = (...parts: string[]) => `${parts.map((part) => `--b\r\n${part}\r\n`).join('')}--b--\r\n`
const field = (name: string, value: string) => `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`
const file = (name: string, filename: string, value: string) =>
  `Content-Disposition: form-data; name="${name}"; filename="${filename}"\r\n\r\n${value}`
const form = 'multipart/form-data; boundary=b'

describe('three encodings', () => {
  it('JSON, with its parameters and vendor types', async () => {
    for (const type of ['application/json', 'Application/JSON;charset=UTF-8', 'application/vnd.api+json']) {
      expect(await read(type, '{"a ":1,"b":[{" c":null}]}')).toEqual({ a: 1, b: [{ c: null }] })
    }
  })
  it('urlencoded with brackets', async () => {
    expect(await read('application/x-www-form-urlencoded', 'a=1&files%5B2%5D%5Bx%5D=y&files[0][x]=z+%C3%BC')).toEqual({
      a: '1',
      files: [{ x: 'z ü' }, { x: 'y' }],
    })
  })
  it('multipart with files in order, fields before and behind them', async () => {
    const seen: { field: string; filename: string | undefined; text: string }[] = []
    onFile = async ({ field, filename, stream }: FilePart) => {
      seen.push({ field, filename, text: (await buffer(stream)).toString() })
    }
    const fields = await read(
      form,
      multipart(field('a[0]', 'ü'), file('file', 'x.jpg', 'one'), field('task ', 't'), file('other', 'y', 'two')),
    )
    expect(fields).toEqual({ a: ['ü'], task: 't' })
    expect(seen).toEqual([
      { field: 'file', filename: 'x.jpg', text: 'one' },
      { field: 'other', filename: 'y', text: 'two' },
    ])
  })
  it('a long text as a stream, where the caller wants one, with the fields before it', async () => {
    const seen: unknown[] = []
    handle = (incoming) =>
      readBody(
        incoming,
        limits,
        async ({ field, isText, filename, fieldsBefore, stream }) => {
          seen.push({ field, isText, filename, before: fieldsBefore(), size: (await buffer(stream)).length })
        },
        'file',
      )
    const body = multipart(field('a', '1'), field('file ', 'x'.repeat(3_000_000)), field('b', '2'))
    expect(await read(form, body)).toEqual({ a: '1', b: '2' })
    expect(seen).toEqual([{ field: 'file ', isText: true, filename: undefined, before: { a: '1' }, size: 3_000_000 }])
  })
  it('nothing is an empty object, whatever the type', async () => {
    for (const type of ['application/json', 'text/plain', undefined]) expect(await read(type, '')).toEqual({})
  })
  it('a field named like a prototype is a field', async () => {
    const fields = (await read('application/json', '{"__proto__":{"x":1},"constructor":2}')) as object
    expect(Object.getPrototypeOf(fields)).toBe(Object.prototype)
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })
})

describe('limits', () => {
  it.each([
    ['application/json', `{"a":"${'x'.repeat(10_000)}"}`],
    ['application/x-www-form-urlencoded', `a=${'x'.repeat(10_000)}`],
    [form, multipart(field('a', 'x'.repeat(10_001)))],
    [form, multipart(...Array.from({ length: 30 }, (_, index) => field(`f${index}`, 'x'.repeat(400))))],
  ])('fields that are too large: %s', async (type, body) => {
    await expect(read(type, body)).rejects.toMatchObject({ code: 'too_large' })
  })
  it('too many parts', async () => {
    const parts = Array.from({ length: 1001 }, (_, index) => field(`f${index}`, ''))
    await expect(read(form, multipart(...parts))).rejects.toMatchObject({ code: 'invalid', param: 'body' })
  })
  it('JSON too deep, and not an object', async () => {
    await expect(read('application/json', `{"a":${'['.repeat(70)}${']'.repeat(70)}}`)).rejects.toMatchObject({
      code: 'invalid',
      param: 'body',
    })
    for (const body of ['[]', '"a"', 'null', '{', '{"a":1}x'])
      await expect(read('application/json', body)).rejects.toMatchObject({ code: 'invalid', param: 'body' })
  })
  it('files are not counted, and refused where none is expected', async () => {
    let size = 0
    onFile = async ({ stream }) => {
      size = (await buffer(stream)).length
    }
    await read(form, multipart(file('f', 'x', 'x'.repeat(50_000))))
    expect(size).toBe(50_000)
    onFile = undefined
    await expect(read(form, multipart(file('f', 'x', 'y')))).rejects.toMatchObject({ code: 'invalid', param: 'f' })
  })
  it('types that are not read here', async () => {
    for (const type of ['text/plain', 'image/png', 'multipart/mixed; boundary=b', undefined]) {
      await expect(read(type, 'x')).rejects.toMatchObject({ code: 'unsupported_media_type', param: 'Content-Type' })
    }
    await expect(read('multipart/form-data', 'x')).rejects.toMatchObject({ code: 'invalid', param: 'Content-Type' })
  })
})

describe('broken multipart', () => {
  it.each([
    ['cut off in a field', `--b\r\n${field('a', 'x')}`],
    ['cut off in a file', `--b\r\n${file('f', 'x', 'some bytes')}`],
    ['no boundary at all', 'garbage'],
    ['cut off in the headers', '--b\r\nContent-Dispo'],
  ])('%s', async (_name, body) => {
    onFile = async ({ stream }) => void (await buffer(stream))
    await expect(read(form, body)).rejects.toMatchObject({ code: 'invalid' })
  })
  it('a reader that leaves the rest of a file holds nothing up', async () => {
    onFile = async () => undefined
    const body = multipart(file('f', 'x', 'x'.repeat(2_000_000)), field('a', '1'))
    expect(await read(form, body)).toEqual({ a: '1' })
  })
  it('a refusal while a file comes is told, and the rest is not waited for', async () => {
    onFile = async ({ stream }) => {
      await new Promise((resolve) => stream.once('data', resolve))
      throw new Error('no room')
    }
    await expect(read(form, multipart(file('f', 'x', 'x'.repeat(500_000)), field('a', '1')))).rejects.toThrow('no room')
  })
})

describe('clients that stop', () => {
  const begin = (length: number) => {
    const outgoing = request({
      port,
      method: 'POST',
      agent: false,
      headers: { 'content-type': form, 'content-length': length },
    })
    outgoing.on('error', () => undefined)
    return outgoing
  }
  it('a connection that breaks is `cancelled`, also for the file being read', async () => {
    let inner: unknown
    onFile = ({ stream }) =>
      buffer(stream).then(
        () => undefined,
        (error: unknown) => {
          inner = error
          throw error
        },
      )
    const outgoing = begin(1000)
    outgoing.write(`--b\r\n${file('f', 'x', 'some')}`)
    await sleep(50)
    const pending = outcome
    outgoing.destroy()
    await expect(pending).rejects.toMatchObject({ code: 'cancelled' })
    await expect.poll(() => inner).toBeDefined()
  })
  it('a body that hardly moves is cut off', async () => {
    onFile = async ({ stream }) => void (await buffer(stream))
    const outgoing = begin(1000)
    outgoing.write(`--b\r\n${file('f', 'x', 'so')}`)
    await sleep(30)
    const pending = outcome
    const dripping = setInterval(() => outgoing.write('x'), 50)
    await expect(pending).rejects.toMatchObject({ code: 'request_timeout' })
    clearInterval(dripping)
    outgoing.destroy()
  })
  it("a slow reader of ours is not the client's fault", async () => {
    onFile = async ({ stream }) => {
      await sleep(900)
      await buffer(stream)
    }
    expect(await read(form, multipart(file('f', 'x', 'x'.repeat(3_000_000)), field('a', '1')))).toEqual({ a: '1' })
  })
})

describe('a body that nobody needs', () => {
  beforeEach(() => {
    handle = readNeedlessBody
  })
  it('is read when it is short, and whatever it is, fails nothing', async () => {
    expect(await read('application/json', '{"debug":true}')).toEqual({ debug: true })
    expect(await read('application/x-www-form-urlencoded', 'v=php.1.1.17&a[b]=1')).toEqual({
      v: 'php.1.1.17',
      a: { b: '1' },
    })
    for (const [type, body] of [
      ['application/json', '{"debug":'],
      ['application/json', ''],
      ['text/plain', 'debug'],
      [undefined, 'debug=1'],
      ['application/json', `{"debug":"${'x'.repeat(70_000)}"}`],
      [form, multipart(field('debug', '1'))],
    ] as const)
      expect(await read(type, body)).toEqual({})
  })
  it('that does not come is not waited for, and the connection goes on', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const outgoing = request({
      port,
      method: 'DELETE',
      agent,
      headers: { 'content-type': 'application/json', 'content-length': 9 },
    })
    const answered = new Promise<IncomingMessage>((resolve) => outgoing.on('response', resolve))
    outgoing.write('{"a"')
    const answer = await answered
    expect(await outcome).toEqual({})
    const used = answer.socket
    outgoing.end(':true')
    await buffer(answer)
    const again = request({ port, method: 'GET', agent })
    const second = new Promise<IncomingMessage>((resolve) => again.on('response', resolve))
    again.end()
    expect((await second).socket).toBe(used)
    agent.destroy()
  })
})
