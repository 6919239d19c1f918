/** Sections 5.5 and 8.6 with media-library-api.md section 13, scheme 2: what a receiver gets, how often, and what the log says. */
import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { projectSettingsSchema } from '../../src/core/projects/settings.ts'
import { enableTarget, replayDelivery } from '../../src/core/webhooks/log.ts'
import type { DeliveryState } from '../../src/core/webhooks/records.ts'
import { type Origin, type Received, startOrigin } from '../support/origin.ts'
import { quarters } from '../support/pictures.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'
import { verifierOf } from '../support/standard-webhooks.ts'
import { TasksClient } from '../support/tasks-client.ts'

const waitMs = 40
const timeoutMs = 1200

export function webhookSuite(stack: Stack): void {
  let server: TestServer
  let client: TasksClient
  let picture: Buffer
  const origins: Origin[] = []

  beforeAll(async () => {
    server = await stack.start({
      FETCH_ALLOW: '127.0.0.1',
      WEBHOOKS_RETRY_MS: JSON.stringify([waitMs, waitMs, waitMs]),
      WEBHOOKS_TIMEOUT_MS: String(timeoutMs),
    })
    client = await TasksClient.of(server)
    picture = await quarters(20, 16)
  })
  afterAll(async () => {
    await Promise.all(origins.map((origin) => origin.stop()))
    await server.stop()
  })

  /** A receiver with a host of its own. `answer` gets the number of the call, from 1. */
  async function receiver(answer: (call: number, response: ServerResponse, request: Received) => void) {
    let calls = 0
    const origin = await startOrigin((request, response) => {
      calls += 1
      answer(calls, response, request)
    })
    origins.push(origin)
    return origin
  }
  const status =
    (code: number, headers: Record<string, string> = {}) =>
    (_: number, response: ServerResponse) =>
      response.writeHead(code, headers).end('noted')

  async function submit(webhook: string, params: Record<string, unknown> = {}, bytes = picture, by = client) {
    const task = await by.start('rotateimage')
    const name = (await by.upload(task, bytes, 'a.png')).json.server_filename
    const answer = await by.process(task, 'rotateimage', [{ server_filename: name, rotate: 90 }], {
      webhook,
      ...params,
    })
    expect(answer.status).toBe(200)
    return task
  }
  /** Tests of this suite run side by side, where expect.poll loses its test. */
  const soon = (check: () => Promise<void> | void) => vi.waitFor(check, { timeout: 20_000, interval: 30 })
  const log = (task: string) => server.composed.store.read.webhooks.list({ subject: task }, 10)
  const only = async (task: string) => {
    const [line, ...others] = await log(task)
    expect(others).toEqual([])
    if (line === undefined) throw new Error('nothing was recorded')
    return line
  }
  const until = async (task: string, state: DeliveryState) => {
    await soon(async () => expect((await log(task)).map((line) => line.state)).toEqual([state]))
    return only(task)
  }
  const secret = async (project = 'default') => {
    const [current] = await server.composed.webhookSecrets.active(project)
    return current ?? ''
  }

  describe('13, scheme 2: "headers webhook-id, webhook-timestamp (seconds), webhook-signature: v1,<base64>"', () => {
    it('verifies with the raw bytes of the secret as the key, and with no other', async () => {
      const origin = await receiver(status(204))
      const task = await submit(`${origin.url}/hook`)
      await until(task, 'delivered')
      const [call] = origin.received
      if (call === undefined) throw new Error('no call came')
      const { id } = await only(task)
      expect(call.headers).toMatchObject({
        'webhook-id': id,
        'webhook-timestamp': expect.stringMatching(/^\d{10}$/),
        'webhook-signature': expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
        'user-agent': expect.stringMatching(/^Imagestead\//),
      })
      const verifier = verifierOf(await secret())
      await verifier.verify(call.body, call.headers)
      await expect(verifier.verify(Buffer.concat([call.body, Buffer.from(' ')]), call.headers)).rejects.toThrow('fits')
      await expect(verifier.verify(call.body, { ...call.headers, 'webhook-id': 'wh_other' })).rejects.toThrow('fits')
      await expect(verifierOf(`${await secret()}x`).verify(call.body, call.headers)).rejects.toThrow('fits')
      await expect(verifier.verify(call.body, call.headers, Date.now() / 1000 + 301)).rejects.toThrow('off')
    })

    it('each project has a secret of its own, sealed in the database; after a roll both sign', async () => {
      const pair = await addProject(server, 'rolled')
      const origin = await receiver(status(200))
      const task = await submit(`${origin.url}/hook`, {}, picture, await TasksClient.of(server, pair))
      await until(task, 'delivered')
      const old = await secret('rolled')
      expect(old).toMatch(/^whsec_[\w-]{43}$/)
      expect(old).not.toBe(await secret())
      const stored = await server.composed.store.read.webhooks.secrets('rolled')
      expect(JSON.stringify(stored)).not.toContain(old.slice(6))
      const fresh = await server.composed.webhookSecrets.roll('rolled', 60_000)
      expect(await server.composed.webhookSecrets.active('rolled')).toEqual([fresh, old])
      await replayDelivery(server.composed, (await only(task)).id)
      await soon(() => expect(origin.received).toHaveLength(2))
      const { headers, body } = origin.received[1] as Received
      await verifierOf(old).verify(body, headers)
      await verifierOf(fresh).verify(body, headers)
      await server.composed.webhookSecrets.roll('rolled', 0)
      expect(await server.composed.webhookSecrets.active('rolled')).toHaveLength(1)
    })
  })

  describe('8.6 "Retries with backoff on non-2xx/timeouts, bounded"', () => {
    it('500 twice, then 200: three equal bodies under one id, each signed for its own time', async () => {
      const origin = await receiver((call, response) => response.writeHead(call < 3 ? 500 : 200).end())
      const task = await submit(`${origin.url}/hook`)
      const { attempts, id, tries } = await until(task, 'delivered')
      expect(tries).toBe(3)
      expect(attempts.map((attempt) => attempt.status)).toEqual([500, 500, 200])
      expect(attempts[0]?.error).toMatch(/status 500; only 2xx counts/)
      expect(attempts[2]?.error).toBeNull()
      expect((attempts[1]?.at ?? 0) - (attempts[0]?.at ?? 0)).toBeGreaterThanOrEqual(waitMs * 0.8)
      expect(new Set(origin.received.map(({ body }) => body.toString('hex'))).size).toBe(1)
      expect(new Set(origin.received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([id]))
      for (const { body, headers } of origin.received) await verifierOf(await secret()).verify(body, headers)
    })

    it('a task that is deleted before delivery is told of as it was', async () => {
      const origin = await receiver((call, response) =>
        response.writeHead(call < 2 ? 503 : 200, { 'retry-after': '1' }).end(),
      )
      const task = await submit(`${origin.url}/hook`)
      await origin.wait(({ body }) => body.includes(task))
      expect((await client.call('DELETE', `/v1/task/${task}`)).status).toBe(200)
      const { attempts } = await until(task, 'delivered')
      expect(JSON.parse(String(origin.received[1]?.body))).toMatchObject({
        event: 'task.completed',
        task,
        status: 'TaskSuccess',
      })
      // "Retry-After: 1" was longer than the wait of the list.
      expect((attempts[1]?.at ?? 0) - (attempts[0]?.at ?? 0)).toBeGreaterThanOrEqual(1000)
    })

    it('gives up after the last wait; the task is done all the same', async () => {
      const origin = await receiver(status(404))
      const task = await submit(`${origin.url}/hook`)
      const { attempts, nextAttempt } = await until(task, 'failed')
      expect(attempts).toHaveLength(4)
      expect(nextAttempt).toBeNull()
      expect((await client.call('GET', `/v1/task/${task}`)).json.status).toBe('TaskSuccess')
    })

    it('redirects are not followed, any 2xx counts whatever its body', async () => {
      const elsewhere = await receiver(status(200))
      const redirecting = await receiver(status(307, { location: `${elsewhere.url}/hook` }))
      const large = await receiver((_, response) => {
        response.writeHead(202, { 'content-length': String(2 ** 40), 'content-encoding': 'br' })
        response.write('a little of it')
      })
      const [turned, taken] = await Promise.all([submit(`${redirecting.url}/hook`), submit(`${large.url}/hook`)])
      expect((await until(turned, 'failed')).attempts[0]).toMatchObject({
        status: 307,
        error: expect.stringMatching(/redirects/),
      })
      expect((await until(taken, 'delivered')).attempts).toHaveLength(1)
      expect(elsewhere.received).toEqual([])
    })

    it('a receiver that hangs is left after a while, two at a time, and holds up neither others nor work', async () => {
      let [open, most] = [0, 0]
      const hanging = await receiver((_, response) => {
        open += 1
        most = Math.max(most, open)
        response.on('close', () => {
          open -= 1
        })
      })
      const quick = await receiver(status(200))
      const hung: string[] = []
      for (let count = 0; count < 5; count += 1) hung.push(await submit(`${hanging.url}/hook`))
      await hanging.wait(() => true)
      const task = await submit(`${quick.url}/hook`)
      await until(task, 'delivered')
      expect((await client.run('rotateimage', picture, 'b.png')).processed.json.status).toBe('TaskSuccess')
      await soon(async () => expect((await only(hung[0] ?? '')).attempts[0]?.error).toMatch(/^Time: /))
      expect(most).toBe(2)
    })
  })

  describe('410 "disables"', () => {
    it('stops the target for the project, and no other; the operator enables and replays', async () => {
      let gone = true
      const origin = await receiver((_, response, { path }) =>
        response.writeHead(gone && path.startsWith('/gone') ? 410 : 200).end(),
      )
      const url = `${origin.url}/gone?key=s3cret`
      const first = await submit(url)
      const failed = await until(first, 'failed')
      expect(failed.attempts).toHaveLength(1)
      const second = await submit(url)
      const skipped = await until(second, 'skipped')
      expect(skipped.attempts).toEqual([])
      await until(await submit(`${origin.url}/gone?key=other`), 'failed')
      await until(await submit(`${origin.url}/fine`), 'delivered')
      const pair = await addProject(server, 'neighbour')
      gone = false
      await until(await submit(url, {}, picture, await TasksClient.of(server, pair)), 'delivered')

      expect(await server.composed.store.read.webhooks.stops('default')).toMatchObject([
        { target: `${origin.url}/gone?…`, delivery: failed.id },
        { target: `${origin.url}/gone?…` },
      ])
      await expect(replayDelivery(server.composed, skipped.id)).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('webhooks enable'),
      })
      await enableTarget(server.composed, skipped.id)
      await expect(enableTarget(server.composed, skipped.id)).rejects.toMatchObject({ code: 'conflict' })
      await replayDelivery(server.composed, skipped.id)
      await until(second, 'delivered')
      await until(await submit(url), 'delivered')
    })

    it('the log shows no query; the database holds none in the open', async () => {
      const origin = await receiver(status(200))
      const task = await submit(`${origin.url}/hook?token=very-secret#part`)
      expect((await until(task, 'delivered')).target).toBe(`${origin.url}/hook?…`)
      expect(origin.received[0]?.path).toBe('/hook?token=very-secret')
      const { id } = await only(task)
      expect(JSON.stringify(await server.composed.store.read.webhooks.find(id))).not.toContain('very-secret')
    })
  })

  describe('replay', () => {
    it('sends the same bytes under the same id, with all tries from the start', async () => {
      const origin = await receiver((call, response) => response.writeHead(call <= 4 || call === 5 ? 500 : 200).end())
      const task = await submit(`${origin.url}/hook`)
      const { id } = await until(task, 'failed')
      await replayDelivery(server.composed, id)
      const again = await until(task, 'delivered')
      expect(again.attempts.map((attempt) => attempt.status)).toEqual([500, 500, 500, 500, 500, 200])
      expect(again.tries).toBe(2)
      expect(new Set(origin.received.map(({ body, headers }) => `${headers['webhook-id']} ${body}`)).size).toBe(1)
    })

    it('of one that waits for its next try comes at once, and its old turn sends nothing', async () => {
      const origin = await receiver((call, response) =>
        response.writeHead(call === 1 ? 503 : 200, { 'retry-after': '2' }).end(),
      )
      const task = await submit(`${origin.url}/hook`)
      await soon(async () => expect((await only(task)).attempts).toHaveLength(1))
      const { id, nextAttempt } = await only(task)
      expect(nextAttempt).toBeGreaterThan(Date.now())
      const { job = '' } = (await server.composed.store.read.webhooks.find(id)) ?? {}
      await replayDelivery(server.composed, id)
      await until(task, 'delivered')
      await soon(async () => expect(await server.composed.store.read.jobs.find(job)).toBeUndefined())
      expect(origin.received).toHaveLength(2)
    })
  })

  describe('8.6 "a per-project setting form (default JSON) that posts the top-level fields urlencoded"', () => {
    it('task and server are plain POST variables, lists have brackets', async () => {
      const pair = await addProject(server, 'forms')
      const settings = projectSettingsSchema.parse({ webhooks: { format: 'form' } })
      await server.composed.store.tx((tx) => tx.projects.update('forms', { settings }))
      const origin = await receiver(status(200))
      const by = await TasksClient.of(server, pair)
      const task = await submit(`${origin.url}/hook`, { custom_string: 'a & b = ü' }, picture, by)
      await until(task, 'delivered')
      const [call] = origin.received
      expect(call?.headers['content-type']).toBe('application/x-www-form-urlencoded')
      const fields = Object.fromEntries(new URLSearchParams(call?.body.toString()))
      expect(fields).toMatchObject({
        event: 'task.completed',
        task,
        server: server.authority,
        status: 'TaskSuccess',
        tool: 'rotateimage',
        custom_int: '',
        custom_string: 'a & b = ü',
        'output_extensions[0]': 'png',
        'files[0][filename]': 'a.png',
        'files[0][status]': 'FileSuccess',
      })
      expect(Object.keys(fields).some((name) => name.startsWith('data'))).toBe(false)
      await verifierOf(await secret('forms')).verify(call?.body ?? picture, call?.headers ?? {})
    })
  })

  describe('8.6 events', () => {
    it('TaskSuccessWithWarnings is task.completed with the failed file named', async () => {
      const origin = await receiver(status(200))
      const task = await client.start('rotateimage')
      const names = []
      for (const bytes of [picture, Buffer.from('no picture')]) {
        names.push((await client.upload(task, bytes, 'a.png')).json.server_filename)
      }
      const files = names.map((server_filename) => ({ server_filename, rotate: 90 }))
      await client.process(task, 'rotateimage', files, { webhook: `${origin.url}/hook` })
      await until(task, 'delivered')
      const shown = (await client.call('GET', `/v1/task/${task}`)).json
      const body = JSON.parse(String(origin.received[0]?.body))
      expect(body).toEqual({ event: 'task.completed', ...shown, data: { task: shown } })
      expect(shown.status).toBe('TaskSuccessWithWarnings')
      expect(body.files.map((file: { status: string }) => file.status)).toEqual(['FileSuccess', 'DamagedFile'])
    })

    it('TaskError is task.fail, logged so', async () => {
      const origin = await receiver(status(200))
      const task = await submit(`${origin.url}/hook`, {}, Buffer.from('no picture'))
      expect(await until(task, 'delivered')).toMatchObject({ event: 'task.fail', project: 'default' })
      expect(JSON.parse(String(origin.received[0]?.body))).toMatchObject({ event: 'task.fail', status: 'TaskError' })
    })

    it('5.5 polling and synchronous requests tell nobody', async () => {
      const task = await submit('')
      const status = async () => (await client.call('GET', `/v1/task/${task}`)).json.status
      await soon(async () => expect(await status()).toBe('TaskSuccess'))
      expect(await log(task)).toEqual([])
    })
  })

  describe('8.6 "same SSRF rules as cloud_file"', () => {
    it.each([
      ['a private address', () => 'http://10.0.0.1/hook'],
      ['a private address in disguise', () => 'http://[::ffff:10.0.0.1]/hook'],
      ['a name and password', () => 'http://user:pass@example.com/hook'],
      ['another scheme', () => 'file:///etc/passwd'],
      ['a port of something else', () => 'http://example.com:6379/'],
      ['this server itself', () => `${server.url}/v1/task`],
      ['no URL', () => 'hook'],
      ['a URL without end', () => `http://example.com/${'x'.repeat(2048)}`],
    ])('%s is refused at submit, naming webhook; the task waits on', async (_name, url) => {
      const task = await client.start('rotateimage')
      const name = (await client.upload(task, picture, 'a.png')).json.server_filename
      const answer = await client.process(task, 'rotateimage', [{ server_filename: name }], { webhook: url() })
      expect(answer.status).toBe(400)
      expect(answer.json.error).toMatchObject({ type: 'ProcessingError', param: { webhook: [expect.any(String)] } })
      expect(answer.json.error.message).not.toContain('pass@')
      expect((await client.call('GET', `/v1/task/${task}`)).json.status).toBe('TaskWaiting')
    })
  })
}
