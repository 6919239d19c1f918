/** Where a webhook goes: what people may see of the URL, and what tells targets apart. */
import { createHmac } from 'node:crypto'
import type { Sealer } from '../keys/seal.ts'

const shownLength = 200

/** Scheme, host and path: queries hold tokens. */
export function shownTarget(url: string): string {
  const { origin, pathname, search } = new URL(url)
  const shown = `${origin}${pathname}${search === '' ? '' : '?…'}`
  return shown.length > shownLength ? `${shown.slice(0, shownLength)}…` : shown
}

/** The same for the same URL, and of no use without the master key. */
export function targetHash(sealer: Sealer, url: string): string {
  return createHmac('sha256', sealer.derive('webhook target')).update(url).digest('hex')
}

/** Receivers share a fate by their host: its deliveries are the ones that wait for each other. */
export const targetHost = (url: string) => new URL(url).host
