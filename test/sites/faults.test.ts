/** What fails on the server's side: 500 and 503 in the envelope, and not counted (site-photos-api.md sections 3 and 5). */
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestClock } from '../../src/adapters/database/test-records.ts'
import { addInstallation, sitesCaller, sitesClient } from '../support/sites-client.ts'
import { startServer, type TestServer } from '../support/stack.ts'

const clock = createTestClock(Date.parse('2026-03-01T12:00:30Z'))
let folder: string
let server: TestServer | undefined

const start = async () => {
  server = await startServer({ DATA_DIR: folder, LIMITS: 'on' }, clock)
  return server
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'imagestead-test-'))
})
afterEach(async () => {
  await server?.stop().catch(() => {})
  server = undefined
  rmSync(folder, { recursive: true, force: true })
})

describe('a fault of the server', () => {
  it('is 500 server_error, tells nothing of its cause, and gives the call back', async () => {
    const client = await sitesClient(await start())
    await addInstallation(client)
    const database = new DatabaseSync(join(folder, 'imagestead.db'))
    database.exec('alter table captures rename to elsewhere')
    for (const headers of [{}, {}]) {
      const answer = await client.call('GET', '/v1/installations', { headers })
      expect(answer.status).toBe(500)
      expect(answer.json.error).toMatchObject({
        code: 'server_error',
        message: expect.not.stringContaining('captures'),
      })
      expect(answer.headers.get('x-ratelimit-remaining-minute')).toBe('99')
      expect(answer.headers.get('x-ratelimit-remaining-month')).toBe('49999')
    }
    database.exec('alter table elsewhere rename to captures')
    database.close()
    const { headers } = await client.call('GET', '/v1/installations')
    expect(headers.get('x-ratelimit-remaining-minute')).toBe('98')
    const { json } = await client.call('GET', '/v1/usage')
    expect(json.days[0].functions).toEqual([
      { function: 'installations.create', version: 1, calls: 1 },
      { function: 'installations.list', version: 1, calls: 1 },
    ])
  })

  it('is 503 unavailable with Retry-After while the store is down', async () => {
    const { composed, ...rest } = await start()
    const client = await sitesClient({ composed, ...rest })
    await composed.store.close()
    const answer = await client.call('GET', '/v1/installations')
    expect(answer.status).toBe(503)
    expect(answer.json.error.code).toBe('unavailable')
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it('is 503 unavailable with Retry-After while the server drains', async () => {
    const { composed, authority } = await start()
    const [host, port] = authority.split(':')
    const socket = connect(Number(port), host)
    let answer = ''
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text
    })
    // A request whose head is not complete yet.
    socket.write('GET /site/v1/photos HTTP/1.1\r\nHost: a\r\n')
    await new Promise((resolve) => setTimeout(resolve, 200))
    const closed = composed.app.close(20_000)
    socket.write('\r\n')
    await new Promise((resolve) => socket.once('close', resolve))
    await closed
    expect(answer).toMatch(/^HTTP\/1.1 503 /)
    expect(answer).toMatch(/retry-after: \d+\r\n/i)
    expect(answer).toMatch(/x-supported-until: 2026-09-01T12:00:30Z\r\n/i)
    expect(answer).toContain('"ok":false,"error":{"code":"unavailable"')
  })
})

describe('after a restart', () => {
  it('minute, month and usage go on where they were', async () => {
    const client = await sitesClient(await start(), { siteMinute: 4 })
    for (let call = 0; call < 3; call += 1) await client.call('GET', '/v1/versions')
    await server?.stop()
    const again = sitesCaller(await start(), client.key)
    const { json, headers } = await again('GET', '/v1/usage')
    expect(json.calls).toBe(3)
    expect(headers.get('x-ratelimit-remaining-minute')).toBe('0')
    expect(headers.get('x-ratelimit-remaining-month')).toBe(String(50_000 - 4))
    expect((await again('GET', '/v1/usage')).status).toBe(429)
  })
})
