/** What the jobs table of every MetadataStore does: order, leases, the fence, wake-ups. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Job, JobLane } from '../../core/jobs/records.ts'
import type { Clock, MetadataStore } from '../../core/ports.ts'
import { aJob, createTestClock, fresh } from './test-records.ts'

/** @param open gives a migrated, empty store */
export function jobsContract(open: (clock: Clock) => Promise<MetadataStore>): void {
  const clock = createTestClock()
  const leaseMs = 15_000
  let store: MetadataStore
  let kind = ''
  beforeAll(async () => {
    store = await open(clock)
  })
  beforeEach(() => {
    kind = fresh('kind')
  })
  afterAll(() => store.close())

  const enqueue = (fields: Parameters<typeof aJob>[0] = {}) =>
    store.tx(({ jobs }) => jobs.enqueue(aJob({ kind, ...fields })))
  const claim = (worker = 'w', lane: JobLane = 'batch') =>
    store.tx(({ jobs }) => jobs.claim({ worker, leaseMs, lane, kinds: ['unknown', kind] }))
  async function claimed(): Promise<Job> {
    const job = await claim()
    if (job === undefined) throw new Error('nothing to claim')
    return job
  }

  describe('claiming', () => {
    it('takes the oldest due job of the lane and kinds', async () => {
      const now = clock.now()
      const late = await enqueue({ runAt: now - 1 })
      const early = await enqueue({ runAt: now - 5, payload: { deep: [1, 'ü'] } })
      await enqueue({ runAt: now + 1000 })
      await enqueue({ runAt: now - 9, lane: 'interactive' })
      await enqueue({ runAt: now - 9, kind: fresh('kind') })
      expect(await claim('w7')).toEqual({
        ...early,
        status: 'running',
        attempt: 1,
        worker: 'w7',
        leaseUntil: now + leaseMs,
        payload: { deep: [1, 'ü'] },
      })
      expect(await claim()).toMatchObject({ id: late.id })
      expect(await claim()).toBeUndefined()
      expect(
        await store.tx(({ jobs }) => jobs.claim({ worker: 'w', leaseMs, lane: 'batch', kinds: [] })),
      ).toBeUndefined()
    })

    it('passes over subjects that are to wait', async () => {
      const now = clock.now()
      await enqueue({ runAt: now - 5, subject: 'busy' })
      const other = await enqueue({ runAt: now - 1, subject: 'free' })
      const options = { worker: 'w', leaseMs, lane: 'batch' as const, kinds: [kind], exceptSubjects: ['busy', 'idle'] }
      expect(await store.read.jobs.nextDue('batch', [kind], ['busy'])).toBe(now - 1)
      expect(await store.tx(({ jobs }) => jobs.claim(options))).toMatchObject({ id: other.id })
      expect(await store.tx(({ jobs }) => jobs.claim(options))).toBeUndefined()
      expect(await claim()).toMatchObject({ subject: 'busy' })
    })

    it('never gives a job to two workers', async () => {
      const enqueued = await store.tx(async ({ jobs }) => {
        const all: Job[] = []
        for (let number = 0; number < 30; number += 1) all.push(await jobs.enqueue(aJob({ kind })))
        return all
      })
      const workers = Array.from({ length: 20 }, async (_, number) => {
        const mine: string[] = []
        for (let job = await claim(`w${number}`); job !== undefined; job = await claim(`w${number}`)) mine.push(job.id)
        return mine
      })
      const taken = (await Promise.all(workers)).flat()
      expect(taken.sort()).toEqual(enqueued.map(({ id }) => id).sort())
    })

    it('at creation holds the job for its maker', async () => {
      const job = await enqueue({ claimedBy: { worker: 'me', leaseMs } })
      expect(job).toMatchObject({ status: 'running', attempt: 1, worker: 'me', leaseUntil: clock.now() + leaseMs })
      expect(await store.read.jobs.find(job.id)).toEqual(job)
      expect(await claim()).toBeUndefined()
      expect(await store.tx(({ jobs }) => jobs.complete(job))).toBe(true)
      expect(await store.read.jobs.find(job.id)).toBeUndefined()
    })
  })

  describe('a lease', () => {
    it('ends without a heartbeat, and another worker takes the job', async () => {
      await enqueue()
      const first = await claimed()
      clock.advance(leaseMs - 1)
      expect(await claim('second')).toBeUndefined()
      clock.advance(1)
      expect(await claim('second')).toMatchObject({ id: first.id, attempt: 2, worker: 'second' })
    })

    it('lasts while the heart beats', async () => {
      await enqueue()
      const job = await claimed()
      for (let beat = 0; beat < 3; beat += 1) {
        clock.advance(leaseMs - 1)
        expect(await store.tx(({ jobs }) => jobs.heartbeat(job, leaseMs))).toBe(true)
      }
      expect(await claim('second')).toBeUndefined()
      expect(await store.read.jobs.find(job.id)).toMatchObject({ leaseUntil: clock.now() + leaseMs })
    })

    it('that was taken over fences its former holder from every write', async () => {
      await enqueue()
      const paused = await claimed()
      clock.advance(leaseMs)
      const current = await claim('second')
      const writes = await store.tx(async ({ jobs }) => [
        await jobs.holds(paused),
        await jobs.heartbeat(paused, leaseMs),
        await jobs.retry(paused, 0, 'late'),
        await jobs.fail(paused, 'late'),
        await jobs.complete(paused),
      ])
      expect(writes).toEqual([false, false, false, false, false])
      expect(await store.read.jobs.find(paused.id)).toEqual(current)
      expect(await store.tx(({ jobs }) => jobs.holds({ id: paused.id, attempt: 2 }))).toBe(true)
    })
  })

  describe('a job', () => {
    it('waits for its next try after a failure', async () => {
      await enqueue()
      const job = await claimed()
      const again = clock.now() + 500
      expect(await store.tx(({ jobs }) => jobs.retry(job, again, 'it broke'))).toBe(true)
      expect(await store.tx(({ jobs }) => jobs.holds(job))).toBe(false)
      const waiting = await store.read.jobs.find(job.id)
      expect(waiting).toMatchObject({
        status: 'waiting',
        runAt: again,
        leaseUntil: null,
        worker: null,
        error: 'it broke',
      })
      expect(await claim()).toBeUndefined()
      clock.advance(500)
      expect(await claim()).toMatchObject({ id: job.id, attempt: 2 })
    })

    it('that failed for good stays and is never claimed again', async () => {
      await enqueue()
      const job = await claimed()
      expect(await store.tx(({ jobs }) => jobs.fail(job, 'hopeless'))).toBe(true)
      clock.advance(10 * leaseMs)
      expect(await claim()).toBeUndefined()
      expect(await store.read.jobs.find(job.id)).toMatchObject({ status: 'failed', error: 'hopeless' })
      expect(await store.tx(({ jobs }) => jobs.cancel(kind, job.subject))).toBe(0)
    })

    it('is cancelled by kind and subject, running or not', async () => {
      const subject = fresh('subject')
      await enqueue({ subject })
      const running = await claimed()
      await enqueue({ subject })
      const other = await enqueue()
      expect(await store.tx(({ jobs }) => jobs.cancel(kind, subject))).toBe(2)
      expect(await store.tx(({ jobs }) => jobs.heartbeat(running, leaseMs))).toBe(false)
      expect(await store.tx(({ jobs }) => jobs.complete(running))).toBe(false)
      expect(await claim()).toMatchObject({ id: other.id })
    })

    it('that recurs is there once, until it is finished', async () => {
      const job = aJob({ kind })
      const once = () => store.tx(({ jobs }) => jobs.enqueueOnce(job))
      const made = await Promise.all(Array.from({ length: 20 }, once))
      expect(made.filter(Boolean)).toHaveLength(1)
      const running = await claimed()
      expect(await once()).toBe(false)
      const next = await store.tx(async ({ jobs }) => (await jobs.complete(running)) && (await jobs.enqueueOnce(job)))
      expect(next).toBe(true)
      await store.tx(async ({ jobs }) => {
        const again = await jobs.claim({ worker: 'w', leaseMs, lane: 'batch', kinds: [kind] })
        if (again !== undefined) await jobs.fail(again, 'x')
      })
      expect(await once()).toBe(true)
    })
  })

  it('knows when the next job is due', async () => {
    const next = (lane: JobLane = 'batch') => store.read.jobs.nextDue(lane, [kind])
    const now = clock.now()
    expect(await next()).toBeUndefined()
    await enqueue({ runAt: now + 700 })
    expect(await next()).toBe(now + 700)
    await enqueue()
    expect(await next()).toBe(now)
    await claimed()
    expect(await next()).toBe(now + 700)
    expect(await next('interactive')).toBeUndefined()
    expect(await store.read.jobs.nextDue('batch', [])).toBeUndefined()
  })

  it('counts unfinished jobs per lane and status', async () => {
    const own = await open(clock)
    try {
      await own.tx(async ({ jobs }) => {
        for (let number = 0; number < 3; number += 1) await jobs.enqueue(aJob({ kind }))
        await jobs.enqueue(aJob({ kind, lane: 'interactive' }))
        await jobs.claim({ worker: 'w', leaseMs, lane: 'batch', kinds: [kind] })
        const failing = await jobs.claim({ worker: 'w', leaseMs, lane: 'batch', kinds: [kind] })
        if (failing !== undefined) await jobs.fail(failing, 'x')
      })
      const counts = (await own.read.jobs.counts()).map(({ lane, status, count }) => `${lane} ${status} ${count}`)
      expect(counts.sort()).toEqual(['batch running 1', 'batch waiting 1', 'interactive waiting 1'])
    } finally {
      await own.close()
    }
  })

  describe('wake-ups', () => {
    /** A listener on another connection needs a moment to begin. */
    async function listening(listener: (lane: JobLane) => void): Promise<() => void> {
      const heard = vi.fn(listener)
      const stop = store.onJobs(heard)
      await vi.waitFor(async () => {
        heard.mockClear()
        await enqueue({ lane: 'interactive' })
        await vi.waitFor(() => expect(heard).toHaveBeenLastCalledWith('interactive'), { timeout: 500 })
      }, 10_000)
      return stop
    }

    it('come after the commit, with the lane, when a job is due', async () => {
      let due: Promise<number | undefined> = Promise.resolve(undefined)
      const stop = await listening(() => {
        due = store.read.jobs.nextDue('interactive', [kind])
      })
      expect(await due).toBe(clock.now())
      stop()
    })

    it('do not come for jobs of the future, claimed jobs, rollbacks, or after unsubscribing', async () => {
      const heard = vi.fn()
      const gone = vi.fn()
      const stop = await listening(heard)
      store.onJobs(gone)()
      heard.mockClear()
      await enqueue({ runAt: clock.now() + 5000 })
      await enqueue({ claimedBy: { worker: 'me', leaseMs } })
      await store
        .tx(async ({ jobs }) => {
          await jobs.enqueue(aJob({ kind }))
          throw new Error('no')
        })
        .catch(() => {})
      await store.tx(({ meta }) => meta.set('unrelated', 'x'))
      // Wake-ups keep their order: when this one is heard, the others would have been.
      await enqueue({ lane: 'interactive' })
      await vi.waitFor(() => expect(heard).toHaveBeenCalled())
      expect(heard.mock.calls).toEqual([['interactive']])
      expect(gone).not.toHaveBeenCalled()
      stop()
    })
  })
}
