/**
 * Runs durable jobs: claims due ones per lane, keeps their lease alive, retries by the handler's backoff list and gives
 * up when it is spent. Wakes on the store's signal and by polling.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { DomainError, toDomainError } from '../core/errors.ts'
import { type Job, type JobLane, jobLanes } from '../core/jobs/records.ts'
import type { Clock, MetadataStore } from '../core/ports.ts'

export interface Handler {
  kind: string
  /** Does the work and completes the job in its own last transaction. */
  run(job: Job, signal: AbortSignal): Promise<void>
  /** Called instead of a further try; must complete or keep the job. */
  giveUp(job: Job, error: DomainError): Promise<void>
  /** Milliseconds before the second, third… try. */
  backoffMs: readonly number[]
  /** Jobs of one subject that this node runs at once; the others of that subject wait. Default: any number. */
  atOncePerSubject?: number
}

export interface RunnerOptions {
  store: MetadataStore
  clock: Clock
  handlers: readonly Handler[]
  worker: string
  leaseMs: number
  heartbeatMs: number
  /** Longest time between looks at the table. */
  pollMs: number
  /** Jobs at once per lane. */
  atOnce: Record<JobLane, number>
  log: { error(fields: object, message: string): void; warn(fields: object, message: string): void }
}

export interface Runner {
  /** Starts polling. */
  start(): void
  /** Runs a job that this worker claimed at creation; resolves when this try ended, and throws its error. */
  runNow(job: Job): Promise<void>
  /** Aborts a job running here. */
  abort(kind: string, subject: string): void
  /** Jobs running here. */
  running(): number
  /** Claims no more and waits for what runs; after `graceMs` aborts it (another worker takes it over). */
  stop(graceMs: number): Promise<void>
}

export function createRunner(options: RunnerOptions): Runner {
  const { store, clock, worker, leaseMs, heartbeatMs, log } = options
  const handlers = new Map(options.handlers.map((handler) => [handler.kind, handler]))
  const kinds = [...handlers.keys()]
  const active = new Map<string, { job: Job; abort: AbortController; done: Promise<void> }>()
  const busy: Record<JobLane, number> = { interactive: 0, batch: 0, webhooks: 0, films: 0 }
  const nobody = () => undefined
  const wakers: Record<JobLane, () => void> = { interactive: nobody, batch: nobody, webhooks: nobody, films: nobody }
  const stopping = new AbortController()
  let unsubscribe: () => void = () => undefined
  let loops: Promise<void>[] = []

  /** One try of one job; never rejects for the job's own failure unless asked to tell it. */
  async function attempt(job: Job): Promise<void> {
    const handler = handlers.get(job.kind)
    if (handler === undefined) throw new DomainError('internal', `No handler for jobs of kind ${job.kind}.`)
    const abort = new AbortController()
    const heart = keepAlive(job, abort)
    let settle: () => void = () => undefined
    active.set(job.id, { job, abort, done: new Promise((resolve) => (settle = resolve)) })
    try {
      if (job.attempt > handler.backoffMs.length + 1) {
        await handler.giveUp(job, new DomainError('internal', 'Every try ended with a crash of the server.'))
        return
      }
      await handler.run(job, abort.signal)
    } catch (thrown) {
      const error = toDomainError(thrown)
      await afterFailure(handler, job, error)
      throw error
    } finally {
      clearInterval(heart)
      active.delete(job.id)
      settle()
    }
  }

  async function afterFailure(handler: Handler, job: Job, error: DomainError): Promise<void> {
    const fields = { job: job.id, kind: job.kind, subject: job.subject, attempt: job.attempt, code: error.code }
    if (error.code === 'fenced') return log.warn(fields, 'job was cancelled or taken over')
    log.error({ ...fields, err: error.cause ?? error }, 'job failed')
    try {
      const delay = handler.backoffMs[job.attempt - 1]
      if (stopping.signal.aborted && error.code === 'cancelled') {
        await store.tx((tx) => tx.jobs.retry(job, clock.now(), 'the worker was stopped'))
      } else if (delay === undefined) await handler.giveUp(job, error)
      else await store.tx((tx) => tx.jobs.retry(job, clock.now() + delay, error.message))
    } catch (cause) {
      // The lease runs out and another worker goes on.
      log.error({ ...fields, err: cause }, 'job could not be put back')
    }
  }

  function keepAlive(job: Job, abort: AbortController): NodeJS.Timeout {
    return setInterval(() => {
      store
        .tx((tx) => tx.jobs.heartbeat(job, leaseMs))
        .then((held) => {
          if (!held) abort.abort(new DomainError('fenced', 'The job was cancelled or taken over.'))
        })
        .catch((err: unknown) => log.warn({ job: job.id, err }, 'heartbeat failed'))
    }, heartbeatMs)
  }

  /** Subjects of which as many jobs run here as may. */
  function crowded(lane: JobLane): string[] {
    const running = new Map<string, number>()
    const full = new Set<string>()
    for (const { job } of active.values()) {
      const most = handlers.get(job.kind)?.atOncePerSubject
      if (job.lane !== lane || most === undefined) continue
      const count = (running.get(job.subject) ?? 0) + 1
      running.set(job.subject, count)
      if (count >= most) full.add(job.subject)
    }
    return [...full]
  }

  async function loop(lane: JobLane): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const job =
          busy[lane] < options.atOnce[lane]
            ? await store.tx((tx) => tx.jobs.claim({ worker, leaseMs, lane, kinds, exceptSubjects: crowded(lane) }))
            : undefined
        if (job !== undefined) {
          busy[lane] += 1
          attempt(job)
            .catch(() => undefined)
            .finally(() => {
              busy[lane] -= 1
              wakers[lane]()
            })
          continue
        }
        await waitForWork(lane)
      } catch (err) {
        log.warn({ lane, err }, 'looking for jobs failed')
        await sleep(1000, undefined, { signal: stopping.signal }).catch(() => undefined)
      }
    }
  }

  async function waitForWork(lane: JobLane): Promise<void> {
    const woken = new Promise<void>((resolve) => (wakers[lane] = resolve))
    const due =
      busy[lane] < options.atOnce[lane] ? await store.read.jobs.nextDue(lane, kinds, crowded(lane)) : undefined
    const wait = due === undefined ? options.pollMs : Math.min(options.pollMs, Math.max(10, due - clock.now()))
    const timer = new AbortController()
    await Promise.race([
      woken,
      sleep(wait, undefined, { signal: AbortSignal.any([timer.signal, stopping.signal]) }),
    ]).catch(() => undefined)
    timer.abort()
  }

  return {
    start() {
      unsubscribe = store.onJobs((lane) => wakers[lane]())
      loops = jobLanes.map((lane) => loop(lane))
    },
    runNow: attempt,
    abort(kind, subject) {
      for (const { job, abort } of active.values()) {
        if (job.kind === kind && job.subject === subject)
          abort.abort(new DomainError('fenced', 'The job was cancelled.'))
      }
    },
    running: () => active.size,
    async stop(graceMs) {
      stopping.abort()
      unsubscribe()
      for (const lane of jobLanes) wakers[lane]()
      await Promise.all(loops)
      const all = Promise.all([...active.values()].map(({ done }) => done))
      const timer = new AbortController()
      await Promise.race([all, sleep(graceMs, undefined, { signal: timer.signal }).catch(() => undefined)])
      timer.abort()
      for (const { abort } of active.values()) abort.abort(new DomainError('cancelled', 'The server is stopping.'))
      await all
    },
  }
}
