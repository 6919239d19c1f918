/** Hears of jobs and changes that any node committed: LISTEN on a connection of its own, which is made again when it breaks. */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type JobLane, jobLanes } from '../../../core/jobs/records.ts'
import type { Change } from '../../../core/ports.ts'

export const jobsChannel = 'imagestead_jobs'
export const changesChannel = 'imagestead_changes'

export interface Channel {
  onJobs(listener: (lane: JobLane) => void): () => void
  onChange(listener: (change: Change) => void): () => void
  close(): Promise<void>
}

const maxPauseMs = 5000
/** How often a silent connection is asked whether it still lives, and how long it may take to answer. */
const probeMs = 20_000
const answerMs = 5000
const closeMs = 1000
/** Some news were not heard. */
const missed: Change = { project: null, purged: false }

/** Connects with the first listener. While it is down, workers find jobs by polling. */
export function createChannel(connectionString: string): Channel {
  const listeners = new Set<(lane: JobLane) => void>()
  const changeListeners = new Set<(change: Change) => void>()
  let client: pg.Client | undefined
  let timer: NodeJS.Timeout | undefined
  let failures = 0
  let closed = false

  function tell(lane: JobLane): void {
    for (const listener of listeners) listener(lane)
  }

  function tellChange(change: Change): void {
    for (const listener of changeListeners) listener(change)
  }

  /** At the first listener. */
  function ensure(): void {
    if (client === undefined && failures === 0 && !closed) connect()
  }

  function connect(): void {
    const fresh = new pg.Client({
      connectionString,
      application_name: 'imagestead listener',
      connectionTimeoutMillis: answerMs,
      query_timeout: answerMs,
      keepAlive: true,
    })
    client = fresh
    // Both follow each other when a connection breaks; the first one counts.
    fresh.on('error', () => lose(fresh))
    fresh.on('end', () => lose(fresh))
    fresh.on('notification', ({ channel, payload }) => {
      if (channel === changesChannel) return tellChange(JSON.parse(payload ?? 'null') ?? missed)
      for (const lane of jobLanes) if (payload === lane) tell(lane)
    })
    fresh
      .connect()
      .then(() => fresh.query(`listen ${jobsChannel}`))
      .then(() => fresh.query(`listen ${changesChannel}`))
      .then(() => {
        if (client !== fresh) return
        failures = 0
        // Whatever was enqueued meanwhile was not heard of.
        for (const lane of jobLanes) tell(lane)
        tellChange(missed)
        probe(fresh)
      })
      .catch(() => lose(fresh))
  }

  function probe(current: pg.Client): void {
    timer = setTimeout(() => {
      current.query('select 1').then(
        () => client === current && probe(current),
        () => lose(current),
      )
    }, probeMs)
    timer.unref()
  }

  function lose(lost: pg.Client): void {
    if (client !== lost) return
    client = undefined
    clearTimeout(timer)
    lost.end().catch(() => {})
    if (closed) return
    failures += 1
    // Nodes that lost the same server come back at different moments.
    const pause = Math.min(maxPauseMs, 100 * 2 ** failures) * (0.5 + Math.random() / 2)
    timer = setTimeout(connect, pause)
    timer.unref()
  }

  return {
    onJobs(listener) {
      const own = (lane: JobLane) => listener(lane)
      listeners.add(own)
      ensure()
      return () => listeners.delete(own)
    },

    onChange(listener) {
      const own = (change: Change) => listener(change)
      changeListeners.add(own)
      ensure()
      return () => changeListeners.delete(own)
    },

    async close() {
      closed = true
      clearTimeout(timer)
      const last = client
      client = undefined
      // A server that has stopped says no goodbye.
      await Promise.race([last?.end().catch(() => {}), sleep(closeMs, undefined, { ref: false })])
    },
  }
}
