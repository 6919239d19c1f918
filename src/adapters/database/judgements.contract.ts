/** What the repositories of sights, judgements, vectors and scoring jobs do on every MetadataStore. */
import { describe, expect, it } from 'vitest'
import type { Asset } from '../../core/assets/records.ts'
import { hexId } from '../../core/ids.ts'
import type { MetadataStore } from '../../core/ports.ts'
import type { Sight } from '../../core/processing/sight.ts'
import type { KeptJudgement, Scoring, VectorPage, VectorPosition } from '../../core/vision/records.ts'
import { vectorOf } from '../../core/vision/vector.ts'
import { aBlob, aFolder, anAsset, fresh } from './test-records.ts'

export function aSight(fields: Partial<Sight> = {}): Sight {
  return {
    format: 'jpg',
    width: 4,
    height: 3,
    features: { sharpness: 12.5 },
    objects: [{ name: 'bed', confidence: 0.9, box: { x: 0, y: 0, width: 1, height: 0.5 } }],
    faces: [],
    classes: [0.9, 0.1],
    embedding: [1, -0.5, 0, 0.25],
    outputs: { aesthetic: [5.5] },
    models: ['detector@01234567'],
    ...fields,
  }
}

export function aJudgement(asset: Pick<Asset, 'id' | 'project' | 'blob'>, fields: Partial<KeptJudgement> = {}) {
  return {
    asset: asset.id,
    project: asset.project,
    blob: asset.blob,
    score: 7.1234,
    aspects: { technical: 7, aesthetic: null, exposure: 8, sharpness: 6, composition: 5 },
    reasons: ['tilted'],
    label: 'bedroom' as const,
    confidence: 0.875,
    tags: [{ name: 'bed', confidence: 0.9 }],
    version: 'technical-1 rules-1',
    made: 1000,
    ...fields,
  }
}

export function judgementsContract(store: () => MetadataStore): void {
  const tx: MetadataStore['tx'] = (fn) => store().tx(fn)
  const read = () => store().read

  /** A project with so many files in its root. */
  async function files(count: number): Promise<Asset[]> {
    const project = fresh('judged')
    const folder = aFolder(project, '')
    const made = Array.from({ length: count }, () => anAsset(folder))
    await tx(async (repositories) => {
      await repositories.folders.ensure(folder)
      for (const { blob } of made) await repositories.blobs.insert(aBlob({ key: blob }))
      await repositories.assets.insert(...made)
    })
    return made
  }
  const only = async (): Promise<Asset> => {
    const [asset] = await files(1)
    if (asset === undefined) throw new Error('no file')
    return asset
  }
  const positions = async ({ project }: Asset, space: string) => {
    const { assets, made } = await read().vectors.page(project, space, null, 100)
    return assets.map((asset, at) => [made[at], asset]).sort()
  }

  describe('sights', () => {
    it('come back, their embedding to within a byte, and take the place of the ones before', async () => {
      const { blob } = await only()
      await tx(({ sights }) => sights.put(blob, aSight({ objects: [], embedding: null }), 1))
      expect(await read().sights.find(blob)).toEqual({ sight: aSight({ objects: [], embedding: null }), created: 1 })
      expect(await read().sights.vector(blob)).toBeUndefined()
      const sight = aSight()
      await tx(({ sights }) => sights.put(blob, sight, 2))
      const kept = await read().sights.find(blob)
      expect({ ...kept?.sight, embedding: null }).toEqual({ ...sight, embedding: null })
      for (const [index, value] of (sight.embedding ?? []).entries()) {
        expect(kept?.sight.embedding?.[index]).toBeCloseTo(value, 2)
      }
      const vector = await read().sights.vector(blob)
      expect({ ...vector, bytes: [...(vector?.bytes ?? [])] }).toEqual({
        space: 'detector@01234567/4',
        scale: 1 / 127,
        bytes: [127, 256 - 63, 0, 32],
      })
      expect(await read().sights.find('nothing')).toBeUndefined()
    })

    it('are listed by blob and go with it', async () => {
      const [one, two] = await files(2)
      if (one === undefined || two === undefined) throw new Error('no files')
      await tx(({ sights }) => sights.put(one.blob, aSight(), 1))
      expect([...(await read().sights.list([one.blob, two.blob])).keys()]).toEqual([one.blob])
      expect(await read().sights.list([])).toEqual(new Map())
      await tx(async ({ blobs }) => {
        await blobs.release([one.blob])
        await blobs.deleteUnreferenced(one.blob)
      })
      expect(await read().sights.find(one.blob)).toBeUndefined()
    })
  })

  describe('judgements', () => {
    it('are kept with their vector, and the version shows score and label', async () => {
      const asset = await only()
      const vector = vectorOf(aSight())
      const space = vector?.space ?? ''
      await tx(({ sights }) => sights.put(asset.blob, aSight(), 1))
      expect(await tx(({ judgements }) => judgements.put(aJudgement(asset), vector))).toBe(true)
      expect(await read().judgements.find(asset.project, asset.id)).toEqual({ ...aJudgement(asset), space })
      expect(await read().judgements.find('another', asset.id)).toBeUndefined()
      expect(await read().assets.find(asset.project, asset.id)).toMatchObject({
        score: 7.1234,
        label: 'bedroom',
        updated: asset.updated,
      })
      expect(await positions(asset, space)).toEqual([[1000, asset.id]])
      const current = await read().vectors.ofCurrent(asset.project, space, [asset.id, hexId(0)])
      expect(current.map(({ asset: id, scale, bytes }) => [id, scale, [...bytes]])).toEqual([
        [asset.id, 1 / 127, [...(vector?.bytes ?? [])]],
      ])
      expect(await read().vectors.ofCurrent('another', space, [asset.id])).toEqual([])
      // Again, by other models: one judgement, one vector.
      const other = vectorOf(aSight({ models: ['other@0'] }))
      await tx(({ judgements }) => judgements.put(aJudgement(asset, { made: 2000, score: 0, label: 'unknown' }), other))
      expect(await positions(asset, space)).toEqual([])
      expect(await positions(asset, 'other@0/4')).toEqual([[2000, asset.id]])
      expect(await read().judgements.list(asset.project, [asset.id])).toEqual(
        new Map([[asset.id, { ...aJudgement(asset, { made: 2000, score: 0, label: 'unknown' }), space: 'other@0/4' }]]),
      )
      expect(await read().assets.find(asset.project, asset.id)).toMatchObject({ score: 0, label: 'unknown' })
    })

    it('are not kept of versions that are gone, another project has, or have other bytes', async () => {
      const asset = await only()
      const wrong = [{ id: hexId(0) }, { project: 'another' }, { blob: 'another' }]
      for (const fields of wrong) {
        const judgement = aJudgement({ ...asset, ...fields })
        expect(await tx(({ judgements }) => judgements.put(judgement, undefined))).toBe(false)
      }
      expect(await read().judgements.find(asset.project, asset.id)).toBeUndefined()
    })

    it('go with their version', async () => {
      const [first, second, third] = await files(3)
      if (first === undefined || second === undefined || third === undefined) throw new Error('no files')
      const vector = vectorOf(aSight())
      const space = vector?.space ?? ''
      await tx(async ({ judgements }) => {
        for (const asset of [first, second, third]) await judgements.put(aJudgement(asset), vector)
      })
      await tx(({ assets }) => assets.delete(first.file))
      await tx(async ({ assets }) => {
        await assets.setCurrent(second.file, null)
        await assets.deleteVersion(second.id)
      })
      expect(await read().judgements.list(first.project, [first.id, second.id])).toEqual(new Map())
      expect(await positions(third, space)).toEqual([[1000, third.id]])
    })

    it('are copied with their vectors', async () => {
      const asset = await only()
      const [vector, space] = [vectorOf(aSight()), vectorOf(aSight())?.space ?? '']
      const [copy, other] = [hexId(0), hexId(0)]
      await tx(async ({ judgements, assets, sights }) => {
        await sights.put(asset.blob, aSight(), 1)
        await judgements.put(aJudgement(asset), vector)
        await assets.insert({ ...asset, id: copy, file: copy, name: 'copy.jpg' })
        await judgements.copy(
          [
            { from: asset.id, to: copy },
            { from: hexId(0), to: other },
          ],
          3000,
        )
      })
      expect(await read().judgements.list(asset.project, [copy, other])).toEqual(
        new Map([[copy, { ...aJudgement(asset), asset: copy, space, made: 3000 }]]),
      )
      expect(await positions(asset, space)).toEqual([
        [1000, asset.id],
        [3000, copy],
      ])
    })

    it('are read in pages, each after the one before', async () => {
      const assets = await files(5)
      const vector = vectorOf(aSight())
      const [first] = assets
      if (first === undefined || vector === undefined) throw new Error('no file')
      await tx(async ({ judgements }) => {
        for (const [index, asset] of assets.entries()) {
          await judgements.put(aJudgement(asset, { made: 10 + Math.floor(index / 2) }), vector)
        }
      })
      const seen: string[] = []
      for (let after: VectorPosition | null | undefined = null; after !== undefined; ) {
        const page: VectorPage = await read().vectors.page(first.project, vector.space, after, 2)
        seen.push(...page.assets)
        for (const scale of page.scales) expect(scale).toBeCloseTo(vector.scale, 9)
        expect(page.scales).toHaveLength(page.assets.length)
        expect([...page.bytes]).toEqual(page.assets.flatMap(() => [...vector.bytes]))
        after = page.next
      }
      expect(seen.toSorted()).toEqual(assets.map(({ id }) => id).toSorted())
    })
  })

  describe('scoring jobs', () => {
    it('are found by their project, change, and are swept when they are old and done', async () => {
      const project = fresh('scored')
      const scoring: Scoring = {
        id: hexId(0),
        project,
        status: 'Pending',
        path: '/a',
        again: true,
        cursor: null,
        scored: 0,
        skipped: 0,
        failed: 0,
        failures: [],
        created: 10,
        finished: null,
      }
      const old = { ...scoring, id: hexId(0), created: 5, status: 'Completed' as const, again: false }
      await tx(async ({ scorings }) => {
        await scorings.insert(scoring)
        await scorings.insert(old)
      })
      expect(await read().scorings.find(project, scoring.id)).toEqual(scoring)
      expect(await read().scorings.find('another', scoring.id)).toBeUndefined()
      expect(await read().scorings.list(project, 10)).toEqual([scoring, old])
      const patch = {
        cursor: { path: '/a/b', after: { created: 1, id: 'x' } },
        scored: 3,
        failures: [{ fileId: 'f', reason: 'damaged' }],
      }
      expect(await tx(({ scorings }) => scorings.update(scoring.id, patch))).toBe(true)
      expect(await tx(({ scorings }) => scorings.update('nothing', { scored: 1 }))).toBe(false)
      await tx(({ scorings }) => scorings.sweep(project, 100))
      expect(await read().scorings.list(project, 10)).toEqual([{ ...scoring, ...patch }])
    })
  })
}
