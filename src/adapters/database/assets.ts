/** Assets of the library: a row per version. */
import type { Asset, AssetPatch, AssetRepository, PlacedAsset } from '../../core/assets/records.ts'
import { lockRow } from './lock-row.ts'
import { changes } from './patch.ts'
import type { AssetRow, Scope } from './schema.ts'
import { follow } from './search/keep.ts'
import { entryOfAsset } from './search/terms.ts'

/** Ids named in one statement. */
const batch = 500

export function createAssets(scope: Scope): AssetRepository {
  const { db } = scope
  const placed = (project: string) =>
    db
      .selectFrom('assets')
      .innerJoin('folders', 'folders.id', 'assets.folder')
      .selectAll('assets')
      .select('folders.path as folderPath')
      .where('assets.project', '=', project)

  const versionsOf = (by: 'file' | 'id', value: string) => db.selectFrom('assets').selectAll().where(by, '=', value)

  /** Runs `write`, which makes `after` of each of these versions (undefined: deletes it), and lets search follow. */
  async function followed<T>(
    versions: ReturnType<typeof versionsOf>,
    after: (asset: Asset) => Asset | undefined,
    write: () => Promise<T>,
  ): Promise<T> {
    // Locked: what search has of them must not change in between.
    const before = (await lockRow(scope, versions).execute()).map(decodeAsset)
    const result = await write()
    const now = before.flatMap((asset) => after(asset) ?? [])
    await follow(scope, before.map(entryOfAsset), now.map(entryOfAsset))
    return result
  }

  return {
    async insert(asset) {
      await db.insertInto('assets').values(encodeAsset(asset)).execute()
      await follow(scope, [], [entryOfAsset(asset)])
    },

    async find(project, file) {
      const row = await placed(project)
        .where('assets.file', '=', file)
        .where('assets.current', '=', 1)
        .executeTakeFirst()
      return row && decodePlaced(row)
    },

    async findVersion(project, file, id) {
      const row = await placed(project).where('assets.id', '=', id).where('assets.file', '=', file).executeTakeFirst()
      return row && decodePlaced(row)
    },

    async findByName(folder, name) {
      const row = await db
        .selectFrom('assets')
        .selectAll()
        .where('folder', '=', folder)
        .where('name', '=', name)
        .where('current', '=', 1)
        .executeTakeFirst()
      return row && decodeAsset(row)
    },

    async findMany(project, files) {
      const found: PlacedAsset[] = []
      for (let start = 0; start < files.length; start += batch) {
        const rows = await placed(project)
          .where('assets.file', 'in', files.slice(start, start + batch))
          .where('assets.current', '=', 1)
          .execute()
        found.push(...rows.map(decodePlaced))
      }
      return found
    },

    async versions(project, file) {
      const rows = await placed(project)
        .where('assets.file', '=', file)
        .orderBy('assets.current', 'desc')
        .orderBy('assets.version', 'desc')
        .execute()
      return rows.map(decodePlaced)
    },

    update: (id, patch) =>
      followed(
        versionsOf('id', id),
        (asset) => ({ ...asset, ...patch }),
        async () => {
          const result = await db
            .updateTable('assets')
            .set(changes(encodePatch(patch), { id }))
            .where('id', '=', id)
            .executeTakeFirst()
          return result.numUpdatedRows > 0n
        },
      ),

    setCurrent(file, id) {
      const changing = versionsOf('file', file).where((either) =>
        either.or([either('current', '=', 1), ...(id === null ? [] : [either('id', '=', id)])]),
      )
      return followed(
        changing,
        (asset) => ({ ...asset, current: asset.id === id }),
        async () => {
          // Off first: two current rows of one name cannot be.
          await db.updateTable('assets').set({ current: 0 }).where('file', '=', file).where('current', '=', 1).execute()
          if (id === null) return
          await db.updateTable('assets').set({ current: 1 }).where('file', '=', file).where('id', '=', id).execute()
        },
      )
    },

    delete: (file) =>
      followed(
        versionsOf('file', file),
        () => undefined,
        async () => {
          const rows = await db.deleteFrom('assets').where('file', '=', file).returning('blob').execute()
          return rows.map((row) => row.blob)
        },
      ),

    deleteVersion: (id) =>
      followed(
        versionsOf('id', id),
        () => undefined,
        async () => {
          const row = await db.deleteFrom('assets').where('id', '=', id).returning('blob').executeTakeFirst()
          return row?.blob
        },
      ),
  }
}

export function encodeAsset(asset: Asset): AssetRow {
  return {
    ...asset,
    current: asset.current ? 1 : 0,
    alpha: asset.alpha === null ? null : asset.alpha ? 1 : 0,
    tags: JSON.stringify(asset.tags),
    aiTags: JSON.stringify(asset.aiTags),
    customMetadata: JSON.stringify(asset.customMetadata),
    isPrivate: asset.isPrivate ? 1 : 0,
    isPublished: asset.isPublished ? 1 : 0,
    embeddedMetadata: asset.embeddedMetadata === null ? null : JSON.stringify(asset.embeddedMetadata),
  }
}

function encodePatch({ tags, aiTags, customMetadata, isPrivate, isPublished, ...plain }: AssetPatch) {
  const patch: Partial<AssetRow> = { ...plain }
  if (tags !== undefined) patch.tags = JSON.stringify(tags)
  if (aiTags !== undefined) patch.aiTags = JSON.stringify(aiTags)
  if (customMetadata !== undefined) patch.customMetadata = JSON.stringify(customMetadata)
  if (isPrivate !== undefined) patch.isPrivate = isPrivate ? 1 : 0
  if (isPublished !== undefined) patch.isPublished = isPublished ? 1 : 0
  return patch
}

export function decodeAsset(row: AssetRow): Asset {
  return {
    ...row,
    current: row.current === 1,
    alpha: row.alpha === null ? null : row.alpha === 1,
    tags: JSON.parse(row.tags),
    aiTags: JSON.parse(row.aiTags),
    customMetadata: JSON.parse(row.customMetadata),
    isPrivate: row.isPrivate === 1,
    isPublished: row.isPublished === 1,
    embeddedMetadata: row.embeddedMetadata === null ? null : JSON.parse(row.embeddedMetadata),
  }
}

export function decodePlaced({ folderPath, ...row }: AssetRow & { folderPath: string }): PlacedAsset {
  return { ...decodeAsset(row), folderPath }
}
