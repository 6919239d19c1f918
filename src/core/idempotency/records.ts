/** The answers of requests that carried an Idempotency-Key, kept for their repetitions. */

/** What a repetition gets to see again. */
export interface KeptAnswer {
  status: number
  /** Those that belong to the answer itself, lower-case. */
  headers: Record<string, string>
  /** JSON as it was sent; null: none. */
  body: string | null
}

export interface IdempotencyRecord {
  project: string
  /** The client's text; the APIs of a project share its keys. */
  key: string
  /** Names the try that works on it; only that one may change the row. */
  claim: string
  /** Tells requests apart; null while one is being worked on. */
  fingerprint: string | null
  answer: KeptAnswer | null
  /** While there is no answer: the claim is free afterwards, its node died. */
  leaseUntil: number
  expires: number
}

export type IdempotencyClaim = Pick<IdempotencyRecord, 'project' | 'key' | 'claim' | 'leaseUntil' | 'expires'>

export interface IdempotencyRepository {
  /** Takes a key that nobody has, whose record expired, or whose claim ran out. Of many at once exactly one gets true. */
  claim(claim: IdempotencyClaim, now: number): Promise<boolean>
  find(project: string, key: string): Promise<IdempotencyRecord | undefined>
  /** False when the claim is held no more; so do the next two. */
  extend(claim: Pick<IdempotencyClaim, 'project' | 'key' | 'claim'>, leaseUntil: number): Promise<boolean>
  finish(
    claim: Pick<IdempotencyClaim, 'project' | 'key' | 'claim'>,
    fingerprint: string,
    answer: KeptAnswer,
  ): Promise<boolean>
  /** Gives the key up without an answer. */
  release(claim: Pick<IdempotencyClaim, 'project' | 'key' | 'claim'>): Promise<boolean>
  /** Deletes what expired; returns how many rows. */
  sweep(now: number): Promise<number>
}
