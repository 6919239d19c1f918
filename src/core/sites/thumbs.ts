/**
 * "Thumb ready within 5 s" (site-photos-api.md section 8): thumbnails are made ahead, behind the answer. Nothing of it is
 * durable: one that is not made here, because the server was busy or ended, is made when it is first asked for.
 */
import type { SiteDeps } from './deps.ts'
import type { Capture, Installation } from './records.ts'
import { openVariant } from './variants.ts'

export interface Thumbs {
  /** Never waits, never fails. */
  ahead(capture: Capture, installation: Installation): void
  /** Resolves when nothing waits any more; for tests. */
  settled(): Promise<void>
  /** Gives up what waits. */
  close(): Promise<void>
}

/** What waits beyond this is left for its first use. */
const mostWaiting = 1000

/** @param atOnce of this node */
export function createThumbs(deps: Pick<SiteDeps, 'store' | 'renditions'>, atOnce: number): Thumbs {
  const waiting: { capture: Capture; installation: Installation }[] = []
  const working = new Set<Promise<void>>()
  let workers = 0
  const closed = new AbortController()

  async function work(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { capture, installation } = next
      const options = { lane: 'batch', signal: closed.signal } as const
      await openVariant(deps, capture, installation, 'thumb', options).catch(() => undefined)
    }
    workers -= 1
  }

  return {
    ahead(capture, installation) {
      if (closed.signal.aborted || waiting.length >= mostWaiting) return
      waiting.push({ capture, installation })
      if (workers >= atOnce) return
      workers += 1
      const worker = work().finally(() => working.delete(worker))
      working.add(worker)
    },
    async settled() {
      while (working.size > 0) await Promise.all(working)
    },
    async close() {
      waiting.length = 0
      closed.abort()
      await Promise.all(working)
    },
  }
}
