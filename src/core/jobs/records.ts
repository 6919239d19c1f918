/** Durable background work: one table, lease, heartbeat, fence. */

/** What somebody waits for goes before what runs in the background. */
export type Lane = 'interactive' | 'batch'

/** Webhooks have places of their own: a receiver that hangs holds up no work on images. Films too, which take minutes. */
export const jobLanes = ['interactive', 'batch', 'webhooks', 'films'] as const
export type JobLane = (typeof jobLanes)[number]

export interface Job {
  id: string
  /** Names the handler, e.g. `process-task`. */
  kind: string
  lane: JobLane
  project: string | null
  /** What the job is about, e.g. the task's id; `cancel` finds jobs by it. */
  subject: string
  /** JSON. */
  payload: unknown
  status: 'waiting' | 'running' | 'failed'
  /** Counts claims, from 1 at the first; every write of a job is conditional on (id, attempt). */
  attempt: number
  runAt: number
  /** Until when a running job is held without a heartbeat. */
  leaseUntil: number | null
  worker: string | null
  error: string | null
  created: number
}

export interface NewJob {
  kind: string
  lane: JobLane
  project: string | null
  subject: string
  payload?: unknown
  /** Default: now. */
  runAt?: number
  /** Claimed at creation by this worker (a synchronous request runs its own job): attempt 1, lease running. */
  claimedBy?: { worker: string; leaseMs: number }
}

export interface ClaimOptions {
  worker: string
  leaseMs: number
  lane: JobLane
  kinds: readonly string[]
  /** Jobs of these subjects stay where they are. */
  exceptSubjects?: readonly string[]
}

/** The rows of the jobs table. core code enqueues through it inside the transaction of the domain change. */
export interface JobRepository {
  /** Enqueues; listeners of the JobQueue wake when the transaction commits. */
  enqueue(job: NewJob): Promise<Job>
  /** The oldest due job of the lane (waiting and due, or running with an expired lease), now running under this worker. */
  claim(options: ClaimOptions): Promise<Job | undefined>
  /** Extends the lease; false when (id, attempt) is held no more. */
  heartbeat(job: Pick<Job, 'id' | 'attempt'>, leaseMs: number): Promise<boolean>
  /** Locks the row until the transaction ends; false when (id, attempt) is held no more, and then nothing may be written. */
  holds(job: Pick<Job, 'id' | 'attempt'>): Promise<boolean>
  /** Done: deletes the row; false when fenced. */
  complete(job: Pick<Job, 'id' | 'attempt'>): Promise<boolean>
  /** Back to waiting until `runAt`; false when fenced. */
  retry(job: Pick<Job, 'id' | 'attempt'>, runAt: number, error: string): Promise<boolean>
  /** Keeps the row as `failed`, never claimed again; false when fenced. */
  fail(job: Pick<Job, 'id' | 'attempt'>, error: string): Promise<boolean>
  /** Deletes every unfinished job of this kind and subject, running ones too (their next heartbeat or write is fenced). */
  cancel(kind: string, subject: string): Promise<number>
  /** Enqueues unless an unfinished job of the same kind and subject is there: for recurring jobs. True when enqueued. */
  enqueueOnce(job: NewJob): Promise<boolean>
  find(id: string): Promise<Job | undefined>
  /** Epoch milliseconds of the next waiting job or expiring lease of the lane; undefined: none. */
  nextDue(lane: JobLane, kinds: readonly string[], exceptSubjects?: readonly string[]): Promise<number | undefined>
  /** Waiting and running jobs per lane and status, for the metrics. */
  counts(): Promise<{ lane: JobLane; status: Job['status']; count: number }[]>
}
