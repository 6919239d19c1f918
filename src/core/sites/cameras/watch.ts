/** What happens to cameras by time alone: silence is noticed, old diagnostics go. */
import type { Clock, MetadataStore } from '../../ports.ts'
import { openNoContact } from './notice.ts'

interface Deps {
  store: MetadataStore
  clock: Clock
}

const atOnce = 100
const recordsAtOnce = 1000

/** Opens `no_contact` of every camera that is lost by now. */
export async function noticeSilence({ store, clock }: Deps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const lost = await store.read.cameras.lost(clock.now(), atOnce)
    for (const { project, id } of lost) {
      await store.tx(async (tx) => {
        const camera = await tx.cameras.lock(project, id)
        const now = clock.now()
        // It may have made contact meanwhile.
        if (camera === undefined || camera.lost === null || camera.lost > now) return
        await openNoContact(tx, camera, now)
      })
    }
    if (lost.length < atOnce) return
  }
}

/** Deletes diagnostics recorded before, a bounded number in each transaction. */
export async function sweepDiagnostics({ store }: Deps, before: number, signal: AbortSignal): Promise<void> {
  for (let ids = await store.read.cameras.ids(undefined, atOnce); ids.length > 0; ) {
    for (const id of ids) {
      for (let gone = recordsAtOnce; gone >= recordsAtOnce && !signal.aborted; ) {
        // Most have nothing old: those are only looked at.
        const oldest = await store.read.cameras.oldestDiagnostic(id)
        if (oldest === undefined || oldest >= before) break
        gone = await store.tx((tx) => tx.cameras.sweepDiagnostics(id, before, recordsAtOnce))
      }
    }
    if (signal.aborted) return
    ids = await store.read.cameras.ids(ids.at(-1), atOnce)
  }
}
