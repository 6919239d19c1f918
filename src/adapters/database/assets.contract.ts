/** What the asset and folder repositories of every MetadataStore do besides storing. */
import { describe, expect, it } from 'vitest'
import type { Asset, Folder } from '../../core/assets/records.ts'
import { blobKey } from '../../core/ids.ts'
import type { MetadataStore } from '../../core/ports.ts'
import { aBlob, aFolder, anAsset, fresh } from './test-records.ts'

export function assetsContract(store: () => MetadataStore): void {
  const tx: MetadataStore['tx'] = (fn) => store().tx(fn)
  const assets = () => store().read.assets

  async function folder(fields: Partial<Folder> = {}): Promise<Folder> {
    return tx(({ folders }) => folders.ensure(aFolder('p', `/${fresh('folder')}`, fields)))
  }
  /** A file with this many versions, the last one current. */
  async function file(inside: Folder, versions: number, fields: Partial<Asset> = {}): Promise<Asset[]> {
    const first = anAsset(inside, fields)
    const rows = Array.from({ length: versions }, (_, index) => ({
      ...first,
      id: index === 0 ? first.id : anAsset(inside).id,
      version: index + 1,
      current: index === versions - 1,
      size: index + 1,
    }))
    await tx((repositories) => repositories.assets.insert(...rows))
    return rows
  }
  const numbers = async (id: string) =>
    (await assets().versions('p', id)).map(({ version, current }) => [version, current])

  describe('assets', () => {
    it('refuse two current ones of one name in a folder', async () => {
      const inside = await folder()
      const [first] = await file(inside, 1)
      await expect(file(inside, 1, { name: first?.name ?? '' })).rejects.toMatchObject({ code: 'conflict' })
    })

    it('move, and are renamed, with all their versions', async () => {
      const [from, to] = [await folder(), await folder()]
      const [first] = await file(from, 3)
      const id = first?.file ?? ''
      await tx((repositories) => repositories.assets.move(id, to.id, 77))
      await tx((repositories) => repositories.assets.rename(id, 'new.png', 78))
      expect(await assets().findByName(from.id, first?.name ?? '')).toBeUndefined()
      expect(await assets().findByName(to.id, 'new.png')).toMatchObject({ file: id, version: 3, updated: 78 })
      expect(await assets().findByPath(to.project, to.path, 'new.png')).toMatchObject({
        file: id,
        version: 3,
        folderPath: to.path,
      })
      expect(await assets().findByPath('another', to.path, 'new.png')).toBeUndefined()
      expect(new Set((await assets().versions('p', id)).map(({ name, folderPath }) => folderPath + name))).toEqual(
        new Set([`${to.path}new.png`]),
      )
    })

    it('become versions of another file, numbered after its own', async () => {
      const [from, to] = [await folder(), await folder()]
      const [source] = await file(from, 2)
      const [there] = await file(to, 3)
      const [sourceId, id] = [source?.file ?? '', there?.file ?? '']
      await tx(async (repositories) => {
        const { last } = await repositories.assets.countVersions(id)
        await repositories.assets.setCurrent(id, null)
        await repositories.assets.append(sourceId, { file: id, folder: to.id, created: 5, after: last }, 6)
      })
      expect(await numbers(id)).toEqual([
        [5, true],
        [4, false],
        [3, false],
        [2, false],
        [1, false],
      ])
      expect(await assets().countVersions(id)).toEqual({ count: 5, last: 5 })
      expect(await assets().countVersions(sourceId)).toEqual({ count: 0, last: 0 })
    })

    it('get tags each of their own in one statement', async () => {
      const inside = await folder()
      const rows = (await Promise.all([1, 2, 3].map(() => file(inside, 1)))).flat()
      const changed = rows.map((row, index) => ({ ...row, tags: [`it's ${index}`], aiTags: [] }))
      await tx((repositories) => repositories.assets.retag(changed, 99))
      await tx((repositories) => repositories.assets.retag([], 100))
      const found = await assets().findMany(
        'p',
        rows.map(({ file: id }) => id),
      )
      expect(new Set(found.map(({ tags }) => tags[0]))).toEqual(new Set(["it's 0", "it's 1", "it's 2"]))
      expect(new Set(found.map(({ updated }) => updated))).toEqual(new Set([99]))
    })

    it('tell what they held when they are deleted', async () => {
      const inside = await folder()
      const [one, two] = [await file(inside, 2), await file(inside, 1)]
      const held = await tx((repositories) => repositories.assets.delete(one[0]?.file ?? '', two[0]?.file ?? ''))
      expect(held.map(({ size }) => size).sort()).toEqual([1, 1, 2])
      expect(await assets().places('p', [one[0]?.file ?? ''])).toEqual([])
    })

    it('are in no place of another project', async () => {
      const inside = await folder()
      const [row] = await file(inside, 2)
      const id = row?.file ?? ''
      expect(await assets().places('p', [id, 'x'])).toEqual([{ file: id, folder: inside.id }])
      expect(await assets().places('other', [id])).toEqual([])
    })
  })

  describe('folders', () => {
    it('are locked together in order of id, those of the project only', async () => {
      const [one, two] = [await folder(), await folder()]
      const foreign = await folder({ project: fresh('other') })
      const locked = await tx(({ folders }) => folders.lockAll('p', [two.id, foreign.id, one.id]))
      expect(locked.map(({ id }) => id)).toEqual([one.id, two.id].sort())
    })

    it('locked by 20 at once, in any order, serve all of them', async () => {
      const made = await Promise.all(Array.from({ length: 5 }, () => folder()))
      const ids = made.map(({ id }) => id)
      const counts = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          tx(({ folders }) => folders.lockAll('p', index % 2 === 0 ? ids : [...ids].reverse())),
        ),
      )
      expect(counts.map(({ length }) => length)).toEqual(Array(20).fill(5))
    })
  })

  describe('blobs', () => {
    it('get as many references as their keys are named', async () => {
      const [one, two] = [aBlob({ refs: 1 }), aBlob({ refs: 1 })]
      await tx(async ({ blobs }) => {
        await blobs.insert(one)
        await blobs.insert(two)
        expect(await blobs.retainAll([one.key, two.key, one.key])).toBe(true)
      })
      expect((await store().read.blobs.find(one.key))?.refs).toBe(3)
      expect((await store().read.blobs.find(two.key))?.refs).toBe(2)
      expect(await tx(({ blobs }) => blobs.retainAll([one.key, blobKey('p')]))).toBe(false)
    })
  })
}
