/** What the repository of heads does. */
import { describe, expect, it } from 'vitest'
import { prefixedUlid } from '../../core/ids.ts'
import type { MetadataStore } from '../../core/ports.ts'
import type { Head, TrainedHead } from '../../core/vision/heads/records.ts'
import { fresh } from './test-records.ts'

export function headsContract(store: () => MetadataStore): void {
  const tx: MetadataStore['tx'] = (fn) => store().tx(fn)
  const heads = () => store().read.heads

  const trained: TrainedHead = {
    models: ['centernet-384@0123abcd'],
    shape: { kind: 'taste', embedding: 1, features: ['brightness'], middle: 0, spread: 1 },
    metrics: { pairs: 50, pictures: 70, folds: 5, accuracy: 0.9, decay: 0.1 },
    weights: 'AACAPw==',
  }

  function aHead(project: string, fields: Partial<Head> = {}): Head {
    return {
      id: prefixedUlid('hd', 1000),
      project,
      kind: 'labels',
      version: 1,
      status: 'ready',
      message: null,
      active: false,
      models: trained.models,
      lesson: null,
      shape: trained.shape,
      metrics: trained.metrics,
      created: 1000,
      ...fields,
    }
  }

  async function add(project: string, fields: Partial<Head> = {}): Promise<Head> {
    return await tx(async ({ heads }) => {
      const head = aHead(project, { version: await heads.nextVersion(project, fields.kind ?? 'labels'), ...fields })
      await heads.insert(head, head.status === 'ready' ? trained.weights : null)
      return head
    })
  }

  describe('heads', () => {
    it('are listed newest first, found by their project only, and read apart from their weights', async () => {
      const project = fresh('project')
      const older = await add(project, { created: 1 })
      const newer = await add(project, { created: 2, kind: 'taste' })
      expect(await heads().list(project)).toEqual([newer, older])
      expect(await heads().count(project)).toBe(2)
      expect(await heads().find(project, older.id)).toEqual(older)
      expect(await heads().weights(project, older.id)).toBe(trained.weights)
      expect(await heads().find('other', older.id)).toBeUndefined()
      expect(await heads().weights('other', older.id)).toBeUndefined()
    })

    it('are switched on one of each kind at a time', async () => {
      const project = fresh('project')
      const [first, second] = [await add(project), await add(project)]
      const taste = await add(project, { kind: 'taste' })
      const switched = (id: string, on: boolean, of = project) => tx((t) => t.heads.activate(of, id, on))
      expect(await switched(first.id, true)).toBe(true)
      expect(await switched(taste.id, true)).toBe(true)
      expect(await switched(second.id, true)).toBe(true)
      expect(await heads().activeIds(project)).toEqual([second.id, taste.id])
      expect(await heads().active(project)).toEqual([
        { ...second, active: true },
        { ...taste, active: true },
      ])
      expect(await switched(first.id, true)).toBe(true)
      expect(await switched(second.id, false)).toBe(true)
      expect(await heads().activeIds(project)).toEqual([first.id, taste.id])
      expect(await switched(first.id, true, 'other')).toBe(false)
      expect(await switched(first.id, false)).toBe(true)
      expect(await heads().activeIds(project)).toEqual([taste.id])
    })

    it('switched on by 20 at once leave one on', async () => {
      const project = fresh('project')
      const ids: string[] = []
      for (let at = 0; at < 4; at++) ids.push((await add(project)).id)
      await Promise.all(
        Array.from({ length: 20 }, (_, at) => tx((t) => t.heads.activate(project, ids[at % 4] ?? '', true))),
      )
      expect(await heads().activeIds(project)).toHaveLength(1)
    })

    it('take versions of their own from 20 parallel writers, and none again after they are deleted', async () => {
      const project = fresh('project')
      const made = await Promise.all(Array.from({ length: 20 }, () => add(project)))
      expect(made.map(({ version }) => version).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 20 }, (_, at) => at + 1),
      )
      const newest = made.find(({ version }) => version === 20)
      expect(await tx((t) => t.heads.delete('other', newest?.id ?? ''))).toBe(false)
      expect(await tx((t) => t.heads.delete(project, newest?.id ?? ''))).toBe(true)
      expect(await heads().weights(project, newest?.id ?? '')).toBeUndefined()
      expect((await add(project)).version).toBe(21)
      expect((await add(project, { kind: 'taste' })).version).toBe(1)
    })

    it('in training become ready or fail once, and only ready ones are switched on', async () => {
      const project = fresh('project')
      const plain = { status: 'training', models: null, shape: null, metrics: null } as const
      const lesson = { kind: 'taste', pairs: [{ better: 'a', worse: 'b' }] } as const
      const [good, bad] = [await add(project, { ...plain, lesson }), await add(project, { ...plain, lesson })]
      const finish = (id: string, outcome: TrainedHead | { message: string }) =>
        tx((t) => t.heads.finish(project, id, outcome))
      expect(await tx((t) => t.heads.activate(project, good.id, true))).toBe(false)
      expect(await finish(good.id, trained)).toBe(true)
      expect(await finish(good.id, trained)).toBe(false)
      expect(await finish(bad.id, { message: 'no pictures' })).toBe(true)
      const { weights, ...kept } = trained
      expect(await heads().find(project, good.id)).toEqual({ ...good, ...kept, status: 'ready', lesson: null })
      expect(await heads().weights(project, good.id)).toBe(weights)
      expect(await heads().find(project, bad.id)).toEqual({ ...bad, status: 'failed', message: 'no pictures' })
    })

    it('tell listeners of the project when they are switched', async () => {
      const project = fresh('project')
      const { id } = await add(project)
      const heard: unknown[] = []
      const unsubscribe = store().onChange((change) => {
        if (change.project === project) heard.push(change)
      })
      await tx((t) => t.heads.activate(project, id, true))
      unsubscribe()
      expect(heard).not.toHaveLength(0)
    })
  })
}
