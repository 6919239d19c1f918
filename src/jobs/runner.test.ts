import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openSqlite } from '../adapters/database/sqlite/open.ts'
import { aJob, createTestClock, fresh, type TestClock } from '../adapters/database/test-records.ts'
import { DomainError } from '../core/errors.ts'
import type { Job, NewJob } from '../core/jobs/records.ts'
import type { MetadataStore } from '../core/ports.ts'
import { createRunner, type Handler, type Runner, type RunnerOptions } from './runner.ts'

const leaseMs = 15_000

let folder: string
let clock: TestClock
let store: MetadataStore
let kind: string
let runners: Runner[]
let logged: { level: string; message: string }[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imagestead-runner-'))
  clock = createTestClock()
  store = await openSqlite({ path: folder, clock, exclusive: true })
  await store.migrate()
})
beforeEach(() => {
  kind = fresh('runner')
  runners = []
  logged = []
})
afterEach(() => Promise.all(runners.map((runner) => runner.stop(0))))
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

function runnerOf(handler: Partial<Handler>, options: Partial<RunnerOptions> = {}): Runner {
  // Not the next test's, should this runner outlive its own.
  const lines = logged
  const runner = createRunner({
    store,
    clock,
    handlers: [
      { kind, backoffMs: [], run: complete, giveUp: async (job, error) => void (await fail(job, error)), ...handler },
    ],
    worker: fresh('worker'),
    leaseMs,
    heartbeatMs: 20,
    pollMs: 20,
    atOnce: { interactive: 2, batch: 2, webhooks: 4, films: 1 },
    log: {
      error: (_fields, message) => lines.push({ level: 'error', message }),
      warn: (_fields, message) => lines.push({ level: 'warn', message }),
    },
    ...options,
  })
  runners.push(runner)
  return runner
}

async function complete(job: Job): Promise<void> {
  await store.tx((tx) => tx.jobs.complete(job))
}
const fail = (job: Job, error: DomainError) => store.tx((tx) => tx.jobs.fail(job, error.message))
const enqueue = (fields: Partial<NewJob> = {}) => store.tx((tx) => tx.jobs.enqueue(aJob({ kind, ...fields })))
const find = (job: Pick<Job, 'id'>) => store.read.jobs.find(job.id)
/** A promise and the function that resolves it. */
function gate() {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { open, opened }
}
const aborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })

describe('claiming', () => {
  it('runs what waits in both lanes, and what comes later at once', async () => {
    const seen: string[] = []
    const runner = runnerOf(
      {
        async run(job) {
          seen.push(job.lane)
          await complete(job)
        },
      },
      // So long that only the store's signal explains a quick start.
      { pollMs: 60_000 },
    )
    await enqueue({ lane: 'batch' })
    await enqueue({ lane: 'interactive' })
    runner.start()
    await expect.poll(() => seen.toSorted()).toEqual(['batch', 'interactive'])
    const late = await enqueue()
    await expect.poll(() => seen.length).toBe(3)
    await expect.poll(() => find(late)).toBeUndefined()
  })

  it('leaves other kinds and later jobs alone', async () => {
    const seen: string[] = []
    const runner = runnerOf({
      async run(job) {
        seen.push(job.id)
        await complete(job)
      },
    })
    const foreign = await enqueue({ kind: fresh('other') })
    const later = await enqueue({ runAt: clock.now() + 60_000 })
    runner.start()
    await sleep(120)
    expect(seen).toEqual([])
    clock.advance(60_001)
    await expect.poll(() => seen).toEqual([later.id])
    expect(await find(foreign)).toMatchObject({ status: 'waiting' })
  })

  it('runs at most a number of jobs of one subject, while other subjects go on', async () => {
    const { open, opened } = gate()
    let [slow, most] = [0, 0]
    const seen: string[] = []
    const runner = runnerOf({
      atOncePerSubject: 2,
      async run(job) {
        if (job.subject === 'slow') {
          slow += 1
          most = Math.max(most, slow)
          await opened
          slow -= 1
        }
        seen.push(job.subject)
        await complete(job)
      },
    })
    for (let count = 0; count < 5; count += 1) await enqueue({ lane: 'webhooks', subject: 'slow' })
    runner.start()
    await expect.poll(() => slow).toBe(2)
    for (const subject of ['one', 'two']) await enqueue({ lane: 'webhooks', subject })
    await expect.poll(() => seen.toSorted()).toEqual(['one', 'two'])
    open()
    await expect.poll(() => seen.length).toBe(7)
    expect(most).toBe(2)
  })

  it("runs at most the lane's number at once; a full batch lane does not hold up the interactive one", async () => {
    const { open, opened } = gate()
    let [batch, most, interactive] = [0, 0, 0]
    const runner = runnerOf({
      async run(job) {
        if (job.lane === 'interactive') interactive += 1
        else {
          batch += 1
          most = Math.max(most, batch)
          await opened
          batch -= 1
        }
        await complete(job)
      },
    })
    for (let count = 0; count < 5; count += 1) await enqueue()
    runner.start()
    await expect.poll(() => most).toBe(2)
    await enqueue({ lane: 'interactive' })
    await expect.poll(() => interactive).toBe(1)
    // The interactive one leaves a moment after it counted.
    await expect.poll(() => runner.running()).toBe(2)
    open()
    await expect.poll(() => store.read.jobs.nextDue('batch', [kind])).toBeUndefined()
    expect(most).toBe(2)
  })
})

describe('failing', () => {
  it('is tried again by the backoff list, then given up with the last error', async () => {
    const tries: number[] = []
    const given: string[] = []
    const runner = runnerOf({
      backoffMs: [1000, 5000],
      async run(job) {
        tries.push(job.attempt)
        throw new DomainError('unavailable', `try ${job.attempt} failed`)
      },
      async giveUp(job, error) {
        given.push(error.message)
        await fail(job, error)
      },
    })
    const job = await enqueue()
    const first = clock.now()
    runner.start()
    await expect
      .poll(() => find(job))
      .toMatchObject({ status: 'waiting', attempt: 1, runAt: first + 1000, error: 'try 1 failed' })
    clock.advance(999)
    await sleep(80)
    expect(tries).toEqual([1])
    clock.advance(1)
    const second = clock.now()
    await expect.poll(() => find(job)).toMatchObject({ status: 'waiting', attempt: 2, runAt: second + 5000 })
    clock.advance(5000)
    await expect.poll(() => find(job)).toMatchObject({ status: 'failed', attempt: 3, error: 'try 3 failed' })
    expect(tries).toEqual([1, 2, 3])
    expect(given).toEqual(['try 3 failed'])
    clock.advance(1_000_000)
    await sleep(80)
    expect(tries).toEqual([1, 2, 3])
  })

  it('a thrown non-error does not end the runner', async () => {
    let count = 0
    const runner = runnerOf({
      backoffMs: [1],
      async run(job) {
        count += 1
        if (count === 1) throw 'a text'
        await complete(job)
      },
    })
    const job = await enqueue()
    runner.start()
    await expect.poll(() => find(job)).toMatchObject({ status: 'waiting', attempt: 1 })
    clock.advance(10)
    await expect.poll(() => find(job)).toBeUndefined()
    expect(logged).toContainEqual({ level: 'error', message: 'job failed' })
  })

  it('a job whose every try ended with a crash is given up without another one', async () => {
    const given: string[] = []
    const tries: number[] = []
    const runner = runnerOf({
      backoffMs: [1000],
      async run(job) {
        tries.push(job.attempt)
      },
      async giveUp(job, error) {
        given.push(error.message)
        await fail(job, error)
      },
    })
    const job = await enqueue()
    for (let crash = 0; crash < 2; crash += 1) {
      await store.tx((tx) => tx.jobs.claim({ worker: 'dead', leaseMs, lane: 'batch', kinds: [kind] }))
      clock.advance(leaseMs + 1)
    }
    runner.start()
    await expect.poll(() => find(job)).toMatchObject({ status: 'failed', attempt: 3 })
    expect(tries).toEqual([])
    expect(given).toEqual([expect.stringMatching(/crash/)])
  })

  it('a crash in giving up leaves the job to its lease', async () => {
    let given = 0
    const runner = runnerOf({
      run: async () => {
        throw new DomainError('internal', 'no')
      },
      async giveUp(job, error) {
        given += 1
        if (given === 1) throw new Error('the database is away')
        await fail(job, error)
      },
    })
    const job = await enqueue()
    runner.start()
    await expect.poll(() => logged.map(({ message }) => message)).toContain('job could not be put back')
    clock.advance(leaseMs + 1)
    await expect.poll(() => find(job)).toMatchObject({ status: 'failed' })
  })
})

describe('leases', () => {
  it('a long job keeps its lease: nobody else takes it', async () => {
    const { open, opened } = gate()
    const runs: string[] = []
    const run = async (job: Job) => {
      runs.push(job.id)
      await opened
      await complete(job)
    }
    const [first, second] = [runnerOf({ run }), runnerOf({ run })]
    const job = await enqueue()
    first.start()
    await expect.poll(() => runs.length).toBe(1)
    second.start()
    for (let beat = 0; beat < 6; beat += 1) {
      clock.advance(leaseMs / 2)
      const renewed = clock.now() + leaseMs
      await expect.poll(async () => (await find(job))?.leaseUntil).toBe(renewed)
    }
    expect(runs).toEqual([job.id])
    open()
    await expect.poll(() => find(job)).toBeUndefined()
  })

  it('a worker that was paused past its lease is told to stop, and its failure changes nothing', async () => {
    const signals: AbortSignal[] = []
    const paused = runnerOf({
      backoffMs: [1000],
      async run(_job, signal) {
        signals.push(signal)
        await aborted(signal)
      },
    })
    const job = await enqueue()
    paused.start()
    await expect.poll(() => signals.length).toBe(1)
    // One transaction: no heartbeat comes between the pause and the claim.
    const taken = await store.tx((tx) => {
      clock.advance(leaseMs + 1)
      return tx.jobs.claim({ worker: 'other', leaseMs, lane: 'batch', kinds: [kind] })
    })
    expect(taken).toMatchObject({ id: job.id, attempt: 2 })
    await expect.poll(() => signals[0]?.aborted).toBe(true)
    expect(signals[0]?.reason).toMatchObject({ code: 'fenced' })
    await expect.poll(() => paused.running()).toBe(0)
    expect(await find(job)).toMatchObject({ status: 'running', attempt: 2, worker: 'other', error: null })
    expect(logged).toEqual([{ level: 'warn', message: 'job was cancelled or taken over' }])
    await complete(taken as Job)
  })

  it('abort stops a job of this kind and subject at once, cancel by the next heartbeat', async () => {
    const stopped: string[] = []
    const runner = runnerOf({
      async run(job, signal) {
        await aborted(signal).catch((error: unknown) => {
          stopped.push(job.subject)
          throw error
        })
      },
    })
    const [one, two] = [await enqueue({ subject: 'one' }), await enqueue({ subject: 'two' })]
    runner.start()
    await expect.poll(() => runner.running()).toBe(2)
    runner.abort(fresh('other'), 'one')
    runner.abort(kind, 'none')
    await store.tx((tx) => tx.jobs.cancel(kind, 'one'))
    runner.abort(kind, 'one')
    await expect.poll(() => stopped).toEqual(['one'])
    await store.tx((tx) => tx.jobs.cancel(kind, 'two'))
    await expect.poll(() => stopped).toEqual(['one', 'two'])
    for (const job of [one, two]) expect(await find(job)).toBeUndefined()
  })
})

describe('runNow', () => {
  const claimed = () => enqueue({ claimedBy: { worker: 'me', leaseMs } })

  it('resolves when the job is done, without start', async () => {
    const runner = runnerOf({})
    const job = await claimed()
    await runner.runNow(job)
    expect(await find(job)).toBeUndefined()
    expect(runner.running()).toBe(0)
  })
  it("throws the try's error and leaves the job to a later one", async () => {
    const runner = runnerOf({
      backoffMs: [1000],
      run: async () => {
        throw new DomainError('unavailable', 'the store is away')
      },
    })
    const job = await claimed()
    await expect(runner.runNow(job)).rejects.toMatchObject({ code: 'unavailable' })
    expect(await find(job)).toMatchObject({ status: 'waiting', runAt: clock.now() + 1000 })
  })
})

describe('stopping', () => {
  it('claims no more and waits for what runs', async () => {
    const { open, opened } = gate()
    let ended = false
    const runner = runnerOf({
      async run(job) {
        await opened
        await complete(job)
        ended = true
      },
    })
    const job = await enqueue()
    runner.start()
    await expect.poll(() => runner.running()).toBe(1)
    const stopping = runner.stop(60_000)
    const late = await enqueue()
    await sleep(80)
    expect(await find(late)).toMatchObject({ status: 'waiting', attempt: 0 })
    open()
    await stopping
    expect(ended).toBe(true)
    expect(await find(job)).toBeUndefined()
    expect(await find(late)).toMatchObject({ status: 'waiting' })
  })

  it('after the grace aborts what runs; it is free for another worker at once', async () => {
    const runner = runnerOf({ backoffMs: [60_000], run: (_job, signal) => aborted(signal) })
    const job = await enqueue()
    runner.start()
    await expect.poll(() => runner.running()).toBe(1)
    await runner.stop(30)
    expect(runner.running()).toBe(0)
    expect(await find(job)).toMatchObject({ status: 'waiting', runAt: clock.now() })
    const next = runnerOf({ backoffMs: [60_000] })
    next.start()
    await expect.poll(() => find(job)).toBeUndefined()
  })

  it('ends at once when nothing runs, also twice and without start', async () => {
    const runner = runnerOf({})
    await runner.stop(60_000)
    await runner.stop(60_000)
  })
})
