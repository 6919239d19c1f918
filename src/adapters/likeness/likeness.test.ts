import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LikenessIndex, MetadataStore } from '../../core/ports.ts'
import type { Vector } from '../../core/vision/vector.ts'
import { aJudgement } from '../database/judgements.contract.ts'
import { openSqlite } from '../database/sqlite/open.ts'
import { aFolder, anAsset, createTestClock, fresh } from '../database/test-records.ts'
import { bytesOfRows } from './codes.ts'
import { createLikenessIndex } from './likeness.ts'

const dimensions = 64
const clock = createTestClock()
const folder = mkdtempSync(join(tmpdir(), 'imagestead-likeness-'))
let store: MetadataStore

beforeAll(async () => {
  store = await openSqlite({ path: folder, clock })
  await store.migrate()
})
afterAll(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Pictures of the same `kind` differ in a few numbers. */
function vector(kind: number, member: number): Vector {
  const signed = Int8Array.from({ length: dimensions }, (_, at) => {
    const sign = (Math.imul(kind + 1, 0x9e3779b1) >>> (at % 31)) & 1 ? 1 : -1
    return at % 16 === member % 16 ? -sign * 50 : sign * 50
  })
  return { space: `test/${dimensions}`, scale: 0.01, bytes: new Uint8Array(signed.buffer) }
}

/** Files with these vectors, made one millisecond after the other. */
async function add(project: string, vectors: readonly Vector[]): Promise<string[]> {
  const root = aFolder(project, `/${fresh('folder')}`)
  const assets = vectors.map(() => anAsset(root))
  await store.tx(async (tx) => {
    await tx.folders.ensure(root)
    for (let start = 0; start < assets.length; start += 500) await tx.assets.insert(...assets.slice(start, start + 500))
    for (const [index, asset] of assets.entries()) {
      clock.advance(1)
      await tx.judgements.put(aJudgement(asset, { made: clock.now() }), vectors[index])
    }
  })
  return assets.map(({ id }) => id)
}

async function withIndex(memoryBytes: number, work: (index: LikenessIndex) => Promise<void>): Promise<void> {
  const index = createLikenessIndex({ store, clock, memoryBytes })
  try {
    await work(index)
  } finally {
    await index.close()
  }
}

it('names what is near, of one project alone, and what came since', async () => {
  const [project, other] = [fresh('project'), fresh('project')]
  const kinds = [0, 1, 2, 3]
  const first = await add(
    project,
    kinds.flatMap((kind) => [vector(kind, 0), vector(kind, 1)]),
  )
  const theirs = await add(other, [vector(2, 0)])
  await withIndex(1e6, async (index) => {
    const near = (wanted: Vector, count: number, of = project) => index.nearest(of, wanted, count, 5000)
    const found = await near(vector(2, 0), 2)
    expect(new Set(found.assets)).toEqual(new Set(first.slice(4, 6)))
    expect([found.all, found.basis?.centre.length]).toEqual([false, dimensions])
    expect((await near(vector(2, 0), 5, other)).assets).toEqual(theirs)
    expect(await near(vector(0, 0), 5, 'nobody')).toEqual({ assets: [], basis: undefined, all: true })
    // Another model's vectors are another space.
    expect((await near({ ...vector(2, 0), space: 'other/64' }, 5)).assets).toEqual([])
    const later = await add(project, [vector(2, 2)])
    expect((await near(vector(2, 2), 1)).assets).toEqual(later)
    // So many that it begins anew, with another mean.
    const many = await add(
      project,
      Array.from({ length: 200 }, (_, member) => vector(5, member)),
    )
    const all = await near(vector(5, 3), 1000)
    expect([all.all, new Set(all.assets).size]).toEqual([true, first.length + later.length + many.length])
    expect(index.stats()).toMatchObject({ projects: 3, pictures: all.assets.length + 1 })
  })
})

it('a vector whose time is earlier than what was read is found a little later', async () => {
  const project = fresh('project')
  await add(project, [vector(0, 0)])
  await withIndex(1e6, async (index) => {
    await index.nearest(project, vector(0, 0), 5, 5000)
    // Of a node whose clock is behind.
    clock.advance(-10_000)
    const [late] = await add(project, [vector(1, 0)])
    clock.advance(20_000)
    expect((await index.nearest(project, vector(1, 0), 1, 5000)).assets).toEqual([late])
    expect(index.stats().pictures).toBe(2)
  })
})

it('keeps to its memory: other projects go first, then the oldest pictures', async () => {
  const [one, two] = [fresh('project'), fresh('project')]
  await add(one, [vector(0, 0)])
  const many = await add(
    two,
    Array.from({ length: 1500 }, (_, member) => vector(member % 7, member)),
  )
  await withIndex(bytesOfRows(1100, dimensions), async (index) => {
    await index.nearest(one, vector(0, 0), 1, 5000)
    const { assets } = await index.nearest(two, vector(3, 0), 5000, 5000)
    expect(index.stats().projects).toBe(1)
    expect(assets.length).toBeLessThanOrEqual(many.length)
    expect(assets).toContain(many.at(-1))
    expect((await index.nearest(one, vector(0, 0), 1, 5000)).assets).toHaveLength(1)
  })
})

it('while it is read for too long, callers are told to come back', async () => {
  const project = fresh('project')
  await add(project, [vector(0, 0)])
  await withIndex(1e6, async (index) => {
    await expect(index.nearest(project, vector(0, 0), 1, 0)).rejects.toMatchObject({
      code: 'overloaded',
      retryAt: expect.any(Number),
    })
    expect((await index.nearest(project, vector(0, 0), 1, 5000)).assets).toHaveLength(1)
  })
})
