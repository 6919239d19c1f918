/** What subtrees of folders do in every MetadataStore, also while somebody makes folders in them. */
import { describe, expect, it } from 'vitest'
import { openFolder } from '../../core/assets/folders.ts'
import type { MetadataStore, Repositories } from '../../core/ports.ts'
import { aFolder, anAsset, aProject, createTestClock, fresh } from './test-records.ts'

export function folderTreesContract(store: () => MetadataStore): void {
  const tx: MetadataStore['tx'] = (fn) => store().tx(fn)
  const trees = () => store().read.folderTrees
  const clock = createTestClock()
  const open = (repositories: Repositories, project: string, path: string) =>
    openFolder(repositories, clock, { project: aProject({ id: project }) }, path)
  /** Makes the folders; returns their project. */
  async function make(...paths: string[]): Promise<string> {
    const project = fresh('trees')
    await tx(async (repositories) => {
      for (const path of paths) await open(repositories, project, path)
    })
    return project
  }
  const pathsOf = async (project: string, path: string) =>
    (await trees().page(project, path, path, 1000)).map((folder) => folder.path)

  describe('folder trees', () => {
    it('hold what is below a path, whatever sorts beside it', async () => {
      const project = await make('/a/b/c', '/a-b', '/a.b', '/a0', '/aé/x', '/a/😀/x', '/a/é')
      expect(await pathsOf(project, '/a')).toEqual(['/a/b', '/a/b/c', '/a/é', '/a/😀', '/a/😀/x'])
      expect(await trees().page(project, '/a', '/a/b', 2)).toMatchObject([{ path: '/a/b/c' }, { path: '/a/é' }])
      expect(await trees().extent(project, '/a')).toEqual({ levels: 3, bytes: Buffer.byteLength('/a/😀/x') })
      expect(await trees().extent(project, '/none')).toEqual({ levels: 0, bytes: 0 })
    })

    it('count folders below and current files, up to a bound', async () => {
      const project = await make('/a/b')
      await tx(async ({ folders, assets }) => {
        const a = await folders.findByPath(project, '/a')
        const b = await folders.findByPath(project, '/a/b')
        if (a === undefined || b === undefined) throw new Error('no folder')
        await assets.insert(anAsset(a), anAsset(b), anAsset(b), anAsset(b, { current: false }))
      })
      expect(await trees().count(project, '/a', 100)).toBe(4)
      expect(await trees().count(project, '/a', 3)).toBe(3)
      expect(await trees().count(project, '/none', 3)).toBe(0)
    })

    it('move by their paths, some at a time, the deepest first, in any script', async () => {
      const project = await make('/a😀/b/c', '/a😀/d', '/to')
      expect(await tx(({ folderTrees }) => folderTrees.rebase(project, '/a😀', '/to/é', 2))).toBe(2)
      expect(await pathsOf(project, '/to')).toEqual(['/to/é/b/c', '/to/é/d'])
      expect(await tx(({ folderTrees }) => folderTrees.rebase(project, '/a😀', '/to/é', 9))).toBe(1)
      expect(await tx(({ folderTrees }) => folderTrees.rebase(project, '/a😀', '/to/é', 9))).toBe(0)
      expect(await pathsOf(project, '/to')).toEqual(['/to/é/b', '/to/é/b/c', '/to/é/d'])
    })

    it('are held with the folder above them', async () => {
      const project = await make('/a/b/c', '/a/d')
      const [b, c, d] = await Promise.all(
        ['/a/b', '/a/b/c', '/a/d'].map((path) => store().read.folders.findByPath(project, path)),
      )
      await tx(({ folderTrees }) => folderTrees.update(b?.id ?? '', { lockedBy: 'job' }))
      const locks = await tx(async ({ folders }) => {
        const all = await folders.lockAll(project, [b?.id ?? '', c?.id ?? '', d?.id ?? ''])
        const one = await folders.lock(project, c?.id ?? '')
        const same = await folders.lockByPath(project, '/a/b/c')
        expect([same, await folders.lockByPath(project, '/a/x')]).toEqual([one, undefined])
        return [Object.fromEntries(all.map(({ path, lockedBy }) => [path, lockedBy])), one?.lockedBy]
      })
      expect(locks).toEqual([{ '/a/b': 'job', '/a/b/c': 'job', '/a/d': null }, 'job'])
      expect([await trees().held(project, '/a'), await trees().held(project, '/a/b/c')]).toEqual(['/a/b', undefined])
      await tx(({ folderTrees }) => folderTrees.unlock('job'))
      expect(await trees().held(project, '/a')).toBeUndefined()
    })

    it('lose what is empty from the inside out', async () => {
      const project = await make('/a/b/c', '/a/d')
      await tx(async ({ folders, assets }) => {
        const d = await folders.findByPath(project, '/a/d')
        if (d !== undefined) await assets.insert(anAsset(d))
      })
      const sweep = () => tx(({ folderTrees }) => folderTrees.deleteEmpty(project, '/a', 100))
      expect([await sweep(), await sweep(), await sweep()]).toEqual([1, 1, 0])
      expect(await pathsOf(project, '/a')).toEqual(['/a/d'])
    })

    it('given away, they take along what somebody is making in them', async () => {
      const project = await make('/a/b')
      const nobody = `deleted:${project}`
      let made: () => void = () => undefined
      const making = new Promise<void>((resolve) => (made = resolve))
      await Promise.all([
        tx(async (repositories) => {
          await open(repositories, project, '/a/b/c/d')
          made()
          // Long enough for the other one to come and wait for the folder.
          await new Promise((resolve) => setTimeout(resolve, 100))
        }),
        making.then(() => tx(({ folderTrees }) => folderTrees.giveAway(project, '/a', nobody, 100))),
      ])
      expect(await pathsOf(project, '/a')).toEqual([])
      expect(await pathsOf(nobody, '/a')).toEqual(['/a/b', '/a/b/c', '/a/b/c/d'])
    })

    it('are given away some at a time, the one above them last', async () => {
      const project = await make('/a/b', '/a/c/d', '/a/e')
      const nobody = `deleted:${project}`
      const give = () => tx(({ folderTrees }) => folderTrees.giveAway(project, '/a', nobody, 3))
      expect(await give()).toBe(3)
      expect(await pathsOf(project, '/a')).toEqual(['/a/b'])
      expect(await give()).toBe(2)
      expect(await store().read.folders.findByPath(project, '/a')).toBeUndefined()
      expect(await give()).toBe(0)
      expect(await pathsOf(nobody, '/a')).toEqual(['/a/b', '/a/c', '/a/c/d', '/a/e'])
    })

    it('whoever waits for a folder that is given away makes a new one', async () => {
      const project = await make('/a/b')
      const before = await store().read.folders.findByPath(project, '/a/b')
      let given: () => void = () => undefined
      const giving = new Promise<void>((resolve) => (given = resolve))
      const [, after] = await Promise.all([
        tx(async ({ folderTrees }) => {
          await folderTrees.giveAway(project, '/a', `deleted:${project}`, 100)
          given()
          await new Promise((resolve) => setTimeout(resolve, 100))
        }),
        giving.then(() => tx((repositories) => open(repositories, project, '/a/b'))),
      ])
      expect(after).toMatchObject({ path: '/a/b', project })
      expect(after?.id).not.toBe(before?.id)
    })

    it('20 writers make one deep folder, once', async () => {
      const project = await make('/')
      const ids = await Promise.all(
        Array.from({ length: 20 }, () => tx(async (repositories) => (await open(repositories, project, '/x/y/z')).id)),
      )
      expect(new Set(ids).size).toBe(1)
      expect(await pathsOf(project, '/x')).toEqual(['/x/y', '/x/y/z'])
    })

    it('tell sizes of whole files', async () => {
      const folder = aFolder(fresh('trees'), '/a')
      const file = anAsset(folder, { size: 5_000_000_000 })
      await tx(async ({ folders, assets }) => {
        await folders.ensure(folder)
        await assets.insert(file, anAsset(folder, { file: file.file, version: 2, current: false, size: 1 }))
      })
      const found = await trees().filesIn([folder.id], 10)
      expect(found).toEqual([{ file: file.file, versions: 2, bytes: 5_000_000_001 }])
    })
  })
}
