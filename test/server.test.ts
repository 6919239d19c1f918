/** The server itself: TLS, proxies, health, metrics, draining, broken requests. No API's dialect. */
import { rm } from 'node:fs/promises'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { packageRoot } from '../src/paths.ts'
import { runCommand } from './support/process.ts'
import { embedded, type TestServer } from './support/stack.ts'
import { TasksClient } from './support/tasks-client.ts'

let server: TestServer | undefined
afterEach(async () => {
  await server?.stop()
  server = undefined
})

const start = async (settings: Record<string, string> = {}) => {
  server = await embedded.start(settings)
  return server
}

/** Sends raw bytes and reads all that comes back until the server closes. */
function raw(authority: string, bytes: string): Promise<string> {
  const [host, port] = authority.split(':')
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(Number(port), host, () => socket.write(bytes))
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text
    })
    socket.on('end', () => resolve(answer)).on('error', reject)
  })
}

describe('health and metrics', () => {
  it('says it lives and is ready, by its parts', async () => {
    const { url } = await start()
    expect(await (await fetch(`${url}/livez`)).json()).toEqual({ status: 'ok' })
    const ready = await fetch(`${url}/readyz`)
    expect(ready.status).toBe(200)
    expect(await ready.json()).toEqual({ status: 'ok', checks: { database: 'ok', blobs: 'ok' } })
  })

  it('counts requests by API and route, without ids in labels', async () => {
    const { url } = await start()
    const client = await TasksClient.of({ url })
    await client.start('resize')
    await client.call('GET', '/v1/task/unknown')
    const metrics = await (await fetch(`${url}/metrics`)).text()
    expect(metrics).toMatch(
      /imagestead_requests_total\{api="tasks",route="\/v1\/start\/:tool",method="GET",status="200"\} 1/,
    )
    expect(metrics).toMatch(
      /imagestead_requests_total\{api="tasks",route="\/v1\/task\/:task",method="GET",status="404"\} 1/,
    )
    expect(metrics).toContain('imagestead_engine_children')
  })
})

describe('requests that are no requests', () => {
  it('answers garbage, too long headers and bad escapes with JSON and closes', async () => {
    const { authority } = await start()
    expect(await raw(authority, 'nonsense\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400 [\s\S]*X-Request-Id: [0-9a-f]{32}[\s\S]*"status":400/,
    )
    const long = await raw(authority, `GET /v1/info HTTP/1.1\r\nHost: a\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`)
    expect(long).toMatch(/^HTTP\/1.1 431 [\s\S]*"code":"431"/)
    const both =
      'POST /v1/process HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'
    expect(await raw(authority, both)).toMatch(/^HTTP\/1.1 400 /)
    expect(await raw(authority, 'GET /v1/task/%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400 [\s\S]*percent escape/,
    )
  })

  it('refuses more than 100 headers and URLs over 8 KiB', async () => {
    const { url } = await start()
    const headers = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`x-${index}`, '1']))
    expect((await fetch(`${url}/v1/info`, { headers })).status).toBe(431)
    expect((await fetch(`${url}/v1/info?x=${'a'.repeat(9000)}`)).status).toBe(414)
  })
})

describe('TLS', () => {
  it('speaks HTTPS with the configured certificate, and plain HTTP gets no answer of ours', async () => {
    const folder = join(packageRoot, 'test/support/tls')
    const { authority } = await start({
      TLS_CERT_FILE: join(folder, 'cert.pem'),
      TLS_KEY_FILE: join(folder, 'key.pem'),
    })
    const status = await new Promise((resolve, reject) => {
      const call = httpsRequest(`https://${authority}/livez`, { rejectUnauthorized: false }, (answer) =>
        resolve(answer.statusCode),
      )
      call.on('error', reject).end()
    })
    expect(status).toBe(200)
    await expect(fetch(`http://${authority}/livez`)).rejects.toThrow()
  })
})

describe('behind a proxy', () => {
  const serverOf = async (url: string) => {
    const client = await TasksClient.of({ url })
    const started = await client.call('GET', '/v1/start/resize', {
      headers: { 'x-forwarded-host': 'images.example.com' },
    })
    return started.json.server
  }

  it('believes X-Forwarded-Host only of a trusted proxy', async () => {
    const { url, authority } = await start()
    expect(await serverOf(url)).toBe(authority)
    await server?.stop()
    expect(await serverOf((await start({ TRUST_PROXY: '127.0.0.1' })).url)).toBe('images.example.com')
    await server?.stop()
    expect(await serverOf((await start({ PUBLIC_URL: 'https://img.example.org:8443' })).url)).toBe(
      'img.example.org:8443',
    )
  })
})

describe('draining', () => {
  it('ends by itself, with the reason, when it cannot start after the database is open', async () => {
    const { authority } = await start()
    const settings = { DATA_DIR: join(tmpdir(), `imagestead-start-${process.pid}`) }
    const taken = runCommand(['serve'], { ...settings, PORT: authority.split(':')[1] ?? '' })
    expect([await taken.ended, taken.output()]).toEqual([1, expect.stringContaining('the port is taken')])
    const models = runCommand(['serve'], { ...settings, VISION_MODELS: 'nonsense' })
    expect([await models.ended, models.output()]).toEqual([1, expect.stringContaining('there is no model "nonsense"')])
    await rm(settings.DATA_DIR, { recursive: true, force: true })
  })

  it('finishes the request in progress and refuses new ones on open connections with 503', async () => {
    const { url, authority, composed } = await start()
    const client = await TasksClient.of({ url })
    const task = await client.start('resize')
    const [host, port] = authority.split(':')
    // An upload whose body is not complete yet.
    const body = '--b\r\nContent-Disposition: form-data; name="task"\r\n\r\nnone\r\n--b--\r\n'
    const socket = connect(Number(port), host)
    let answer = ''
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text
    })
    const head = `POST /v1/upload HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${client.token}\r\nContent-Type: multipart/form-data; boundary=b\r\n`
    socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body.slice(0, 20)}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
    const closed = composed.app.close(60_000)
    socket.write(body.slice(20))
    await new Promise((resolve) => socket.once('end', resolve))
    await closed
    expect(answer).toMatch(/^HTTP\/1.1 400 [\s\S]*UploadError/)
    expect(task).toHaveLength(48)
    await expect(fetch(`${url}/livez`)).rejects.toThrow()
  })
})
