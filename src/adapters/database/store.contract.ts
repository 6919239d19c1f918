/** What every MetadataStore does: transactions, reads, errors, and repositories under parallel writers. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Clock, MetadataStore } from '../../core/ports.ts'
import { repositoriesContract } from './repositories.contract.ts'
import { aBlob, aKey, aProject, aTask, createTestClock, fresh } from './test-records.ts'

/** @param open gives a migrated, empty store whose transactions may stay open for `transactionMs` */
export function storeContract(open: (clock: Clock, transactionMs: number) => Promise<MetadataStore>): void {
  let store: MetadataStore
  beforeAll(async () => {
    store = await open(createTestClock(), 5000)
  })
  afterAll(() => store.close())

  describe('transactions', () => {
    it('keep everything or nothing', async () => {
      const project = aProject()
      const failing = store.tx(async ({ projects, meta }) => {
        await projects.insert(project)
        await meta.set('half', 'done')
        throw new Error('no')
      })
      await expect(failing).rejects.toThrow('no')
      expect(await store.read.projects.find(project.id)).toBeUndefined()
      expect(await store.read.meta.get('half')).toBeUndefined()
    })

    it('see their own writes, and others do not before the commit', async () => {
      const project = aProject()
      let written = () => {}
      const inserted = new Promise<void>((resolve) => {
        written = resolve
      })
      const committed = store.tx(async ({ projects }) => {
        await projects.insert(project)
        expect(await projects.find(project.id)).toEqual(project)
        written()
        for (let turn = 0; turn < 5; turn += 1) await projects.find(project.id)
      })
      await inserted
      await store.read.projects.find(project.id)
      await committed
      expect(await store.read.projects.find(project.id)).toEqual(project)
    })

    it('run statements in the order of the calls, and keep none of those asked for together when one fails', async () => {
      const project = aProject()
      const [, , found] = await store.tx(({ projects }) =>
        Promise.all([projects.insert(project), projects.update(project.id, { name: 'B' }), projects.find(project.id)]),
      )
      expect(found?.name).toBe('B')
      const other = aProject()
      const failing = store.tx(({ projects }) => Promise.all([projects.insert(project), projects.insert(other)]))
      await expect(failing).rejects.toMatchObject({ code: 'conflict' })
      expect(await store.read.projects.find(other.id)).toBeUndefined()
      expect(await store.tx(async () => 'without a statement')).toBe('without a statement')
    })

    it('refuse the store inside themselves, at once', async () => {
      const message = /used inside its own transaction/
      await store.tx(async () => {
        await expect(store.read.projects.list()).rejects.toThrow(message)
        await expect(store.tx(async () => {})).rejects.toThrow(message)
      })
      await store.tx(async ({ meta }) => meta.get('still works'))
    })

    it('let code that they started use the store afterwards', async () => {
      let later: Promise<unknown> = Promise.resolve()
      let ended = () => {}
      const end = new Promise<void>((resolve) => {
        ended = resolve
      })
      await store.tx(async () => {
        later = end.then(() => store.read.projects.list())
      })
      ended()
      await expect(later).resolves.toBeInstanceOf(Array)
    })

    it('are lost after a failed statement, even when its error is caught', async () => {
      const key = aKey()
      await store.tx(({ keys }) => keys.insert(key))
      const marker = fresh('meta')
      const swallowing = store.tx(async ({ keys, meta }) => {
        await meta.set(marker, 'x')
        await keys.insert({ ...aKey(), publicKey: key.publicKey }).catch(() => {})
      })
      await expect(swallowing).rejects.toMatchObject({ code: 'conflict' })
      expect(await store.read.meta.get(marker)).toBeUndefined()
    })

    it('refuse statements after their end', async () => {
      const marker = fresh('meta')
      const escaped = await store.tx(async (repositories) => repositories)
      await expect(escaped.meta.set(marker, 'late')).rejects.toThrow(/over|already/)
      expect(await store.read.meta.get(marker)).toBeUndefined()
    })

    it('that stay open for too long are rolled back, and their later statements fail', async () => {
      const impatient = await open(createTestClock(), 300)
      try {
        const marker = fresh('meta')
        let late: Promise<unknown> = Promise.resolve()
        const stuck = impatient.tx(async ({ meta }) => {
          await meta.set(marker, 'x')
          await sleep(500)
          late = meta.set(marker, 'y')
          late.catch(() => {})
          await late
        })
        await expect(stuck).rejects.toMatchObject({ code: 'unavailable' })
        await vi.waitFor(() => impatient.tx(({ meta }) => meta.set('next', 'works')), 10_000)
        await sleep(500)
        await expect(late).rejects.toThrow(/over|already/)
        expect(await impatient.read.meta.get(marker)).toBeUndefined()
      } finally {
        await impatient.close()
      }
    })

    it('count rightly under 20 parallel writers', async () => {
      const blob = aBlob({ refs: 0 })
      const bucket = fresh('bucket')
      await store.tx(({ blobs }) => blobs.insert(blob))
      const writers = Array.from({ length: 20 }, async () => {
        for (let turn = 0; turn < 5; turn += 1) {
          await store.tx(async ({ blobs, counters }) => {
            await blobs.retain(blob.key)
            await counters.add(bucket, 0, 60_000, 1, 1_000_000)
          })
        }
      })
      await Promise.all(writers)
      expect(await store.read.blobs.find(blob.key)).toMatchObject({ refs: 100 })
      expect(await store.read.counters.read(bucket, 0, 60_000)).toBe(100)
    })

    it('serialise writers that lock the same row', async () => {
      const task = aTask()
      await store.tx(({ tasks }) => tasks.insert(task))
      const writers = Array.from({ length: 20 }, () =>
        store.tx(async ({ tasks }) => {
          const locked = await tasks.lock('p', task.id)
          if (locked === undefined) throw new Error('gone')
          await tasks.transition(task.id, ['TaskWaiting'], { fileNumber: locked.fileNumber + 1 })
        }),
      )
      await Promise.all(writers)
      expect(await store.read.tasks.find('p', task.id)).toMatchObject({ fileNumber: 20 })
    })

    it('that wait for each other crosswise all succeed', async () => {
      const [first, second] = [aBlob({ refs: 0 }), aBlob({ refs: 0 })]
      await store.tx(async ({ blobs }) => {
        await blobs.insert(first)
        await blobs.insert(second)
      })
      const crossing = Array.from({ length: 6 }, (_, number) =>
        store.tx(async ({ blobs }) => {
          const [one, other] = number % 2 === 0 ? [first, second] : [second, first]
          await blobs.retain(one.key)
          await blobs.find(one.key)
          await blobs.retain(other.key)
        }),
      )
      await Promise.all(crossing)
      expect(await store.read.blobs.find(first.key)).toMatchObject({ refs: 6 })
      expect(await store.read.blobs.find(second.key)).toMatchObject({ refs: 6 })
    })
  })

  describe('reading outside a transaction', () => {
    it('refuses to write', async () => {
      const project = aProject()
      await expect(store.read.projects.insert(project)).rejects.toMatchObject({ code: 'internal' })
      await expect(store.read.tasks.lock('p', 'x')).rejects.toMatchObject({ code: 'internal' })
      await expect(store.read.jobs.holds({ id: 'x', attempt: 1 })).rejects.toMatchObject({ code: 'internal' })
      expect(await store.read.projects.find(project.id)).toBeUndefined()
    })

    it('does not wait for a transaction that is open', async () => {
      let finish = () => {}
      const finished = new Promise<void>((resolve) => {
        finish = resolve
      })
      let opened = () => {}
      const open = new Promise<void>((resolve) => {
        opened = resolve
      })
      const writing = store.tx(async ({ meta }) => {
        await meta.set('open', 'x')
        opened()
        await finished
      })
      await open
      expect(await store.read.meta.get('open')).toBeUndefined()
      finish()
      await writing
      expect(await store.read.meta.get('open')).toBe('x')
    })
  })

  it('answers a ping', () => store.ping())

  it('migrates a second time without effect', async () => {
    await Promise.all([store.migrate(), store.migrate(), store.migrate()])
  })

  it('refuses everything once closed, cleanly', async () => {
    const other = await open(createTestClock(), 5000)
    await other.close()
    await other.close()
    await expect(other.tx(async () => {})).rejects.toMatchObject({ code: 'unavailable' })
    await expect(other.read.projects.list()).rejects.toMatchObject({ code: 'unavailable' })
  })

  repositoriesContract(() => store)
}
