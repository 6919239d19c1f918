/** Captures without their pictures, for tests of what is told of them: rows as ingestion adds them, and what it tells of. */
import { createHash } from 'node:crypto'
import { hexId, prefixedUlid } from '../../src/core/ids.ts'
import { noticeCapture, seeCamera } from '../../src/core/sites/cameras/notice.ts'
import type { Capture, Flag } from '../../src/core/sites/records.ts'
import { localAt } from '../../src/core/sites/zones.ts'
import type { TestServer } from './stack.ts'

export interface CaptureFacts {
  /** RFC 3339, or epoch milliseconds. */
  taken: string | number
  camera?: string
  flags?: Flag[]
  tags?: string[]
}

/** One after the other, each in a transaction of its own; their ids. */
export async function addCaptures(
  { composed: { store } }: Pick<TestServer, 'composed'>,
  installation: string,
  facts: readonly CaptureFacts[],
  project = 'default',
): Promise<string[]> {
  const ids: string[] = []
  for (const one of facts) {
    await store.tx(async (tx) => {
      const place = await tx.installations.lock(project, installation)
      if (place === undefined) throw new Error('no such installation')
      const taken = typeof one.taken === 'number' ? one.taken : Date.parse(one.taken)
      const capture: Capture = {
        id: prefixedUlid('ph', Math.abs(taken)),
        asset: hexId(Math.abs(taken)),
        project,
        installation,
        camera: one.camera ?? null,
        sha256: createHash('sha256')
          .update(prefixedUlid('x', Math.abs(taken)))
          .digest('hex'),
        taken,
        ...localAt(place.timezone, taken),
        timeSource: 'given',
        received: taken,
        filename: 'a.jpg',
        blob: 'none',
        mime: 'image/jpeg',
        size: 10,
        width: 4,
        height: 3,
        tags: one.tags ?? [],
        flags: one.flags ?? [],
        exposure: null,
      }
      await tx.captures.insert(capture)
      if (one.camera !== undefined) await seeCamera(tx, { project, id: one.camera }, taken)
      await noticeCapture(tx, capture)
      ids.push(capture.id)
    })
  }
  return ids
}
