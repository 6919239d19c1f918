/** Starts what the browser tests look at: a whole server, and what a person at its terminal has. */
import { embedded, publicKey, secretKey, type TestServer } from '../support/stack.ts'

export interface Started {
  /** Origin without a slash. */
  url: string
  /** A fresh one-time link. */
  welcomeLink: string
  publicKey: string
  secretKey: string
  composed: TestServer['composed']
  stop(): Promise<void>
}

/** `settings`: IMAGESTEAD_ names without prefix. */
export async function start(settings: Record<string, string> = {}): Promise<Started> {
  const { url, composed, stop } = await embedded.start(settings)
  const token = await composed.welcome.mint('default')
  return { url, welcomeLink: `${url}/?welcome=${token}`, publicKey, secretKey, composed, stop }
}
