/**
 * Claims, heartbeats and the fence. Whoever claims a job raises its attempt; every later write names (id, attempt), so a
 * worker whose lease was taken over changes nothing.
 */
import type { Job, JobRepository } from '../../core/jobs/records.ts'
import { lockRow } from './lock-row.ts'
import type { JobRow, Scope } from './schema.ts'

type JobLeases = Pick<JobRepository, 'claim' | 'heartbeat' | 'holds' | 'complete' | 'retry' | 'fail'>
type Held = Pick<Job, 'id' | 'attempt'>

export function createJobLeases(scope: Scope): JobLeases {
  const { db, engine, clock, wake } = scope

  async function updateHeld({ id, attempt }: Held, patch: Partial<JobRow>): Promise<JobRow | undefined> {
    return db
      .updateTable('jobs')
      .set(patch)
      .where('id', '=', id)
      .where('attempt', '=', attempt)
      .where('status', '=', 'running')
      .returningAll()
      .executeTakeFirst()
  }

  return {
    async claim({ worker, leaseMs, lane, kinds, exceptSubjects = [] }) {
      if (kinds.length === 0) return undefined
      const now = clock.now()
      const row = await db
        .updateTable('jobs')
        .set((job) => ({
          status: 'running' as const,
          attempt: job('attempt', '+', 1),
          worker,
          leaseUntil: now + leaseMs,
          dueAt: now + leaseMs,
        }))
        .where('id', '=', ({ selectFrom }) =>
          selectFrom('jobs as due')
            .select('due.id')
            .where('due.lane', '=', lane)
            .where('due.dueAt', '<=', now)
            .where('due.kind', 'in', kinds)
            .$if(exceptSubjects.length > 0, (query) => query.where('due.subject', 'not in', exceptSubjects))
            .orderBy('due.dueAt')
            .orderBy('due.created')
            .orderBy('due.id')
            .limit(1)
            .$if(engine === 'postgres', (query) => query.forUpdate().skipLocked()),
        )
        .returningAll()
        .executeTakeFirst()
      return row && decodeJob(row)
    },

    async heartbeat(job, leaseMs) {
      const until = clock.now() + leaseMs
      return (await updateHeld(job, { leaseUntil: until, dueAt: until })) !== undefined
    },

    async holds({ id, attempt }) {
      const held = db
        .selectFrom('jobs')
        .select('id')
        .where('id', '=', id)
        .where('attempt', '=', attempt)
        .where('status', '=', 'running')
      return (await lockRow(scope, held).executeTakeFirst()) !== undefined
    },

    async complete({ id, attempt }) {
      const result = await db
        .deleteFrom('jobs')
        .where('id', '=', id)
        .where('attempt', '=', attempt)
        .where('status', '=', 'running')
        .executeTakeFirst()
      return result.numDeletedRows > 0n
    },

    async retry(job, runAt, error) {
      const row = await updateHeld(job, {
        status: 'waiting',
        runAt,
        dueAt: runAt,
        leaseUntil: null,
        worker: null,
        error,
      })
      if (row !== undefined && runAt <= clock.now()) wake(row.lane)
      return row !== undefined
    },

    async fail(job, error) {
      const row = await updateHeld(job, { status: 'failed', dueAt: null, leaseUntil: null, uniqueKey: null, error })
      return row !== undefined
    },
  }
}

/** The record without the columns that only serve the table. */
export function decodeJob({ dueAt: _dueAt, uniqueKey: _uniqueKey, ...row }: JobRow): Job {
  return { ...row, payload: JSON.parse(row.payload) }
}
