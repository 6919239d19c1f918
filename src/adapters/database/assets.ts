/** Assets of the library: a row per version. */
import type { Asset, AssetPatch, AssetRepository, PlacedAsset } from '../../core/assets/records.ts'
import { deletedFieldNames } from './custom-fields.ts'
import { changes } from './patch.ts'
import type { AssetRow, Scope } from './schema.ts'

/** Ids named in one statement. */
const batch = 500

export function createAssets(scope: Scope): AssetRepository {
  const { db } = scope
  const placed = (project: string) =>
    db
      .selectFrom('assets')
      .innerJoin('folders', 'folders.id', 'assets.folder')
      .selectAll('assets')
      .select(['folders.path as folderPath', deletedFieldNames(scope, project).as('deletedFields')])
      .where('assets.project', '=', project)

  return {
    async insert(asset) {
      await db.insertInto('assets').values(encodeAsset(asset)).execute()
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

    async update(id, patch) {
      const result = await db
        .updateTable('assets')
        .set(changes(encodePatch(patch), { id }))
        .where('id', '=', id)
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },

    async setCurrent(file, id) {
      // Off first: two current rows of one name cannot be.
      await db.updateTable('assets').set({ current: 0 }).where('file', '=', file).where('current', '=', 1).execute()
      if (id === null) return
      await db.updateTable('assets').set({ current: 1 }).where('file', '=', file).where('id', '=', id).execute()
    },

    async delete(file) {
      const rows = await db.deleteFrom('assets').where('file', '=', file).returning('blob').execute()
      return rows.map((row) => row.blob)
    },

    async deleteVersion(id) {
      const row = await db.deleteFrom('assets').where('id', '=', id).returning('blob').executeTakeFirst()
      return row?.blob
    },
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

/** @param deletedFields of `deletedFieldNames`: their values stay in the row, but nobody sees them any more */
export function decodePlaced({
  folderPath,
  deletedFields,
  ...row
}: AssetRow & { folderPath: string; deletedFields: string }): PlacedAsset {
  const asset = decodeAsset(row)
  if (deletedFields === '[]' || row.customMetadata === '{}') return { ...asset, folderPath }
  const deleted = new Set<string>(JSON.parse(deletedFields))
  const shown = Object.entries(asset.customMetadata).filter(([name]) => !deleted.has(name))
  return { ...asset, folderPath, customMetadata: Object.fromEntries(shown) }
}
