/** What the store keeps of accounts beside the user's own row: failed sign-ins, reserved credits, changes of a balance. */

/** Failed sign-ins in a row under one name, of a user or of nobody. */
export interface SignInFailures {
  /** Keyed hash of the name: people type passwords into the wrong field. */
  nameHash: string
  failures: number
  /** Until then no password is looked at. */
  blockedUntil: number
  /** From then on the row counts no more. */
  expires: number
}

export interface SignInFailureRepository {
  find(nameHash: string): Promise<SignInFailures | undefined>
  /** Counts one more; returns how many there are now in a row. */
  add(nameHash: string, now: number, expires: number): Promise<number>
  block(nameHash: string, until: number): Promise<void>
  clear(nameHash: string): Promise<void>
  /** Deletes what expired before; returns how many rows. */
  sweep(now: number): Promise<number>
}

export interface CreditReservation {
  id: string
  user: string
  cost: number
  /** Its maker is dead by then: the sweep gives it back. */
  expires: number
}

export interface CreditChange {
  id: string
  user: string
  /** Who changed it, e.g. `operator ana`. */
  who: string
  /** Null: unlimited. */
  before: number | null
  after: number | null
  created: number
}

export interface CreditRepository {
  /** The user's balance, null: unlimited; undefined: no such user. The row stays locked until the transaction ends. */
  lock(user: string): Promise<number | null | undefined>
  /** Takes the cost off the balance and notes the reservation; the new balance, or undefined when it does not cover it or is unlimited. */
  reserve(reservation: CreditReservation): Promise<number | undefined>
  /** The reservation was spent. */
  spend(id: string): Promise<void>
  /** The reservation's cost back to the balance, once; the new balance, undefined when there is nothing (left) to give back. */
  giveBack(id: string): Promise<number | undefined>
  /** Sets the balance, forgets what was reserved of the old one, and writes the journal. */
  set(change: CreditChange): Promise<void>
  /** Newest first. */
  journal(user: string, limit: number): Promise<CreditChange[]>
  /** Gives back reservations that expired before; returns how many. */
  sweep(now: number): Promise<number>
}

/** Somebody signed in with a browser. */
export interface WebSession {
  /** SHA-256 hex of the text in the cookie. */
  idHash: string
  user: string
  /** The user's when the session began: a later password or status has another one, and ends it. */
  tokenVersion: number
  /** The sign-in. */
  created: number
  /** When the password was given last: at the sign-in, or again since. */
  confirmed: number
  /** The last request, to the minute. */
  seen: number
  /** By idleness or by age, whichever comes first. */
  expires: number
}

export interface WebSessionRepository {
  insert(session: WebSession): Promise<void>
  find(idHash: string): Promise<WebSession | undefined>
  /** Notes a request, unless a later one is noted. */
  see(idHash: string, seen: number, expires: number): Promise<void>
  /** False when there is no such session any more. */
  confirm(idHash: string, confirmed: number): Promise<boolean>
  end(idHash: string): Promise<boolean>
  /** Ends all of a user's but the newest. */
  prune(user: string, keep: number): Promise<void>
  /** Deletes what expired before; returns how many. */
  sweep(now: number): Promise<number>
}

/** What was done with a secret, and by whom; never the secret. */
export interface AuditEntry {
  id: string
  project: string
  user: string
  /** E.g. `site-key.revealed`. */
  action: string
  /** Id of what it was done to. */
  subject: string | null
  /** The client's. */
  address: string
  created: number
}

export interface AuditRepository {
  insert(entry: AuditEntry): Promise<void>
  /** Newest first. */
  ofUser(user: string, limit: number): Promise<AuditEntry[]>
  sweep(before: number): Promise<number>
}
