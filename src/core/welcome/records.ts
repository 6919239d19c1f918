/** The one-time link that shows the first keys (design: fixed names, `run`). */

export interface WelcomeLink {
  /** SHA-256 hex of the token in the link. */
  tokenHash: string
  project: string
  /** SHA-256 hex of the cookie of the one browser that opened it; null: not opened yet. */
  browserHash: string | null
  expires: number
  created: number
}

/** The first user's credentials that the server made when a link was opened, kept for the day of the link. */
export interface WelcomeAccount {
  project: string
  user: string
  /** JSON of what was made (core/welcome/account.ts), sealed with the master key. */
  secretsSealed: string
  created: number
}

export interface WelcomeRepository {
  /** Replaces every earlier link of the project. */
  replace(link: WelcomeLink): Promise<void>
  /** Binds an unopened, unexpired link to a browser; false when it was opened before, expired or unknown. */
  open(tokenHash: string, browserHash: string, now: number): Promise<boolean>
  findByBrowser(browserHash: string, now: number): Promise<WelcomeLink | undefined>
  /** True when some browser has opened a link of this project. */
  opened(project: string): Promise<boolean>
  insertAccount(account: WelcomeAccount): Promise<void>
  findAccount(project: string): Promise<WelcomeAccount | undefined>
  /** Deletes credentials whose link was opened and has expired since; returns how many. */
  sweepAccounts(now: number): Promise<number>
}
