/** Webhooks as the store keeps them: an outbox that is the delivery log too, stopped targets, signing secrets. */

/** `skipped`: never sent, because the target had answered 410 before. */
export type DeliveryState = 'pending' | 'delivered' | 'failed' | 'skipped'

/** One request to the target. */
export interface DeliveryAttempt {
  /** When it began. */
  at: number
  durationMs: number
  /** HTTP status; null when none came. */
  status: number | null
  /** For a person: why it does not count as delivered; null when it does. */
  error: string | null
}

/** One event on its way to one target. What is sent was fixed when it happened; tries differ in time and signature only. */
export interface Delivery {
  /** The `webhook-id` of every try and replay. */
  id: string
  project: string
  /** In the words of the API it belongs to, e.g. `task.completed`. */
  event: string
  /** What it is about, e.g. the task's id. */
  subject: string
  /** The URL as people may see it: without what its query holds. */
  target: string
  /** Tells targets of a project apart. */
  targetHash: string
  urlSealed: string
  contentType: string
  body: string
  state: DeliveryState
  /** The job that carries it now; any earlier one leaves it alone. */
  job: string
  /** Since it was recorded, or replayed. */
  tries: number
  attempts: DeliveryAttempt[]
  /** While pending. */
  nextAttempt: number | null
  created: number
}

/** The log's line of a delivery: all but what was sent. */
export type DeliveryLine = Omit<Delivery, 'body' | 'urlSealed' | 'targetHash' | 'job'>

/** A target that answered 410: nothing is sent to it until the operator says so. */
export interface WebhookStop {
  project: string
  targetHash: string
  target: string
  /** Whose answer it was. */
  delivery: string
  created: number
}

export interface WebhookSecret {
  project: string
  /** From 1; a later one replaces the earlier. */
  number: number
  /** By core/keys/seal.ts. */
  sealed: string
  /** A replaced one signs until then; null: the current one. */
  expires: number | null
  created: number
}

/** One receiver of a project's library events. */
export interface WebhookEndpoint {
  id: string
  project: string
  urlSealed: string
  /** The URL as people may see it. */
  target: string
  /** Types it wants; empty: all. */
  events: string[]
  enabled: boolean
  created: number
}

export interface DeliveryFilter {
  project?: string
  state?: DeliveryState
  subject?: string
}

export interface WebhookRepository {
  insert(delivery: Delivery): Promise<void>
  find(id: string): Promise<Delivery | undefined>
  /** Newest first. */
  list(filter: DeliveryFilter, limit: number): Promise<DeliveryLine[]>
  /** Changes the delivery while `job` carries it; false otherwise. */
  update(
    id: string,
    job: string,
    patch: Partial<Pick<Delivery, 'state' | 'tries' | 'attempts' | 'nextAttempt'>>,
  ): Promise<boolean>
  /** Hands the delivery to another job, to be tried from the start. */
  restart(id: string, job: string, nextAttempt: number): Promise<boolean>
  /** Deletes what was recorded before and is not pending; returns how many rows. */
  sweep(before: number): Promise<number>

  /** Keeps the first of two stops of one target. */
  stop(stop: WebhookStop): Promise<void>
  stopped(project: string, targetHash: string): Promise<boolean>
  /** Oldest first. */
  stops(project?: string): Promise<WebhookStop[]>
  /** False when the target was not stopped. */
  resume(project: string, targetHash: string): Promise<boolean>

  /** Oldest first. */
  endpoints(project: string): Promise<WebhookEndpoint[]>
  findEndpoint(id: string): Promise<WebhookEndpoint | undefined>
  addEndpoint(endpoint: WebhookEndpoint): Promise<void>
  updateEndpoint(
    id: string,
    patch: Partial<Pick<WebhookEndpoint, 'urlSealed' | 'target' | 'events' | 'enabled'>>,
  ): Promise<boolean>
  removeEndpoint(id: string): Promise<boolean>

  /** Newest first. */
  secrets(project: string): Promise<WebhookSecret[]>
  /** False when the project has a secret of this number already. */
  addSecret(secret: WebhookSecret): Promise<boolean>
  /** Sets the end of every secret of the project that has none, or a later one. */
  expireSecrets(project: string, expires: number): Promise<void>
}
