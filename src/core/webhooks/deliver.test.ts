/** Deliveries against a real store and the real guarded fetcher; what the network would need for days, a moved clock does. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Origin, startOrigin } from '../../../test/support/origin.ts'
import { openSqlite } from '../../adapters/database/sqlite/open.ts'
import { createTestClock, fresh } from '../../adapters/database/test-records.ts'
import { createFetcher } from '../../adapters/fetcher/fetcher.ts'
import { DomainError } from '../errors.ts'
import { webhookId } from '../ids.ts'
import type { Job } from '../jobs/records.ts'
import { createSealer } from '../keys/seal.ts'
import type { Fetcher, MetadataStore } from '../ports.ts'
import { type DeliverDeps, deliver, giveUpDelivery } from './deliver.ts'
import { createOutbox, deliverWebhookKind } from './outbox.ts'
import { createWebhookSecrets } from './secrets.ts'

const sealer = createSealer('a master key of more than 32 characters')
const clock = createTestClock()
let folder: string
let store: MetadataStore
let origin: Origin
let answers: number[]
/** What the name `receiver.example` means at the moment. */
let meaning: string
let fetcher: Fetcher
let deps: DeliverDeps

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imagestead-deliver-'))
  store = await openSqlite({ path: folder, clock, exclusive: true })
  await store.migrate()
  origin = await startOrigin((_request, response) => response.writeHead(answers.shift() ?? 200).end())
  fetcher = createFetcher({
    allow: ['127.0.0.1'],
    userAgent: 'test',
    resolver: async () => [{ address: meaning, family: 4 }],
  })
  const secrets = createWebhookSecrets({ store, sealer, clock })
  deps = { store, fetcher, sealer, clock, secrets, retryMs: [1000, 60_000], timeoutMs: 5000 }
})
beforeEach(() => {
  answers = []
  meaning = '127.0.0.1'
  origin.received.length = 0
})
afterAll(async () => {
  await fetcher.close()
  await store.close()
  await origin.stop()
  await rm(folder, { recursive: true, force: true })
})

const url = () => `http://receiver.example:${new URL(origin.url).port}/hook?token=secret`
async function record(to = url()): Promise<string> {
  const id = webhookId(clock.now())
  const event = { id, project: 'p', event: 'task.completed', subject: fresh('task'), contentType: 'text/plain' }
  await store.tx((tx) => createOutbox({ sealer, clock }).add(tx, { ...event, url: to, body: 'what happened' }))
  return id
}
async function claim(): Promise<Job> {
  const kinds = [deliverWebhookKind]
  const job = await store.tx((tx) => tx.jobs.claim({ worker: 'w', leaseMs: 15_000, lane: 'webhooks', kinds }))
  if (job === undefined) throw new Error('nothing is due')
  return job
}
const run = async (signal = new AbortController().signal) => deliver(deps, await claim(), signal)
const find = async (id: string) => {
  const delivery = await store.read.webhooks.find(id)
  if (delivery === undefined) throw new Error('it is gone')
  return delivery
}

it('a name that comes to mean a private address is refused when connecting, and tried again like any failure', async () => {
  const id = await record()
  meaning = '10.1.2.3'
  expect(await run()).toMatchObject({ state: 'pending' })
  expect(origin.received).toEqual([])
  expect((await find(id)).attempts).toMatchObject([
    { status: null, error: expect.stringMatching(/private or reserved/) },
  ])
  clock.advance(1200)
  meaning = '127.0.0.1'
  expect(await run()).toMatchObject({ state: 'delivered', attempt: { status: 200 } })
  expect(await find(id)).toMatchObject({ state: 'delivered', tries: 2, nextAttempt: null })
  expect(origin.received).toMatchObject([{ path: '/hook?token=secret', headers: { 'webhook-id': id } }])
})

it('waits between tries as the list says, and fails with its end', async () => {
  const id = await record()
  answers = [500, 500, 500]
  for (const [tries, wait] of [1000, 60_000].entries()) {
    const before = clock.now()
    await run()
    const { nextAttempt, tries: counted } = await find(id)
    expect(counted).toBe(tries + 1)
    expect(Math.abs((nextAttempt ?? 0) - before - wait)).toBeLessThanOrEqual(wait / 5)
    await expect(claim()).rejects.toThrow('nothing is due')
    clock.advance(wait * 1.2)
  }
  expect(await run()).toMatchObject({ state: 'failed' })
  await expect(claim()).rejects.toThrow('nothing is due')
})

it('one that the stopping server breaks off is no try of the receiver', async () => {
  const id = await record()
  const stopping = new AbortController()
  stopping.abort(new DomainError('cancelled', 'The server is stopping.'))
  const job = await claim()
  await expect(deliver(deps, job, stopping.signal)).rejects.toMatchObject({ code: 'cancelled' })
  expect(await find(id)).toMatchObject({ state: 'pending', tries: 0, attempts: [] })
  await giveUpDelivery(deps, job, new DomainError('internal', 'Every try ended with a crash of the server.'))
  expect(await find(id)).toMatchObject({ state: 'failed', attempts: [{ error: expect.stringContaining('crash') }] })
})

it('a worker that lost its lease writes nothing; the next one sends the same again', async () => {
  const id = await record()
  const lost = await claim()
  clock.advance(15_001)
  const taken = await claim()
  await expect(deliver(deps, lost, new AbortController().signal)).rejects.toMatchObject({ code: 'fenced' })
  expect((await find(id)).attempts).toEqual([])
  await deliver(deps, taken, new AbortController().signal)
  expect(await find(id)).toMatchObject({ state: 'delivered', tries: 1 })
  expect(new Set(origin.received.map(({ body, headers }) => `${headers['webhook-id']}${body}`)).size).toBe(1)
})

it('a job whose delivery is gone ends', async () => {
  const job = await store.tx((tx) =>
    tx.jobs.enqueue({ kind: deliverWebhookKind, lane: 'webhooks', project: 'p', subject: 'x', payload: {} }),
  )
  expect(await run()).toBeUndefined()
  expect(await store.read.jobs.find(job.id)).toBeUndefined()
})
