/** The jobs table: enqueue with the domain change, claim with a lease, finish only while (id, attempt) is held. */
import { hexId } from '../../core/ids.ts'
import type { JobRepository, NewJob } from '../../core/jobs/records.ts'
import { createJobLeases, decodeJob } from './job-leases.ts'
import type { JobRow, Scope } from './schema.ts'

export function createJobs(scope: Scope): JobRepository {
  const { db, clock } = scope

  return {
    ...createJobLeases(scope),

    async enqueue(job) {
      const row = newRow(job, clock.now())
      await db.insertInto('jobs').values(row).execute()
      wakeIfDue(scope, row)
      return decodeJob(row)
    },

    async enqueueOnce(job) {
      const there = await db
        .selectFrom('jobs')
        .select('id')
        .where('kind', '=', job.kind)
        .where('subject', '=', job.subject)
        .where('status', '<>', 'failed')
        .executeTakeFirst()
      if (there !== undefined) return false
      const row = { ...newRow(job, clock.now()), uniqueKey: `${job.kind} ${job.subject}` }
      const inserted = await db
        .insertInto('jobs')
        .values(row)
        // Another node was faster.
        .onConflict((conflict) => conflict.column('uniqueKey').doNothing())
        .returning('id')
        .executeTakeFirst()
      if (inserted === undefined) return false
      wakeIfDue(scope, row)
      return true
    },

    async cancel(kind, subject) {
      const result = await db
        .deleteFrom('jobs')
        .where('kind', '=', kind)
        .where('subject', '=', subject)
        .where('status', '<>', 'failed')
        .executeTakeFirst()
      return Number(result.numDeletedRows)
    },

    async find(id) {
      const row = await db.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst()
      return row && decodeJob(row)
    },

    async nextDue(lane, kinds, exceptSubjects = []) {
      if (kinds.length === 0) return undefined
      const row = await db
        .selectFrom('jobs')
        .select('dueAt')
        .where('lane', '=', lane)
        .where('dueAt', 'is not', null)
        .where('kind', 'in', kinds)
        .$if(exceptSubjects.length > 0, (query) => query.where('subject', 'not in', exceptSubjects))
        .orderBy('dueAt')
        .limit(1)
        .executeTakeFirst()
      return row?.dueAt ?? undefined
    },

    counts: () =>
      db
        .selectFrom('jobs')
        .select(({ fn }) => ['lane', 'status', fn.countAll<number>().as('count')])
        // The index of due jobs holds exactly the unfinished ones.
        .where('dueAt', 'is not', null)
        .groupBy(['lane', 'status'])
        .execute(),
  }
}

function newRow(job: NewJob, now: number): JobRow {
  const { claimedBy } = job
  const runAt = job.runAt ?? now
  const leaseUntil = claimedBy === undefined ? null : now + claimedBy.leaseMs
  return {
    id: hexId(now),
    kind: job.kind,
    lane: job.lane,
    project: job.project,
    subject: job.subject,
    payload: JSON.stringify(job.payload ?? null),
    status: claimedBy === undefined ? 'waiting' : 'running',
    attempt: claimedBy === undefined ? 0 : 1,
    runAt,
    leaseUntil,
    worker: claimedBy?.worker ?? null,
    error: null,
    created: now,
    dueAt: leaseUntil ?? runAt,
    uniqueKey: null,
  }
}

function wakeIfDue({ clock, wake }: Scope, row: JobRow): void {
  if (row.status === 'waiting' && row.runAt <= clock.now()) wake(row.lane)
}
