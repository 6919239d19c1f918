/** What the repositories of every MetadataStore do, jobs apart. */
import { describe, expect, it } from 'vitest'
import { blobKey } from '../../core/ids.ts'
import type { MetadataStore } from '../../core/ports.ts'
import { projectSettingsSchema } from '../../core/projects/settings.ts'
import { accountsContract } from './accounts.contract.ts'
import { assetsContract } from './assets.contract.ts'
import { capturesContract } from './captures.contract.ts'
import { folderTreesContract } from './folder-trees.contract.ts'
import { headsContract } from './heads.contract.ts'
import { idempotencyContract } from './idempotency.contract.ts'
import { judgementsContract } from './judgements.contract.ts'
import { placesContract } from './places.contract.ts'
import { settingsContract } from './settings.contract.ts'
import { tasksContract } from './tasks.contract.ts'
import { aBlob, aKey, aProject, aUser, fresh } from './test-records.ts'
import { webhooksContract } from './webhooks.contract.ts'

export function repositoriesContract(store: () => MetadataStore): void {
  const tx: MetadataStore['tx'] = (fn) => store().tx(fn)
  const read = () => store().read

  describe('projects', () => {
    it('keep their settings and list oldest first', async () => {
      const someSettings = projectSettingsSchema.parse({
        tasks: { auth: false, fileDeadlineMs: 5 },
        filters: { ips: ['10.0.0.0/8'], domains: ['*.shop.example'] },
        limits: { monthlyFiles: 250 },
      })
      const younger = aProject({ created: 20 })
      const older = aProject({ created: 10, settings: someSettings })
      await tx(async ({ projects }) => {
        await projects.insert(younger)
        await projects.insert(older)
      })
      expect(await read().projects.find(older.id)).toEqual(older)
      const listed = (await read().projects.list()).filter(({ id }) => id === older.id || id === younger.id)
      expect(listed).toEqual([older, younger])
    })

    it('change what the patch names and nothing else', async () => {
      const project = aProject()
      await tx(({ projects }) => projects.insert(project))
      const settings = projectSettingsSchema.parse({ tasks: { auth: false } })
      expect(await tx(({ projects }) => projects.update(project.id, { settings, status: 'disabled' }))).toBe(true)
      expect(await tx(({ projects }) => projects.update(project.id, {}))).toBe(true)
      expect(await tx(({ projects }) => projects.update('nobody', { name: 'x' }))).toBe(false)
      expect(await read().projects.find(project.id)).toEqual({ ...project, settings, status: 'disabled' })
    })

    it('locked by 20 at once decide one after the other', async () => {
      const { id } = aProject()
      await tx(({ projects }) => projects.insert(aProject({ id, name: '' })))
      await Promise.all(
        Array.from({ length: 20 }, () =>
          tx(async ({ projects }) => {
            const name = `${(await projects.lock(id))?.name}x`
            await projects.update(id, { name })
          }),
        ),
      )
      expect((await read().projects.find(id))?.name).toBe('x'.repeat(20))
      expect(await tx(({ projects }) => projects.lock('nobody'))).toBeUndefined()
    })

    it('are refused twice', async () => {
      const project = aProject()
      await tx(({ projects }) => projects.insert(project))
      await expect(tx(({ projects }) => projects.insert(project))).rejects.toMatchObject({ code: 'conflict' })
    })
  })

  describe('users', () => {
    it('are found by id and by name, and change', async () => {
      const user = aUser({ email: 'a@example.com' })
      await tx(({ users }) => users.insert(user))
      expect(await read().users.find(user.id)).toEqual(user)
      expect(await read().users.findByUsername(user.username)).toEqual(user)
      expect(await tx(({ users }) => users.update(user.id, { passwordHash: 'h', email: null }))).toBe(true)
      expect(await read().users.find(user.id)).toEqual({ ...user, passwordHash: 'h', email: null, tokenVersion: 1 })
      expect((await read().users.list()).map(({ id }) => id)).toContain(user.id)
    })

    it('have names of their own', async () => {
      const user = aUser()
      await tx(({ users }) => users.insert(user))
      const twin = aUser({ username: user.username })
      await expect(tx(({ users }) => users.insert(twin))).rejects.toMatchObject({ code: 'conflict' })
    })

    it('are taken once by 20 parallel writers', async () => {
      const username = fresh('user')
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, () => tx(({ users }) => users.insert(aUser({ username })))),
      )
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'conflict' })
      }
    })
  })

  describe('keys', () => {
    it('are found by id, public key and hash, and list oldest first', async () => {
      const owner = aProject({ settings: projectSettingsSchema.parse({ tasks: { auth: false } }) })
      const project = owner.id
      const pair = aKey({ project, created: 2, scopes: { files: 'read', uploads: 'write' } })
      const client = aKey({ project, kind: 'client', publicKey: null, secretHash: fresh('hash'), created: 1 })
      await tx(async ({ keys, projects }) => {
        await projects.insert(owner)
        await keys.insert(pair)
        await keys.insert(client)
      })
      expect(await read().keys.find(pair.id)).toEqual(pair)
      expect(await read().keys.findByPublicKey(pair.publicKey ?? '')).toEqual({ key: pair, project: owner })
      expect(await read().keys.findByPublicKey(fresh('public'))).toBeUndefined()
      expect(await read().keys.findBySecretHash(client.secretHash ?? '')).toEqual({ key: client, project: owner })
      expect(await read().keys.findBySecretHash(fresh('hash'))).toBeUndefined()
      expect(await read().keys.list(project)).toEqual([client, pair])
      expect(await tx(({ keys }) => keys.update(pair.id, { status: 'disabled', expires: 5 }))).toBe(true)
      expect(await read().keys.find(pair.id)).toEqual({ ...pair, status: 'disabled', expires: 5 })
    })

    it('are refused when the public key or the hash is taken', async () => {
      const key = aKey({ secretHash: fresh('hash') })
      await tx(({ keys }) => keys.insert(key))
      const samePublic = aKey({ publicKey: key.publicKey })
      const sameHash = aKey({ secretHash: key.secretHash })
      await expect(tx(({ keys }) => keys.insert(samePublic))).rejects.toMatchObject({ code: 'conflict' })
      await expect(tx(({ keys }) => keys.insert(sameHash))).rejects.toMatchObject({ code: 'conflict' })
    })
  })

  describe('blobs', () => {
    it('count their references', async () => {
      const [twice, once] = [aBlob({ refs: 1 }), aBlob({ refs: 2 })]
      await tx(async ({ blobs }) => {
        await blobs.insert(twice)
        await blobs.insert(once)
        expect(await blobs.retain(twice.key)).toBe(true)
        expect(await blobs.retain(blobKey('p'))).toBe(false)
      })
      expect(await read().blobs.find(twice.key)).toEqual({ ...twice, refs: 2 })
      const none = await tx(({ blobs }) => blobs.release([twice.key, once.key, twice.key, blobKey('p')]))
      expect(none).toEqual([twice.key])
      expect(await read().blobs.find(once.key)).toMatchObject({ refs: 1 })
      expect(await tx(({ blobs }) => blobs.deleteUnreferenced(once.key))).toBe(false)
      expect(await tx(({ blobs }) => blobs.deleteUnreferenced(twice.key))).toBe(true)
      expect(await tx(({ blobs }) => blobs.deleteUnreferenced(twice.key))).toBe(false)
      expect(await tx(({ blobs }) => blobs.release([]))).toEqual([])
    })

    it('page in byte order of their keys', async () => {
      const project = fresh('zz')
      const keys = ['A', 'B', 'a', 'b', '~', 'ä'].map((end) => `${project}/${end}`)
      await tx(async ({ blobs }) => {
        for (const key of keys) await blobs.insert(aBlob({ key, project }))
      })
      expect((await read().blobs.page(`${project}/`, 4)).map(({ key }) => key)).toEqual(keys.slice(0, 4))
      expect((await read().blobs.page(`${project}/b`, 10)).map(({ key }) => key)).toEqual(keys.slice(4))
    })

    it('released by many at once lose every reference once', async () => {
      const shared = [aBlob({ refs: 20 }), aBlob({ refs: 20 }), aBlob({ refs: 20 })]
      await tx(async ({ blobs }) => {
        for (const blob of shared) await blobs.insert(blob)
      })
      const keys = shared.map(({ key }) => key)
      const released = await Promise.all(
        Array.from({ length: 20 }, (_, number) =>
          tx(({ blobs }) => blobs.release(number % 2 === 0 ? keys : [...keys].reverse())),
        ),
      )
      expect(released.flat().sort()).toEqual([...keys].sort())
    })
  })

  describe('usage', () => {
    const files = (project: string, month = 0) => ({ project, metric: 'files' as const, month })

    it('is counted per project and month, never above the maximum, and given back', async () => {
      const project = fresh('project')
      const add = (amount: number, max: number) => tx(({ usage }) => usage.add(files(project), amount, max))
      expect(await read().usage.read(files(project))).toBe(0)
      expect(await add(6, 5)).toBeUndefined()
      expect(await add(3, 5)).toBe(3)
      expect(await add(3, 5)).toBeUndefined()
      expect(await add(3, Number.MAX_SAFE_INTEGER)).toBe(6)
      // The maximum came down meanwhile.
      expect(await add(1, 5)).toBeUndefined()
      await tx(({ usage }) => usage.giveBack(files(project), 4))
      expect(await read().usage.read(files(project))).toBe(2)
      expect(await read().usage.read(files(project, 1))).toBe(0)
      expect(await read().usage.read(files(fresh('project')))).toBe(0)
    })

    it('gives 20 parallel writers exactly as much as there is', async () => {
      const project = fresh('project')
      const values = await Promise.all(
        Array.from({ length: 20 }, () => tx(({ usage }) => usage.add(files(project), 2, 15))),
      )
      expect(values.filter((value) => value !== undefined).sort((a, b) => a - b)).toEqual([2, 4, 6, 8, 10, 12, 14])
    })
  })

  describe('counters', () => {
    it('never pass their maximum', async () => {
      const bucket = fresh('bucket')
      const add = (cost: number, max: number) => tx(({ counters }) => counters.add(bucket, 0, 1000, cost, max))
      expect(await add(3, 5)).toBe(3)
      expect(await add(3, 5)).toBeUndefined()
      expect(await add(2, 5)).toBe(5)
      expect(await add(0, 5)).toBe(5)
      expect(await add(1, 5)).toBeUndefined()
      expect(await add(0, Number.POSITIVE_INFINITY)).toBe(5)
      expect(await read().counters.read(bucket, 0, 1000)).toBe(5)
      expect(await read().counters.read(bucket, 1000, 1000)).toBe(0)
      expect(await tx(({ counters }) => counters.add(fresh('bucket'), 0, 1000, 6, 5))).toBeUndefined()
    })

    it('give 20 parallel writers exactly as much as there is', async () => {
      const bucket = fresh('bucket')
      const values = await Promise.all(
        Array.from({ length: 20 }, () => tx(({ counters }) => counters.add(bucket, 0, 1000, 1, 7))),
      )
      expect(values.filter((value) => value !== undefined).sort()).toEqual([1, 2, 3, 4, 5, 6, 7])
    })

    it('are swept when their window has ended', async () => {
      const bucket = fresh('bucket')
      await tx(async ({ counters }) => {
        await counters.sweep(10_000)
        await counters.add(bucket, 0, 1000, 1, 9)
        await counters.add(bucket, 1000, 1000, 1, 9)
        await counters.add(bucket, 0, 10_000, 1, 9)
      })
      expect(await tx(({ counters }) => counters.sweep(2000))).toBe(2)
      expect(await read().counters.read(bucket, 0, 10_000)).toBe(1)
    })
  })

  describe('welcome links', () => {
    it('open once, in one browser, while they are valid', async () => {
      const project = fresh('project')
      const link = { tokenHash: fresh('token'), project, browserHash: null, expires: 100, created: 0 }
      await tx(({ welcome }) => welcome.replace({ ...link, tokenHash: fresh('token') }))
      await tx(({ welcome }) => welcome.replace(link))
      const browser = fresh('browser')
      expect(await read().welcome.opened(project)).toBe(false)
      expect(await tx(({ welcome }) => welcome.open(link.tokenHash, browser, 100))).toBe(false)
      expect(await tx(({ welcome }) => welcome.open(link.tokenHash, browser, 99))).toBe(true)
      expect(await tx(({ welcome }) => welcome.open(link.tokenHash, fresh('browser'), 99))).toBe(false)
      expect(await read().welcome.opened(project)).toBe(true)
      expect(await read().welcome.findByBrowser(browser, 99)).toEqual({ ...link, browserHash: browser })
      expect(await read().welcome.findByBrowser(browser, 100)).toBeUndefined()
    })
  })

  describe('values of the installation', () => {
    it('are set once, or again', async () => {
      const name = fresh('meta')
      expect(await read().meta.get(name)).toBeUndefined()
      expect(await tx(({ meta }) => meta.setOnce(name, 'first'))).toBe('first')
      expect(await tx(({ meta }) => meta.setOnce(name, 'second'))).toBe('first')
      await tx(({ meta }) => meta.set(name, 'third'))
      expect(await read().meta.get(name)).toBe('third')
    })

    it('set by 20 at once are the same for all', async () => {
      const name = fresh('meta')
      const kept = await Promise.all(
        Array.from({ length: 20 }, (_, number) => tx(({ meta }) => meta.setOnce(name, `${number}`))),
      )
      expect(new Set(kept).size).toBe(1)
    })
  })

  judgementsContract(store)
  settingsContract(store)
  tasksContract(store)
  assetsContract(store)
  folderTreesContract(store)
  accountsContract(store)
  webhooksContract(store)
  idempotencyContract(store)
  headsContract(store)
  placesContract(store)
  capturesContract(store)
}
