/** What the repositories of custom fields, named transformations, saved extensions, origins, URL endpoints and daily usage do. */
import { describe, expect, it } from 'vitest'
import type { Asset, Folder } from '../../core/assets/records.ts'
import type { CustomField } from '../../core/custom-fields/records.ts'
import { hexId, shortId } from '../../core/ids.ts'
import type { UrlEndpoint } from '../../core/origins/records.ts'
import type { MetadataStore } from '../../core/ports.ts'
import { countUsage, dayMs } from '../../core/usage/daily.ts'
import { fresh } from './test-records.ts'

export function settingsContract(store: () => MetadataStore): void {
  const tx: MetadataStore['tx'] = (fn) => store().tx(fn)
  const read = () => store().read
  const aField = (fields: Partial<CustomField> = {}): CustomField => ({
    id: hexId(0),
    project: 'p',
    name: fresh('name'),
    label: fresh('label'),
    schema: { type: 'Text' },
    description: null,
    deleted: false,
    created: 1000,
    ...fields,
  })

  describe('custom fields', () => {
    it('that are deleted have no values in what is read of assets, also where names are odd', async () => {
      const project = fresh('project')
      const names = ['kept', 'gone', 'with "quotes" \\ and ü']
      const [folder, asset] = aFile(project, { kept: 1, gone: 'x', [names[2] ?? '']: [2] })
      const fields = names.map((name) => aField({ project, name, label: name }))
      await tx(async ({ folders, assets, customFields }) => {
        await folders.ensure(folder)
        await assets.insert(asset)
        for (const field of fields) await customFields.insert(field)
        await customFields.insert(aField({ name: 'kept', deleted: true }))
      })
      expect((await read().assets.find(project, asset.file))?.customMetadata).toEqual(asset.customMetadata)
      await tx(async ({ customFields }) => {
        for (const { id, name } of fields) if (name !== 'kept') await customFields.update(id, { deleted: true })
      })
      const { assets } = read()
      for (const found of [
        await assets.find(project, asset.file),
        await assets.findVersion(project, asset.file, asset.id),
        (await assets.findMany(project, [asset.file]))[0],
        (await assets.versions(project, asset.file))[0],
      ]) {
        expect(found).toEqual({ ...asset, customMetadata: { kept: 1 }, folderPath: folder.path })
      }
    })

    it('have labels of their own until they are deleted, names for ever', async () => {
      const first = aField()
      await tx(({ customFields }) => customFields.insert(first))
      const add = (field: CustomField) => tx(({ customFields }) => customFields.insert(field))
      await expect(add(aField({ label: first.label }))).rejects.toMatchObject({ code: 'conflict' })
      await tx(({ customFields }) => customFields.update(first.id, { deleted: true }))
      await add(aField({ label: first.label }))
      await expect(add(aField({ name: first.name }))).rejects.toMatchObject({ code: 'conflict' })
    })
  })

  describe('named transformations', () => {
    const aTransformation = (project: string, created = 1000) => ({
      id: shortId(),
      project,
      name: fresh('Name'),
      transformation: 'w-100',
      enabled: true,
      created,
    })

    it('are found by id and by name in their letters, listed oldest first, changed and deleted', async () => {
      const project = fresh('project')
      const [first, second] = [aTransformation(project, 1), aTransformation(project, 2)]
      await tx(async ({ namedTransformations: rows }) => {
        await rows.insert(second)
        await rows.insert(first)
      })
      const rows = read().namedTransformations
      expect(await rows.list(project)).toEqual([first, second])
      expect(await rows.find(project, first.id)).toEqual(first)
      expect(await rows.find('other', first.id)).toBeUndefined()
      expect(await rows.findByName(project, first.name)).toEqual(first)
      expect(await rows.findByName(project, first.name.toLowerCase())).toBeUndefined()
      expect(await tx((t) => t.namedTransformations.update(project, first.id, { enabled: false }))).toBe(true)
      expect(await tx((t) => t.namedTransformations.update('other', first.id, { enabled: true }))).toBe(false)
      expect(await rows.find(project, first.id)).toEqual({ ...first, enabled: false })
      await expect(
        tx((t) => t.namedTransformations.update(project, first.id, { name: second.name })),
      ).rejects.toMatchObject({ code: 'conflict' })
      expect(await tx((t) => t.namedTransformations.delete('other', first.id))).toBe(false)
      expect(await tx((t) => t.namedTransformations.delete(project, first.id))).toBe(true)
      expect(await rows.list(project)).toEqual([second])
    })
  })

  describe('saved extensions', () => {
    it('keep their settings, change and go', async () => {
      const project = fresh('project')
      const config = { name: 'google-auto-tagging' as const, minConfidence: 80, maxTags: 5 }
      const saved = { id: shortId(), project, name: 'a', description: 'ü', config, created: 1, updated: 1 }
      await tx(({ savedExtensions }) => savedExtensions.insert(saved))
      const changed = { config: { name: 'ai-auto-description' as const }, updated: 2 }
      expect(await tx((t) => t.savedExtensions.update(project, saved.id, changed))).toBe(true)
      expect(await read().savedExtensions.list(project)).toEqual([{ ...saved, ...changed }])
      expect(await read().savedExtensions.find('other', saved.id)).toBeUndefined()
      expect(await tx((t) => t.savedExtensions.delete('other', saved.id))).toBe(false)
      expect(await tx((t) => t.savedExtensions.delete(project, saved.id))).toBe(true)
    })
  })

  describe('origins and URL endpoints', () => {
    it('origins keep their settings and sealed secrets', async () => {
      const project = fresh('project')
      const settings = { bucket: 'b', prefix: '', s3ForcePathStyle: true }
      const about = { type: 'S3_COMPATIBLE' as const, name: 'A', settings, secretsSealed: 'sealed', updated: 1 }
      const origin = { id: shortId(), project, ...about, created: 1 }
      await tx(({ origins }) => origins.insert(origin))
      expect(await read().origins.list(project)).toEqual([origin])
      const proxy = { type: 'WEB_PROXY' as const, name: 'B', settings: {}, secretsSealed: null, updated: 2 }
      expect(await tx((t) => t.origins.update(project, origin.id, proxy))).toBe(true)
      expect(await tx((t) => t.origins.update('other', origin.id, about))).toBe(false)
      expect(await read().origins.find(project, origin.id)).toEqual({ ...origin, ...proxy })
      expect(await tx((t) => t.origins.delete('other', origin.id))).toBe(false)
      expect(await tx((t) => t.origins.delete(project, origin.id))).toBe(true)
    })

    it('endpoints are put, found by their prefix, and share none', async () => {
      const project = fresh('project')
      const endpoint: UrlEndpoint = {
        id: 'default',
        project,
        description: 'd',
        urlPrefix: '',
        origins: ['a', 'b'],
        urlRewriter: null,
        created: 1,
        updated: 1,
      }
      const other: UrlEndpoint = {
        ...endpoint,
        id: shortId(),
        urlPrefix: 'shop',
        urlRewriter: { type: 'IMGIX' },
        created: 2,
      }
      await tx(async ({ urlEndpoints }) => {
        await urlEndpoints.put(endpoint)
        await urlEndpoints.put({ ...endpoint, project: fresh('project') })
        await urlEndpoints.put(other)
        await urlEndpoints.put({ ...endpoint, description: 'e', created: 9, updated: 3 })
      })
      expect(await read().urlEndpoints.list(project)).toEqual([{ ...endpoint, description: 'e', updated: 3 }, other])
      expect(await read().urlEndpoints.findByPrefix(project, 'shop')).toEqual(other)
      expect(await read().urlEndpoints.findByPrefix(project, 'Shop')).toBeUndefined()
      await expect(tx((t) => t.urlEndpoints.put({ ...other, id: shortId() }))).rejects.toMatchObject({
        code: 'conflict',
      })
      expect(await tx((t) => t.urlEndpoints.delete('other', other.id))).toBe(false)
      expect(await tx((t) => t.urlEndpoints.delete(project, other.id))).toBe(true)
      expect(await read().urlEndpoints.find(project, other.id)).toBeUndefined()
    })
  })

  describe('daily usage', () => {
    it('is summed over days; 20 at once lose nothing', async () => {
      const project = fresh('project')
      const day = 20_000 * dayMs
      const total = { group: 'total', name: '', count: 1, bytes: 3_000_000_000_000 } as const
      const hit = { group: 'cache', name: 'hit', count: 2, bytes: 0 } as const
      await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          tx((t) => countUsage(t, project, day + n, n % 2 === 0 ? [total, hit, hit] : [hit, total, hit])),
        ),
      )
      await tx(async (t) => {
        await countUsage(t, project, day + dayMs, [total])
        await countUsage(t, project, day - 1, [total])
        await countUsage(t, fresh('project'), day, [total])
        await countUsage(t, project, day, [])
      })
      const sums = async (days: number) =>
        (await read().dailyUsage.sums(project, day, day + days * dayMs)).sort((a, b) => (a.group < b.group ? -1 : 1))
      expect(await sums(1)).toEqual([
        { ...hit, count: 80 },
        { ...total, count: 20, bytes: 60_000_000_000_000 },
      ])
      expect((await sums(2))[1]).toEqual({ ...total, count: 21, bytes: 63_000_000_000_000 })
      expect(await sums(0)).toEqual([])
    })
  })
}

function aFile(project: string, customMetadata: Asset['customMetadata']): [Folder, Asset] {
  const [folder, id] = [hexId(0), hexId(0)]
  const times = { created: 1000, updated: 1000 }
  const root = { id: folder, project, parent: null, path: '', name: '', customMetadata: {}, lockedBy: null, ...times }
  const content = {
    mime: 'image/png',
    format: 'png',
    kind: 'image',
    width: 1,
    height: 1,
    orientation: null,
    score: null,
    label: null,
    video: null,
  } as const
  const asset: Asset = {
    id,
    file: id,
    project,
    folder,
    name: 'a.png',
    version: 1,
    lastDeleted: 0,
    current: true,
    blob: fresh('blob'),
    size: 1,
    ...content,
    alpha: null,
    tags: [],
    aiTags: [],
    customMetadata,
    customCoordinates: null,
    isPrivate: false,
    isPublished: true,
    description: null,
    embeddedMetadata: null,
    createdBy: null,
    origin: 'library',
    ...times,
  }
  return [root, asset]
}
